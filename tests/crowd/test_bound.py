"""The closed form: more people, more crowd."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from queueing.crowd.bound import Day, bound

HALF_DAY = Day(
    sessions=[(510, 690)],
    windows=4,
    service=4,
    told={510 + 5 * n: 4 for n in range(36)},
    walk_ins={510 + 15 * n: 1.0 for n in range(12)},
)


def test_an_empty_day_has_nobody_waiting() -> None:
    empty = bound(replace(HALF_DAY, told={}, walk_ins={}))
    assert empty.p95_peak() == 0


def test_the_peak_is_of_the_size_that_simulation_shows() -> None:
    assert 7 <= bound(HALF_DAY).p95_peak() <= 16


def test_a_slot_outside_the_opening_has_no_figure() -> None:
    assert bound(HALF_DAY).at(720, 735) is None


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 8), st.integers(1, 3), st.floats(0.5, 1))
def test_more_people_or_fewer_windows_never_calm_the_hall(windows: int, more: int, show: float) -> None:
    day = replace(HALF_DAY, windows=windows, show=show)
    fuller = replace(day, told={at: n + more for at, n in day.told.items()})
    fewer = replace(day, windows=windows + 1)
    assert bound(day).p95_peak() <= bound(fuller).p95_peak()
    assert bound(day).p95_peak() >= bound(fewer).p95_peak()


def test_the_chance_falls_with_the_limit_and_the_slot_agrees_with_the_day() -> None:
    found = bound(HALF_DAY)
    chances = [found.exceeds(q) for q in range(0, 30, 3)]
    assert chances == sorted(chances, reverse=True)
    slot = found.at(600, 615)
    assert slot is not None
    assert slot.exceeds(10) <= found.exceeds(10)
    assert 0 <= slot.expected <= slot.p95 + 5


def test_who_waits_at_the_door_is_who_came() -> None:
    """40 booked for the opening, all early: the peak is the number who come, binomial."""
    door = replace(HALF_DAY, told={510: 40}, walk_ins={}, show=0.8, offset_mean=-20, offset_sd=1)
    assert bound(door).p95_peak() == 36


def test_couples_come_in_larger_clumps() -> None:
    two_by_two = replace(HALF_DAY, couples=0.6)
    assert bound(two_by_two).p95_peak() > bound(HALF_DAY).p95_peak()
