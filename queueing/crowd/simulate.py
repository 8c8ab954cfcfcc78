"""Simulate days of a plan, and say what they came to.

Everything comes from (plan, controls, seed): the same numbers on every machine and in any number of
processes, so that two plans can be compared under the same luck.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import fmean, stdev
from time import sleep

from queueing.crowd.control import Controls
from queueing.crowd.dayplan import DayPlan
from queueing.crowd.draws import draw
from queueing.crowd.floor import DayEnd, Floor
from queueing.crowd.tally import Tally

BATCHES = 10
FAN = (0.5, 0.8, 0.95)


@dataclass(frozen=True, slots=True)
class ClassWait:
    """Minutes that one class of people waited after they were due (told time or arrival, the later): how many
    people, mean, P95, longest."""

    people: int
    mean: float
    p95: float
    longest: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `days` simulated days came to.

    People: `p95_peak` is the peak of waiting people that 95 % of days stay at or below, with its 90 %
    confidence range; means a day of `served`, `away` (unserved when the last window shut), `tickets`,
    `other_day` and `rebooked`. Minutes: waits in the hall (from arrival) and after the told time (booked
    only); `overtime` mean and P95. `utilisation` is the share of
    open window minutes worked. `alarm_share` of the days the rumour alarm rang. `fan` maps a minute to the
    waiting people that half, 80 % and 95 % of days stay at or below. Each `*_error` is a standard error, of
    the P95 of waits by ten batches of days.
    """

    days: int
    p95_peak: int
    p95_peak_low: int
    p95_peak_high: int
    mean_peak: float
    p95_wait: float
    p95_wait_error: float
    mean_wait: float
    p95_hall: float
    mean_hall: float
    utilisation: float
    utilisation_error: float
    overtime: float
    p95_overtime: float
    served: float
    away: float
    tickets: float
    other_day: float
    rebooked: float
    alarm_share: float
    p95_hall_error: float
    overtime_error: float
    served_error: float
    away_error: float
    classes: dict[str, ClassWait]
    fan: dict[int, tuple[int, ...]]


def simulate(plan: DayPlan, controls: Controls | None = None, *, days: int = 500, seed: int = 1) -> Outcome:
    """Simulate so many days of `plan`; without `controls` nothing is done about what happens."""
    tally = Tally(plan)
    ends: list[DayEnd] = []
    batches: list[tuple[float, float]] = []
    per_batch = ceil(days / BATCHES)
    for first in range(0, days, per_batch):
        ends += _days(plan, controls, tally, seed, range(first, min(days, first + per_batch)))
        batches.append(tally.flush())
    return _outcome(plan, tally, ends, batches)


def run_days(
    plan: DayPlan, controls: Controls | None = None, *, days: int = 500, seed: int = 1, pause: float = 0.0
) -> tuple[Tally, list[DayEnd]]:
    """The same days one by one, for who wants more of them than an `Outcome` says. `pause` are seconds of
    rest before each (a day takes less than a millisecond), for a thread that must not keep others waiting."""
    tally = Tally(plan)
    return tally, _days(plan, controls, tally, seed, _resting(range(days), pause) if pause else range(days))


def _resting(days: Iterable[int], pause: float) -> Iterator[int]:
    for day in days:
        sleep(pause)
        yield day


def _days(
    plan: DayPlan, controls: Controls | None, tally: Tally, seed: int, days: Iterable[int]
) -> list[DayEnd]:
    return [Floor(plan, draw(plan, seed, day), controls, tally).run() for day in days]


def _outcome(
    plan: DayPlan, tally: Tally, ends: Sequence[DayEnd], batches: Sequence[tuple[float, float]]
) -> Outcome:
    peaks = sorted(end.peak for end in ends)
    minutes = plan.open_minutes
    if plan.start is not None:
        minutes = sum(
            plan.windows_between(max(start, plan.start.at), end)
            for start, end in plan.sessions
            if end > plan.start.at
        )
    used = [end.work / minutes for end in ends] if minutes else [0.0]
    overtimes = sorted(end.overtime for end in ends)
    low, high = quantile_range(peaks, 0.95)
    booked = tally.booked
    return Outcome(
        days=len(ends),
        p95_peak=quantile(peaks, 0.95),
        p95_peak_low=low,
        p95_peak_high=high,
        mean_peak=fmean(peaks),
        p95_wait=booked.quantile(0.95),
        p95_wait_error=standard_error([booked for booked, _ in batches]),
        mean_wait=booked.mean,
        p95_hall=tally.hall_waits.quantile(0.95),
        mean_hall=tally.hall_waits.mean,
        utilisation=fmean(used),
        utilisation_error=standard_error(used),
        overtime=fmean(overtimes),
        p95_overtime=overtimes[_rank(len(overtimes), 0.95)],
        served=fmean(end.served for end in ends),
        away=fmean(end.away for end in ends),
        tickets=fmean(end.tickets for end in ends),
        other_day=fmean(end.other_day for end in ends),
        rebooked=fmean(end.rebooked for end in ends),
        alarm_share=fmean(end.alarm_at is not None for end in ends),
        p95_hall_error=standard_error([hall for _, hall in batches]),
        overtime_error=standard_error(overtimes),
        served_error=standard_error([end.served for end in ends]),
        away_error=standard_error([end.away for end in ends]),
        classes={
            name: ClassWait(waits.number, waits.mean, waits.quantile(0.95), waits.longest)
            for name, waits in tally.by_class.items()
        },
        fan=_fan(tally.ticks, ends),
    )


def _fan(ticks: Sequence[int], ends: Sequence[DayEnd]) -> dict[int, tuple[int, ...]]:
    ranks = [_rank(len(ends), share) for share in FAN]
    columns = (sorted(column) for column in zip(*(end.trace for end in ends), strict=True))
    return {tick: tuple(column[rank] for rank in ranks) for tick, column in zip(ticks, columns, strict=True)}


def quantile(ordered: Sequence[int], share: float) -> int:
    """The smallest of the ordered values that `share` of them do not exceed."""
    return ordered[_rank(len(ordered), share)]


def quantile_range(ordered: Sequence[int], share: float) -> tuple[int, int]:
    """The 90 % confidence range of a quantile: order statistics by the binomial's normal approximation."""
    count = len(ordered)
    half = 1.645 * sqrt(count * share * (1 - share))
    low = max(0, int(count * share - half) - 1)
    high = min(count - 1, ceil(count * share + half))
    return ordered[low], ordered[high]


def standard_error(values: Sequence[float]) -> float:
    """Of the mean of independent values; 0 of fewer than two."""
    return stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0


def _rank(count: int, share: float) -> int:
    return max(0, ceil(count * share - 1e-9) - 1)
