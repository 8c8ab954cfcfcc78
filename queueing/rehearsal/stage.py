"""What the actors of a rehearsal share: the system, the clock, the agenda of what will happen, the messages
people write."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from queueing.log.lockstep import Dialogue, lockstep
from queueing.rehearsal.personas import Behaviour, Persona
from queueing.sms.inbound import Inbound
from queueing.system import System

Action = Callable[[datetime], Dialogue[None] | None]
"""Something on the agenda; it may return what it asks of the desk."""


class RehearsalClock:
    """A clock that is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The time it was set to."""
        return self.now


@dataclass(slots=True)
class Stage:
    """A season being played."""

    system: System
    clock: RehearsalClock
    behaviour: Behaviour
    personas: dict[str, Persona]
    texts: list[Inbound] = field(default_factory=list)
    _agenda: list[tuple[datetime, int, Action]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def at(self, when: datetime, action: Action) -> None:
        """Put something on the agenda."""
        heapq.heappush(self._agenda, (when, next(self._numbers), action))

    def write(self, card: str, text: str) -> None:
        """Somebody sends a message (now and then the network delivers it twice)."""
        message = Inbound(self.personas[card].phone, text, f"r{next(self._numbers)}")
        self.texts.append(message)
        if self.behaviour.chance(self.behaviour.habits.delivered_twice):
            self.texts.append(message)

    def due(self, until: datetime) -> None:
        """Do what the agenda holds up to a moment; what is asked of the desk is asked together."""
        scripts = []
        while self._agenda and self._agenda[0][0] < until:
            when, _, action = heapq.heappop(self._agenda)
            script = action(max(when, self.clock.now))
            if script is not None:
                scripts.append(script)
        lockstep(self.system.desk, scripts)
