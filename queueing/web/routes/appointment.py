"""The holder's own page: the booking, changing and cancelling it, and asking for help."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from queueing.domain import Refusal
from queueing.domain.booking import CancelBooking, bookable, known_card
from queueing.domain.holders import ListForPhone, RequestHomeVisit
from queueing.web import choosing, cookies
from queueing.web.guard import Holder, pages
from queueing.web.holder_refusals import refused
from queueing.web.ics import calendar_file
from queueing.web.moved import why_gone, why_moved
from queueing.web.rendering import page
from queueing.web.site import TheSite

router = pages()


@router.get("/my")
def mine(request: Request, site: TheSite, holder: Holder, done: str = "") -> Response:
    """The booking; without one, choosing a time, or why there is none to choose."""
    card_id = holder.cards[0]
    try:
        with site.system.desk.view() as state:
            card = known_card(state, card_id)
            if card.booking is None:
                bookable(state, card_id, site.now())
    except Refusal as refusal:
        return refused(request, site, refusal, several=len(holder.cards) > 1)
    if card.booking is None:
        response = RedirectResponse("/my/when", 303)
        if reason := why_gone(site, card_id):
            cookies.say(response, reason, "note")
        return response
    context = {
        "booking": card.booking,
        "person": site.system.vault.get(card_id),
        "done": bool(done),
        "moved": why_moved(site, card_id, card.booking),
        "several": len(holder.cards) > 1,
    }
    return page(request, "holder/mine.html", context)


@router.get("/my/print")
def paper(request: Request, site: TheSite, holder: Holder) -> Response:
    """The appointment in large letters, for a sheet of paper."""
    card = holder.cards[0]
    with site.system.desk.view() as state:
        booking = choosing.booking_of(state, card)
    if booking is None:
        return RedirectResponse("/my", 303)
    context = {"booking": booking, "person": site.system.vault.get(card)}
    return page(request, "holder/print.html", context)


@router.get("/my/appointment.ics")
def calendar(site: TheSite, holder: Holder) -> Response:
    """For the calendar of a telephone."""
    with site.system.desk.view() as state:
        booking = choosing.booking_of(state, holder.cards[0])
    if booking is None:
        return RedirectResponse("/my", 303)
    text = calendar_file(site.system.season, booking, site.now())
    headers = {"Content-Disposition": 'attachment; filename="appointment.ics"'}
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/my/cancel")
def ask_cancel(request: Request, site: TheSite, holder: Holder) -> Response:
    """Really?"""
    with site.system.desk.view() as state:
        booking = choosing.booking_of(state, holder.cards[0])
    if booking is None:
        return RedirectResponse("/my", 303)
    return page(request, "holder/cancel.html", {"booking": booking})


@router.post("/my/cancel")
def cancel(request: Request, site: TheSite, holder: Holder) -> Response:
    """Give the place back; others will be glad of it."""
    try:
        site.system.desk.handle(CancelBooking(holder.cards[0]), by="holder", via=choosing.VIA)
    except Refusal as refusal:
        return refused(request, site, refusal)
    return page(request, "holder/cancelled.html")


@router.post("/my/call-back")
def call_back(request: Request, site: TheSite, holder: Holder) -> Response:
    """Staff phone."""
    return _helped(
        request, site, ListForPhone(holder.cards[0], "asked"), "好的，工作人员会给您打电话，请留意接听。"
    )


@router.post("/my/home-visit")
def home_visit(request: Request, site: TheSite, holder: Holder) -> Response:
    """For those who can't come."""
    text = "已经登记上门，工作人员会先打电话和您商量时间。"
    return _helped(request, site, RequestHomeVisit(holder.cards[0]), text)


def _helped(request: Request, site: TheSite, command: ListForPhone | RequestHomeVisit, text: str) -> Response:
    try:
        site.system.desk.handle(command, by="holder", via=choosing.VIA)
    except Refusal as refusal:
        return refused(request, site, refusal)
    response = page(request, "holder/helped.html", {"text": text})
    cookies.forget_said(request, response)
    return response
