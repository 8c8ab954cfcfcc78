"""The board of the past: how long it takes to open a day of a full season, and then each picture of its film,
forward and jumping about."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path

from bench.busy import NOW, Clock, fill
from bench.town import settings_of
from queueing.projections.replay import Replay
from queueing.season.load import default_directory, load_season
from queueing.system import System, open_system
from queueing.web.boarding import board_then

HOLDERS = 40_000
STEP = timedelta(minutes=5)
JUMPS = 20
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """Seconds to fold what happened before the day; milliseconds a picture takes, steps of five minutes
    forward and jumps to any of them, all before anything is kept."""

    events: int
    open_s: float
    step_p50_ms: float
    step_p95_ms: float
    jump_p50_ms: float
    jump_p95_ms: float


def bench_past(url: str, *, holders: int = HOLDERS, tell: Told = lambda line: None) -> list[Row]:
    """The day of `bench.busy`, in the middle of the season."""
    with tempfile.TemporaryDirectory() as directory:
        fill(url, Path(directory), holders, tell)
        settings = settings_of(url, Path(directory))
        season = load_season(default_directory())
        with closing(open_system(settings, clock=Clock(NOW), season=season)) as system:
            return [_measured(system, tell)]


def _measured(system: System, tell: Told) -> Row:
    tell("重放")
    replay = Replay(system.url, system.log, system.season.branch.id, NOW.date())
    with closing(replay):
        begun = time.perf_counter()
        replay.prepare()
        opened = time.perf_counter() - begun
        count = ceil((NOW - datetime.combine(NOW.date(), datetime.min.time()).replace(hour=8)) / STEP)
        moments = [NOW - number * STEP for number in reversed(range(count))]
        steps = _pictures(system, replay, moments)
        jumps = _pictures(system, replay, random.Random(7).sample(moments, JUMPS))
    return Row(system.log.head(), round(opened, 1), *steps, *jumps)


def _pictures(system: System, replay: Replay, moments: Iterable[datetime]) -> tuple[float, float]:
    """Median and 95th percentile of the milliseconds."""
    took = []
    for moment in moments:
        begun = time.perf_counter()
        with replay.at(moment) as (connection, state):
            board_then(connection, state, system.season, moment)
        took.append(1000 * (time.perf_counter() - begun))
    took.sort()
    return round(statistics.median(took)), round(took[ceil(0.95 * len(took)) - 1])
