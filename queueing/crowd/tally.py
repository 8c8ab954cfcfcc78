"""What the simulated days of a plan share: the grid of moments, the usual load, and counts of waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import inf

from queueing.crowd.dayplan import OVERRUN, DayPlan
from queueing.crowd.draws import BATCH, BOOKED, TICKET, WALK_IN, offset_table

TICK = 5
BEFORE = 45
"""Minutes before the first session (or the first walk-in) from which the hall is watched."""
PER_MINUTE = 4
KINDS = 4
NAMES = {BOOKED: "booked", WALK_IN: "walk-in", TICKET: "ticket", BATCH: "batch"}


class Waits:
    """Waiting times counted in quarters of a minute."""

    def __init__(self, minutes: Iterable[float] = ()) -> None:
        self.counts: Counter[int] = Counter()
        self.total = 0.0
        self.add(minutes)

    def add(self, minutes: Iterable[float]) -> None:
        """Count these waits."""
        waits = list(minutes)
        longer = [wait for wait in waits if wait]
        self.total += sum(longer)
        self.counts.update([int(wait * PER_MINUTE) for wait in longer])
        if none := len(waits) - len(longer):
            self.counts[0] += none

    def __add__(self, other: Waits) -> Waits:
        both = Waits()
        both.counts, both.total = self.counts + other.counts, self.total + other.total
        return both

    @property
    def number(self) -> int:
        """How many waits were counted."""
        return self.counts.total()

    @property
    def mean(self) -> float:
        """Mean minutes; 0 of none."""
        return self.total / self.number if self.number else 0.0

    def quantile(self, share: float) -> float:
        """Minutes that `share` of people did not exceed, rounded up to a quarter; 0 of none."""
        want, below = share * self.number, 0
        for quarter in sorted(self.counts):
            below += self.counts[quarter]
            if below >= want:
                return (quarter + 1) / PER_MINUTE if quarter else 0.0
        return 0.0

    @property
    def longest(self) -> float:
        """The longest wait counted, rounded up to a quarter of a minute; 0 of none."""
        return (max(self.counts) + 1) / PER_MINUTE if self.counts else 0.0


class Tally:
    """The grid of a plan and its waits so far. `in_hall` are the waits from arrival of everybody, since the
    last `flush`; `after_due[2 * kind + priority]` those from told time (or arrival, if later)."""

    def __init__(self, plan: DayPlan) -> None:
        self.in_hall: list[float] = []
        self.after_due: list[list[float]] = [[] for _ in range(2 * KINDS)]
        self.hall_waits = Waits()
        self.due_waits = [Waits() for _ in range(2 * KINDS)]
        self.ticks = _ticks(plan)
        self.usual_per_tick = _usual(plan, self.ticks)
        self.windows = [_windows(plan, tick) for tick in self.ticks]
        self.slot_capacity = plan.windows * plan.slot_minutes / plan.service
        self.load = _load(plan)
        self.offsets = offset_table(plan.behaviour.offset_mean, plan.behaviour.offset_sd)
        self.short_of_windows = bool(plan.batches) or any(
            count < plan.windows for count in plan.windows_change.values()
        )

    def flush(self) -> tuple[float, float]:
        """Count what was noted since the last time, and return the P95 of its waits: of the booked after the
        told time, and of everybody in the hall."""
        fresh = [Waits(noted) for noted in self.after_due]
        self.due_waits = [old + new for old, new in zip(self.due_waits, fresh, strict=True)]
        hall = Waits(self.in_hall)
        self.hall_waits += hall
        self.in_hall.clear()
        for noted in self.after_due:
            noted.clear()
        return (fresh[2 * BOOKED] + fresh[2 * BOOKED + 1]).quantile(0.95), hall.quantile(0.95)

    @property
    def booked(self) -> Waits:
        """Waits after the told time of all booked people."""
        return self.due_waits[2 * BOOKED] + self.due_waits[2 * BOOKED + 1]

    @property
    def by_class(self) -> dict[str, Waits]:
        """Waits after being due, by class; priority people are their own class."""
        groups = {name: self.due_waits[2 * kind] for kind, name in NAMES.items()}
        priority = sum((self.due_waits[2 * kind + 1] for kind in NAMES), Waits())
        return {name: waits for name, waits in {**groups, "priority": priority}.items() if waits.number}


def _windows(plan: DayPlan, now: float) -> tuple[int, float]:
    """Windows at work, and the told time before which people are let in: after a session's end those who
    belong to it."""
    for start, end in plan.sessions:
        if start <= now < end:
            return plan.windows_at(now), inf
        if end <= now < end + OVERRUN:
            return plan.windows_at(end - 1), end
    return 0, inf


def _ticks(plan: DayPlan) -> list[int]:
    first = min(plan.sessions[0][0] - BEFORE, *(int(start) for start, _, _ in plan.walk_ins), 10_000)
    last = plan.sessions[-1][1] + OVERRUN
    if plan.start is not None:
        first = int(plan.start.at // TICK * TICK) + TICK
    return list(range(first - first % TICK, last + TICK, TICK))


def _usual(plan: DayPlan, ticks: list[int]) -> dict[int, float]:
    """Usual walk-ins from each tick to the next."""
    usual = dict.fromkeys(ticks, 0.0)
    for start, end, people in plan.walk_ins:
        for at in ticks:
            part = min(end, at + TICK) - max(start, at)
            if part > 0:
                usual[at] += people * part / (end - start)
    return usual


def _load(plan: DayPlan) -> dict[int, float]:
    """People expected in each slot: the booked who come and the walk-ins who usually stay."""
    load = dict.fromkeys(plan.slots, 0.0)
    for at, people in plan.told.items():
        slot = max((s for s in load if s <= at), default=None)
        if slot is not None:
            load[slot] += people * plan.behaviour.show
    for begin, _, usual in plan.walk_ins:
        if begin in load:
            load[int(begin)] += 0.6 * usual
    return load
