"""The people of one simulated day. Streams are apart and seeded by (seed, day), so that two plans compared
meet the same walk-ins, the same day's luck and services drawn from the same stream."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, lgamma, log
from random import Random
from statistics import NormalDist

from queueing.crowd.dayplan import Behaviour, DayPlan, Person

_TABLE = 2048
_STEPS = 20_000
_STREAMS = 4
BOOKED, WALK_IN, BATCH, TICKET = range(4)
WITH_PLACE = (BOOKED, TICKET)


@dataclass(slots=True)
class People:
    """One day's arrivals, by index: `arrivals` are (minute, index) in order; `told` is the told time, or the
    arrival of those who have none; `kind` is BOOKED, WALK_IN, BATCH, or TICKET for a walk-in who
    took a place later in the day."""

    arrivals: list[tuple[float, int]]
    told: list[float]
    kind: list[int]
    priority: list[bool]
    service: list[float]
    chance: Random
    """For what people decide during the day."""


@lru_cache(maxsize=32)
def service_table(variation: float) -> tuple[float, ...]:
    """Equally likely service times with mean 1: the quantiles of a Gamma distribution (all 1 if no
    variation)."""
    if variation <= 0:
        return (1.0,)
    shape = 1 / variation**2
    top = 1 + 12 * variation + 6 * variation**2
    width = top / _STEPS
    constant = shape * log(shape) - lgamma(shape)
    table: list[float] = []
    below, want = 0.0, 0.5 / _TABLE
    for n in range(_STEPS):
        x = (n + 0.5) * width
        below += exp(constant + (shape - 1) * log(x) - shape * x) * width
        while below >= want and len(table) < _TABLE:
            table.append(x)
            want += 1 / _TABLE
    table += [top] * (_TABLE - len(table))
    mean = sum(table) / _TABLE
    return tuple(x / mean for x in table)


@lru_cache(maxsize=32)
def offset_table(mean: float, sd: float) -> tuple[float, ...]:
    """Equally likely minutes between told time and arrival: the quantiles of a normal distribution."""
    if sd <= 0:
        return (mean,)
    return tuple(NormalDist(mean, sd).inv_cdf((n + 0.5) / _TABLE) for n in range(_TABLE))


def draw(plan: DayPlan, seed: int, day: int) -> People:
    """The people of day number `day`."""
    luck, booked, walk_ins, services = (
        Random((seed * 1_000_003 + day) * _STREAMS + n) for n in range(_STREAMS)
    )
    behaviour = plan.behaviour
    show = _show(behaviour, luck)
    pace = max(0.3, 1 + luck.gauss(0, 1) * behaviour.speed_shock) if behaviour.speed_shock else 1.0
    rows = _waiting(plan)
    rows += _booked(plan, show, booked)
    rows += [(at, at, WALK_IN) for at in _walk_ins(plan, luck, walk_ins)]
    rows += [(at, at, BATCH) for at, people, _ in plan.batches for _ in range(people)]
    rows.sort()
    return _people(plan, rows, pace, services, luck)


def _people(
    plan: DayPlan, rows: list[tuple[float, float, int]], pace: float, services: Random, chance: Random
) -> People:
    count, mean, urgent = len(rows), plan.service * pace, plan.behaviour.priority
    service = [mean * x for x in _picked(services, service_table(plan.behaviour.variation), count)]
    random = services.random
    priority = [random() < urgent for _ in range(count)]
    if plan.batches:
        minutes = {at: each for at, _, each in plan.batches}
        for n, (at, _, kind) in enumerate(rows):
            if kind == BATCH:
                service[n], priority[n] = minutes[at], False
    if plan.start is not None:
        known = {(p.arrived, p.arrived if p.told is None else p.told): p for p in plan.start.waiting}
        for n, (at, told, _) in enumerate(rows):
            if person := known.get((at, told)):
                priority[n] = person.priority
    came, told_times, kinds = map(list, zip(*rows, strict=True)) if rows else ([], [], [])
    return People(list(zip(came, range(count), strict=True)), told_times, kinds, priority, service, chance)


def _picked(random: Random, table: Sequence[float], count: int) -> list[float]:
    """So many of the table's values by lot (`choices`, without its overhead)."""
    size, draw_one = len(table), random.random
    return [table[int(size * draw_one())] for _ in range(count)]


def _waiting(plan: DayPlan) -> list[tuple[float, float, int]]:
    def row(person: Person) -> tuple[float, float, int]:
        if person.told is None:
            return person.arrived, person.arrived, WALK_IN
        return person.arrived, person.told, BOOKED

    return [] if plan.start is None else [row(person) for person in plan.start.waiting]


def _show(behaviour: Behaviour, luck: Random) -> float:
    """The share of booked people who come that day."""
    show, wet = behaviour.show, behaviour.wet_days
    if wet:
        rains = luck.random() < wet
        show = behaviour.wet_show if rains else (show - wet * behaviour.wet_show) / (1 - wet)
    if behaviour.show_shock:
        show += behaviour.show_shock * luck.gauss(0, 1)
    return min(1.0, max(0.0, show))


def _parties(plan: DayPlan, random: Random) -> list[tuple[int, int]]:
    """The told times of those who are booked, with 1 for people alone and 2 for couples."""
    share = plan.behaviour.couples
    if not share:
        return [(told, 1) for told, people in plan.told.items() for _ in range(people)]
    parties = []
    for told, people in plan.told.items():
        pairs = people // 2
        couples = sum(random.random() < share * people / (2 * pairs) for _ in range(pairs))
        parties += [(told, 2)] * couples + [(told, 1)] * (people - 2 * couples)
    return parties


def _booked(plan: DayPlan, show: float, random: Random) -> list[tuple[float, float, int]]:
    offsets, chance = offset_table(plan.behaviour.offset_mean, plan.behaviour.offset_sd), random.random
    if plan.start is None and not plan.behaviour.couples:  # the most usual, and twice as fast
        alone = [told for told, people in plan.told.items() for _ in range(people) if chance() < show]
        late = _picked(random, offsets, len(alone))
        return [(told + offset, told, BOOKED) for told, offset in zip(alone, late, strict=True)]
    parties = _parties(plan, random)
    if plan.start is not None:
        return _still_due(parties, plan.start.at, show, offsets, random)
    coming = [party for party in parties if chance() < show]
    late = _picked(random, offsets, len(coming))
    return [
        (told + offset, told, BOOKED)
        for (told, size), offset in zip(coming, late, strict=True)
        for _ in range(size)
    ]


def _still_due(
    parties: Sequence[tuple[int, int]], now: float, show: float, offsets: tuple[float, ...], random: Random
) -> list[tuple[float, float, int]]:
    """Of those who have not come by now: the later it is, the less likely they will."""
    rows: list[tuple[float, float, int]] = []
    ordered = sorted(offsets)
    for told, size in parties:
        first = bisect_right(ordered, now - told)
        later = 1 - first / len(ordered)
        if later and random.random() < show * later / (1 - show * (1 - later)):
            rows += [(told + ordered[random.randrange(first, len(ordered))], told, BOOKED)] * size
    return rows


def _walk_ins(plan: DayPlan, luck: Random, random: Random) -> list[float]:
    """Arrival times: a Poisson process through the stretches, at the day's level; couples arrive at once."""
    couples = plan.behaviour.couples
    level = plan.times_usual * _level(plan, plan.behaviour, luck) * (1 - couples / 2)
    now = -1.0 if plan.start is None else plan.start.at
    times: list[float] = []
    spent, due = 0.0, random.expovariate(1)
    for start, end, usual in plan.walk_ins:
        expected = usual * level
        while expected > 0 and due <= spent + expected:
            at = start + (end - start) * (due - spent) / expected
            if at > now:
                times.append(at)
            due += random.expovariate(1)
        spent += expected
    if couples:
        times = [at for at in times for _ in range(1 + (random.random() < couples / (2 - couples)))]
    return times


def _level(plan: DayPlan, behaviour: Behaviour, luck: Random) -> float:
    shape = behaviour.level_shape
    if shape <= 0:
        return 1.0
    if plan.start is None:
        return luck.gammavariate(shape, 1 / shape)
    over = sum(
        usual * min(1.0, max(0.0, (plan.start.at - start) / (end - start)))
        for start, end, usual in plan.walk_ins
    )
    return luck.gammavariate(shape + plan.start.walk_ins_seen, 1 / (shape + over * plan.times_usual))
