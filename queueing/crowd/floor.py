"""One simulated day of the hall, event by event: who comes, waits, is called, takes a ticket, goes home.

A heap of busy windows and two heaps of waiting people: those due, in the order of the counter's scores, and
those early, who are called only when a window would idle. Controls are looked at every five minutes.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf

from queueing.crowd.control import OTHER_DAY, STAY, Controls, walk_in_offer
from queueing.crowd.dayplan import DayPlan
from queueing.crowd.draws import TICKET, WALK_IN, WITH_PLACE, People
from queueing.crowd.rebooking import rebook
from queueing.crowd.tally import Tally
from queueing.crowd.walkins import Alarm, watch
from queueing.domain.counter_order import head_start

TICK = 5
_NOTICE = 30
"""Minutes until the earliest slot of a ticket."""
_TICKET_FULL = 0.92
"""A slot expected to use so much of its windows' time takes no tickets."""
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
    """The hall on one day; `run` it once."""

    def __init__(self, plan: DayPlan, people: People, controls: Controls | None, tally: Tally) -> None:
        self.plan, self.people, self.controls, self.tally = plan, people, controls, tally
        self.arrivals = people.arrivals
        self.arrived = [at for at, _ in people.arrivals]
        self.position = 0
        self.busy: list[float] = []
        self.due: list[tuple[float, int]] = []
        self.early: list[tuple[float, int]] = []
        self.target = self.peak = self.served = self.taken = self.tickets = self.other_day = 0
        self.work = 0.0
        self.last_finish = 0.0
        self.admits_until = inf
        self.gone: set[int] = set()
        self.written_to: set[int] = set()
        self.alarm = Alarm()
        self.alarm_at: float | None = None
        self.seen = self.seen_before = 0
        self.spare_at = inf
        self.trace: list[int] = []
        self.load = dict(tally.load)
        self.in_hall, self.after_due = tally.in_hall, tally.after_due
        if plan.start is not None:
            self._begin(plan.start.at, plan.start.busy)

    def run(self) -> DayEnd:
        """The whole day, tick by tick."""
        for tick, (windows, admits) in zip(self.tally.ticks, self.tally.windows, strict=True):
            self._advance(tick)
            self.target, self.admits_until = windows, admits
            self._look(tick)
        end = self.plan.sessions[-1][1]
        left = [index for _, index in (*self.due, *self.early, *self.arrivals[self.position :])]
        left = [index for index in left if index not in self.gone]
        away = sum(self.arrived[index] <= end for index in left)
        overtime = max(0.0, self.last_finish - end)
        return DayEnd(
            self.peak,
            self.trace,
            self.work,
            self.served,
            overtime,
            away,
            len(left) - away,
            self.tickets,
            self.other_day,
            len(self.gone),
            self.alarm_at,
        )

    @property
    def waiting(self) -> int:
        """People in the hall not at a window."""
        return len(self.due) + len(self.early)

    def _begin(self, now: float, busy: int) -> None:
        """Windows busy at the start finish at their services' remaining time; those waiting are let in."""
        chance = self.people.chance
        self.target, self.admits_until = self.tally.windows[0]
        self.busy = sorted(now + chance.random() * self.plan.service for _ in range(busy))
        while self.position < len(self.arrivals) and self.arrivals[self.position][0] <= now:
            index = self.arrivals[self.position][1]
            self._queue(index, self.arrived[index])
            self.position += 1
        self.peak = self.waiting
        self._fill(now)

    def _advance(self, until: float) -> None:
        """Every arrival and every finished service before `until`."""
        arrivals, busy = self.arrivals, self.busy
        while True:
            at = arrivals[self.position][0] if self.position < len(arrivals) else inf
            if busy and busy[0] <= at:
                if busy[0] >= until:
                    return
                now = heappop(busy)
                if len(busy) < self.target:
                    self._call(now)
            elif at >= until:
                return
            else:
                index = arrivals[self.position][1]
                self.position += 1
                self._arrive(index, at)

    def _arrive(self, index: int, at: float) -> None:
        if self.people.kind[index] == WALK_IN:
            self.seen += 1
            if self.controls is not None and self._sent_on(self.controls, index, at):
                return
            self.taken += 1
        elif index in self.gone:
            return
        if len(self.busy) < self.target and self.people.told[index] < self.admits_until:
            self._serve(index, at)
            return
        self._queue(index, at)
        waiting = len(self.due) + len(self.early)
        if waiting > self.peak:
            self.peak = waiting

    def _queue(self, index: int, at: float) -> None:
        told = self.people.told[index]
        if self.plan.first_come:
            heappush(self.due, (at, index))
        elif told > at:
            heappush(self.early, (told, index))
        else:
            booked = self.people.kind[index] in WITH_PLACE and at <= told + self.plan.grace
            heappush(self.due, (at - HEAD[booked, self.people.priority[index]], index))

    def _call(self, now: float) -> bool:
        """Call who is next by the counter's order; early people only when nobody is due."""
        due, early = self.due, self.early
        while early and early[0][0] <= now:
            told, index = heappop(early)
            heappush(due, (told - HEAD[True, self.people.priority[index]], index))
        if due:
            index = heappop(due)[1]
        elif early and early[0][0] < self.admits_until:
            index = heappop(early)[1]
        else:
            return False
        self._serve(index, now)
        return True

    def _serve(self, index: int, now: float) -> None:
        people = self.people
        minutes = people.service[index]
        end = now + minutes
        heappush(self.busy, end)
        self.work += minutes
        self.served += 1
        if end > self.last_finish:
            self.last_finish = end
        waited = now - self.arrived[index]
        overdue = now - people.told[index]
        self.in_hall.append(waited)
        self.after_due[2 * people.kind[index] + people.priority[index]].append(max(0.0, min(waited, overdue)))

    def _fill(self, now: float) -> None:
        while len(self.busy) < self.target and self._call(now):
            pass

    def _look(self, now: int) -> None:
        """Every five minutes: the alarm, measures, windows that opened, and how many wait."""
        if self.controls is not None:
            self._measure(self.controls, now)
        if self.due or self.early:
            self._fill(now)
        if self.admits_until < inf and not self.due:
            self.target = 0
        self.trace.append(len(self.due) + len(self.early))

    def _measure(self, controls: Controls, now: int) -> None:
        if self.alarm_at is None:
            self._listen(now)
        if controls.spare_windows and self.target:
            self._spare(controls, now)
        if now % 15 == 0 and controls.rebook and (self.tally.short_of_windows or self.alarm.ringing):
            rebook(self, controls, now)

    def _listen(self, now: int) -> None:
        if self.seen == self.seen_before and not self.alarm.score:
            return
        self.alarm = watch(
            self.alarm, self.seen - self.seen_before, self.tally.usual_per_tick.get(now - TICK, 0.0)
        )
        self.seen_before = self.seen
        if self.alarm.ringing:
            self.alarm_at = now

    def _spare(self, controls: Controls, now: int) -> None:
        if controls.amber is not None and self.waiting >= controls.amber:
            self.spare_at = min(self.spare_at, now + controls.spare_after)
        elif self.waiting == 0:
            self.spare_at = inf
        if now >= self.spare_at:
            self.target += controls.spare_windows

    def _sent_on(self, controls: Controls, index: int, at: float) -> bool:
        """Whether a walk-in took a ticket for later or a place on another day."""
        slot = self._calm_slot(at)
        offer = walk_in_offer(
            controls,
            waiting=self.waiting,
            taken_today=self.taken,
            alarm=self.alarm.ringing,
            room_today=slot is not None,
        )
        if offer == STAY:
            return False
        chance = self.people.chance.random
        if offer == OTHER_DAY:
            if chance() < controls.accept_other_day:
                self.other_day += 1
                return True
            if slot is None or chance() >= controls.accept_today_then:
                return False
        elif chance() >= controls.accept_today:
            return False
        self._ticket(index, slot)
        return True

    def _calm_slot(self, at: float) -> int | None:
        load, best, least = self.load, None, _TICKET_FULL * self.tally.slot_capacity
        for slot, people in load.items():
            if people < least and slot >= at + _NOTICE:
                best, least = slot, people
        return best

    def _ticket(self, index: int, slot: int | None) -> None:
        """The walk-in comes back as one booked for a told time of the calm slot."""
        assert slot is not None  # noqa: S101 - offered only with a slot
        people = self.people
        self.load[slot] += 1
        self.taken += 1
        self.tickets += 1
        told = slot + TICK * people.chance.randrange(max(1, self.plan.slot_minutes // TICK))
        back = max(self.arrived[index], told + people.chance.choice(self.tally.offsets))
        people.told[index], people.kind[index] = told, TICKET
        self.arrived[index] = back
        insort(self.arrivals, (back, index), lo=self.position)
