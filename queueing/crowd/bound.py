"""How many will wait, without simulating: a maximum-variance bound with two corrections.

The people waiting at t are at most those who came since some moment s less those served since; whichever s
makes that largest decides. Each such difference is taken as normal: m people on average with variance v, and
P(waiting > q) is the largest tail over s. Two things that leaves out:

- windows that begin together: after a lull all of them start new services, which finish later than services
  caught under way, so a (1 - C^2) / 2 more people wait at first (a windows busy on average), and about one
  more between two looks;
- the day has many moments. Those close together are much alike, the more so the longer the spell t - s that
  decides, so each counts as sqrt(STEP / (t - s)) of an independent one.

The constants were chosen on ten designs of 4 windows; docs/crowd.md has the errors on others. It knows no
tickets and no live control: give it the walk-ins that stay. Minutes are minutes of the day throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import erf, sqrt
from operator import mul
from statistics import NormalDist
from typing import NamedTuple

from queueing.crowd.dayplan import DayPlan

STEP = 5
BETWEEN_LOOKS = 1.3
"""People by which the peak exceeds the largest number seen at looks five minutes apart."""
EARLY = 40
"""Minutes before a session's start from which people come."""
_ROOT2 = sqrt(2)
_P95 = NormalDist().inv_cdf(0.95)
_STANDARD = NormalDist()
_FAR = 8.0
_MOST = 5000.0
_PRECISION = 0.02


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


def day_of(plan: DayPlan, walk_ins_stay: float = 1.0) -> Day:
    """What the bound needs of a plan; `walk_ins_stay` is the share of walk-ins who are not sent on."""
    behaviour = plan.behaviour
    return Day(
        sessions=plan.sessions,
        windows=plan.windows_at(plan.sessions[0][0]),
        service=plan.service,
        told=plan.told,
        walk_ins={int(start): walk_ins_stay * people for start, _, people in plan.walk_ins},
        slot_minutes=plan.slot_minutes,
        show=behaviour.show,
        offset_mean=behaviour.offset_mean,
        offset_sd=behaviour.offset_sd,
        variation=behaviour.variation,
        level_shape=behaviour.level_shape or 1e9,
        show_shock=behaviour.show_shock,
    )


Moments = Mapping[int, Sequence[tuple[float, float]]]
"""Minute -> (mean, deviation) of the difference from each earlier moment of the grid, the earliest first."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The bound of one day. `synchrony`: people who wait because windows begin together."""

    sessions: Sequence[Moments]
    synchrony: float

    def exceeds(self, waiting: float) -> float:
        """The chance that at some moment of the day more than `waiting` people wait."""
        level = waiting - self.synchrony - BETWEEN_LOOKS
        calm = 1.0
        for session in self.sessions:
            for pairs in session.values():
                chance, spell = _tail(pairs, level)
                calm *= (1 - chance) ** min(1.0, sqrt(STEP / spell))
        return 1 - calm

    def p95_peak(self) -> int:
        """The number of waiting people that 95 % of days stay at or below."""
        low, high = -1.0, 1.0
        while self.exceeds(high) > 0.05 and high < _MOST:
            low, high = high, high * 2
        while high - low > _PRECISION:
            middle = (low + high) / 2
            low, high = (middle, high) if self.exceeds(middle) > 0.05 else (low, middle)
        return max(0, round(high))

    def at(self, start: int, end: int) -> Crowd | None:
        """The worst moment from `start` to before `end`; None when the branch is closed then."""
        found = [
            pairs for session in self.sessions for moment, pairs in session.items() if start <= moment < end
        ]
        if not found:
            return None
        expected = max(_expected(pairs, self.synchrony) for pairs in found)
        p95 = max(mean + _P95 * sd for pairs in found for mean, sd in pairs) + self.synchrony
        return Crowd(expected, max(0.0, p95), self.synchrony, found)


@dataclass(frozen=True, slots=True)
class Crowd:
    """People waiting in one slot: expected and P95 at its worst moment."""

    expected: float
    p95: float
    synchrony: float
    moments: Sequence[Sequence[tuple[float, float]]]

    def exceeds(self, limit: float) -> float:
        """The chance that more than `limit` wait at the slot's worst moment."""
        return max(_tail(pairs, limit - self.synchrony)[0] for pairs in self.moments)


def bound(day: Day) -> Bound:
    """The bound for a day; about 20 ms for 26 slots."""
    return next(bounds(day, [day.windows]))


def bounds(day: Day, windows: Iterable[int]) -> Iterator[Bound]:
    """The bounds for a day with other numbers of windows, one after another: each costs a fifth of the
    first."""
    people = day.show * sum(day.told.values()) + sum(day.walk_ins.values())
    load = people * day.service / sum(end - start for start, end in day.sessions)
    spells = [_spells(day, start, end) for start, end in day.sessions]
    for number in windows:
        synchrony = min(number, load) * max(0.0, 1 - day.variation**2) / 2
        yield Bound([_less_served(day, number, session) for session in spells], synchrony)


Spell = tuple[float, float, int]
"""Mean and variance of those who come in a spell, and the minutes of it in which windows serve."""


def _less_served(day: Day, windows: int, spells: Mapping[int, Sequence[Spell]]) -> Moments:
    """What is left of those who come. Those served before the opening don't count. That windows take one
    person each at the opening is left out on purpose: it makes up for the many spells that the largest tail
    leaves out (tried: without it the P95 in mid-session is a third too low)."""
    rate, spread = windows / day.service, day.variation**2 * windows / day.service
    return {
        moment: [
            (mean - rate * minutes, sqrt(variance + spread * minutes)) for mean, variance, minutes in found
        ]
        or [(0.0, 0.0)]
        for moment, found in spells.items()
    }


def _spells(day: Day, start: int, end: int) -> dict[int, list[Spell]]:
    grid = range(start - EARLY, end + 1, STEP)
    spread = max(day.offset_sd, 0.1) * _ROOT2
    told = [(count, at) for at, count in day.told.items() if start <= at < end and count]
    counts = [count for count, _ in told]
    came = [
        _come(counts, [0.5 * (1 + erf((moment - at - day.offset_mean) / spread)) for _, at in told])
        for moment in grid
    ]
    walked = [_walked(day, start, moment) for moment in grid]
    return {
        moment: [
            (*_difference(day, came[i], came[j], walked[j] - walked[i]), max(0, moment - max(start, since)))
            for i, since in enumerate(grid[:j])
        ]
        for j, moment in enumerate(grid)
    }


class _Come(NamedTuple):
    """Of the booked, by a moment: the share of each told time (of those who come at all), the same times its
    people, and the sums of that and of that times the share."""

    shares: list[float]
    people: list[float]
    total: float
    squares: float


def _come(counts: Sequence[float], shares: list[float]) -> _Come:
    people = list(map(mul, counts, shares))
    return _Come(shares, people, sum(people), sum(map(mul, people, shares)))


def _difference(day: Day, before: _Come, after: _Come, walk: float) -> tuple[float, float]:
    """Mean and variance. Of the n people of a told time each comes in the spell with chance
    q = show (F1 - F0), so they add n q and n q (1 - q); the sum of the squares is multiplied out, for most
    of its parts belong to one moment alone."""
    mean = day.show * (after.total - before.total)
    squares = after.squares - 2 * sum(map(mul, before.people, after.shares)) + before.squares
    variance = mean - day.show**2 * squares
    shock = (day.show_shock * mean / day.show) ** 2
    variance += walk + walk * walk / day.level_shape + shock
    return mean + walk, max(variance, 0.0)


def _walked(day: Day, start: int, moment: int) -> float:
    length = day.slot_minutes
    return sum(
        people * min(1.0, max(0.0, (moment - at) / length))
        for at, people in day.walk_ins.items()
        if start <= at < moment
    )


def _tail(pairs: Sequence[tuple[float, float]], waiting: float) -> tuple[float, float]:
    """The chance of more than `waiting`, and the minutes of the spell that decides it."""
    least, back = _FAR, 1
    for n, (mean, sd) in enumerate(pairs):
        if sd and (waiting + 0.5 - mean) / sd < least:
            least, back = (waiting + 0.5 - mean) / sd, len(pairs) - n
    return (1 - _STANDARD.cdf(least) if least < _FAR else 0.0), STEP * back


def _expected(pairs: Sequence[tuple[float, float]], synchrony: float) -> float:
    """The largest mean of the positive part; the synchrony counts as far as there is a queue at all."""
    best, chance = max(
        (mean * _STANDARD.cdf(mean / sd) + sd * _STANDARD.pdf(mean / sd), _STANDARD.cdf(mean / sd))
        if sd
        else (max(0.0, mean), float(mean > 0))
        for mean, sd in pairs
    )
    return best + synchrony * chance
