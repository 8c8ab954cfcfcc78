"""How long a person will wait: from the people before them and how fast the windows work now.

The queue-length estimator: (q + 1) service means divided by the windows, if all windows are busy. Where
arrivals change over the day it beats every estimate from past waits (Ibrahim and Whitt). The range has three
sources of error: the services themselves, the moment of the current ones, and the speed of the windows,
which is only known from the last services and whose error grows with the queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, sqrt

LAST = 20
"""How many of the latest services speak for the present speed."""
WEIGHT = 10.0
"""How many services the planned mean counts for."""
SPEED_DRIFT = 0.05
"""How much the windows' speed changes between the last services and those to come (share; assumed)."""
Z = 1.55
"""Half-width of the range in standard deviations: 88 % if all were normal, more after rounding outwards."""
LONG = 30
"""Minutes beyond which another time is offered instead of a figure."""
STEP = 5


@dataclass(frozen=True, slots=True)
class Wait:
    """Minutes still to wait: expected, and the range stated."""

    mean: float
    low: float
    high: float

    @property
    def long(self) -> bool:
        """So long that the person had better take another time."""
        return self.mean > LONG

    @property
    def stated(self) -> tuple[int, int]:
        """The range in whole steps of five minutes, rounded outwards."""
        return STEP * floor(self.low / STEP), max(STEP, STEP * ceil(self.high / STEP))

    @property
    def words(self) -> str:
        """The range as people read it."""
        low, high = self.stated
        if self.long:
            return f">{LONG}分钟: 另选时间"
        return f"{low}–{high}分钟" if low else f"{high}分钟以内"


def rolling_mean(recent: Sequence[float], nominal: float) -> float:
    """Minutes of a service now: the mean of the last services with the planned one counting for ten."""
    last = recent[-LAST:]
    return (WEIGHT * nominal + sum(last)) / (WEIGHT + len(last))


def estimate(
    ahead: float,
    windows: int,
    recent: Sequence[float],
    nominal: float,
    *,
    all_busy: bool = True,
    variation: float = 0.5,
) -> Wait:
    """The wait of a person with `ahead` people to be called before them (those still to come who will be,
    too), `windows` open, the latest service times `recent` in minutes, and `nominal` the planned mean.
    `variation` is the services' coefficient of variation. No window open: no figure can be given, so an hour
    a person is stated."""
    if windows <= 0:
        return Wait(60.0 * (ahead + 1), LONG, 120.0 * (ahead + 1))
    if not all_busy and ahead == 0:
        return Wait(0.0, 0.0, 0.0)
    each = rolling_mean(recent, nominal) / windows
    known = min(len(recent), LAST) + WEIGHT
    speed = variation**2 / known + SPEED_DRIFT**2
    turns = ahead + 1
    deviation = each * sqrt(turns * variation**2 + 0.25 + turns**2 * speed)
    mean = turns * each
    return Wait(mean, max(0.0, mean - Z * deviation), mean + Z * deviation)


def across_breaks(wait: Wait, now: float, sessions: Sequence[tuple[float, float]], overrun: float) -> Wait:
    """The wait with the lunch break in it: what would be after a session's end and its overrun happens after
    the next one's start. `now` and the sessions are minutes of the day. Nothing is added after the last."""

    def moved(minutes: float) -> float:
        at = now + minutes
        for (_, end), (start, _) in pairwise(sessions):
            if now < start and at > end + overrun:
                at += start - max(now, end + overrun)
        return at - now

    return Wait(moved(wait.mean), moved(wait.low), moved(wait.high))


@dataclass(frozen=True, slots=True)
class Score:
    """How good estimates were: the share within the stated range (and not above it), mean error (minutes
    stated too much) and mean absolute error. `count` estimates; shares are 1 of none."""

    count: int
    coverage: float
    not_above: float
    bias: float
    error: float


def score(given: Iterable[tuple[Wait, float]]) -> Score:
    """Judge estimates by the minutes really waited."""
    rows = list(given)
    if not rows:
        return Score(0, 1.0, 1.0, 0.0, 0.0)
    inside = sum(wait.stated[0] <= real <= wait.stated[1] for wait, real in rows)
    below = sum(real <= wait.stated[1] for wait, real in rows)
    errors = [wait.mean - real for wait, real in rows]
    count = len(rows)
    return Score(count, inside / count, below / count, sum(errors) / count, sum(map(abs, errors)) / count)
