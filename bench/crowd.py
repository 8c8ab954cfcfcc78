"""How many days a second the crowd simulator does, with SimPy on the same days beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from queueing.crowd.cases import ours, rigid
from queueing.crowd.control import ALL_ON, Controls
from queueing.crowd.dayplan import DayPlan
from queueing.crowd.draws import People, draw
from queueing.crowd.simulate import simulate

DAYS = 500
ROUNDS = 5
_SIMPY_DAYS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """Days a second, the drawing of random numbers included: by the clock, and by processor time (which other
    programs on the machine disturb less; SimPy's is by it). Medians of `rounds`; `people` come on an
    average day."""

    what: str
    people: int
    days_per_s: float
    days_per_cpu_s: float
    simpy_days_per_s: float
    ratio: float
    rounds: int


def bench_crowd(
    url: str, days: int = DAYS, rounds: int = ROUNDS, tell: Callable[[str], None] = lambda line: None
) -> list[Row]:
    """Three days of docs/crowd.md, simulated again and again in one process; no database is needed."""
    by_arrival = replace(ours(), first_come=True)
    todo: list[tuple[str, DayPlan, Controls | None]] = [
        ("first come, first served", by_arrival, None),
        ("the counter's order", ours(), None),
        ("the counter's order, tickets, live control", ours(), ALL_ON),
    ]
    tell("SimPy")
    simpy_speed = median(
        _speed(lambda: _by_simpy(rigid(14), _SIMPY_DAYS), _SIMPY_DAYS)[1] for _ in range(rounds)
    )
    rows = []
    for what, plan, controls in todo:
        tell(what)
        served = simulate(plan, controls, days=20).served
        speeds = [_speed(lambda p=plan, c=controls: simulate(p, c, days=days), days) for _ in range(rounds)]
        by_clock, by_cpu = (median(column) for column in zip(*speeds, strict=True))
        rows.append(
            Row(
                what,
                round(served),
                round(by_clock, 1),
                round(by_cpu, 1),
                round(simpy_speed, 1),
                round(by_cpu / simpy_speed, 1),
                rounds,
            )
        )
    return rows


def _speed(run: Callable[[], Any], days: int) -> tuple[float, float]:
    clock, cpu = time.perf_counter(), time.process_time()
    run()
    return days / (time.perf_counter() - clock), days / (time.process_time() - cpu)


def _by_simpy(plan: DayPlan, days: int) -> None:
    for day in range(days):
        _simpy_day(draw(plan, 1, day), plan.windows)


def _simpy_day(people: People, windows: int) -> None:
    import simpy  # a development dependency: only this bench and the tests need it

    environment = simpy.Environment()
    counter = simpy.Resource(environment, capacity=windows)

    def visit(at: float, index: int) -> Iterator[Any]:
        yield environment.timeout(max(0.0, at))
        with counter.request() as mine:
            yield mine
            yield environment.timeout(people.service[index])

    for at, index in people.arrivals:
        environment.process(visit(at, index))
    environment.run()
