"""How a day fills when places are offered in different ways, and how many then wait.

People ask one after another for a place on one day, until so many places of its limits are taken. Each has a
liking for every slot: the hours that people without an appointment prefer, times chance. Offered three, they
take the one they like best. Simulated without live control, so that the way of offering shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import fmean

from queueing.crowd.cases import LOAD, WALK_INS
from queueing.crowd.dayplan import PROFILE, DayPlan, net_limits, told_times
from queueing.crowd.hall import Hall
from queueing.crowd.simulate import quantile, run_days, simulate, standard_error
from queueing.domain.offers import fullness

OFFERED = 3
FILLS = (0.5, 0.7, 0.9)
LOOK_EVERY = 40
"""Bookings after which the day is simulated anew where the simulated level counts."""
LOOK_DAYS = 60
"""Days simulated for that."""
_HALL = Hall(60, 40, 0.5)


@dataclass(slots=True)
class Filling:
    """A day being filled: the limits of its slots, the places taken, and what is simulated of it."""

    limits: Mapping[int, int]
    random: Random
    taken: dict[int, int]
    crowd: Mapping[int, float]

    @property
    def free(self) -> list[int]:
        """The slots with a place."""
        return [slot for slot, limit in self.limits.items() if self.taken[slot] < limit]

    def score(self, slot: int) -> float:
        """The product's own: how full the slot would be."""
        return fullness(self.taken[slot], self.limits[slot])


Way = Callable[[Filling], Sequence[int]]


def all_of_them(day: Filling) -> Sequence[int]:
    """Free choice among the slots with a place."""
    return day.free


def at_random(day: Filling) -> Sequence[int]:
    """Any three."""
    free = day.free
    return day.random.sample(free, min(OFFERED, len(free)))


def the_earliest(day: Filling) -> Sequence[int]:
    """What a clerk offers without a system."""
    return sorted(day.free)[:OFFERED]


def by_the_score(day: Filling) -> Sequence[int]:
    """The three least full: what the product offers while no day was simulated."""
    return sorted(day.free, key=lambda slot: (day.score(slot), slot))[:OFFERED]


def by_the_score_and_the_slot_before(day: Filling) -> Sequence[int]:
    """The same, half of it by the slot before, from which people spill over."""

    def points(slot: int) -> float:
        before = slot - 15
        return day.score(slot) + 0.5 * (day.score(before) if before in day.taken else 0.0)

    return sorted(day.free, key=lambda slot: (points(slot), slot))[:OFFERED]


def by_the_simulated_level(day: Filling) -> Sequence[int]:
    """The same, with the simulated P95 of waiting people against the hall's room added: what the product
    offers."""
    return sorted(day.free, key=lambda slot: (day.score(slot) + day.crowd.get(slot, 0.0), slot))[:OFFERED]


WAYS: Mapping[str, Way] = {
    "free choice inside the limits": all_of_them,
    "the 3 earliest": the_earliest,
    "3 at random": at_random,
    "3 by the score": by_the_score,
    "3 by the score and the slot before": by_the_score_and_the_slot_before,
    "3 by the score and the simulated level": by_the_simulated_level,
}


@dataclass(frozen=True, slots=True)
class Offering:
    """What a way of offering comes to at a fill: the average P95 peak of people waiting, its standard error
    over the days filled, and how people like their slot (the share of the day's slots they like less)."""

    peak: float
    error: float
    liking: float


def offering(way: str, fill: float, *, days: int = 200, fillings: int = 10, seed: int = 1) -> Offering:
    """So many days filled to `fill` of their limits, each then simulated `days` times."""
    peaks, likings = [], []
    for number in range(fillings):
        told, liking = _filled(WAYS[way], fill, Random(seed * 1000 + number))
        plan = DayPlan(told_times(told, 15, 5), WALK_INS)
        peaks.append(simulate(plan, None, days=days, seed=seed + number).p95_peak)
        likings.append(liking)
    return Offering(fmean(peaks), standard_error(peaks), fmean(likings))


def _filled(way: Way, fill: float, random: Random) -> tuple[dict[int, int], float]:
    limits = net_limits(walk_ins=WALK_INS, load=LOAD)
    day = Filling(limits, random, dict.fromkeys(limits, 0), {})
    likings = []
    for number in range(round(fill * sum(limits.values()))):
        if way is by_the_simulated_level and number % LOOK_EVERY == 0:
            day.crowd = _crowd(day.taken)
        likes = {slot: PROFILE[slot // 60] * random.expovariate(1.0) for slot in limits}
        chosen = max(way(day), key=lambda slot: likes[slot])
        day.taken[chosen] += 1
        likings.append(sum(one < likes[chosen] for one in likes.values()) / len(likes))
    return day.taken, fmean(likings)


def _crowd(taken: Mapping[int, int]) -> dict[int, float]:
    """The P95 of people waiting in each slot against the hall's room, of the day as it is booked now."""
    plan = DayPlan(told_times(taken, 15, 5), WALK_INS)
    plan = replace(plan, told=plan.told or {plan.slots[0]: 0})
    tally, ends = run_days(plan, None, days=LOOK_DAYS, seed=1)
    found = {}
    for slot in plan.slots:
        ticks = [n for n, tick in enumerate(tally.ticks) if slot <= tick < slot + 15]
        fullest = sorted(max(end.trace[n] for n in ticks) for end in ends)
        found[slot] = quantile(fullest, 0.95) / _HALL.limit(plan.windows)
    return found
