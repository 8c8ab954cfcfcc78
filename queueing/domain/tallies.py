"""What is counted while facts are folded, for the rules that learn: answers to notices, bookings kept, and
people who come unasked."""

from __future__ import annotations

from datetime import datetime

import msgspec

from queueing.domain.state import Booking, Shown, State

LONGEST_LEAD = 30
"""Days between booking and coming; longer ones count as so many."""
QUARTER = 15


def count_told(state: State, number: int) -> None:
    """One more person of a batch was told."""
    batch = state.batches.get(str(number))
    if batch:
        state.put(state.batches, str(number), msgspec.structs.replace(batch, told=batch.told + 1))


def count_response(state: State, card_id: str) -> None:
    """A holder booked or came: an answer to the last notice, if it is the first one."""
    card = state.cards[card_id]
    if card.responded or card.invited is None:
        return
    state.change_card(card_id, responded=True)
    batch = state.batches.get(str(card.batch))
    if batch:
        more = msgspec.structs.replace(batch, responded=batch.responded + 1)
        state.put(state.batches, str(card.batch), more)


def kind_of(state: State, card_id: str, booking: Booking) -> str:
    """The kind of a booking: the holder's cohort and the days between booking and coming ("getihu|2")."""
    made = booking.made or booking.told
    lead = min(LONGEST_LEAD, (booking.told.date() - made.date()).days)
    return f"{state.cards[card_id].cohort}|{lead}"


def count_shown(state: State, kind: str, *, due: int, came: int) -> None:
    """Bookings of a kind ended."""
    known = state.shown.get(kind, Shown())
    state.put(state.shown, kind, Shown(due=known.due + due, came=max(0, known.came + came)))


def quarter_of(moment: datetime) -> str:
    """The quarter of an hour a moment lies in, as YYYYMMDD-HHMM."""
    return moment.replace(minute=moment.minute // QUARTER * QUARTER).strftime("%Y%m%d-%H%M")


def count_walk_in(state: State, at: datetime) -> None:
    """Somebody came unasked."""
    quarter = quarter_of(at)
    state.put(state.walk_ins, quarter, state.walk_ins.get(quarter, 0) + 1)
