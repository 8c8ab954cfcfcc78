"""Events a second of building all read models anew from a long log."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from statistics import median

from bench.rebuild import fill
from queueing.log import EventLog
from queueing.projections.rebuild import rebuild_all
from queueing.projections.registry import all_projections
from queueing.projections.runner import Projector
from queueing.season.load import default_directory, load_season

EVENTS = 205_000
"""Comfortably more than 200,000: the synthetic season meets the number only about."""
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """All read models built from the same log, and swapped in."""

    events: int
    seconds: float
    events_per_s: float
    read_models: int
    rounds: int


def bench_rebuild(
    url: str, events: int = EVENTS, rounds: int = ROUNDS, tell: Callable[[str], None] = lambda line: None
) -> list[Row]:
    """In the (empty) database of `url`; the median of the rounds."""
    projections = all_projections(load_season(default_directory()))
    with closing(EventLog(url)) as log:
        log.migrate()
        with closing(Projector(url, projections, log)) as live:
            live.migrate()
        tell(f"写入 {events} 条事件")
        stored = fill(log, events)
        seconds = []
        for number in range(rounds):
            tell(f"第 {number + 1} 次重建（共 {rounds} 次）")
            begun = time.perf_counter()
            read = rebuild_all(url, projections, log)
            seconds.append(time.perf_counter() - begun)
            if read != stored:
                raise RuntimeError(f"a rebuild read {read} of {stored} events")
    typical = median(seconds)
    return [Row(stored, round(typical, 2), round(stored / typical, 1), len(projections), rounds)]
