"""`visit_wait`: every visit at the counter, the wait its holder was told and the one they had; `visit_open`:
the visit of those who are in the hall. Beside them the waits told to those who asked (asked_waits.py)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from psycopg import Cursor

from queueing.domain import events as e
from queueing.domain.state import Visit
from queueing.domain.waits import due_at
from queueing.log.store import Recorded
from queueing.projections.asked_waits import ASKED, LAST, AskedWaits
from queueing.projections.base import Folding, subjects
from queueing.projections.folded import Folded
from queueing.projections.tables import Row, Rows, Table


class VisitWait(Row, frozen=True, gc=False):
    """A visit ("card|arrival"): its `kind` ("booked", "walk_in", "late"), when the holder came, from when
    they waited (`due`), the range they were told in minutes, when they were first called, and when the
    visit ended without a call."""

    visit: str
    card: str = ""
    day: date | None = None
    kind: str = ""
    arrived: datetime | None = None
    due: datetime | None = None
    low: int | None = None
    high: int | None = None
    called: datetime | None = None
    left_at: datetime | None = None


class VisitOpen(Row, frozen=True, gc=False):
    """The last visit of a card."""

    card: str
    visit: str = ""


VISITS = Table("visit_wait", VisitWait, {"day": "(day)"})
OPEN = Table("visit_open", VisitOpen)
folding: Folding[Batch] = Folding()


class Batch:
    """The rows a batch of events touches."""

    def __init__(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str) -> None:
        self.open: Rows[VisitOpen] = OPEN.rows(cursor, subjects(events, "card"), suffix)
        known = {row.visit for _, row in self.open.known() if row.visit}
        self.visits: Rows[VisitWait] = VISITS.rows(cursor, known, suffix)
        self.asked = AskedWaits(cursor, events, suffix)

    def save(self, cursor: Cursor[Any], suffix: str) -> None:
        """Write everything."""
        self.open.save(cursor, suffix)
        self.visits.save(cursor, suffix)
        self.asked.save(cursor, suffix)

    def current(self, card: str) -> VisitWait | None:
        """The visit a card's holder is on, or was last."""
        name = self.open[card].visit
        return self.visits[name] if name else None


class Visits(Folded[Batch]):
    """Waits told and had."""

    name = "visits"
    stored = (VISITS, OPEN, ASKED, LAST)
    folding = folding

    def batch(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str) -> Batch:
        """The rows that these events touch."""
        return Batch(cursor, events, suffix)


@folding.on(e.HolderArrived, e.WalkInTicketed)
def _came(batch: Batch, event: e.HolderArrived | e.WalkInTicketed) -> None:
    ticket = event.ticket if isinstance(event, e.WalkInTicketed) else 0
    name = f"{event.card}|{event.at:%Y%m%d%H%M%S%f}"
    visit = Visit(slot=event.slot, told=event.told, arrived=event.at, ticket=ticket, late=event.late)
    kind = "late" if event.late else "walk_in" if ticket else "booked"
    batch.open.change(event.card, visit=name)
    batch.asked.came(event.card, event.at, due_at(visit), kind == "booked")
    batch.visits.change(
        name,
        card=event.card,
        day=event.at.date(),
        kind=kind,
        arrived=event.at,
        due=due_at(visit),
        low=event.wait_low,
        high=event.wait_high,
    )


@folding.on(e.WaitTold)
def _told(batch: Batch, event: e.WaitTold) -> None:
    batch.asked.told(event)


@folding.on(e.TicketBroughtForward)
def _brought_forward(batch: Batch, event: e.TicketBroughtForward) -> None:
    """Their wait begins now."""
    visit = batch.current(event.card)
    if visit:
        batch.visits.change(visit.visit, due=event.at, low=event.wait_low, high=event.wait_high)


@folding.on(e.HolderCalled)
def _called(batch: Batch, event: e.HolderCalled) -> None:
    batch.asked.called(event.card, event.at)
    visit = batch.current(event.card)
    if visit and visit.called is None:
        batch.visits.change(visit.visit, called=event.at)


@folding.on(e.HolderLeft, e.CardCollected, e.ArrivalUndone)
def _gone(batch: Batch, event: e.HolderLeft | e.CardCollected | e.ArrivalUndone) -> None:
    visit = batch.current(event.card)
    if visit and visit.called is None and visit.left_at is None:
        batch.visits.change(visit.visit, left_at=event.at)
