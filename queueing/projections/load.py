"""`slot_load`: how full each slot is, how it got there, and who came. One row a slot.

What depends on the time (places kept by offers, what is expected, calm or crowded) is computed when asked, in
`queries.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from psycopg import Cursor

from queueing.domain import events as e
from queueing.log.store import Recorded
from queueing.projections.base import Folding, subjects
from queueing.projections.folded import Folded
from queueing.projections.tables import Row, Rows, Table

CHANNELS = ("sms", "web", "phone", "counter")


class SlotCounts(Row, frozen=True, gc=False):
    """A slot.

    `booked` counts the live bookings and is the sum of the `by_…` (the channel a booking was made through; a
    moved one keeps it); `due` those of them whose holders are not in the hall yet. The others count what
    happened: `booked_total` places taken (booked here or moved here), `cancelled`, `moved_away`, `arrived`
    (booked people; `late` of them after the grace), `collected` (hand-overs that ended a visit or booking of
    this slot), `no_shows`, `walk_ins` (tickets).
    """

    slot: str
    day: date = date.min
    start: datetime = datetime(1, 1, 1)
    ends: datetime = datetime(1, 1, 1)
    plain: int = 0
    capacity: int = 0
    walk_in_room: int = 0
    open: bool = True
    booked: int = 0
    due: int = 0
    by_sms: int = 0
    by_web: int = 0
    by_phone: int = 0
    by_counter: int = 0
    by_other: int = 0
    booked_total: int = 0
    cancelled: int = 0
    moved_away: int = 0
    arrived: int = 0
    late: int = 0
    collected: int = 0
    no_shows: int = 0
    walk_ins: int = 0


class Seat(Row, frozen=True, gc=False):
    """What a card counts for: `slot` and `via` of its live booking, whether its holder `came` for it, the
    slot its hand-over was counted for (`served`)."""

    card: str
    slot: str = ""
    via: str = ""
    came: bool = False
    served: str = ""


SLOTS = Table("slot_load", SlotCounts, {"day": "(day)"})
SEATS = Table("slot_seat", Seat)
folding: Folding[Batch] = Folding()


class Batch:
    """The rows a batch touches."""

    def __init__(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str) -> None:
        self.seats: Rows[Seat] = SEATS.rows(cursor, subjects(events, "card"), suffix)
        slots = subjects(events, "slot").union(
            slot for _, seat in self.seats.known() for slot in (seat.slot, seat.served) if slot
        )
        self.slots: Rows[SlotCounts] = SLOTS.rows(cursor, slots, suffix)

    def save(self, cursor: Cursor[Any], suffix: str) -> None:
        """Write everything."""
        self.slots.save(cursor, suffix)
        self.seats.save(cursor, suffix)

    def take(self, card: str, slot: str, via: str) -> None:
        """A card has a live booking in a slot."""
        self.seats.change(card, slot=slot, via=via)
        self.slots.add(slot, booked=1, booked_total=1, due=1, **{_by(via): 1})

    def leave(self, card: str, **counts: int) -> Seat:
        """The live booking of a card, if it has one, ends; `counts` are added to its slot's."""
        seat = self.seats[card]
        if seat.slot:
            self.seats.change(card, slot="", via="", came=False)
            self.slots.add(seat.slot, booked=-1, due=seat.came - 1, **{_by(seat.via): -1}, **counts)
        return seat


class Load(Folded[Batch]):
    """The load of every slot."""

    name = "load"
    stored = (SLOTS, SEATS)
    folding = folding

    def batch(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str) -> Batch:
        """The rows that these events touch."""
        return Batch(cursor, events, suffix)


def _by(via: str) -> str:
    return f"by_{via}" if via in CHANNELS else "by_other"


@folding.on(e.SlotOpened)
def _opened(batch: Batch, event: e.SlotOpened) -> None:
    batch.slots.change(
        event.slot,
        day=event.start.date(),
        start=event.start,
        ends=event.end,
        plain=event.plain,
        capacity=event.capacity,
        walk_in_room=event.walk_in_room,
    )


@folding.on(e.SlotCapacityChanged)
def _capacity_changed(batch: Batch, event: e.SlotCapacityChanged) -> None:
    plain = batch.slots[event.slot].plain if event.plain is None else event.plain
    batch.slots.change(event.slot, plain=plain, capacity=event.capacity, walk_in_room=event.walk_in_room)


@folding.on(e.SlotClosed, e.SlotReopened)
def _closed_or_reopened(batch: Batch, event: e.SlotClosed | e.SlotReopened) -> None:
    batch.slots.change(event.slot, open=isinstance(event, e.SlotReopened))


@folding.on(e.SlotBooked)
def _booked(batch: Batch, event: e.SlotBooked) -> None:
    batch.take(event.card, event.slot, event.via)


@folding.on(e.BookingMoved)
def _moved(batch: Batch, event: e.BookingMoved) -> None:
    seat = batch.leave(event.card, moved_away=1)
    batch.take(event.card, event.new_slot, seat.via)


@folding.on(e.BookingCancelled)
def _cancelled(batch: Batch, event: e.BookingCancelled) -> None:
    batch.leave(event.card, cancelled=1)


@folding.on(e.HolderErased)
def _erased(batch: Batch, event: e.HolderErased) -> None:
    batch.leave(event.card, cancelled=1)


@folding.on(e.NoShowRecorded)
def _no_show(batch: Batch, event: e.NoShowRecorded) -> None:
    batch.leave(event.card, no_shows=1)


@folding.on(e.NoShowUndone)
def _no_show_undone(batch: Batch, event: e.NoShowUndone) -> None:
    batch.slots.add(event.slot, no_shows=-1)


@folding.on(e.HolderArrived)
def _arrived(batch: Batch, event: e.HolderArrived) -> None:
    batch.seats.change(event.card, came=True)
    batch.slots.add(event.slot, arrived=1, late=int(event.late), due=-1)


@folding.on(e.ArrivalUndone)
def _arrival_undone(batch: Batch, event: e.ArrivalUndone) -> None:
    batch.seats.change(event.card, came=False)
    batch.slots.add(event.slot, arrived=-1, late=-int(event.late), due=1)


@folding.on(e.HolderLeft)
def _left(batch: Batch, event: e.HolderLeft) -> None:
    """Whoever left is due again, until the booking is moved or ends."""
    seat = batch.seats[event.card]
    if seat.came:
        batch.seats.change(event.card, came=False)
        batch.slots.add(seat.slot, due=1)


@folding.on(e.WalkInTicketed)
def _ticketed(batch: Batch, event: e.WalkInTicketed) -> None:
    batch.slots.add(event.slot, walk_ins=1)


@folding.on(e.TicketBroughtForward)
def _brought_forward(batch: Batch, event: e.TicketBroughtForward) -> None:
    batch.slots.add(event.old_slot, walk_ins=-1)
    batch.slots.add(event.new_slot, walk_ins=1)


@folding.on(e.CardCollected)
def _collected(batch: Batch, event: e.CardCollected) -> None:
    """A booking for another day ends too; the hand-over counts for the visit's slot."""
    batch.leave(event.card)
    if event.slot:
        batch.slots.add(event.slot, collected=1)
        batch.seats.change(event.card, served=event.slot)


@folding.on(e.CollectionUndone)
def _undone(batch: Batch, event: e.CollectionUndone) -> None:
    """The undo of a hand-over without a visit names no slot."""
    served = batch.seats[event.card].served
    if served:
        batch.slots.add(served, collected=-1)
        batch.seats.change(event.card, served="")
