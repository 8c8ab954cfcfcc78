"""The fullest moment of a day to come, for the board's headline: of the simulation that the slots' levels
are from, or of the closed form while there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from queueing import words
from queueing.projections.foreseen import DayForeseen
from queueing.projections.queries import SlotLoad


@dataclass(frozen=True, slots=True)
class Peak:
    """A day called `name`: so many `people` wait at its fullest moment on all but 5 % of days, in the slot
    that begins `at`; `chance` (0-1) is the largest of more than the hall has room for."""

    day: date
    name: str
    people: int
    at: datetime
    chance: float
    level: str
    simulated: bool = False


def peaks(
    today: Sequence[SlotLoad],
    coming: Sequence[SlotLoad],
    now: datetime,
    foreseen: Mapping[date, DayForeseen],
) -> list[Peak]:
    """The rest of today, and the next day that is open."""
    ahead = sorted({slot.day for slot in coming if slot.open and slot.day > now.date()})
    parts = [today, [slot for slot in coming if ahead and slot.day == ahead[0]]]
    return [peak for part in parts if (peak := _peak(part, now, foreseen))]


def _peak(slots: Sequence[SlotLoad], now: datetime, foreseen: Mapping[date, DayForeseen]) -> Peak | None:
    left = [slot for slot in slots if slot.open and slot.ends > now]
    if not left:
        return None
    fullest = max(left, key=lambda slot: slot.p95)
    day = fullest.day
    name = words.relative_day(day, now.date()) or words.short_day(day)
    if found := foreseen.get(day):
        return Peak(day, name, round(found.peak), fullest.start, found.chance, fullest.level, simulated=True)
    chance = max(slot.chance for slot in left)
    return Peak(day, name, round(fullest.p95), fullest.start, chance, fullest.level)
