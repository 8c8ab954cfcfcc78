"""One simulated day of the hall, event by event: who comes, waits, is called, goes home.

A heap of busy windows and two heaps of waiting people: those due, in the order of the counter's scores, and
those early, who are called only when a window would idle. Every five minutes measures are taken, and windows
open or shut. What is counted over people is counted at the end of the day, all at once: that is faster.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass
from heapq import heappop, heappush, heapreplace
from math import inf

from queueing.crowd.control import Controls
from queueing.crowd.dayplan import DayPlan
from queueing.crowd.draws import WALK_IN, WITH_PLACE, People
from queueing.crowd.measures import Measures
from queueing.crowd.tally import Tally
from queueing.domain.counter_order import head_start

HEAD = {
    (booked, priority): head_start(booked=booked, priority=priority)
    for booked in (False, True)
    for priority in (False, True)
}


@dataclass(slots=True)
class DayEnd:
    """What one day came to, in people and minutes. `away`: came in time and were unserved when the last
    window shut; `too_late`: came after the last session, to windows already shut."""

    peak: int
    trace: list[int]
    work: float
    served: int
    overtime: float
    away: int
    too_late: int
    tickets: int
    other_day: int
    rebooked: int
    alarm_at: float | None


class Floor:
    """The hall on one day; `run` it once. `calls` are (minute, index) of everybody called, in order; `gone`
    are booked people who won't come after all."""

    def __init__(self, plan: DayPlan, people: People, controls: Controls | None, tally: Tally) -> None:
        self.plan, self.people, self.tally = plan, people, tally
        self.measures = Measures(self, controls) if controls is not None else None
        self.arrivals = [*people.arrivals, (inf, -1)]
        self.arrived = [at for at, _ in people.arrivals]
        self.position = 0
        self.busy: list[float] = []
        self.due: list[tuple[float, int]] = []
        self.early: list[tuple[float, int]] = []
        self.calls: list[tuple[float, int]] = []
        self.target = self.peak = 0
        self.admits_until = inf
        self.gone: set[int] = set()
        self.trace: list[int] = []
        if plan.start is not None:
            self._begin(plan.start.at, plan.start.busy)

    def run(self) -> DayEnd:
        """The whole day, tick by tick."""
        measures, due, early = self.measures, self.due, self.early
        for tick, (windows, admits) in zip(self.tally.ticks, self.tally.windows, strict=True):
            self._advance(tick)
            self.target, self.admits_until = windows, admits
            if measures is not None:
                measures.look(tick)
            if due or early:
                self._fill(tick)
            if admits < inf and not due:
                self.target = 0
            self.trace.append(len(due) + len(early))
        return self._end()

    @property
    def waiting(self) -> int:
        """People in the hall not at a window."""
        return len(self.due) + len(self.early)

    @property
    def to_come(self) -> list[tuple[float, int]]:
        """(minute, index) of those not here yet."""
        return self.arrivals[self.position : -1]

    def come_back(self, index: int, at: float) -> None:
        """Somebody who was here leaves and comes again later today."""
        self.arrived[index] = at
        insort(self.arrivals, (at, index), lo=self.position)

    def _begin(self, now: float, busy: int) -> None:
        """Windows busy at the start finish at their services' remaining time; those waiting are let in."""
        chance = self.people.chance
        self.target, self.admits_until = self.tally.windows[0]
        self.busy = sorted(now + chance.random() * self.plan.service for _ in range(busy))
        while self.arrivals[self.position][0] <= now:
            index = self.arrivals[self.position][1]
            self._queue(index, self.arrived[index])
            self.position += 1
        self.peak = self.waiting
        self._fill(now)

    def _advance(self, until: float) -> None:
        """Every arrival and every finished service before `until`."""
        busy, service, calls, target = self.busy, self.people.service, self.calls, self.target
        at, index = self.arrivals[self.position]
        while True:
            if busy and busy[0] <= at:
                now = busy[0]
                if now >= until:
                    return
                called = self._next(now) if len(busy) <= target else None
                if called is None:
                    heappop(busy)
                else:
                    heapreplace(busy, now + service[called])
                    calls.append((now, called))
            elif at >= until:
                return
            else:
                self.position += 1
                self._arrive(index, at)
                at, index = self.arrivals[self.position]

    def _arrive(self, index: int, at: float) -> None:
        people = self.people
        if people.kind[index] == WALK_IN:
            if self.measures is not None and self.measures.sent_on(index, at):
                return
        elif index in self.gone:
            return
        busy = self.busy
        if len(busy) < self.target and people.told[index] < self.admits_until:
            heappush(busy, at + people.service[index])
            self.calls.append((at, index))
            return
        self._queue(index, at)
        waiting = len(self.due) + len(self.early)
        if waiting > self.peak:
            self.peak = waiting

    def _queue(self, index: int, at: float) -> None:
        people, plan = self.people, self.plan
        told = people.told[index]
        if plan.first_come:
            heappush(self.due, (at, index))
        elif told > at:
            heappush(self.early, (told, index))
        else:
            booked = people.kind[index] in WITH_PLACE and at <= told + plan.grace
            heappush(self.due, (at - HEAD[booked, people.priority[index]], index))

    def _next(self, now: float) -> int | None:
        """Who is called by the counter's order; early people only when nobody is due."""
        due, early = self.due, self.early
        while early and early[0][0] <= now:
            told, index = heappop(early)
            heappush(due, (told - HEAD[True, self.people.priority[index]], index))
        if due:
            return heappop(due)[1]
        if early and early[0][0] < self.admits_until:
            return heappop(early)[1]
        return None

    def _fill(self, now: float) -> None:
        while len(self.busy) < self.target and (index := self._next(now)) is not None:
            heappush(self.busy, now + self.people.service[index])
            self.calls.append((now, index))

    def _end(self) -> DayEnd:
        self._count_waits()
        end = self.plan.sessions[-1][1]
        left = [index for _, index in (*self.due, *self.early, *self.to_come) if index not in self.gone]
        away = sum(self.arrived[index] <= end for index in left)
        service, measures = self.people.service, self.measures
        return DayEnd(
            peak=self.peak,
            trace=self.trace,
            work=sum([service[index] for _, index in self.calls]),
            served=len(self.calls),
            overtime=max([0.0, *[now + service[index] - end for now, index in self.calls]]),
            away=away,
            too_late=len(left) - away,
            tickets=measures.tickets if measures else 0,
            other_day=measures.other_day if measures else 0,
            rebooked=len(self.gone),
            alarm_at=measures.alarm_at if measures else None,
        )

    def _count_waits(self) -> None:
        arrived, told, kind = self.arrived, self.people.told, self.people.kind
        priority, after_due = self.people.priority, self.tally.after_due
        for now, index in self.calls:
            due = arrived[index]
            if told[index] > due:
                due = told[index]
            after_due[2 * kind[index] + priority[index]].append(now - due if now > due else 0.0)
        self.tally.in_hall += [now - arrived[index] for now, index in self.calls]
