"""From outcomes and state to what is answered. An answer is made from the facts, so that it is the same
when a
request is asked again."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool

from queueing.domain import State
from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import known_card, opens_for
from queueing.log.answers import Outcome
from queueing.web.api import models as m
from queueing.web.hall import called_number
from queueing.web.site import Site


def done(outcome: Outcome) -> m.Done:
    """What followed."""
    return m.Done(position=outcome.position, facts=[m.as_fact(event) for event in outcome.events])


async def booking(site: Site, outcome: Outcome, card: str) -> m.Booking:
    """The booking that was made or moved; as it is, when nothing had to be done."""
    for event in outcome.events:
        if isinstance(event, e.SlotBooked):
            return m.Booking(
                booking=event.booking, card=event.card, slot=event.slot, told=event.told, version=1,
                via=event.via,
            )  # fmt: skip
    return await run_in_threadpool(live_booking, site, card)


def live_booking(site: Site, card: str) -> m.Booking:
    """The booking of a card, or NoBooking."""
    with site.system.desk.view() as state:
        found = booking_in(state, card)
    if found is None:
        raise r.NoBooking(card)
    return found


def booking_in(state: State, card: str) -> m.Booking | None:
    """The live booking of a card."""
    live = known_card(state, card).booking
    if live is None:
        return None
    return m.Booking(
        booking=live.number, card=card, slot=live.slot, told=live.told, version=live.version, via=live.via
    )


def card_of_booking(state: State, number: int) -> str:
    """Whose booking, or NoBooking."""
    for card, one in state.cards.items():
        if one.booking is not None and one.booking.number == number:
            return card
    raise r.NoBooking("")


def offer(event: e.SlotsOffered) -> m.Offer:
    """Places that are kept."""
    pairs = zip(event.slots, event.told, strict=True)
    places = [m.Offered(slot=slot, told=told) for slot, told in pairs]
    return m.Offer(card=event.card, until=event.until, places=places)


def card_in(state: State, card_id: str) -> m.Card:
    """A card as others may see it, or UnknownCard."""
    card = known_card(state, card_id)
    visit = card.visit
    return m.Card(
        card=card_id,
        cohort=card.cohort,
        channel="employer" if card.channel == "employer" else "self",
        employer=card.employer,
        place=card.place,
        band=card.band,
        priority=card.priority,
        opens=opens_for(state, card),
        booking=booking_in(state, card_id),
        visit=m.Visit(
            slot=visit.slot, told=visit.told, arrived=visit.arrived, number=called_number(visit),
            ticket=visit.ticket, booking=visit.booking, late=visit.late, window=visit.window,
        ) if visit else None,
        no_shows=card.no_shows,
        collected=card.collected.at if card.collected else None,
        how=card.collected.how if card.collected else "",
        activated=card.activated,
        erased=card.erased,
    )  # fmt: skip


def ticket(outcome: Outcome, state_of: m.Card) -> m.Ticket:
    """What somebody at the door got."""
    for event in outcome.events:
        if isinstance(event, e.WalkInTicketed):
            return m.Ticket(
                got="ticket",
                card=event.card,
                number=f"B{event.ticket}",
                told=event.told,
                offer=None,
                why=event.why,
            )
        if isinstance(event, e.HolderArrived):
            return m.Ticket(
                got="arrived", card=event.card, number=f"A{event.booking}", told=event.told, offer=None
            )
        if isinstance(event, e.SlotsOffered):
            return m.Ticket(
                got="offer", card=event.card, number="", told=None, offer=offer(event), why=event.why
            )
    visit = state_of.visit
    if visit is None:
        raise r.NotWaiting(state_of.card)
    got = "ticket" if visit.ticket else "arrived"
    return m.Ticket(got=got, card=state_of.card, number=visit.number, told=visit.told, offer=None)
