"""What is counted while facts are folded, for the rules that learn: answers to notices, bookings kept, and
people who come unasked."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from queueing.domain.state import Booking, NoShow, SentOn, Shown, State

LONGEST_LEAD = 30
"""Days between booking and coming; longer ones count as so many."""
QUARTER = 15


def count_told(state: State, number: int) -> None:
    """One more person of a batch was told."""
    batch = state.batches.get(str(number))
    if batch:
        state.put(state.batches, str(number), msgspec.structs.replace(batch, told=batch.told + 1))


def count_response(state: State, card_id: str) -> bool:
    """A holder booked or came: an answer to the last notice, if it is the first one. Whether it was."""
    card = state.cards[card_id]
    if card.responded or card.invited is None:
        return False
    _respond(state, card_id, card.batch, 1)
    return True


def uncount_response(state: State, card_id: str) -> None:
    """What counted as the answer to the last notice was a slip."""
    _respond(state, card_id, state.cards[card_id].batch, -1)


def _respond(state: State, card_id: str, number: int, by: int) -> None:
    state.change_card(card_id, responded=by > 0)
    batch = state.batches.get(str(number))
    if batch:
        changed = msgspec.structs.replace(batch, responded=batch.responded + by)
        state.put(state.batches, str(number), changed)


def kind_of(state: State, card_id: str, booking: Booking) -> str:
    """The kind of a booking: the holder's cohort and the days between booking and coming ("getihu|2")."""
    made = booking.made or booking.told
    lead = min(LONGEST_LEAD, (booking.told.date() - made.date()).days)
    return f"{state.cards[card_id].cohort}|{lead}"


def count_shown(state: State, kind: str, *, due: int, came: int) -> None:
    """The outcome of a booking of this kind is known, or (negative) is not any more."""
    known = state.shown.get(kind, Shown())
    now = Shown(due=known.due + due, came=known.came + came)
    if now == Shown():
        state.drop(state.shown, kind)
    else:
        state.put(state.shown, kind, now)


def count_kept(state: State, card_id: str) -> None:
    """The holder came for the live booking."""
    booking = state.cards[card_id].booking
    if booking and not booking.kept:
        count_shown(state, kind_of(state, card_id, booking), due=1, came=1)
        state.change_card(card_id, booking=msgspec.structs.replace(booking, kept=True))


def uncount_kept(state: State, card_id: str) -> None:
    """The live booking is for another time now, or the arrival was a slip: its outcome is still to come."""
    booking = state.cards[card_id].booking
    if booking and booking.kept:
        count_shown(state, kind_of(state, card_id, booking), due=-1, came=-1)
        state.change_card(card_id, booking=msgspec.structs.replace(booking, kept=False))


def change_no_show(
    state: State, card_id: str, *, undone: bool | None = None, came: bool | None = None
) -> None:
    """The last no-show was a slip (`undone`), or its holder came after all, or not (`came`)."""
    old = state.cards[card_id].no_show
    if old is None:
        return
    new = msgspec.structs.replace(
        old, undone=old.undone if undone is None else undone, came=old.came if came is None else came
    )
    if old.kind:
        count_shown(state, old.kind, due=_due(new) - _due(old), came=new.came - old.came)
    state.change_card(card_id, no_show=new)


def _due(no_show: NoShow) -> int:
    """A no-show that was a slip says nothing about the booking, unless its holder came that day."""
    return int(no_show.came or not no_show.undone)


def quarter_of(moment: datetime) -> str:
    """The quarter of an hour a moment lies in, as YYYYMMDD-HHMM."""
    return moment.replace(minute=moment.minute // QUARTER * QUARTER).strftime("%Y%m%d-%H%M")


def count_walk_in(state: State, at: datetime) -> None:
    """Somebody came unasked."""
    quarter = quarter_of(at)
    state.put(state.walk_ins, quarter, state.walk_ins.get(quarter, 0) + 1)


def sent_on(state: State, day: date) -> SentOn:
    """The walk-ins of a day who were sent to later or to another day, and those served all the same."""
    sent = state.facts.sent
    return sent if sent and sent.day == day else SentOn(day=day)


def count_sent(state: State, at: datetime, *, later: int = 0, other: int = 0, overridden: int = 0) -> None:
    """Walk-ins were sent on, or served all the same."""
    before = sent_on(state, at.date())
    state.set_facts(
        sent=SentOn(
            day=before.day,
            later=before.later + later,
            other=before.other + other,
            overridden=before.overridden + overridden,
        )
    )
