"""The counter of a rehearsal: people arrive, windows call and hand over, all through the desk, in the order
of their exact times."""

from __future__ import annotations

import heapq
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from queueing.crowd.told import for_holder, stated
from queueing.domain import Command, Refusal
from queueing.domain import events as e
from queueing.domain.counter import ArriveHolder, CallHolder, CallNext, TicketWalkIn
from queueing.domain.handover import HandOver, UndoCollection
from queueing.domain.refusals import NothingFree
from queueing.domain.waits import LATER
from queueing.log import Outcome
from queueing.policies.hallwatch import seen
from queueing.rehearsal.personas import Behaviour
from queueing.system import System

STAFF = "staff:counter"
INSISTS = "本人坚持今天办"
OPENS = "opens"
"""On the list of arrivals: a session begins."""
OVERRUN = timedelta(minutes=30)
"""For so long after a session those who are there are still called."""

_HEARD = (e.HolderArrived, e.WalkInTicketed, e.SlotsOffered)
Asked = tuple[str, str, datetime, Future[Outcome]]


@dataclass(slots=True)
class Counter:
    """Windows and the people due at them. `turned` collects those for whom today has no room, with the
    slots kept for them."""

    system: System
    behaviour: Behaviour
    windows: int
    service_minutes: float
    first_come: bool = False
    """Called in the order of arrival, whatever the system says."""
    hours: list[tuple[datetime, datetime]] = field(default_factory=list)
    """When the windows call today."""
    unheard: int = 0
    """People who came and got neither a ticket nor another day."""
    line: deque[str] = field(default_factory=deque)
    arrivals: list[tuple[datetime, str]] = field(default_factory=list)
    serving: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    idle: deque[str] = field(default_factory=deque)
    turned: list[e.SlotsOffered] = field(default_factory=list)
    waiting: int = 0

    def __post_init__(self) -> None:
        self.idle.extend(str(number) for number in range(1, self.windows + 1))

    def begin_day(self, hours: list[tuple[datetime, datetime]]) -> None:
        """The windows call in these hours, and then those still there; whoever waits longer than that
        waits for the next session."""
        self.hours = [(start, end + OVERRUN) for start, end in hours]
        for start, _ in hours:
            self.expect(OPENS, start)

    def expect(self, card: str, when: datetime) -> None:
        """Somebody will come."""
        heapq.heappush(self.arrivals, (when, card))

    def busy(self) -> bool:
        """Somebody is in the hall."""
        return bool(self.serving) or self.waiting > 0

    def drop_day(self) -> None:
        """The day is over; whoever is left has gone home."""
        self.arrivals.clear()
        self.serving.clear()
        self.waiting = 0
        self.line.clear()
        self.idle = deque(str(number) for number in range(1, self.windows + 1))

    def step(self, until: datetime) -> None:
        """Everything that happens at the counter before `until`."""
        asked: list[Asked] = []
        while (moment := self._next()) is not None and moment < until:
            ends = min(self.serving.items(), key=lambda item: (item[1][0], item[0]), default=None)
            if ends is not None and ends[1][0] <= moment:
                if not ends[1][1]:
                    self._settle(asked)  # who was called there must be known before the service ends
                if ends[0] in self.serving:
                    self._finish(ends[0], asked)
            else:
                when, card = heapq.heappop(self.arrivals)
                if card == OPENS:
                    for _ in range(len(self.idle)):
                        self._call_if_idle(when, asked)
                elif card:
                    self._arrive(card, when, asked)
                else:
                    self.waiting += 1
                    self._call_if_idle(when, asked)
        self._settle(asked)

    def _next(self) -> datetime | None:
        moments = [when for when, _ in self.serving.values()]
        if self.arrivals:
            moments.append(self.arrivals[0][0])
        return min(moments, default=None)

    def _arrive(self, card: str, when: datetime, asked: list[Asked]) -> None:
        with self.system.desk.view() as state:
            booking = state.cards[card].booking
        if booking is None or booking.told.date() != when.date():
            self._come_unasked(card, when, asked)
            return
        with self.system.desk.view() as state:
            wait = stated(for_holder(state, when, card))
        asked.append(("arrive", card, when, self._ask(ArriveHolder(card, wait), when)))
        self.waiting += 1
        self.line.append(card)
        self._call_if_idle(when, asked)

    def _come_unasked(self, card: str, when: datetime, asked: list[Asked]) -> None:
        """What they get depends on everybody before them, so that is settled first."""
        self._settle(asked)
        with self.system.desk.view() as state:
            wait = stated(for_holder(state, when, card))
            now_seen = seen(state, self.system.season, when)
        self.waiting += 1
        self.line.append(card)
        asked.append(("arrive", card, when, self._ask(TicketWalkIn(card, wait, now_seen), when)))
        self._settle(asked)
        self._call_if_idle(when, asked)

    def _call_if_idle(self, when: datetime, asked: list[Asked]) -> None:
        calling = any(start <= when < end for start, end in self.hours)
        if calling and self.idle and self.waiting > 0:
            window = self.idle.popleft()
            self.waiting -= 1
            first = self.line.popleft() if self.first_come and self.line else ""
            command = CallHolder(first, window) if first else CallNext(window)
            asked.append(("call", window, when, self._ask(command, when)))
            minutes = self.behaviour.service_minutes(self.service_minutes)
            self.serving[window] = (when + timedelta(minutes=minutes), "")

    def _finish(self, window: str, asked: list[Asked]) -> None:
        when, card = self.serving.pop(window)
        proxy = self.behaviour.chance(self.behaviour.habits.sends_proxy)
        command = HandOver(card, "proxy" if proxy else "self", True, proxy, window)
        asked.append(("hand", card, when, self._ask(command, when)))
        if self.behaviour.chance(self.behaviour.habits.slip_at_counter):
            soon = when + timedelta(seconds=30)
            asked.append(("undo", card, soon, self._ask(UndoCollection(card, "点错了人"), soon)))
            again = HandOver(card, "self", True, False, window)
            asked.append(("hand", card, soon, self._ask(again, soon)))
        self.idle.append(window)
        self._call_if_idle(when, asked)

    def _ask(self, command: Command, when: datetime) -> Future[Outcome]:
        return self.system.desk.submit(command, by=STAFF, via="counter", now=when)

    def _settle(self, asked: list[Asked]) -> None:
        """Take in the desk's answers."""
        for kind, subject, when, future in asked:
            try:
                events = future.result().events
            except Refusal as refusal:
                events = ()
                self.unheard += kind == "arrive" and isinstance(refusal, NothingFree)
            if kind == "arrive":
                self._arrived(subject, when, events)
            elif kind == "call":
                self._called(subject, events)
        asked.clear()

    def _arrived(self, card: str, when: datetime, events: tuple[e.Event, ...]) -> None:
        """Who gets neither a ticket nor an arrival goes; who is asked to come later or another day does so,
        or insists."""
        habits = self.behaviour.habits
        self.unheard += any(isinstance(event, e.PhoneListed) for event in events)
        if not any(isinstance(event, _HEARD) for event in events):
            self._goes(card)
        for event in events:
            if isinstance(event, e.SlotsOffered):
                if self.behaviour.chance(habits.takes_other_day):
                    self.turned.append(event)
                    self._goes(card)
                else:
                    self._insists(card, when)
            elif isinstance(event, e.WalkInTicketed) and not event.late and event.told - event.at >= LATER:
                if self.behaviour.chance(habits.takes_later):
                    self._goes(card)
                    self.expect("", event.told)  # somebody ("") comes back
                else:
                    self._insists(card, when)

    def _goes(self, card: str) -> None:
        self.waiting -= 1
        if card in self.line:
            self.line.remove(card)

    def _insists(self, card: str, when: datetime) -> None:
        """They stay, and staff give in."""
        command = TicketWalkIn(card, override=INSISTS)
        try:
            events = self.system.desk.handle(command, by=STAFF, via="counter", now=when).events
        except Refusal:
            events = ()
        if not any(isinstance(event, e.WalkInTicketed | e.TicketBroughtForward) for event in events):
            self._goes(card)  # nothing of today is left

    def _called(self, window: str, events: tuple[e.Event, ...]) -> None:
        called = next((event for event in events if isinstance(event, e.HolderCalled)), None)
        if called is None:
            self.waiting += 1
            self.idle.append(window)
            self.serving.pop(window, None)
            return
        self.serving[window] = (self.serving[window][0], called.card)
