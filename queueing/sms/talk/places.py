"""Places: those that fit what was asked, others than those offered, and which of them is meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from queueing.domain import Refusal
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot, MoveBooking
from queueing.domain.events import SlotsOffered
from queueing.domain.offers import OfferSlots, Wish
from queueing.log import Outcome
from queueing.sms.grammar.reading import Intent, Reading
from queueing.sms.replies import said_to_silent, status_of, told_enough
from queueing.sms.talk.answers import told_no
from queueing.sms.turns import Asking, Reply, Situation, Thread, Turn
from queueing.sms.wishes import declines, near_to, together, wish_of


def places(reading: Reading, card: str, at: Situation) -> Asking:
    """Places that fit what was asked; or others than those offered."""
    booking = at.state(card).booking
    if booking and reading.intent is Intent.BOOK and booking.told > at.now:
        params = {"when": booking.told.isoformat()}
        return Turn(Thread(card=card), (Reply("already_booked", params, card),))
    if reading.intent is Intent.MORE or (reading.intent is Intent.MOVE and declines(reading, at)):
        if reading.intent is Intent.MOVE and at.asked_by_notice and not reading.negated:
            return (yield from which(at))
        asked = together(reading, at.thread.pending)
        return (yield from offer(card, wish_of(asked, card, at), at, reason="more", reading=asked))
    wish = wish_of(reading, card, at)
    if at.thread.question == "offers" and at.thread.card == card and wish == Wish() and not reading.wrong:
        if at.thread.open(at.now) and not at.thread.misses:
            return (yield from which(at))
        if told_enough(Turn(at.thread), at):
            wish = replace(wish, without=at.thread.options)
    return (yield from offer(card, wish, at, reading=reading))


def offer(
    card: str, wish: Wish, at: Situation, reason: str = "asked", reading: Reading | None = None
) -> Asking:
    """Keep calm places and ask which one; the offer's message follows from its event, and says what is wrong
    with the day that was asked for. What was asked is kept, so that others can be offered that fit it too."""
    note, noted = _wrong(reading, at) if reading else ("", None)
    if note == "short" and noted:
        wish = replace(wish, days=(noted,))
    wish = replace(wish, days=tuple(day for day in wish.days if day >= at.now.date()))
    result = yield OfferSlots(card, wish, reason, at.token, note, noted, at.crowd)
    if isinstance(result, r.NothingFree) and wish.without:
        result = yield OfferSlots(card, replace(wish, without=()), reason, at.token, note, noted, at.crowd)
    if isinstance(result, Refusal):
        return (yield from told_no(result, card, at))
    offered = next((event for event in result.events if isinstance(event, SlotsOffered)), None)
    kept = offered or at.state(card).offer  # delivered again: the offer stands, and its message too
    if kept is None:
        return status_of([card], at)
    return Turn(Thread("offers", card, kept.slots, until=kept.until, pending=reading))


def _wrong(reading: Reading, at: Situation) -> tuple[str, date | None]:
    """What is wrong with the day asked for, when no other one was named: the note of an offer."""
    if any(day >= at.now.date() for day in reading.dates):
        return "", None
    if reading.wrong:
        return reading.wrong, reading.wrong_day
    return ("past", reading.dates[0]) if reading.past else ("", None)


def which(at: Situation) -> Asking:
    """The places that are kept once more, and that a number is needed."""
    yield from ()
    state = at.state(at.thread.card)
    if state.offer is None:
        return status_of([at.thread.card], at)
    template = "which_move" if state.booking else "which_place"
    again = Reply(template, {"slots": [told.isoformat() for told in state.offer.told]}, at.thread.card)
    return Turn(replace(at.thread, misses=1), (again,))


def take(card: str, slot: str, at: Situation) -> Asking:
    """Book or move to the chosen place; a place gone all the same brings the nearest ones."""
    known = at.state(card)
    result = yield (MoveBooking(card, slot) if known.booking else BookSlot(card, slot))
    if isinstance(result, Outcome):
        if not result.events:
            return status_of([card], at)
        return Turn(Thread(card=card), said_to_silent(known, card, result))
    if isinstance(result, r.SlotPast):
        return (yield from offer(card, Wish(), at, reason="gone"))  # what is near is past soon, too
    if isinstance(result, r.SlotFull | r.SlotNotOpen | r.UnknownSlot):
        return (yield from offer(card, near_to(slot), at, reason="gone"))
    return (yield from told_no(result, card, at))
