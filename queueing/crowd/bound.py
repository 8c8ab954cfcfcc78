"""How many will wait, without simulating: a maximum-variance bound with corrections for how windows work.

The people waiting at t are at most those who came since some moment s less those called since; whichever s
makes that largest decides. Each such difference is taken as normal: m people on average with variance v, and
P(waiting > q) is the largest tail over s. What that leaves out:

- until the doors open nobody is called, so the number waiting then is simply who came, most at the opening;
- at the opening each of c windows takes a person at once and is fresh, so c t / s + c (1 + C^2) / 2 people
  are called in the first t minutes of a crowd that was at the door (the renewal function of a new service);
- in a crowd that forms later the windows have just been taken: fresh services finish later than services
  caught under way, so a (1 - C^2) / 2 more people wait (a windows busy on average);
- the day has many moments. Those close together are much alike, the more so the longer the spell t - s that
  decides, so each counts as sqrt(STEP / (t - s)) of an independent one;
- one s, and looks five minutes apart: the peak is above the largest of the looks by some share of the
  deviation of what comes and goes between two of them (0.58 for a random walk looked at in steps, Siegmund
  1979; more here for all the other s).

That share, MISSED, is the only constant that was chosen; docs/crowd.md has the errors on the designs it was
chosen on, and on others. It knows no tickets and no live control: give it the walk-ins that stay. Minutes are
minutes of the day throughout.
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
MISSED = 1.4
"""Deviations between two looks by which the peak exceeds what the worst spell before one of them gives."""
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
    deviation of the whole day's show rate; `couples` the share of those who collect who come two by two.
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
    couples: float = 0.0


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
        couples=behaviour.couples,
    )


Moments = Mapping[int, Sequence[tuple[float, float]]]
"""Minute -> (mean, deviation) of the people waiting by each spell that ends then, the longest first."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The bound of one day: the moments of each session, by its start; `missed`: people by which the peak is
    above the largest look."""

    sessions: Mapping[int, Moments]
    missed: float

    def exceeds(self, waiting: float) -> float:
        """The chance that at some moment of the day more than `waiting` people wait."""
        calm = 1.0
        for start, moments in self.sessions.items():
            calm *= 1 - _tail(moments[start], waiting)[0]
            for moment, pairs in moments.items():
                if moment > start:
                    chance, spell = _tail(pairs, waiting - self.missed)
                    calm *= (1 - chance) ** sqrt(STEP / spell)
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
            pairs
            for moments in self.sessions.values()
            for moment, pairs in moments.items()
            if start <= moment < end
        ]
        if not found:
            return None
        expected = max(_expected(pairs) for pairs in found)
        p95 = max(mean + _P95 * sd for pairs in found for mean, sd in pairs)
        return Crowd(expected, max(0.0, p95), found)


@dataclass(frozen=True, slots=True)
class Crowd:
    """People waiting in one slot: expected and P95 at its worst moment."""

    expected: float
    p95: float
    moments: Sequence[Sequence[tuple[float, float]]]

    def exceeds(self, limit: float) -> float:
        """The chance that more than `limit` wait at the slot's worst moment."""
        return max(_tail(pairs, limit)[0] for pairs in self.moments)


def bound(day: Day) -> Bound:
    """The bound for a day; about 20 ms for 26 slots."""
    return next(bounds(day, [day.windows]))


def bounds(day: Day, windows: Iterable[int]) -> Iterator[Bound]:
    """The bounds for a day with other numbers of windows, one after another: each costs a fifth of the
    first."""
    people = day.show * sum(day.told.values()) + sum(day.walk_ins.values())
    a_minute = people / sum(end - start for start, end in day.sessions)
    spells = {start: _spells(day, start, end) for start, end in day.sessions}
    for number in windows:
        pace = min(a_minute, number / day.service)
        missed = MISSED * sqrt(STEP * pace * (1 + day.couples + day.variation**2))
        yield Bound(
            {start: _less_served(day, number, pace, start, of) for start, of in spells.items()}, missed
        )


Spell = tuple[float, float, int]
"""Mean and variance of those who come in a spell, and the minutes of it in which windows serve."""


def _less_served(
    day: Day, windows: int, pace: float, start: int, spells: Mapping[int, Sequence[Spell]]
) -> Moments:
    """What is left of those who come in a session's spells; nobody is served before it starts. `pace`: people
    served a minute over the day."""
    rate, spread = windows / day.service, day.variation**2 * windows / day.service
    later = pace * day.service * (1 - day.variation**2) / 2
    at_once = windows * (1 + day.variation**2) / 2
    at_the_door = EARLY // STEP
    return {
        moment: [
            (
                mean - rate * minutes + (0.0 if moment <= start else -at_once if n <= at_the_door else later),
                sqrt(variance + spread * minutes),
            )
            for n, (mean, variance, minutes) in enumerate(found)
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
    by_twos = (1 + day.couples) * (variance + walk)
    return mean + walk, max(by_twos + walk * walk / day.level_shape + shock, 0.0)


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


def _expected(pairs: Sequence[tuple[float, float]]) -> float:
    """The largest mean of the positive part."""
    return max(
        mean * _STANDARD.cdf(mean / sd) + sd * _STANDARD.pdf(mean / sd) if sd else max(0.0, mean)
        for mean, sd in pairs
    )
