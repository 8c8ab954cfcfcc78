"""How crowded a slot will be: people waiting as expected and for 95 % of days, and the words for it.

The one definition of calm, busy and crowded: the board, the public page, the calendar of the retirees and the
exports all read it here. Days that were simulated beside the pages (`queueing.projections.foreseen`) are told
by that; the others by the closed form of `queueing.crowd.bound`, against the same limit of the hall.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from queueing.crowd.bound import Day, bound
from queueing.crowd.hall import Hall

STEPS = 3
"""Told times a slot's people are spread over."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the forecast needs besides the slots: the hall, minutes a person takes, the share of walk-ins who
    stay (the others take a place on another day), and that of people who come two by two."""

    hall: Hall = field(default_factory=lambda: Hall(36, 20, 0.5))
    service: float = 4.0
    walk_ins_stay: float = 0.6
    couples: float = 0.0


@dataclass(frozen=True, slots=True)
class Ahead:
    """An open slot of a day: its start (minute of the day) and length, the people its windows can serve, the
    booked people it brings, its walk-ins."""

    start: int
    minutes: int
    plain: int
    people: float
    walk_ins: float


@dataclass(frozen=True, slots=True)
class Crowding:
    """A slot's worst moment: people waiting as expected, and those that 95 % of days stay at or below; the
    chance (0-1) that more wait than the hall has room for in comfort; the level; where it is simulated, the
    `part` of the hall's room that those 95 % are."""

    waiting: float = 0.0
    p95: float = 0.0
    chance: float = 0.0
    level: str = "calm"
    part: float = 0.0


Foreseen = Mapping[date, Mapping[str, Crowding]]
"""The days that were simulated: slot -> its crowding."""
NOTHING: Foreseen = {}


@lru_cache(maxsize=1024)
def crowdings(slots: tuple[Ahead, ...], show: float, setting: Setting) -> tuple[Crowding, ...]:
    """The crowding of each of a day's open slots, in order, when the share `show` of the booked comes. About
    20 ms a day, and kept as long as the day stays as it is."""
    if not slots:
        return ()
    day = as_day(slots, show, setting)
    found, limit = bound(day), setting.hall.limit(day.windows)
    crowds = [found.at(slot.start, slot.start + slot.minutes) for slot in slots]
    return tuple(
        Crowding(one.expected, one.p95, one.exceeds(limit), setting.hall.level(one.p95, day.windows))
        if one
        else Crowding()
        for one in crowds
    )


def as_day(slots: Sequence[Ahead], show: float, setting: Setting) -> Day:
    """A day's open slots (at least one) as the forecast takes them, with the windows planned for them."""
    windows = max(1, *(round(slot.plain * setting.service / slot.minutes) for slot in slots))
    told: dict[int, float] = {}
    for slot in slots:
        for step in range(STEPS):
            at = slot.start + step * slot.minutes // STEPS
            told[at] = told.get(at, 0.0) + slot.people / show / STEPS
    return Day(
        sessions=_sessions(slots),
        windows=windows,
        service=setting.service,
        told=told,
        walk_ins={slot.start: setting.walk_ins_stay * slot.walk_ins for slot in slots},
        slot_minutes=slots[0].minutes,
        show=show,
        couples=setting.couples,
    )


def together(parts: Sequence[Crowding]) -> Crowding:
    """Of several slots: their averages, and the level that half of them reach at least."""
    if not parts:
        return Crowding()
    count, order = len(parts), ("calm", "busy", "crowded")
    levels = sorted((order.index(one.level) for one in parts), reverse=True)
    return Crowding(
        sum(one.waiting for one in parts) / count,
        max(one.p95 for one in parts),
        max(one.chance for one in parts),
        order[levels[(count - 1) // 2]],
    )


def _sessions(slots: Sequence[Ahead]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for slot in slots:
        if found and found[-1][1] == slot.start:
            found[-1] = (found[-1][0], slot.start + slot.minutes)
        else:
            found.append((slot.start, slot.start + slot.minutes))
    return tuple(found)
