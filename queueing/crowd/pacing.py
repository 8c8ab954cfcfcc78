"""How many to invite today: the order-up-to rule with a pipeline.

I = max(0, (theta * F - P) / r), where F is the number of free places in the coming H days, P the bookings
still expected from earlier invitations (sum of I_j * r * (1 - G(age_j))), r the response rate and G the
distribution of the answer's delay. Counting what is on its way keeps a slow reply from looking like a free
place (order-up-to with pipeline: Silver, Pyke & Thomas, Inventory and Production Management, ch. 7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

LAG = 0.6
"""Share of the answers still to come that stays away for one more day (assumed; answers take about two
days)."""
OLD_ENOUGH = 5
"""Days after which an invitation's answers are in, and it teaches the response rate."""
YOUNG = 2
DISCOUNT = 0.95
"""What an invitation's evidence keeps of its weight for each day it is older."""
PRIOR_WEIGHT = 30.0
"""How many invited people the assumed response rate counts for."""
_LEAST = 0.05


def still_expected(age_days: int) -> float:
    """1 - G: the share of answers that come later than `age_days` after the invitation."""
    return LAG ** max(0, age_days)


def estimated_lag(answers_by_delay: Mapping[int, int], weight: float = 50.0) -> Callable[[int], float]:
    """1 - G from answers seen, days of delay -> people, with the assumed G counting for `weight` answers.
    Give it answers to invitations old enough that late ones are not missing."""
    total = sum(answers_by_delay.values())

    def later(age_days: int) -> float:
        seen = sum(count for delay, count in answers_by_delay.items() if delay > age_days)
        return (weight * still_expected(age_days) + seen) / (weight + total)

    return later


@dataclass(frozen=True, slots=True)
class Response:
    """The share of invited people who book, and a range that holds it with about 90 %."""

    rate: float
    low: float
    high: float
    invited: float


def response(
    invitations: Iterable[tuple[int, int, int]],
    prior: float,
    later: Callable[[int], float] | None = None,
) -> Response:
    """The response rate from invitations (age in days, invited, booked since): a Beta estimate to which old
    invitations count less. Those younger than five days are left out, their answers are still coming; with
    `later` (1 - G) those from two days on count by the share of answers that should be in, which learns
    sooner that few answer but trusts the delay."""
    yes, all_ = PRIOR_WEIGHT * prior, PRIOR_WEIGHT
    for age, invited, booked in invitations:
        if age < (OLD_ENOUGH if later is None else YOUNG):
            continue
        weight = DISCOUNT ** max(0, age - OLD_ENOUGH)
        answered = invited * (1 - later(age)) if later else invited
        yes += weight * min(booked, answered)
        all_ += weight * answered
    rate = yes / all_
    margin = 1.64 * sqrt(rate * (1 - rate) / (all_ + 1))
    return Response(max(_LEAST, rate), max(0.0, rate - margin), min(1.0, rate + margin), all_ - PRIOR_WEIGHT)


@dataclass(frozen=True, slots=True)
class Batch:
    """The next batch and its reason: free places, those to be filled (theta of them), bookings still expected
    from earlier invitations, those therefore missing, the response rate, and whether `most` capped it."""

    size: int
    free_places: int
    to_fill: float
    in_pipeline: float
    missing: float
    response: float
    capped: bool

    @property
    def reason(self) -> str:
        """The sum, in a sentence for the manager."""
        filled = f"未来几天空余 {self.free_places} 个名额，计划约满 {self.to_fill:.0f} 个"
        expected = f"已发出的邀请预计还会带来 {self.in_pipeline:.0f} 个预约"
        if self.missing <= 0:
            return f"{filled}，{expected}，暂不再邀请。"
        cap = "（到了每批上限）" if self.capped else ""
        return (
            f"{filled}，{expected}，还差 {self.missing:.0f} 个；"
            f"每 100 人约有 {100 * self.response:.0f} 人会预约，所以这批邀请 {self.size} 人{cap}。"
        )


def next_batch(
    free_places: int,
    invited_by_age: Mapping[int, int],
    *,
    theta: float,
    response: float,
    most: int,
    later: Callable[[int], float] = still_expected,
) -> Batch:
    """How many to invite now, and why. `free_places` counts places; `invited_by_age` maps days since the
    invitation to people; `theta` and `response` are shares (0-1]; at most `most`; `later` is 1 - G. Called
    twice it adds nothing: those just invited are in the pipeline."""
    pipeline = sum(count * response * later(age) for age, count in invited_by_age.items())
    missing = theta * free_places - pipeline
    wanted = max(0, int(missing / response))
    return Batch(
        size=min(most, wanted),
        free_places=free_places,
        to_fill=theta * free_places,
        in_pipeline=pipeline,
        missing=missing,
        response=response,
        capped=wanted > most,
    )


def batch(
    free_places: int, invited_by_age: Mapping[int, int], *, theta: float, response: float, most: int
) -> int:
    """The size of the next batch alone; see `next_batch`."""
    return next_batch(free_places, invited_by_age, theta=theta, response=response, most=most).size
