"""How many windows to open: the fewest with which people sit and nobody waits long."""

from dataclasses import replace

import pytest

from queueing.crowd.bound import Day, bound, bounds
from queueing.crowd.hall import Hall
from queueing.crowd.staffing import LONG_MINUTES, staffing

HALL = Hall(36, 20, 0.5)
SESSION = (510, 690)
SLOTS = [(start, start + 15) for start in range(510, 690, 15)]


def day(people_a_slot: float, busy: tuple[int, int] = (0, 0), more: float = 0.0) -> Day:
    """A morning with so many booked people a slot (half in the first), and `more` in those of a stretch."""
    told = {}
    for start, _ in SLOTS:
        people = people_a_slot * (0.5 if start == SESSION[0] else 1) + (
            more if busy[0] <= start < busy[1] else 0.0
        )
        told.update({start + step: people / 3 for step in (0, 5, 10)})
    return Day(sessions=[SESSION], windows=4, service=4.0, told=told, walk_ins={})


@pytest.mark.parametrize("people", [4, 8, 12, 16, 20])
def test_the_fewest_windows_that_are_enough_are_advised(people: float) -> None:
    found = staffing(day(people), HALL, SLOTS, 12)
    assert found is not None and found.advised.enough
    assert found.advised.waiting <= HALL.limit(found.advised.windows)
    assert found.advised.waiting * 4.0 / found.advised.windows <= LONG_MINUTES + 0.5
    if found.advised.windows > 1:
        assert found.fewer is not None and not found.fewer.enough
        assert found.fewer.windows == found.advised.windows - 1
        assert found.fewer.waiting > found.advised.waiting


def test_more_people_need_more_windows() -> None:
    needed = [found.advised.windows for n in (4, 10, 16, 22) if (found := staffing(day(n), HALL, SLOTS, 12))]
    assert needed == sorted(needed) and needed[0] < needed[-1]


def test_the_busiest_hours_are_those_in_which_most_come() -> None:
    found = staffing(day(6, (570, 630), 12), HALL, SLOTS, 12)
    assert found is not None
    first, last = found.advised.busiest
    assert first < last and first >= 555 and last <= 660 and first <= 600 < last


def test_only_what_is_ahead_counts() -> None:
    crowded_early = day(4, (510, 570), 20)
    whole, rest = (staffing(crowded_early, HALL, slots, 12) for slots in (SLOTS, SLOTS[-3:]))
    assert whole and rest and rest.advised.windows < whole.advised.windows
    assert staffing(crowded_early, HALL, [], 12) is None


def test_who_waits_already_has_to_be_served_too() -> None:
    usual, full = (staffing(day(4), HALL, SLOTS, 12, waiting_now=n) for n in (0, 20))
    assert usual and full and full.advised.waiting >= 20
    assert full.advised.windows > usual.advised.windows


def test_when_not_even_the_most_are_enough_they_are_advised_and_it_is_said() -> None:
    found = staffing(day(40), HALL, SLOTS, 3)
    assert found is not None and found.advised.windows == 3 and not found.advised.enough


def test_no_window_is_advised_that_helps_nobody() -> None:
    """Those who wait for the door to open wait however many windows there are."""
    at_the_door = replace(day(1), told={510: 60.0})
    found = staffing(at_the_door, HALL, SLOTS, 40)
    assert found is not None and not found.advised.enough and 1 < found.advised.windows < 20


def test_bounds_of_several_windows_are_those_of_each() -> None:
    one = day(12, (570, 630), 6)
    for windows, found in zip((2, 4, 7), bounds(one, (2, 4, 7)), strict=True):
        alone = bound(replace(one, windows=windows))
        assert found == alone
