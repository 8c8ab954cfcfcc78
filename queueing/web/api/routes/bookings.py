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
Number = Annotated[m.BookingNumber, Path(description="预约码。")]


@operation(
    bookings, "POST", "/bookings", "book", "预约",
    "替一位领卡人约一个时段。同一个时段再约一次，还是那个预约。",
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
    bookings, "GET", "/bookings/{number}", "read", "查一个预约", "按预约码查有效的预约。", may=[r.NoBooking]
)
async def get_booking(caller: TheCaller, number: Number) -> m.Booking:
    """By its code."""
    return await run_in_threadpool(_booking, caller.site, number)


@operation(
    bookings, "POST", "/bookings/{number}/move", "book", "改约",
    "一步完成：约到新的，才放掉旧的。",
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
    bookings, "POST", "/bookings/{number}/cancel", "book", "取消预约",
    "名额马上放出来。卡已交出的，没有预约可取消。",
    may=[r.NoBooking, r.AlreadyCollected, r.UnknownCard],
)  # fmt: skip
async def cancel(caller: TheCaller, number: Number) -> m.Done:
    """Give the place back."""
    outcome = await caller.act(lambda state: CancelBooking(answers.card_of_booking(state, number)))
    return answers.done(outcome)
