"""`notice_batch`: the batches of notices, as planned and as they went; `notice_card`: who was in which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Cursor

from queueing.domain import events as e
from queueing.domain.events import Event
from queueing.log.store import Recorded
from queueing.projections.base import Folding, subjects
from queueing.projections.folded import Folded
from queueing.projections.tables import Row, Rows, Table


class NoticeBatch(Row, frozen=True, gc=False):
    """A batch (its number). The plan: `planned` of `pending` people, `free` places, `coming` bookings, the
    response and the part to fill in per mille, `why`. What became of it: people `told` by message or
    `listed` for a call, and of those told: `answered` (anything at all) and `booked` (or came)."""

    batch: int
    at: datetime | None = None
    kind: str = ""
    planned: int = 0
    pending: int = 0
    free: int = 0
    coming: int = 0
    response: int = 0
    theta: int = 0
    why: str = ""
    told: int = 0
    listed: int = 0
    answered: int = 0
    booked: int = 0


class NoticeCard(Row, frozen=True, gc=False):
    """The last batch a card was in, and whether its holder answered and booked since."""

    card: str
    batch: int = 0
    answered: bool = False
    booked: bool = False


class NoticeHanded(Row, frozen=True, gc=False):
    """The batch that a card's hand-over counts for as the booking (0: none), and whether it was the first
    answer too: what an undo takes back."""

    card: str
    batch: int = 0
    answered: bool = False


BATCHES = Table("notice_batch", NoticeBatch)
CARDS = Table("notice_card", NoticeCard)
HANDED = Table("notice_handed", NoticeHanded)
folding: Folding[Batch] = Folding()


class Batch:
    """The rows a batch of events touches."""

    def __init__(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str) -> None:
        self.batches: Rows[NoticeBatch] = BATCHES.everything(cursor, suffix)
        cards = subjects(events, "card")
        self.cards: Rows[NoticeCard] = CARDS.rows(cursor, cards, suffix)
        self.handed: Rows[NoticeHanded] = HANDED.rows(cursor, cards, suffix)

    def save(self, cursor: Cursor[Any], suffix: str) -> None:
        """Write everything."""
        self.batches.save(cursor, suffix)
        self.cards.save(cursor, suffix)
        self.handed.save(cursor, suffix)

    def answer(self, card: str, *, booked: bool) -> None:
        """The holder answered; only the first answer to a notice counts."""
        row = self.cards[card]
        if not row.batch:
            return
        if not row.answered:
            self.cards.change(card, answered=True)
            self.batches.add(row.batch, answered=1)
        if booked and not row.booked:
            self.cards.change(card, booked=True)
            self.batches.add(row.batch, booked=1)


class Notices(Folded[Batch]):
    """How the batches of notices went."""

    name = "notices"
    stored = (BATCHES, CARDS, HANDED)
    folding = folding

    def batch(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str) -> Batch:
        """The rows that these events touch."""
        return Batch(cursor, events, suffix)


@folding.on(e.BatchPlanned)
def _planned(batch: Batch, event: e.BatchPlanned) -> None:
    batch.batches.change(
        event.batch,
        at=event.at,
        kind=event.kind,
        planned=event.planned,
        pending=event.pending,
        free=event.free,
        coming=round(event.coming),
        response=round(1000 * event.response),
        theta=round(1000 * event.theta),
        why=event.why,
    )


@folding.on(e.HolderInvited)
def _invited(batch: Batch, event: e.HolderInvited) -> None:
    batch.cards.change(event.card, batch=event.batch, answered=False, booked=False)
    if event.batch:
        batch.batches.add(event.batch, told=1)


@folding.on(e.PhoneListed)
def _listed(batch: Batch, event: e.PhoneListed) -> None:
    if event.batch:
        batch.batches.add(event.batch, listed=1)
    elif event.by == "holder":
        batch.answer(event.card, booked=False)


@folding.on(e.SlotsOffered, e.HolderOptedOut, e.HomeVisitRequested)
def _answered(batch: Batch, event: e.SlotsOffered | e.HolderOptedOut | e.HomeVisitRequested) -> None:
    batch.answer(event.card, booked=False)


@folding.on(e.SlotBooked, e.HolderArrived, e.WalkInTicketed)
def _booked(batch: Batch, event: Event) -> None:
    batch.answer(getattr(event, "card"), booked=True)  # noqa: B009  (all three have one)


@folding.on(e.CardCollected)
def _collected(batch: Batch, event: e.CardCollected) -> None:
    row = batch.cards[event.card]
    batch.handed.change(event.card, batch=0 if row.booked else row.batch, answered=not row.answered)
    batch.answer(event.card, booked=True)


@folding.on(e.CollectionUndone)
def _undone(batch: Batch, event: e.CollectionUndone) -> None:
    """The hand-over was a slip, and so was what it counted."""
    handed = batch.handed[event.card]
    if handed.batch:
        still = batch.cards[event.card].answered and not handed.answered
        batch.cards.change(event.card, booked=False, answered=still)
        batch.batches.add(handed.batch, booked=-1, answered=-int(handed.answered))
        batch.handed.change(event.card, batch=0, answered=False)
