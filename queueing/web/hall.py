"""The hall as it is this moment, from the desk: who waits, at which window, and how long a newcomer would
wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from queueing.domain import State
from queueing.domain.counter import waiting
from queueing.domain.state import Card, Visit


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
    """Who waits (next first), who is at a window, the windows open, and the wait of a newcomer in minutes."""

    waiting: tuple[Waiting, ...]
    served: tuple[Waiting, ...]
    windows: int
    expected_wait: float


def called_number(visit: Visit) -> str:
    """What is called out: B and the ticket, or A and the last digits of the booking."""
    return f"B{visit.ticket}" if visit.ticket else f"A{visit.booking}"


def hall(state: State, now: datetime) -> Hall:
    """The hall of this moment."""
    queue = waiting(state, now)
    windows = windows_open(state, now.date())
    # Those booked for later who came early don't hold a newcomer up.
    ahead = sum(1 for card in queue if not _early(state.visits[card], now))
    served = sorted((v.window, card) for card, v in state.visits.items() if v.window)
    wait = ahead * state.facts.rules.service_minutes / windows if windows else 0.0
    return Hall(
        waiting=tuple(_one(state, card, now) for card in queue),
        served=tuple(_one(state, card, now) for _, card in served),
        windows=windows,
        expected_wait=wait,
    )


def windows_open(state: State, today: date) -> int:
    """The windows open today: as last changed, else as planned."""
    changed = state.facts.windows_today
    return changed[1] if changed and changed[0] == today else state.facts.windows


def _early(visit: Visit, now: datetime) -> bool:
    return not visit.ticket and not visit.late and visit.told > now


def _one(state: State, card_id: str, now: datetime) -> Waiting:
    card: Card = state.cards[card_id]
    visit = state.visits[card_id]
    since = max(visit.arrived, visit.told) if not visit.ticket and not visit.late else visit.arrived
    return Waiting(card_id, visit, card.priority, max(0, int((now - since).total_seconds() // 60)))
