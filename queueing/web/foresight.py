"""Days simulated for the board: in a thread of its own, since 500 days take a second or two, and kept.

Whoever asks gets what is known, or nothing yet; a page never waits. A day is looked at again at most once a
minute, and simulated again only when its plan is another one; so is the rest of today, which is another plan
each minute.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from queueing.crowd.control import ALL_ON
from queueing.crowd.dayplan import DayPlan
from queueing.crowd.forecast import DayForecast, forecast_day
from queueing.policies.outlook import day_plan, hall_of
from queueing.policies.whatif import DAYS, SEED
from queueing.system import System

EVERY = 60.0
"""Seconds between two looks at a day."""
REST = 0.002
"""Seconds of rest before each simulated day: without, every page waits for the interpreter while one runs."""
SHOWN_FOR = timedelta(minutes=5)
"""A forecast made longer ago by the branch's clock is not shown as of now."""
DAYS_KEPT = 8
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Made:
    """A forecast of a plan, as of a moment of the branch."""

    plan: DayPlan
    forecast: DayForecast
    moment: datetime


class Foresight:
    """The simulated days of one web process."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._lock = threading.Lock()
        self._made: dict[date, _Made] = {}
        self._asked: dict[date, float] = {}
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="foresight")
        self.version = 0

    def of(self, day: date, now: datetime) -> DayForecast | None:
        """What is known of a day, if it is still of now; a look at it is begun when it is time for one."""
        with self._lock:
            made = self._made.get(day)
            fresh = made is not None and timedelta(0) <= now - made.moment <= SHOWN_FOR
            if time.monotonic() - self._asked.get(day, float("-inf")) >= EVERY:
                self._begin(day, now)
        return made.forecast if made and fresh else None

    def _begin(self, day: date, now: datetime) -> None:
        self._asked[day] = float("inf")  # nobody else begins while this one is under way
        self._worker.submit(self._look, day, now)

    def _look(self, day: date, now: datetime) -> None:
        try:
            made = self._simulated(day, now)
        except Exception:
            _log.warning("a day can't be simulated; the quick estimate stays", exc_info=True)
            made = None
        with self._lock:
            self._asked[day] = time.monotonic()
            if made:
                self._made[day] = made
                self.version += 1
            for old in sorted(self._made)[:-DAYS_KEPT]:
                del self._made[old]

    def _simulated(self, day: date, now: datetime) -> _Made:
        system = self._system
        with system.desk.view() as state:
            plan = day_plan(state, system.season, day, now)
        before = self._made.get(day)
        if before and before.plan == plan:
            return _Made(plan, before.forecast, now)
        found = forecast_day(plan, hall_of(system.season), ALL_ON, days=DAYS, seed=SEED, pause=REST)
        return _Made(plan, found, now)

    def close(self) -> None:
        """Begin nothing more; what is under way ends within two seconds."""
        self._worker.shutdown(wait=True, cancel_futures=True)
