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
TOLERATED, RUMOUR = 1.3, 2.5
"""Times the usual number that is still a normal day, and that is a rumour."""
REFERENCE = (RUMOUR - TOLERATED) / log(RUMOUR / TOLERATED)
"""What a bin may bring before the alarm's score grows, as a multiple of the usual (1.84): the slope of the
likelihood ratio of the two."""
THRESHOLD = 8.0
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


@dataclass(frozen=True, slots=True)
class Alarm:
    """The rumour alarm: its score, and the bin at which it first rang (from 0), None while it has not."""

    score: float = 0.0
    bins: int = 0
    rang_at: int | None = None

    @property
    def ringing(self) -> bool:
        """Whether the score is above the threshold now, or was today: a rumour does not end at noon."""
        return self.rang_at is not None


def next_score(score: float, seen: int, usual: float) -> float:
    """The alarm's score (CUSUM) after one more bin with `seen` walk-ins where `usual` are usual."""
    return max(0.0, score + seen - REFERENCE * usual)


def watch(alarm: Alarm, seen: int, usual: float) -> Alarm:
    """The alarm after one more bin of the day."""
    score = next_score(alarm.score, seen, usual)
    rang = alarm.rang_at
    if rang is None and score > THRESHOLD:
        rang = alarm.bins
    return Alarm(score, alarm.bins + 1, rang)


def watched(bins: Iterable[tuple[int, float]]) -> Alarm:
    """The alarm after these bins (seen, usual) of a day, in order."""
    alarm = Alarm()
    for seen, usual in bins:
        alarm = watch(alarm, seen, usual)
    return alarm
