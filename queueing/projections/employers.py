"""`employer_progress`: how far each employer is, one row an employer.

Cards switched on and deadlines are not stored: they are read from the cards and the clock when asked, in
`queries.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Cursor

from queueing.domain import events as e
from queueing.log.store import Recorded
from queueing.projections.base import Folding, subjects
from queueing.projections.folded import Folded
from queueing.projections.tables import Row, Rows, Table


class EmployerCounts(Row, frozen=True, gc=False):
    """An employer. `cards` are those it hands out: registered for it, less those that came back or were
    released to their holders; `held` those it has now; `handed`, `issued`, `returned` (by roster) and
    `recalled` count all that ever were."""

    employer: str
    name: str = ""
    cards: int = 0
    held: int = 0
    calls: int = 0
    answered: bool = False
    appointed: datetime | None = None
    handed_at: datetime | None = None
    handed: int = 0
    issued: int = 0
    returned: int = 0
    recalled: int = 0
    reconciled: bool = False
    reminded_at: datetime | None = None

    @property
    def came_back(self) -> int:
        """Cards not issued that are here again."""
        return self.returned + self.recalled


class CardOf(Row, frozen=True, gc=False):
    """The employer a card counts for, "" when it came back or was released."""

    card: str
    employer: str = ""


EMPLOYERS = Table("employer_progress", EmployerCounts)
CARDS_OF = Table("employer_card", CardOf)
folding: Folding[Batch] = Folding()


class Batch:
    """The rows a batch touches."""

    def __init__(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str) -> None:
        self.cards: Rows[CardOf] = CARDS_OF.rows(cursor, subjects(events, "card"), suffix)
        employers = subjects(events, "employer") | {row.employer for _, row in self.cards.known()}
        self.employers: Rows[EmployerCounts] = EMPLOYERS.rows(cursor, employers, suffix)

    def save(self, cursor: Cursor[Any], suffix: str) -> None:
        """Write everything."""
        self.employers.save(cursor, suffix)
        self.cards.save(cursor, suffix)

    def join(self, card: str, employer: str) -> None:
        """A card counts for this employer ("": for none) and no longer for the one before."""
        before = self.cards[card].employer
        if before != employer:
            self.cards.change(card, employer=employer)
            if before:
                self.employers.add(before, cards=-1)
            if employer:
                self.employers.add(employer, cards=1)


class Employers(Folded[Batch]):
    """The progress of every employer."""

    name = "employers"
    stored = (EMPLOYERS, CARDS_OF)
    folding = folding

    def batch(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str) -> Batch:
        """The rows that these events touch."""
        return Batch(cursor, events, suffix)


@folding.on(e.EmployerRegistered)
def _registered(batch: Batch, event: e.EmployerRegistered) -> None:
    batch.employers.change(event.employer, name=event.name)


@folding.on(e.CardRegistered, e.CardReassigned)
def _joined(batch: Batch, event: e.CardRegistered | e.CardReassigned) -> None:
    batch.join(event.card, event.employer if event.channel == "employer" else "")


@folding.on(e.CardReleased)
def _released(batch: Batch, event: e.CardReleased) -> None:
    batch.join(event.card, "")


@folding.on(e.EmployerCalled)
def _called(batch: Batch, event: e.EmployerCalled) -> None:
    row = batch.employers[event.employer]
    answered = row.answered or event.outcome == "answered"
    batch.employers.change(event.employer, calls=row.calls + 1, answered=answered)


@folding.on(e.EmployerAppointed)
def _appointed(batch: Batch, event: e.EmployerAppointed) -> None:
    batch.employers.change(event.employer, appointed=event.when)


@folding.on(e.CardsHandedToEmployer)
def _handed(batch: Batch, event: e.CardsHandedToEmployer) -> None:
    batch.employers.add(event.employer, held=len(event.cards), handed=len(event.cards))
    batch.employers.change(event.employer, handed_at=event.at, reconciled=False)


@folding.on(e.EmployerRosterReturned)
def _roster(batch: Batch, event: e.EmployerRosterReturned) -> None:
    issued, returned = len(event.issued), len(event.returned)
    batch.employers.add(event.employer, held=-issued - returned, issued=issued, returned=returned)
    for card in event.returned:
        batch.join(card, "")


@folding.on(e.EmployerReconciled)
def _reconciled(batch: Batch, event: e.EmployerReconciled) -> None:
    batch.employers.change(event.employer, reconciled=True)


@folding.on(e.EmployerReminded)
def _reminded(batch: Batch, event: e.EmployerReminded) -> None:
    batch.employers.change(event.employer, reminded_at=event.at)


@folding.on(e.CardsRecalled)
def _recalled(batch: Batch, event: e.CardsRecalled) -> None:
    batch.employers.add(event.employer, held=-len(event.cards), recalled=len(event.cards))
    for card in event.cards:
        batch.join(card, "")
