"""How many windows to open, by the forecast: the fewest with which everybody sits and nobody waits long, on
all but 5 % of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from queueing.crowd.bound import Bound, Day, bounds
from queueing.crowd.hall import Hall

LONG_MINUTES = 30.0
"""A wait that is too long: the board's alert begins there."""
BUSIEST = 0.8
"""The busiest stretch: slots next to the fullest one with at least this part of its people waiting."""
Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Opened:
    """What so many windows would mean: `waiting` people at the fullest moment, on all but 5 % of days, the
    last of whom waits `minutes`; whether that is `enough`, and which slots have most."""

    windows: int
    waiting: int
    minutes: int
    enough: bool
    busiest: Stretch


@dataclass(frozen=True, slots=True)
class Staffing:
    """What to open, and what one window fewer would mean (None when one is enough)."""

    advised: Opened
    fewer: Opened | None


def staffing(
    day: Day, hall: Hall, slots: Sequence[Stretch], most: int, waiting_now: int = 0
) -> Staffing | None:
    """For the slots (start, end in minutes of the day) still ahead, at `most` so many windows; `waiting_now`
    people are in the hall. None when nothing is ahead. If not even the most are enough, so many are advised
    as help: whoever waits for the door to open waits however many windows there are."""
    before: Opened | None = None
    fewer: Opened | None = None
    windows = range(1, max(1, most) + 1)
    for number, found in zip(windows, bounds(day, windows), strict=True):
        one = _opened(day, found, hall, slots, number, waiting_now)
        if one is None:
            return None
        if one.enough:
            return Staffing(one, fewer)
        if fewer and one.waiting >= fewer.waiting and fewer.minutes <= LONG_MINUTES:
            return Staffing(fewer, before)
        before, fewer = fewer, one
    return Staffing(fewer, before) if fewer else None


def _opened(
    day: Day, found: Bound, hall: Hall, slots: Sequence[Stretch], windows: int, waiting_now: int
) -> Opened | None:
    crowds = [(start, end, crowd.p95) for start, end in slots if (crowd := found.at(start, end))]
    if not crowds:
        return None
    waiting = max(waiting_now, round(max(p95 for *_, p95 in crowds)))
    minutes = waiting * day.service / windows
    return Opened(
        windows=windows,
        waiting=waiting,
        minutes=round(minutes),
        enough=waiting <= hall.limit(windows) and minutes <= LONG_MINUTES,
        busiest=_busiest(crowds),
    )


def _busiest(crowds: Sequence[tuple[int, int, float]]) -> Stretch:
    """From the fullest slot to both sides, as long as the next one is nearly as full."""
    first = last = max(range(len(crowds)), key=lambda n: crowds[n][2])
    least = BUSIEST * crowds[first][2]
    while first > 0 and crowds[first - 1][2] >= least and crowds[first - 1][1] == crowds[first][0]:
        first -= 1
    while last + 1 < len(crowds) and crowds[last + 1][2] >= least and crowds[last][1] == crowds[last + 1][0]:
        last += 1
    return crowds[first][0], crowds[last][1]
