"""The board of the past: how long it takes to keep the mornings of a season and to open its last day, with
them and without, and then each picture of its film, forward and jumping about."""

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
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from bench.busy import NOW, Clock, fill
from bench.town import settings_of
from queueing.projections.keeping import keep_mornings
from queueing.projections.mornings import ENTITIES, THEN, tables
from queueing.projections.queries.crowding import crowdings
from queueing.projections.replay import Replay
from queueing.season.load import default_directory, load_season
from queueing.sms.then import Outcomes, outcomes
from queueing.system import System, open_system
from queueing.web.boarding import board_then
from queueing.web.rendering import environment

HOLDERS = 40_000
STEP = timedelta(minutes=5)
JUMPS = 20
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """Seconds to keep all mornings, and the last one alone; seconds to open the day without any; milliseconds
    until its first picture with them, and that each further one takes, steps of five minutes forward and
    jumps to any of them, all before any picture is kept."""

    events: int
    keep_s: float
    mornings: int
    last_morning_s: float
    open_without_s: float
    first_ms: float
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
    """The last day is today's; the morning before it is kept apart, as in each night."""
    moments = _moments()
    tell("不用存好的早晨，打开一天")
    without = _seconds(lambda: _opened(system).close())
    tell("存下每天早晨")
    branch = system.season.branch.id
    begun = time.perf_counter()
    count = keep_mornings(system.url, system.log, branch)
    kept = time.perf_counter() - begun
    with psycopg.connect(system.url, autocommit=True) as connection:
        _forget_last(connection)
    last = _seconds(lambda: keep_mornings(system.url, system.log, branch))
    tell("重放")
    crowdings.cache_clear()
    begun = time.perf_counter()
    with closing(_opened(system)) as replay:
        with system.pool.connection() as connection:
            sent = outcomes(connection, NOW.date())
        draw = _drawing(system, replay, sent)
        draw(moments[0])
        first = time.perf_counter() - begun
        steps = _pictures(draw, moments[1:])
        jumps = _pictures(draw, random.Random(7).sample(moments, JUMPS))
    return Row(
        events=system.log.head(),
        keep_s=round(kept, 1),
        mornings=count,
        last_morning_s=round(last, 1),
        open_without_s=round(without, 1),
        first_ms=round(1000 * first),
        step_p50_ms=steps[0],
        step_p95_ms=steps[1],
        jump_p50_ms=jumps[0],
        jump_p95_ms=jumps[1],
    )


def _moments() -> list[datetime]:
    count = ceil((NOW - datetime.combine(NOW.date(), datetime.min.time()).replace(hour=8)) / STEP)
    return [NOW - number * STEP for number in reversed(range(count))]


def _opened(system: System) -> Replay:
    replay = Replay(system.url, system.log, system.season.branch.id, NOW.date())
    replay.prepare()
    return replay


def _forget_last(connection: Connection[Any]) -> None:
    """As it was before the last morning was kept."""
    found = connection.execute(
        "DELETE FROM kept_morning WHERE day = (SELECT max(day) FROM kept_morning) RETURNING day"
    ).fetchone()
    assert found is not None
    for name in [*(table.name + THEN for table in tables()), ENTITIES]:
        connection.execute(SQL("DELETE FROM {} WHERE since = %s").format(Identifier(name)), found)
        connection.execute(
            SQL("UPDATE {} SET until = 'infinity' WHERE until = %s").format(Identifier(name)), found
        )


def _drawing(system: System, replay: Replay, sent: Outcomes) -> Callable[[datetime], object]:
    env = environment()

    def draw(moment: datetime) -> object:
        with replay.at(moment) as (connection, state):
            shown = board_then(connection, state, system.season, sent, moment)
        return env.get_template("board/live.html").render(shown)

    return draw


def _seconds(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def _pictures(draw: Callable[[datetime], object], moments: Iterable[datetime]) -> tuple[float, float]:
    """Median and 95th percentile of the milliseconds."""
    took = sorted(1000 * _seconds(lambda moment=moment: draw(moment)) for moment in moments)  # type: ignore[misc]
    return round(statistics.median(took)), round(took[ceil(0.95 * len(took)) - 1])
