"""The manager's hand on limits: pins, and overbooking."""

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.limits import PinLimits, ReleaseLimits, SwitchOverbooking
from queueing.domain.season import ChangeCapacity
from tests.domain.harness import S9, S10, SEASON, did, fact, given, slot

MANAGER = {"by": "staff:lin", "via": "counter"}
OPEN = (SEASON, slot(S9), slot(S10))


def test_pinned_once_and_released_once() -> None:
    story = given(*OPEN)
    story.when(PinLimits((S9, S10), "照顾高龄"), at="06-04 09:00", **MANAGER).then(
        fact(e.LimitsPinned, f"slot:{S9} slot:{S10}", slots=(S9, S10), reason="照顾高龄")
    )
    story.when(PinLimits((S9,), "照顾高龄"), at="06-04 09:01", **MANAGER).then()
    story.when(ReleaseLimits((S9,), "恢复"), at="06-04 09:02", **MANAGER).then(
        fact(e.LimitsReleased, f"slot:{S9}", slots=(S9,), reason="恢复")
    )
    assert [story.state.slots[name].pinned for name in (S9, S10)] == [False, True]


def test_a_limit_that_staff_set_is_pinned_and_one_that_was_computed_is_not() -> None:
    story = given(*OPEN, did(ChangeCapacity({S9: (3, 0)}, "少一个窗口"), "06-04 09:00", "staff:lin"))
    story.fold(did(ChangeCapacity({S10: (3, 0)}, "计算"), "06-04 18:30", "system", "system"))
    assert [story.state.slots[name].pinned for name in (S9, S10)] == [True, False]


def test_unknown_slots_and_missing_reasons_are_refused() -> None:
    story = given(*OPEN)
    story.when(PinLimits(("20200101-0900",), "x"), at="06-04 09:00", **MANAGER).then(
        r.UnknownSlot("20200101-0900")
    )
    story.when(PinLimits((S9,), ""), at="06-04 09:00", **MANAGER).then(r.ReasonMissing)


def test_overbooking_is_switched_off_and_on_again() -> None:
    story = given(*OPEN)
    story.when(SwitchOverbooking(True, "照旧"), at="06-04 09:00", **MANAGER).then()
    story.when(SwitchOverbooking(False, "大厅太满"), at="06-04 09:00", **MANAGER).then(
        fact(e.OverbookingSwitched, on=False, reason="大厅太满")
    )
