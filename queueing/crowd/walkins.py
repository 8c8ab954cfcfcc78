"""People without an appointment: how many are still to come today, and whether a rumour is about.

A day is a profile (when they come) times a level (how many), the level drawn from a Gamma distribution.
Having seen W of them by the time a share F of the profile is over, the rest of the day is negative binomial
with mean (k + W) / (k / mu + F) (1 - F).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from statistics import NormalDist

SHAPE = 2.0
"""k: small, so that a day may differ a lot from the usual one and the morning is believed quickly."""
RUMOUR = 2.5
"""Times the usual number by which the day so far is taken for a rumour (the level of `remaining`)."""
REFERENCE = 1.84
"""What a bin may bring, as a multiple of what today's level makes usual, before the alarm's score grows: the
slope of the likelihood ratio of 2.5 and 1.3 times as many, (2.5 - 1.3) / log(2.5 / 1.3)."""
THRESHOLD = 7.0
"""The score at which the alarm rings; how often that is by chance and in a rumour stands in docs/crowd.md."""
_LARGE = 2000.0


@dataclass(frozen=True, slots=True)
class Remaining:
    """Walk-ins still to come today: the mean, and the number not exceeded with 95 %. `level` is the day's
    walk-ins as a multiple of the usual."""

    mean: float
    p95: int
    level: float


def remaining(usual: float, share_over: float, seen: int, shape: float = SHAPE) -> Remaining:
    """Walk-ins still to come, of a day that usually brings `usual`, when `share_over` (0-1) of the profile is
    over and `seen` came. Nobody usual: the rest of what was seen is not a forecast, so none."""
    if usual <= 0:
        return Remaining(0.0, 0, 1.0)
    rate = (shape + seen) / (shape / usual + share_over)
    mean = rate * max(0.0, 1 - share_over)
    return Remaining(mean, negative_binomial(shape + seen, mean, 0.95), rate / usual)


def negative_binomial(shape: float, mean: float, quantile: float) -> int:
    """The smallest number whose distribution function reaches `quantile` (0-1)."""
    if mean <= 0:
        return 0
    if shape + mean > _LARGE:
        deviation = sqrt(mean + mean * mean / shape)
        return max(0, round(NormalDist(mean, deviation).inv_cdf(quantile)))
    success = log(shape / (shape + mean))
    failure = log(mean / (shape + mean))
    below, number = 0.0, 0
    while True:
        below += exp(
            lgamma(shape + number) - lgamma(shape) - lgamma(number + 1) + shape * success + number * failure
        )
        if below >= quantile or number > 20 * _LARGE:
            return number
        number += 1


def share_over(profile: Mapping[int, float], sessions: Sequence[tuple[float, float]], at: float) -> float:
    """The share (0-1) of a day's walk-ins usually there by `at`. `profile` weighs each clock hour (as
    season.toml does); sessions and `at` are minutes of the day, and weights count for the open minutes."""
    whole = sum(_weight(profile, start, end) for start, end in sessions)
    over = sum(_weight(profile, start, min(end, at)) for start, end in sessions if start < at)
    return over / whole if whole else 1.0


def _weight(profile: Mapping[int, float], start: float, end: float) -> float:
    hours = range(int(start // 60), int(end // 60) + 1)
    return sum(
        profile.get(hour, 0.0) * max(0.0, min(end, 60.0 * hour + 60) - max(start, 60.0 * hour)) / 60
        for hour in hours
    )


def usual_level(counts: Sequence[int], prior: float, weight: float = 5.0) -> float:
    """Walk-ins of a usual day: the mean of the days counted, with `prior` counting for `weight` days. A mean
    that forgets old days was measured to be worse: rumours last one to three days."""
    return (weight * prior + sum(counts)) / (weight + len(counts))


@dataclass(slots=True)
class Alarm:
    """The rumour alarm of a day: walk-ins seen where `usual` are, and the bin at which it rang (from 0), None
    while it has not.

    It rings on either of two grounds. The day so far is above `RUMOUR` times the usual: a day may be
    twice the usual by chance, and is so from the morning on. Or what comes now is more than
    today's level explains: a CUSUM for a rumour that begins in the course of the day.
    """

    seen: int = 0
    usual: float = 0.0
    score: float = 0.0
    bins: int = 0
    rang_at: int | None = None

    @property
    def ringing(self) -> bool:
        """Whether it rang today: a rumour does not end at noon."""
        return self.rang_at is not None

    @property
    def level(self) -> float:
        """Today's walk-ins so far as a multiple of the usual, as `remaining` has it."""
        return (SHAPE + self.seen) / (SHAPE + self.usual)

    def hear(self, seen: int, usual: float) -> None:
        """One more bin of the day with `seen` walk-ins where `usual` are usual."""
        self.score = max(0.0, self.score + seen - REFERENCE * usual * max(1.0, self.level))
        self.seen += seen
        self.usual += usual
        if self.rang_at is None and (self.level > RUMOUR or self.score > THRESHOLD):
            self.rang_at = self.bins
        self.bins += 1


def watched(bins: Iterable[tuple[int, float]]) -> Alarm:
    """The alarm after these bins (seen, usual) of a day, in order."""
    alarm = Alarm()
    for seen, usual in bins:
        alarm.hear(seen, usual)
    return alarm
