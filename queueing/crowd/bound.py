"""How many will wait, without simulating: the maximum-variance bound.

The people waiting at t are at most those who came since some moment s less those served since; whichever s
makes that largest decides. Each such difference is taken as normal: m people on average with variance v.
P(waiting > q) is then the largest tail over s, and the day's peak is taken as KAPPA independent looks a
session. Within 2 people of the simulated P95 peak on the designs it was calibrated on; docs/crowd.md has the
others. It knows no tickets and no live control: give it the walk-ins that stay.

Minutes are minutes of the day throughout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erf, sqrt
from statistics import NormalDist

KAPPA = 4.0
STEP = 5
EARLY = 40
"""Minutes before a session's start from which people come."""
_ROOT2 = sqrt(2)
_P95 = NormalDist().inv_cdf(0.95)
_STANDARD = NormalDist()


@dataclass(frozen=True, slots=True)
class Day:
    """What the bound needs of a day.

    `told` maps told time -> booked people, `walk_ins` a slot's start -> people expected in the slot of
    `slot_minutes`; `show` is the share of booked people who come, at the told time plus `offset_mean` with
    deviation `offset_sd`. `level_shape` is the Gamma shape of the walk-ins' day level, `show_shock` the
    deviation of the whole day's show rate.
    """

    sessions: Sequence[tuple[int, int]]
    windows: int
    service: float
    told: Mapping[int, float]
    walk_ins: Mapping[int, float]
    slot_minutes: int = 15
    show: float = 0.8
    offset_mean: float = -8.0
    offset_sd: float = 12.0
    variation: float = 0.5
    level_shape: float = 4.0
    show_shock: float = 0.0


@dataclass(frozen=True, slots=True)
class Bound:
    """For each moment of the grid the (mean, deviation) of every difference that could decide it."""

    moments: Sequence[Mapping[int, Sequence[tuple[float, float]]]]
    """One mapping a session."""

    def exceeds(self, waiting: float, kappa: float = KAPPA) -> float:
        """The chance that at some moment of the day more than `waiting` people wait."""
        calm = 1.0
        for session in self.moments:
            worst = max((_tail(pairs, waiting) for pairs in session.values()), default=0.0)
            calm *= (1 - worst) ** kappa
        return 1 - calm

    def p95_peak(self) -> int:
        """The number of waiting people that 95 % of days stay at or below."""
        low, high = 0, 1
        while self.exceeds(high) > 0.05 and high < 5000:
            low, high = high, high * 2
        while low < high:
            middle = (low + high) // 2
            if self.exceeds(middle) > 0.05:
                low = middle + 1
            else:
                high = middle
        return high

    def at(self, start: int, end: int) -> Crowd | None:
        """The worst moment from `start` to before `end`; None when the branch is closed then."""
        found = [
            pairs for session in self.moments for moment, pairs in session.items() if start <= moment < end
        ]
        if not found:
            return None
        expected = max(_expected(pairs) for pairs in found)
        p95 = max(max(mean + _P95 * sd for mean, sd in pairs) for pairs in found)
        return Crowd(expected, max(0.0, p95), tuple(found))


@dataclass(frozen=True, slots=True)
class Crowd:
    """People waiting in one slot: expected and P95 at its worst moment."""

    expected: float
    p95: float
    _moments: tuple[Sequence[tuple[float, float]], ...] = ()

    def exceeds(self, limit: float) -> float:
        """The chance that more than `limit` wait at the slot's worst moment."""
        return max(_tail(pairs, limit) for pairs in self._moments)


def bound(day: Day) -> Bound:
    """The bound for a day; about 50 ms for 26 slots."""
    return Bound([_session(day, start, end) for start, end in day.sessions])


def _session(day: Day, start: int, end: int) -> dict[int, list[tuple[float, float]]]:
    grid = range(start - EARLY, end + 1, STEP)
    spread = max(day.offset_sd, 0.1) * _ROOT2
    told = [(count, at) for at, count in day.told.items() if start <= at < end and count]
    came = [[0.5 * (1 + erf((moment - at - day.offset_mean) / spread)) for _, at in told] for moment in grid]
    walked = [_walked(day, start, moment) for moment in grid]
    counts = [count for count, _ in told]
    result: dict[int, list[tuple[float, float]]] = {}
    for j, moment in enumerate(grid):
        result[moment] = [
            _difference(day, counts, came[i], came[j], walked[j] - walked[i], max(0, moment - max(start, s)))
            for i, s in enumerate(grid[:j])
        ] or [(0.0, 0.0)]
    return result


def _difference(
    day: Day,
    counts: Sequence[float],
    before: Sequence[float],
    after: Sequence[float],
    walk: float,
    open_: int,
) -> tuple[float, float]:
    mean = variance = 0.0
    for count, f0, f1 in zip(counts, before, after, strict=True):
        part = day.show * (f1 - f0)
        mean += count * part
        variance += count * part * (1 - part)
    served = day.windows * open_ / day.service
    shock = (day.show_shock * mean / day.show) ** 2
    variance += walk + walk * walk / day.level_shape + day.variation**2 * served + shock
    return mean + walk - served, sqrt(max(variance, 0.0))


def _walked(day: Day, start: int, moment: int) -> float:
    length = day.slot_minutes
    return sum(
        people * min(1.0, max(0.0, (moment - at) / length))
        for at, people in day.walk_ins.items()
        if start <= at < moment
    )


def _tail(pairs: Sequence[tuple[float, float]], waiting: float) -> float:
    least = min(((waiting + 0.5 - mean) / sd if sd else 99.0) for mean, sd in pairs)
    return 1 - _STANDARD.cdf(least) if least < 99.0 else 0.0


def _expected(pairs: Sequence[tuple[float, float]]) -> float:
    """The largest mean of the positive part."""
    return max(
        mean * _STANDARD.cdf(mean / sd) + sd * _STANDARD.pdf(mean / sd) if sd else max(0.0, mean)
        for mean, sd in pairs
    )
