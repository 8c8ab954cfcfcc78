"""When: three calm places as large buttons, else a day and a time of it; then check, then it is done. Who
changes a booking to one of the three needs no check: the old time stands beside the new."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response

from queueing import words
from queueing.domain import Command, Refusal
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot, MoveBooking, bookable, known_card
from queueing.domain.offers import OfferSlots, Wish
from queueing.web import calm, choosing, cookies
from queueing.web.guard import Holder, pages
from queueing.web.holder_refusals import refused
from queueing.web.rendering import page
from queueing.web.site import Site, TheSite

router = pages()
Text = Annotated[str, Form(max_length=40)]
LATER_DAYS = 15
"""Days shown at once, three weeks; the rest is one touch further."""


@router.get("/my/when")
def when(request: Request, site: TheSite, holder: Holder) -> Response:
    """Three calm places, kept for a while. Looking again shows the same three."""
    card = holder.cards[0]
    try:
        offered = _offered(site, card)
    except Refusal as refusal:
        return refused(request, site, refusal)
    with site.system.desk.view() as state:
        booking = choosing.booking_of(state, card)
    return page(request, "holder/when.html", {"offered": offered, "booking": booking})


@router.post("/my/more")
def more(request: Request, site: TheSite, holder: Holder) -> Response:
    """Three others, as often as one likes; it is said when there are no others."""
    card = holder.cards[0]
    try:
        with site.system.desk.view() as state:
            before = known_card(state, card).offer
        _ask(site, OfferSlots(card, reason="more", crowd=site.system.crowd.at(site.now())))
        with site.system.desk.view() as state:
            after = known_card(state, card).offer
    except Refusal as refusal:
        return refused(request, site, refusal)
    response = RedirectResponse("/my/when", 303)
    if before and after and before.slots == after.slots:
        cookies.say(response, "现在空着的就是这几个时间。有人改时间，就会空出别的来。")
    return response


@router.get("/my/days")
def days(request: Request, site: TheSite, holder: Holder, after: date | None = None) -> Response:
    """The days, with how crowded they are."""
    try:
        with site.system.desk.view() as state:
            found = choosing.days_for(state, holder.cards[0], site.now(), LATER_DAYS + 1, after)
    except Refusal as refusal:
        return refused(request, site, refusal)
    shown = found[:LATER_DAYS]
    context = {
        "weeks": choosing.weeks(shown),
        "later": shown[-1].day if len(found) > LATER_DAYS else None,
        "levels": calm.levels(site, [day.day for day in shown]),
    }
    return page(request, "holder/days.html", context)


@router.get("/my/day/{day}")
def slots_of_day(request: Request, site: TheSite, holder: Holder, day: date) -> Response:
    """The times of a day."""
    now, card_id = site.now(), holder.cards[0]
    try:
        with site.system.desk.view() as state:
            card = bookable(state, card_id, now)
            slots = choosing.slots_for(state, card_id, card, day, now)
    except Refusal as refusal:
        return refused(request, site, refusal)
    levels = {one.slot: one.level for one in calm.slots(site, day)}
    return page(request, "holder/day.html", {"day": day, "slots": slots, "levels": levels})


@router.get("/my/check")
def check(request: Request, site: TheSite, holder: Holder, slot: str = "") -> Response:
    """Is this right? Nothing is booked yet."""
    card = holder.cards[0]
    try:
        with site.system.desk.view() as state:
            choice = choosing.preview(state, card, slot, site.now())
            booking = choosing.booking_of(state, card)
    except Refusal as refusal:
        return refused(request, site, refusal)
    context = {"choice": choice, "booking": booking, "person": site.system.vault.get(card)}
    return page(request, "holder/check.html", context)


@router.post("/my/book")
def book(request: Request, site: TheSite, holder: Holder, slot: Text = "", instead: Text = "") -> Response:
    """Book, or change from the place the check page showed. A second touch, or a second tab, changes
    nothing."""
    card = holder.cards[0]
    try:
        with site.system.desk.view() as state:
            booking = known_card(state, card).booking
        move = booking is not None and instead != ""
        _ask(site, MoveBooking(card, slot) if move else BookSlot(card, slot))
    except (r.SlotFull, r.SlotPast, r.SlotNotOpen) as refusal:
        return refused(request, site, refusal, offered=_near(site, card, slot), moving=bool(instead))
    except Refusal as refusal:
        return refused(request, site, refusal)
    response = RedirectResponse("/my?done=1", 303)
    if move and booking:
        cookies.say(response, f"改好了。原来的{words.moment(booking.told)}不用来了。")
    return response


def _offered(site: Site, card: str) -> list[choosing.Choice]:
    """The live offer, or a new one."""
    with site.system.desk.view() as state:
        bookable(state, card, site.now())
        found = choosing.live_offer(state, card, site.now())
    if found:
        return found
    _ask(site, OfferSlots(card, crowd=site.system.crowd.at(site.now())))
    with site.system.desk.view() as state:
        return choosing.live_offer(state, card, site.now())


def _near(site: Site, card: str, slot: str) -> list[choosing.Choice]:
    """Places near to one that could not be had; none when nothing is free."""
    try:
        wished = datetime.strptime(slot, "%Y%m%d-%H%M")
        wish = Wish(days=(wished.date(),), near=time(wished.hour, wished.minute), without=(slot,))
        _ask(site, OfferSlots(card, wish, reason="gone", crowd=site.system.crowd.at(site.now())))
    except (ValueError, Refusal):
        return []
    with site.system.desk.view() as state:
        return choosing.live_offer(state, card, site.now())


def _ask(site: Site, command: Command) -> None:
    site.system.desk.handle(command, by="holder", via=choosing.VIA)
