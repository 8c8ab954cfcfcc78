"""The hall as it is this moment, from the desk: who waits, at which window, and how long a newcomer would
wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from queueing.crowd.told import for_newcomer
from queueing.crowd.waits import Wait
from queueing.domain import State
from queueing.domain.counter import waiting
from queueing.domain.state import Card, Visit
from queueing.domain.waits import due_at, windows_open


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody in the hall. `number` is what is called out: the ticket, else the booking."""

    card: str
    visit: Visit
    priority: bool
    minutes: int

    @property
    def number(self) -> str:
        """As it stands on the slip: A12 for a booking, B3 for a ticket of today."""
        return called_number(self.visit)

    @property
    def kind(self) -> str:
        """Booked, late, or a walk-in."""
        if self.visit.ticket:
            return "现场"
        return "迟到" if self.visit.late else "预约"


@dataclass(frozen=True, slots=True)
class Hall:
    """Who waits (next first), who is at a window, the windows open, and the wait a newcomer is told (None
    while no window is open)."""

    waiting: tuple[Waiting, ...]
    served: tuple[Waiting, ...]
    windows: int
    told: Wait | None

    @property
    def expected_wait(self) -> float:
        """What a newcomer is expected to wait, in minutes."""
        return self.told.mean if self.told else 0.0


def called_number(visit: Visit) -> str:
    """What is called out: B and the ticket, or A and the last digits of the booking."""
    return f"B{visit.ticket}" if visit.ticket else f"A{visit.booking}"


def hall(state: State, now: datetime) -> Hall:
    """The hall of this moment."""
    queue = waiting(state, now)
    windows = windows_open(state, now.date())
    served = sorted((v.window, card) for card, v in state.visits.items() if v.window)
    return Hall(
        waiting=tuple(_one(state, card, now) for card in queue),
        served=tuple(_one(state, card, now) for _, card in served),
        windows=windows,
        told=for_newcomer(state, now),
    )


def _one(state: State, card_id: str, now: datetime) -> Waiting:
    card: Card = state.cards[card_id]
    visit = state.visits[card_id]
    minutes = (now - due_at(visit)).total_seconds() // 60
    return Waiting(card_id, visit, card.priority, max(0, int(minutes)))
