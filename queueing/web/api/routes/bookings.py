"""Bookings: make, look, move, cancel."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.concurrency import run_in_threadpool

from queueing.domain import State
from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot, CancelBooking, MoveBooking
from queueing.web.api import answers
from queueing.web.api import models as m
from queueing.web.api.operation import operation, router
from queueing.web.api.route import TheCaller
from queueing.web.api.routes.slots import BOOKABLE
from queueing.web.site import Site

bookings = router("bookings")
SLOT = (r.UnknownSlot, r.SlotPast, r.SlotNotOpen, r.SlotFull)
Number = Annotated[m.BookingNumber, Path(description="Booking code.")]


@operation(
    bookings, "POST", "/bookings", "book", "Book a place",
    "Takes a place for a holder. Booking the same slot again is the same booking.",
    status=201,
    may=[*BOOKABLE, *SLOT, r.AlreadyBooked],
)  # fmt: skip
async def book(caller: TheCaller, body: m.Book) -> m.Booking:
    """A place, if the slot has one for this person."""
    outcome = await caller.act(BookSlot(body.card, body.slot))
    return await answers.booking(caller.site, outcome, body.card)


def _booking(site: Site, number: int) -> m.Booking:
    with site.system.desk.view() as state:
        found = answers.booking_in(state, answers.card_of_booking(state, number))
    assert found is not None  # noqa: S101  the card was found by it
    return found


@operation(
    bookings, "GET", "/bookings/{number}", "read", "One live booking", "By its code.", may=[r.NoBooking]
)
async def get_booking(caller: TheCaller, number: Number) -> m.Booking:
    """By its code."""
    return await run_in_threadpool(_booking, caller.site, number)


@operation(
    bookings, "POST", "/bookings/{number}/move", "book", "Move a booking",
    "One step: the old place is given up only together with taking the new one.",
    may=[*BOOKABLE, *SLOT, r.NoBooking],
)  # fmt: skip
async def move(caller: TheCaller, number: Number, body: m.Move) -> m.Booking:
    """To another slot."""

    def command(state: State) -> MoveBooking:
        return MoveBooking(answers.card_of_booking(state, number), body.slot)

    outcome = await caller.act(command)
    for event in outcome.events:
        if isinstance(event, e.BookingMoved):
            return m.Booking(
                booking=event.booking, card=event.card, slot=event.new_slot, told=event.told,
                version=event.version, via=event.via,
            )  # fmt: skip
    return await run_in_threadpool(_booking, caller.site, number)


@operation(
    bookings, "POST", "/bookings/{number}/cancel", "book", "Cancel a booking",
    "The place is free again. A card that was handed out has no booking to cancel.",
    may=[r.NoBooking, r.AlreadyCollected, r.UnknownCard],
)  # fmt: skip
async def cancel(caller: TheCaller, number: Number) -> m.Done:
    """Give the place back."""
    outcome = await caller.act(lambda state: CancelBooking(answers.card_of_booking(state, number)))
    return answers.done(outcome)
