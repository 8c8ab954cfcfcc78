"""Slot limits and their reasons."""

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from queueing.crowd.limits import Rule, SlotInput, slot_limits

SLOT = SlotInput(plain=15, walk_ins=1.4, show=0.8)
SLOTS = st.lists(
    st.builds(
        SlotInput,
        plain=st.floats(0, 60),
        walk_ins=st.floats(0, 20),
        show=st.floats(0.3, 1),
        first=st.booleans(),
        booked=st.integers(0, 80),
        pinned=st.none() | st.integers(0, 80),
    ),
    max_size=30,
)


def test_the_parts_add_up_to_the_limit() -> None:
    limits = slot_limits([SLOT] * 20, Rule(load=0.8))
    one = limits[0]
    by_parts = one.plain - one.kept_free - one.walk_ins + one.for_no_shows
    assert sum(limit.limit for limit in limits) == approx(20 * by_parts, abs=1)


def test_overbooking_can_be_switched_off() -> None:
    off = slot_limits([SLOT], Rule(load=0.8, overbook=False))[0]
    assert off.for_no_shows == 0
    assert off.limit == 11
    assert "不超额预约" in off.reason


def test_what_exceeds_the_windows_is_named() -> None:
    full = SlotInput(plain=15, walk_ins=0, show=0.6)
    assert slot_limits([full], Rule(load=0.9))[0].above_plain == 7


def test_a_pinned_limit_stands_and_says_what_the_rule_would_be() -> None:
    pinned = SlotInput(plain=15, walk_ins=1.4, show=0.8, pinned=9)
    limit = slot_limits([pinned], Rule())[0]
    assert limit.limit == 9
    assert "固定为 9" in limit.reason


@given(SLOTS, st.floats(0.3, 1))
def test_a_limit_is_never_below_what_is_booked(slots: list[SlotInput], load: float) -> None:
    for slot, limit in zip(slots, slot_limits(slots, Rule(load=load)), strict=True):
        assert limit.limit >= slot.booked
        assert slot.pinned is None or limit.limit == max(slot.pinned, slot.booked)
        assert limit.reason


@given(SLOTS)
def test_without_overbooking_nobody_is_booked_beyond_the_windows(slots: list[SlotInput]) -> None:
    free = [SlotInput(s.plain, s.walk_ins, s.show, s.first) for s in slots]
    limits = slot_limits(free, Rule(load=1.0, first_slot_factor=1.0, overbook=False))
    assert sum(limit.limit for limit in limits) <= sum(slot.plain for slot in free) + 1e-6
