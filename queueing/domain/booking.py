"""Booking, moving and cancelling a place, and the no-show. The two rules that races break live here: a slot
never holds more live bookings than its capacity, and a card has at most one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.places import free_places, told_minute, told_times
from queueing.domain.state import HERE, Booking, Card, NoShow, Seat, Slot, State
from queueing.domain.tallies import change_no_show, count_response, count_shown, kind_of, uncount_kept


@dataclass(frozen=True, slots=True)
class BookSlot(Command):
    """Take a place in a slot."""

    card: str
    slot: str


@dataclass(frozen=True, slots=True)
class MoveBooking(Command):
    """Change to another slot; the old place is only given up together with taking the new one."""

    card: str
    slot: str


@dataclass(frozen=True, slots=True)
class CancelBooking(Command):
    """Give the place back."""

    card: str


@dataclass(frozen=True, slots=True)
class RecordNoShow(Command):
    """The holder of this booking did not come."""

    card: str
    booking: int


@dataclass(frozen=True, slots=True)
class UndoNoShow(Command):
    """The no-show was a slip."""

    card: str
    reason: str


LONGEST_REASON = 60
LONGEST_NUMBER = 6


def checked_reason(reason: str) -> None:
    """A correction needs a reason; it stays in the log for ever, so it is short and holds no phone or ID
    number."""
    if not reason:
        raise r.ReasonMissing
    numbers = "".join(c if c.isdigit() else " " for c in reason).split()
    if len(reason) > LONGEST_REASON or any(len(number) > LONGEST_NUMBER for number in numbers):
        raise r.BadValue("reason")


def known_card(state: State, card: str) -> Card:
    """The card, or UnknownCard."""
    try:
        return state.cards[card]
    except KeyError:
        raise r.UnknownCard(card) from None


def collectable(state: State, card_id: str) -> Card:
    """The card, if its holder may collect it at the branch; else the refusal that says why not."""
    card = known_card(state, card_id)
    if card.collected and card.place == "handed":
        raise r.AlreadyCollected(card_id, card.collected.at, card.collected.how)
    if card.erased:
        raise r.HolderIsErased(card_id)
    if card.place == "employer" or (card.channel == "employer" and card.place == "bank"):
        raise r.AtEmployer(card_id, card.employer, card.place == "employer")
    if card.place not in HERE:
        raise r.CardNotHere(card_id, card.place)
    return card


def opens_for(state: State, card: Card) -> date | None:
    """The day from which this holder may book: their wave's, the sweep's when no wave names their cohort
    (employers' returned cards may at once). None while no season is open."""
    facts = state.facts
    if not facts.first_day or not facts.sweep_day:
        return None
    if card.channel == "employer" or card.released:
        return facts.first_day
    for wave in state.waves.values():
        if card.cohort in wave.cohorts:
            early = min(wave.opens, wave.opened.date()) if wave.opened else wave.opens
            return min(early, facts.sweep_day)
    return facts.first_day if card.employer else facts.sweep_day


def bookable(state: State, card_id: str, now: datetime, slot_id: str = "") -> Card:
    """The card, if its holder may book now. A place kept by an offer may be taken before the wave opens
    (somebody who came too early is offered places after it); others may not."""
    card = collectable(state, card_id)
    check_season(state, now)
    opens = opens_for(state, card)
    offer = card.offer if card.offer and card.offer.until > now else None
    offered = offer is not None and (not slot_id or slot_id in offer.slots)
    if opens is None:
        raise r.SeasonNotOpen
    if now.date() < opens and not offered:
        raise r.TooEarly(card_id, opens)
    return card


def in_hall_for_booking(card: Card) -> bool:
    """The holder is in the hall for the live booking, and not with a ticket while it is for another day."""
    return card.visit is not None and card.booking is not None and card.visit.booking == card.booking.number


def check_season(state: State, now: datetime) -> None:
    """A season must be open and not over."""
    if not state.facts.season or state.facts.closed:
        raise r.SeasonNotOpen
    if state.facts.last_day and now.date() > state.facts.last_day:
        raise r.SeasonOver(state.facts.last_day)


def bookable_slot(state: State, slot_id: str, now: datetime) -> Slot:
    """The slot, if it is open and still ahead."""
    slot = state.slots.get(slot_id)
    if slot is None:
        raise r.UnknownSlot(slot_id)
    if not slot.open:
        raise r.SlotNotOpen(slot_id)
    if slot.start <= now:
        raise r.SlotPast(slot_id)
    return slot


def _told(state: State, slot: Slot, slot_id: str, card: Card, now: datetime) -> datetime:
    """The told time: the one offered, if it was; else the calmest step."""
    if card.offer and card.offer.until > now and slot_id in card.offer.slots:
        return card.offer.told[card.offer.slots.index(slot_id)]
    return told_times(slot, state.facts.rules, 1)[0]


@decides(BookSlot)
def book(command: BookSlot, state: State, context: Context) -> list[e.Event]:
    """A place, if the slot has one for this person. Asking twice for the same slot is one booking."""
    card = bookable(state, command.card, context.now, command.slot)
    if card.booking:
        if card.booking.slot == command.slot:
            return []
        raise r.AlreadyBooked(command.card, card.booking.slot, card.booking.told)
    slot = bookable_slot(state, command.slot, context.now)
    if free_places(slot, context.now, context.via, card.cohort, command.card) < 1:
        raise r.SlotFull(command.slot)
    told = _told(state, slot, command.slot, card, context.now)
    number = state.facts.bookings + 1
    return [context.fact(e.SlotBooked, card=command.card, slot=command.slot, booking=number, told=told)]


@decides(MoveBooking)
def move(command: MoveBooking, state: State, context: Context) -> list[e.Event]:
    """One atomic step. Moving to the slot one has changes nothing. Whoever is in the hall for the old place
    is not any more: the day's end must not take the new one."""
    card = bookable(state, command.card, context.now, command.slot)
    booking = card.booking
    if booking is None:
        raise r.NoBooking(command.card)
    if booking.slot == command.slot:
        return []
    slot = bookable_slot(state, command.slot, context.now)
    if free_places(slot, context.now, context.via, card.cohort, command.card) < 1:
        raise r.SlotFull(command.slot)
    left: list[e.Event] = []
    if card.visit and in_hall_for_booking(card):
        left.append(context.fact(e.HolderLeft, card=command.card, slot=card.visit.slot))
    return [
        *left,
        context.fact(
            e.BookingMoved,
            card=command.card,
            booking=booking.number,
            version=booking.version + 1,
            old_slot=booking.slot,
            new_slot=command.slot,
            told=_told(state, slot, command.slot, card, context.now),
        ),
    ]


@decides(CancelBooking)
def cancel(command: CancelBooking, state: State, context: Context) -> list[e.Event]:
    """The holder does not want the place."""
    card = known_card(state, command.card)
    if card.done and card.collected:
        raise r.AlreadyCollected(command.card, card.collected.at, card.collected.how)
    if card.booking is None:
        raise r.NoBooking(command.card)
    return [
        context.fact(
            e.BookingCancelled,
            card=command.card,
            slot=card.booking.slot,
            booking=card.booking.number,
            reason="asked",
        )
    ]


@decides(RecordNoShow)
def record_no_show(command: RecordNoShow, state: State, context: Context) -> list[e.Event]:
    """Only some grace after the told time, and never for somebody who is in the hall. The second one puts
    the holder on the phone list."""
    card = known_card(state, command.card)
    booking = card.booking
    if booking is None or booking.number != command.booking:
        raise r.NoBooking(command.card)
    rules = state.facts.rules
    due = booking.told + timedelta(minutes=rules.no_show_after)
    if card.visit is not None or context.now < due:
        raise r.NotYetNoShow(command.card)
    count = card.no_shows + 1
    facts: list[e.Event] = [
        context.fact(
            e.NoShowRecorded, card=command.card, slot=booking.slot, booking=booking.number, count=count
        )
    ]
    if count >= rules.phone_list_after and not card.phone_list:
        facts.append(context.fact(e.PhoneListed, card=command.card, reason="no_shows"))
    return facts


@decides(UndoNoShow)
def undo_no_show(command: UndoNoShow, state: State, context: Context) -> list[e.Event]:
    """A compensating fact, with a reason. The place is not given back: the holder is served as one who came
    late."""
    card = known_card(state, command.card)
    checked_reason(command.reason)
    if card.no_show is None or card.no_show.undone:
        raise r.NoNoShow(command.card)
    return [
        context.fact(
            e.NoShowUndone,
            card=command.card,
            slot=card.no_show.slot,
            booking=card.no_show.booking,
            reason=command.reason,
        )
    ]


def take_seat(state: State, card: str, slot_id: str, via: str, told: datetime) -> None:
    """Put a live booking into a slot."""
    slot = state.slots[slot_id]
    seat = Seat(card=card, via=via, cohort=state.cards[card].cohort, told=told_minute(slot, told))
    state.change_slot(slot_id, seats=(*slot.seats, seat))


def leave_seat(state: State, card: str, slot_id: str) -> None:
    """Take a live booking out of a slot."""
    slot = state.slots[slot_id]
    state.change_slot(slot_id, seats=tuple(seat for seat in slot.seats if seat.card != card))


def end_offer(state: State, card_id: str) -> None:
    """Give back the places kept for somebody."""
    offer = state.cards[card_id].offer
    if offer is None:
        return
    for slot_id in offer.slots:
        slot = state.slots[slot_id]
        state.change_slot(slot_id, holds=tuple(hold for hold in slot.holds if hold.card != card_id))
    state.change_card(card_id, offer=None)


def end_booking(state: State, card_id: str) -> None:
    """The live booking of a card, if it has one, ends."""
    booking = state.cards[card_id].booking
    if booking is not None:
        leave_seat(state, card_id, booking.slot)
        state.change_card(card_id, booking=None)


@evolves(e.SlotBooked)
def _booked(state: State, event: e.SlotBooked) -> None:
    end_offer(state, event.card)
    take_seat(state, event.card, event.slot, event.via, event.told)
    booking = Booking(
        number=event.booking, version=1, slot=event.slot, told=event.told, via=event.via, made=event.at
    )
    state.change_card(event.card, booking=booking)
    count_response(state, event.card)
    state.set_facts(bookings=event.booking)


@evolves(e.BookingMoved)
def _moved(state: State, event: e.BookingMoved) -> None:
    old = state.cards[event.card].booking
    via = old.via if old else event.via
    uncount_kept(state, event.card)
    end_offer(state, event.card)
    leave_seat(state, event.card, event.old_slot)
    take_seat(state, event.card, event.new_slot, via, event.told)
    booking = Booking(
        number=event.booking,
        version=event.version,
        slot=event.new_slot,
        told=event.told,
        via=via,
        made=event.at,
    )
    state.change_card(event.card, booking=booking)


@evolves(e.BookingCancelled)
def _cancelled(state: State, event: e.BookingCancelled) -> None:
    end_booking(state, event.card)


@evolves(e.NoShowRecorded)
def _no_show(state: State, event: e.NoShowRecorded) -> None:
    booking = state.cards[event.card].booking
    kind = kind_of(state, event.card, booking) if booking and not booking.kept else ""
    if kind:
        count_shown(state, kind, due=1, came=0)
    end_booking(state, event.card)
    state.change_card(
        event.card,
        no_shows=event.count,
        no_show=NoShow(slot=event.slot, booking=event.booking, at=event.at, kind=kind),
    )


@evolves(e.NoShowUndone)
def _no_show_undone(state: State, event: e.NoShowUndone) -> None:
    card = state.cards[event.card]
    count = max(0, card.no_shows - 1)
    off = card.phone_list == "no_shows" and count < state.facts.rules.phone_list_after
    change_no_show(state, event.card, undone=True)
    state.change_card(event.card, no_shows=count, phone_list="" if off else card.phone_list)
