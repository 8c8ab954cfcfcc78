"""Simulates today and the coming days beside the pages, and keeps what it found for them.

A day is simulated again when its plan is another one: bookings, limits, windows, closures, what was learned;
today each minute, since who waits, who has come and the speed of the windows are part of its plan. What takes
long is spread over several looks: today and the next open day first, then whichever day was looked at longest
ago.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime

from queueing.crowd.control import ALL_ON
from queueing.crowd.dayplan import DayPlan
from queueing.crowd.forecast import forecast_day
from queueing.domain.state import State
from queueing.policies.outlook import day_plan, hall_of
from queueing.policies.whatif import DAYS, SEED
from queueing.projections.foreseen import DayForeseen, found_unchanged, keep, stored
from queueing.projections.queries.crowding import Crowding
from queueing.season.model import Season
from queueing.system import System

DAYS_AHEAD = 22
"""Days with slots that are simulated: all that the calendar shows at once. Those after them are told by the
closed form."""
SECONDS = 6.0
"""Time for one look, so that what else the worker does is not kept waiting; a day takes about half one."""
_log = logging.getLogger(__name__)


def foresee(system: System, now: datetime, seconds: float = SECONDS, days: int = DAYS) -> int:
    """Look at today and the days ahead once, each simulated `days` times; how many were. At least one is, if
    any is due."""
    until = time.monotonic() + seconds
    with system.desk.view() as state:
        plans = {day: day_plan(state, system.season, day, now) for day in days_ahead(state, now)}
    if not plans:
        return 0
    with system.pool.connection() as connection:
        known = stored(connection, min(plans), max(plans))
    digests = {day: _digest(plan) for day, plan in plans.items()}
    due = [day for day in plans if day not in known or known[day].plan != digests[day]]
    same = [day for day in plans if day not in due]
    with system.pool.connection() as connection:
        found_unchanged(connection, same, now)
    turn = _in_turn(due, known, list(plans)[:2])
    return _simulate(system, plans, digests, known, turn, now, lambda: time.monotonic() < until, days)


def days_ahead(state: State, now: datetime) -> list[date]:
    """Today and the coming days with open slots that are not over."""
    days = (
        day
        for day in sorted(state.days)
        if day >= now.date()
        and any(state.slots[name].open and state.slots[name].end > now for name in state.days[day])
    )
    return [day for day, _ in zip(days, range(DAYS_AHEAD), strict=False)]


def simulated(
    plan: DayPlan, season: Season, day: date, digest: str, now: datetime, days: int = DAYS
) -> DayForeseen:
    """A day by simulation: what the figure shown comes from."""
    hall = hall_of(season)
    found = forecast_day(plan, hall, ALL_ON, days=days, seed=SEED)
    slots = {
        f"{day:%Y%m%d}-{one.start // 60:02}{one.start % 60:02}": Crowding(
            round(one.waiting, 2),
            float(one.p95),
            one.exceeds,
            one.level,
            round(one.p95 / max(1, hall.limit(plan.windows_at(one.start))), 3),
        )
        for one in found.slots
    }
    return DayForeseen(day, digest, now, float(found.peak), found.exceeds, slots)


def _simulate(
    system: System,
    plans: Mapping[date, DayPlan],
    digests: Mapping[date, str],
    known: Mapping[date, DayForeseen],
    days: list[date],
    now: datetime,
    time_left: Callable[[], bool],
    simulate: int,
) -> int:
    count = 0
    for day in days:
        if count and not time_left():
            break
        try:
            found = simulated(plans[day], system.season, day, digests[day], now, simulate)
        except Exception:
            _log.warning("a day can't be simulated; its quick estimate is shown", exc_info=True)
            continue
        over = known[day].slots if day in known else {}
        with system.pool.connection() as connection:
            keep(connection, _with(found, over))
        count += 1
    return count


def _with(found: DayForeseen, before: Mapping[str, Crowding]) -> DayForeseen:
    """With the slots that are over as they were expected last."""
    return DayForeseen(
        found.day, found.plan, found.looked, found.peak, found.chance, {**before, **found.slots}
    )


def _in_turn(due: list[date], known: Mapping[date, DayForeseen], near: list[date]) -> list[date]:
    """The near days first, then those never looked at, the nearest first, then the longest ago."""

    def turn(day: date) -> tuple[int, str, date]:
        if day in near:
            return 0, "", day
        return (2, known[day].looked.isoformat(), day) if day in known else (1, "", day)

    return sorted(due, key=turn)


def _digest(plan: DayPlan) -> str:
    """The same for equal plans, in every process."""
    return hashlib.blake2b(repr(plan).encode(), digest_size=12).hexdigest()
