"""What each slot of a day will be like: people coming, people waiting, the chance that the hall is too full.

Simulation for the figure shown; the closed form for a quick look at many days. Of a day under way (a plan
with a start) only the slots not over are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from queueing.crowd.bound import bound, day_of
from queueing.crowd.control import Controls
from queueing.crowd.dayplan import DayPlan
from queueing.crowd.hall import Hall
from queueing.crowd.simulate import quantile, run_days

DAYS = 300


@dataclass(frozen=True, slots=True)
class SlotForecast:
    """One slot: its start (minute of the day), people expected to arrive, people waiting at its fullest
    moment (expected, and not exceeded with 95 %), the chance that more wait than the hall holds in comfort,
    and the level: "calm", "busy" or "crowded"."""

    start: int
    arrivals: float
    waiting: float
    p95: float
    exceeds: float
    level: str


@dataclass(frozen=True, slots=True)
class DayForecast:
    """A day, or the rest of one: its slots, the people waiting at its fullest moment that 95 % of days stay
    at or below, and the chance that at some moment more wait than the hall holds in comfort."""

    slots: tuple[SlotForecast, ...]
    peak: float
    exceeds: float


def forecast(
    plan: DayPlan, hall: Hall, controls: Controls | None = None, *, days: int = DAYS, seed: int = 1
) -> list[SlotForecast]:
    """By simulation: about 0.3 s for a day."""
    return list(forecast_day(plan, hall, controls, days=days, seed=seed).slots)


def forecast_day(
    plan: DayPlan,
    hall: Hall,
    controls: Controls | None = None,
    *,
    days: int = DAYS,
    seed: int = 1,
    pause: float = 0.0,
) -> DayForecast:
    """The same with the day's peak, resting `pause` seconds before each simulated day. Empty when nothing of
    the day is left."""
    tally, ends = run_days(plan, controls, days=days, seed=seed, pause=pause)
    found: list[SlotForecast] = []
    over = [False] * len(ends)
    for start in _ahead(plan):
        places = [n for n, tick in enumerate(tally.ticks) if start <= tick < start + plan.slot_minutes]
        if not places:
            continue
        fullest = [max(end.trace[n] for n in places) for end in ends]
        limit = hall.limit(plan.windows_at(start))
        over = [before or people > limit for before, people in zip(over, fullest, strict=True)]
        found.append(_slot(plan, hall, start, sorted(fullest)))
    peak = quantile(sorted(end.peak for end in ends), 0.95) if found else 0.0
    return DayForecast(tuple(found), peak, sum(over) / len(over))


def _slot(plan: DayPlan, hall: Hall, start: int, fullest: Sequence[int]) -> SlotForecast:
    """A slot by the people waiting at its fullest moment on each day, in order."""
    windows = plan.windows_at(start)
    limit, p95 = hall.limit(windows), quantile(fullest, 0.95)
    return SlotForecast(
        start=start,
        arrivals=arrivals(plan, start),
        waiting=fmean(fullest),
        p95=p95,
        exceeds=sum(people > limit for people in fullest) / len(fullest),
        level=hall.level(p95, windows),
    )


def quick_forecast(plan: DayPlan, hall: Hall, walk_ins_stay: float = 0.6) -> list[SlotForecast]:
    """By the closed form, about 50 ms for a day: no live control, and nothing of who waits now."""
    found = bound(day_of(plan, walk_ins_stay))
    slots = []
    for start in _ahead(plan):
        crowd = found.at(start, start + plan.slot_minutes)
        if crowd is None:
            continue
        windows = plan.windows_at(start)
        slots.append(
            SlotForecast(
                start=start,
                arrivals=arrivals(plan, start),
                waiting=crowd.expected,
                p95=crowd.p95,
                exceeds=crowd.exceeds(hall.limit(windows)),
                level=hall.level(crowd.p95, windows),
            )
        )
    return slots


def arrivals(plan: DayPlan, start: int) -> float:
    """People expected for the slot: the booked who come, and walk-ins at the day's usual level."""
    end = start + plan.slot_minutes
    booked = sum(people for at, people in plan.told.items() if start <= at < end)
    walk_ins = sum(
        people * max(0.0, min(end, last) - max(start, first)) / (last - first)
        for first, last, people in plan.walk_ins
    )
    return plan.behaviour.show * booked + plan.times_usual * walk_ins


def _ahead(plan: DayPlan) -> Sequence[int]:
    now = 0.0 if plan.start is None else plan.start.at
    return [start for start in plan.slots if start + plan.slot_minutes > now]
