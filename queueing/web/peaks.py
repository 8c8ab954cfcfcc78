"""The fullest moment of a day to come, for the board's headline: simulated once that is done, until then
by the closed form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from queueing import words
from queueing.crowd.forecast import DayForecast
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

    def as_simulated(self, found: DayForecast) -> Peak:
        """The same day by its simulation. The level stays the one that every page shows."""
        if not found.slots:
            return self
        fullest = max(found.slots, key=lambda slot: slot.p95).start
        at = datetime.combine(self.day, time(fullest // 60, fullest % 60))
        return replace(self, people=round(found.peak), at=at, chance=found.exceeds, simulated=True)


def peaks(today: Sequence[SlotLoad], coming: Sequence[SlotLoad], now: datetime) -> list[Peak]:
    """The rest of today, and the next day that is open."""
    ahead = sorted({slot.day for slot in coming if slot.open and slot.day > now.date()})
    parts = [today, [slot for slot in coming if ahead and slot.day == ahead[0]]]
    return [peak for part in parts if (peak := _peak(part, now))]


def _peak(slots: Sequence[SlotLoad], now: datetime) -> Peak | None:
    left = [slot for slot in slots if slot.open and slot.ends > now]
    if not left:
        return None
    fullest = max(left, key=lambda slot: slot.p95)
    day = fullest.day
    name = words.relative_day(day, now.date()) or words.short_day(day)
    chance = max(slot.chance for slot in left)
    return Peak(day, name, round(fullest.p95), fullest.start, chance, fullest.level)
