"""The card at the counter: handed over once and against the original ID(s), a slip undone, set aside as
defective and replaced, switched on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import (
    checked_reason,
    collectable,
    end_booking,
    end_offer,
    in_hall_for_booking,
    known_card,
)
from queueing.domain.counter import not_called, start_visit, stop_visit
from queueing.domain.custody import place_card
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.places import free_places
from queueing.domain.state import Card, Collected, NoShow, State
from queueing.domain.tallies import change_no_show, count_response, count_shown, kind_of, uncount_response
from queueing.domain.waits import forget_service, note_service


@dataclass(frozen=True, slots=True)
class HandOver(Command):
    """Give the card to its holder ("self", "home") or a proxy ("proxy"). `happened` is set when an outage's
    hand-over is entered afterwards."""

    card: str
    how: str
    holder_id_seen: bool
    proxy_id_seen: bool = False
    window: str = ""
    happened: datetime | None = None


@dataclass(frozen=True, slots=True)
class UndoCollection(Command):
    """The hand-over was a slip."""

    card: str
    reason: str


@dataclass(frozen=True, slots=True)
class SetAside(Command):
    """The card is defective."""

    card: str


@dataclass(frozen=True, slots=True)
class ReplaceCard(Command):
    """A new card came for a defective one."""

    card: str


@dataclass(frozen=True, slots=True)
class ActivateCards(Command):
    """Switch handed-out cards on. Cards that are on already are passed over."""

    cards: tuple[str, ...]


ENTERED_LATER = "补录"


def _no_show_of(state: State, card: Card, happened: datetime | None) -> NoShow | None:
    """The no-show that a hand-over of an outage, entered afterwards, shows to be none: the holder was here
    that day."""
    memo = card.no_show
    if happened is None or memo is None or memo.undone:
        return None
    return memo if state.slots[memo.slot].start.date() == happened.date() else None


@decides(HandOver)
def hand_over(command: HandOver, state: State, context: Context) -> list[e.Event]:
    """Once, against the original ID, or both IDs with a proxy; only at the window that called."""
    card = collectable(state, command.card)
    if command.how not in ("self", "proxy", "home"):
        raise r.BadValue("how")
    if not command.holder_id_seen or (command.how == "proxy" and not command.proxy_id_seen):
        raise r.IdsNotSeen(command.card, command.how)
    if command.happened and command.happened > context.now:
        raise r.BadValue("happened")
    visit, booking = card.visit, card.booking
    if visit and visit.window and command.window and visit.window != command.window:
        raise r.CalledElsewhere(command.card, visit.window)
    day = (command.happened or context.now).date()
    today = booking is not None and booking.told.date() == day
    slot = visit.slot if visit else (booking.slot if booking and today else "")
    mistaken = _no_show_of(state, card, command.happened)
    facts: list[e.Event] = []
    if mistaken:
        slot = slot or mistaken.slot
        facts.append(
            context.fact(
                e.NoShowUndone,
                card=command.card,
                slot=mistaken.slot,
                booking=mistaken.booking,
                reason=ENTERED_LATER,
            )
        )
    return [
        *facts,
        context.fact(
            e.CardCollected,
            card=command.card,
            how=command.how,
            window=command.window or (visit.window if visit else ""),
            slot=slot,
            booking=booking.number if booking else 0,
            ticket=visit.ticket if visit else 0,
            freed=booking.slot if booking and booking.slot != slot else "",
            arrived=visit.arrived if visit else None,
            happened=command.happened,
        ),
    ]


@decides(UndoCollection)
def undo_collection(command: UndoCollection, state: State, context: Context) -> list[e.Event]:
    """A compensating fact, with a reason, for a while after the slip; a card that is on already stays
    handed out. A booking for another time, which the slip ended, is made again; if its place is gone, staff
    phone the holder."""
    card = known_card(state, command.card)
    checked_reason(command.reason)
    if card.collected is None or card.place != "handed" or card.collected.how == "employer":
        raise r.NotCollected(command.card)
    minutes = state.facts.rules.undo_minutes
    if card.activated or context.now > card.collected.at + timedelta(minutes=minutes):
        raise r.UndoTooLate(command.card, minutes)
    visit = card.collected.visit
    undone = context.fact(
        e.CollectionUndone,
        card=command.card,
        reason=command.reason,
        slot=visit.slot if visit else "",
        booking=visit.booking if visit else 0,
        ticket=visit.ticket if visit else 0,
    )
    return [undone, *_give_back_booking(command.card, card, card.collected, state, context)]


def _give_back_booking(
    card_id: str, card: Card, memo: Collected, state: State, context: Context
) -> list[e.Event]:
    booking = memo.booking
    if booking is None or (memo.visit and memo.visit.booking == booking.number):
        return []
    slot = state.slots[booking.slot]
    ahead = slot.open and slot.start > context.now
    if ahead and free_places(slot, context.now, context.via, card.cohort, card_id) > 0:
        number = state.facts.bookings + 1
        return [
            context.fact(e.SlotBooked, card=card_id, slot=booking.slot, booking=number, told=booking.told)
        ]
    return [context.fact(e.PhoneListed, card=card_id, reason="asked")]


@decides(SetAside)
def set_aside(command: SetAside, state: State, context: Context) -> list[e.Event]:
    """A defective card can't be handed out; a booking for it ends, so that nobody comes for nothing."""
    card = collectable(state, command.card)
    ended: list[e.Event] = []
    if card.visit:
        ended.append(
            context.fact(e.HolderLeft, card=command.card, slot=card.visit.slot, ticket=card.visit.ticket)
        )
    if card.booking:
        ended.append(
            context.fact(
                e.BookingCancelled,
                card=command.card,
                slot=card.booking.slot,
                booking=card.booking.number,
                reason="defective",
            )
        )
    return [*ended, context.fact(e.CardFoundDefective, card=command.card)]


@decides(ReplaceCard)
def replace_card(command: ReplaceCard, state: State, context: Context) -> list[e.Event]:
    """Only for a card that was set aside."""
    card = known_card(state, command.card)
    if card.place != "defective":
        raise r.CardNotHere(command.card, card.place)
    return [context.fact(e.CardReplaced, card=command.card)]


@decides(ActivateCards)
def activate(command: ActivateCards, state: State, context: Context) -> list[e.Event]:
    """Each handed-out card once."""
    cards = [c for c in dict.fromkeys(command.cards) if not known_card(state, c).activated]
    for card in cards:
        if not state.cards[card].done:
            raise r.CardNotHere(card, state.cards[card].place)
    return [context.fact(e.CardActivated, card=card) for card in cards]


def _shown_by(state: State, event: e.CardCollected) -> tuple[str, bool]:
    """The kind of booking that a hand-over without a visit shows to be kept ("": none), and whether as one
    who came after the no-show. A card that was brought home, or handed over on another day, shows nothing."""
    card = state.cards[event.card]
    day = (event.happened or event.at).date()
    if card.visit or event.how == "home":
        return "", False
    if card.booking and card.booking.told.date() == day:
        return ("" if card.booking.kept else kind_of(state, event.card, card.booking)), False
    memo = card.no_show
    late = memo is not None and not memo.came and state.slots[memo.slot].start.date() == day
    return (memo.kind, True) if memo and late else ("", False)


def _count(state: State, event: e.CardCollected) -> Collected:
    """Count what a hand-over teaches; what an undo needs to take it back."""
    card, moment = state.cards[event.card], event.happened or event.at
    kept, late = _shown_by(state, event)
    if kept and late:
        change_no_show(state, event.card, came=True)
    elif kept:
        count_shown(state, kept, due=1, came=1)
    called = card.visit.called if card.visit and event.happened is None else None
    minutes = note_service(state, called, event.at) if called else None
    served = card.booking.slot if card.booking and state.slots[card.booking.slot].start <= moment else ""
    if served:
        state.change_slot(served, served=state.slots[served].served + 1)
    return Collected(
        at=event.at,
        how=event.how,
        by=event.by,
        was=card.visit.lay if card.visit and card.place == "window" else card.place,
        visit=card.visit,
        booking=card.booking,
        phone_list=card.phone_list,
        home_visit=card.home_visit,
        kept=kept,
        late=late,
        served="" if card.booking and in_hall_for_booking(card) else served,
        answered=count_response(state, event.card),
        minutes=minutes,
    )


def _uncount(state: State, card_id: str, memo: Collected) -> None:
    """Take back what a hand-over counted that was a slip. Whoever is in the hall has used the place up."""
    if memo.kept and memo.late:
        change_no_show(state, card_id, came=False)
    elif memo.kept:
        count_shown(state, memo.kept, due=-1, came=-1)
    if memo.served:
        state.change_slot(memo.served, served=state.slots[memo.served].served - 1)
    if memo.answered:
        uncount_response(state, card_id)
    if memo.minutes is not None:
        forget_service(state, memo.minutes, memo.at)


@evolves(e.CardCollected)
def _collected(state: State, event: e.CardCollected) -> None:
    end_offer(state, event.card)
    memo = _count(state, event)
    end_booking(state, event.card)
    stop_visit(state, event.card)
    place_card(state, event.card, "handed", collected=memo, phone_list="", home_visit=False)


@evolves(e.CollectionUndone)
def _undone(state: State, event: e.CollectionUndone) -> None:
    memo = state.cards[event.card].collected
    if memo is None:
        return
    _uncount(state, event.card, memo)
    back = {"phone_list": memo.phone_list, "home_visit": memo.home_visit}
    place_card(state, event.card, memo.was, collected=None, **back)
    if memo.visit:
        start_visit(state, event.card, not_called(memo.visit))


@evolves(e.CardActivated)
def _activated(state: State, event: e.CardActivated) -> None:
    state.change_card(event.card, activated=True)


@evolves(e.CardFoundDefective)
def _defective(state: State, event: e.CardFoundDefective) -> None:
    end_offer(state, event.card)
    place_card(state, event.card, "defective")


@evolves(e.CardReplaced)
def _replaced(state: State, event: e.CardReplaced) -> None:
    place_card(state, event.card, "bank")
