"""The hall: arriving, tickets, the order of calling, leaving. Nobody is served by two windows. What happens
to the card at the window is in `handover`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import checked_reason, collectable, end_offer, in_hall_for_booking, known_card
from queueing.domain.counter_order import order_score
from queueing.domain.custody import place_card
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.state import Card, State, Visit
from queueing.domain.tallies import (
    change_no_show,
    count_kept,
    count_response,
    count_sent,
    count_walk_in,
    uncount_kept,
)
from queueing.domain.ticketing import Place, another_day, bring_forward, came_late, place_today, serve_now
from queueing.domain.waits import LATER, due_at
from queueing.domain.walkin_offer import CALM, FULL, Seen


@dataclass(frozen=True, slots=True)
class ArriveHolder(Command):
    """A booked holder (or their proxy) is in the hall. `wait` is the range they are told, in minutes."""

    card: str
    wait: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class TicketWalkIn(Command):
    """Somebody came without a booking for now: a ticket for now or later today, else calm slots of other days
    are kept for them, by what the branch has `seen`. `wait` is the range they are told, in minutes, if they
    are not asked to come later. `override` is staff's reason to serve them now all the same, also when they
    hold a ticket for later."""

    card: str
    wait: tuple[int, int] | None = None
    seen: Seen = CALM
    override: str = ""


@dataclass(frozen=True, slots=True)
class CallHolder(Command):
    """Call this holder to a window."""

    card: str
    window: str


@dataclass(frozen=True, slots=True)
class CallNext(Command):
    """Call whoever is next to a window."""

    window: str


@dataclass(frozen=True, slots=True)
class WithdrawCall(Command):
    """The called holder did not come to the window."""

    card: str


@dataclass(frozen=True, slots=True)
class EndVisit(Command):
    """The person left without a card, or the day is over."""

    card: str


@dataclass(frozen=True, slots=True)
class UndoArrival(Command):
    """Somebody else was meant: this holder is not in the hall."""

    card: str
    reason: str


@decides(ArriveHolder)
def arrive(command: ArriveHolder, state: State, context: Context) -> list[e.Event]:
    """Needs a booking for today; arriving twice is arriving once."""
    card = collectable(state, command.card)
    if card.visit:
        return []
    booking = card.booking
    if booking is None:
        raise r.NoBooking(command.card)
    if booking.told.date() != context.now.date():
        raise r.NotToday(command.card, booking.told)
    late = context.now > booking.told + timedelta(minutes=state.facts.rules.grace)
    low, high = command.wait or (None, None)
    return [
        context.fact(
            e.HolderArrived,
            card=command.card,
            slot=booking.slot,
            booking=booking.number,
            told=booking.told,
            late=late,
            wait_low=low,
            wait_high=high,
        )
    ]


@decides(TicketWalkIn)
def ticket(command: TicketWalkIn, state: State, context: Context) -> list[e.Event]:
    """Never turned away unheard. Whoever is booked for today arrives; whoever came too late today is never
    sent home."""
    card = collectable(state, command.card)
    if card.visit:
        if not command.override:
            return []
        return bring_forward(command.card, card.visit, command.override, command.wait, state, context)
    if card.booking and card.booking.told.date() == context.now.date():
        return arrive(ArriveHolder(command.card, command.wait), state, context)
    place = _place(command, state, card, context)
    if isinstance(place, str):
        return another_day(state, command.card, card, context, place)
    soon = command.wait is not None and place.told - context.now < LATER
    low, high = command.wait if command.wait and soon else (None, None)
    return [
        context.fact(
            e.WalkInTicketed,
            card=command.card,
            slot=place.slot,
            ticket=_next_ticket(state, context),
            told=place.told,
            late=came_late(state, card, context.now),
            wait_low=low,
            wait_high=high,
            why=place.why,
            override=command.override,
        )
    ]


def _place(command: TicketWalkIn, state: State, card: Card, context: Context) -> Place | str:
    """Where their ticket is for, or why there is none today."""
    if command.override:
        checked_reason(command.override)
        return serve_now(state, context.now) or FULL
    return place_today(state, command.card, card, context.now, command.seen)


def _next_ticket(state: State, context: Context) -> int:
    return state.facts.tickets + 1 if state.facts.tickets_day == context.now.date() else 1


def waiting(state: State, now: datetime) -> list[str]:
    """The cards of those waiting to be called, who is next first."""

    def key(card_id: str) -> tuple[float, datetime, str]:
        visit, card = state.visits[card_id], state.cards[card_id]
        booked = visit.ticket == 0 and not visit.late
        points = order_score(
            booked=booked, priority=card.priority, told=visit.told, arrived=_since(visit), now=now
        )
        return (-points, visit.arrived, card_id)

    return sorted((c for c, visit in state.visits.items() if not visit.window), key=key)


def _since(visit: Visit) -> datetime:
    """A ticket for later today begins to wait then; whoever came late, at once."""
    return due_at(visit) if visit.ticket else visit.arrived


def at_window(state: State, window: str) -> str | None:
    """The card being served at a window."""
    return next((c for c, visit in state.visits.items() if visit.window == window), None)


@decides(CallNext)
def call_next(command: CallNext, state: State, context: Context) -> list[e.Event]:
    """Whoever is next, to a free window."""
    queue = waiting(state, context.now)
    if not queue:
        raise r.NobodyWaiting
    return call(CallHolder(queue[0], command.window), state, context)


@decides(CallHolder)
def call(command: CallHolder, state: State, context: Context) -> list[e.Event]:
    """To one window only; a window serves one holder."""
    card = known_card(state, command.card)
    if card.visit is None:
        raise r.NotWaiting(command.card)
    if card.visit.window:
        if card.visit.window == command.window:
            return []
        raise r.CalledElsewhere(command.card, card.visit.window)
    if not command.window:
        raise r.BadValue("window")
    busy = at_window(state, command.window)
    if busy:
        raise r.WindowBusy(command.window, busy)
    return [context.fact(e.HolderCalled, card=command.card, window=command.window)]


@decides(WithdrawCall)
def withdraw_call(command: WithdrawCall, state: State, context: Context) -> list[e.Event]:
    """Back among those waiting."""
    card = known_card(state, command.card)
    if card.visit is None:
        raise r.NotWaiting(command.card)
    if not card.visit.window:
        return []
    return [context.fact(e.CallWithdrawn, card=command.card, window=card.visit.window)]


@decides(EndVisit)
def end_visit(command: EndVisit, state: State, context: Context) -> list[e.Event]:
    """The visit ends without a card; a live booking of today ends with it, and its holder may book again."""
    card = known_card(state, command.card)
    if card.visit is None:
        raise r.NotWaiting(command.card)
    left = context.fact(e.HolderLeft, card=command.card, slot=card.visit.slot, ticket=card.visit.ticket)
    if card.booking and card.booking.number == card.visit.booking:
        cancelled = context.fact(
            e.BookingCancelled,
            card=command.card,
            slot=card.booking.slot,
            booking=card.booking.number,
            reason="left",
        )
        return [left, cancelled]
    return [left]


@decides(UndoArrival)
def undo_arrival(command: UndoArrival, state: State, context: Context) -> list[e.Event]:
    """A compensating fact, with a reason, for a while after the slip. The booking stands, and its no-show is
    recorded if its holder does not come."""
    card = known_card(state, command.card)
    checked_reason(command.reason)
    visit = card.visit
    if visit is None:
        raise r.NotWaiting(command.card)
    if not in_hall_for_booking(card):
        raise r.NoBooking(command.card)
    minutes = state.facts.rules.undo_minutes
    if context.now > visit.arrived + timedelta(minutes=minutes):
        raise r.UndoTooLate(command.card, minutes)
    undone = context.fact(
        e.ArrivalUndone,
        card=command.card,
        slot=visit.slot,
        booking=visit.booking,
        reason=command.reason,
        late=visit.late,
    )
    return [*withdraw_call(WithdrawCall(command.card), state, context), undone]


def start_visit(state: State, card: str, visit: Visit) -> None:
    state.change_card(card, visit=visit)
    state.put(state.visits, card, visit)


def stop_visit(state: State, card: str) -> None:
    state.change_card(card, visit=None)
    state.drop(state.visits, card)


@evolves(e.HolderArrived)
def _arrived(state: State, event: e.HolderArrived) -> None:
    visit = Visit(
        slot=event.slot,
        told=event.told,
        arrived=event.at,
        booking=event.booking,
        late=event.late,
        wait_low=event.wait_low,
        wait_high=event.wait_high,
    )
    count_kept(state, event.card)
    count_response(state, event.card)
    start_visit(state, event.card, visit)


@evolves(e.WalkInTicketed)
def _ticketed(state: State, event: e.WalkInTicketed) -> None:
    """Who was offered another day first was counted then."""
    offer = state.cards[event.card].offer
    counted = bool(event.override) and offer is not None and offer.until.date() == event.at.date()
    end_offer(state, event.card)
    visit = Visit(
        slot=event.slot,
        told=event.told,
        arrived=event.at,
        ticket=event.ticket,
        late=event.late,
        why=event.why,
        wait_low=event.wait_low,
        wait_high=event.wait_high,
    )
    if event.late:
        change_no_show(state, event.card, came=True)
    elif not counted:
        count_walk_in(state, event.at)
    if event.why or event.override:
        count_sent(state, event.at, later=bool(event.why), overridden=bool(event.override))
    count_response(state, event.card)
    start_visit(state, event.card, visit)
    state.change_slot(event.slot, tickets=state.slots[event.slot].tickets + 1)
    state.set_facts(tickets=event.ticket, tickets_day=event.at.date())


@evolves(e.HolderCalled)
def _called(state: State, event: e.HolderCalled) -> None:
    visit = state.cards[event.card].visit
    if visit:
        lay = visit.lay if visit.window else state.cards[event.card].place
        called = msgspec.structs.replace(visit, window=event.window, called=event.at, lay=lay)
        place_card(state, event.card, "window", visit=called)
        state.put(state.visits, event.card, called)


def not_called(visit: Visit) -> Visit:
    """The visit goes on in the hall."""
    return msgspec.structs.replace(visit, window="", called=None)


@evolves(e.CallWithdrawn)
def _withdrawn(state: State, event: e.CallWithdrawn) -> None:
    visit = state.cards[event.card].visit
    if visit:
        back = not_called(visit)
        place_card(state, event.card, visit.lay, visit=back)
        state.put(state.visits, event.card, back)


@evolves(e.HolderLeft)
def _left(state: State, event: e.HolderLeft) -> None:
    card = state.cards[event.card]
    if card.place == "window":
        place_card(state, event.card, card.visit.lay if card.visit else "bank")
    stop_visit(state, event.card)


@evolves(e.ArrivalUndone)
def _arrival_undone(state: State, event: e.ArrivalUndone) -> None:
    """Whoever holds a live booking has answered the notice, whether they came or not."""
    stop_visit(state, event.card)
    uncount_kept(state, event.card)
