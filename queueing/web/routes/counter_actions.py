"""What the counter does: one form an action, one command of the domain each, and back to the person.

What was refused comes back as one sentence on the same screen; nothing is half done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import Form, HTTPException, Request
from fastapi.responses import Response
from pydantic import BaseModel

from queueing import words
from queueing.crowd.told import for_holder, stated
from queueing.domain import Command, Refusal, counter, handover, holders, offers
from queueing.domain import booking as bookings
from queueing.domain import refusals as r
from queueing.errors import UserError
from queueing.policies.hallwatch import seen
from queueing.web.choosing import live_offer
from queueing.web.counter_words import done_words
from queueing.web.guard import Clerk, pages
from queueing.web.panel import CHANNELS
from queueing.web.routes.counter import answer, own_window
from queueing.web.site import Site, TheSite
from queueing.web.staff import Staff

router = pages()


class Filled(BaseModel):
    """Everything a counter form may carry. Ticks are "1" or nothing."""

    card: str = ""
    window: str = ""
    how: str = "self"
    holder_id: str = ""
    proxy_id: str = ""
    happened: str = ""
    reason: str = ""
    booking: int = 0
    slot: str = ""
    on: str = "counter"
    outcome: str = ""

    @property
    def via(self) -> str:
        """The person is here, on the phone, or wrote to us."""
        return self.on if self.on in CHANNELS else "counter"


def _hand_over(form: Filled, site: Site) -> Command:
    return handover.HandOver(
        form.card,
        form.how,
        holder_id_seen=form.holder_id == "1",
        proxy_id_seen=form.proxy_id == "1",
        window=form.window if form.how != "home" else "",
        happened=_moment(form.happened),
    )


def _book(form: Filled, site: Site) -> Command:
    """Booking, or moving where there is a booking."""
    with site.system.desk.view() as state:
        booking = bookings.known_card(state, form.card).booking
    return bookings.MoveBooking(form.card, form.slot) if booking else bookings.BookSlot(form.card, form.slot)


def _offer(form: Filled, site: Site) -> Command:
    """Calm places; while some are kept, others."""
    with site.system.desk.view() as state:
        offered = live_offer(state, form.card, site.now()) if form.card in state.cards else []
    reason = "more" if offered else "asked"
    return offers.OfferSlots(form.card, reason=reason, crowd=site.system.crowd.at(site.now()))


def _wait(form: Filled, site: Site) -> tuple[int, int] | None:
    """The wait the holder is told now."""
    with site.system.desk.view() as state:
        return stated(for_holder(state, site.now(), form.card))


def _ticket(form: Filled, site: Site) -> Command:
    """By what the branch sees now."""
    with site.system.desk.view() as state:
        now_seen = seen(state, site.system.season, site.now())
    return counter.TicketWalkIn(form.card, _wait(form, site), now_seen)


def _serve_now(form: Filled, site: Site) -> Command:
    """Today and now, whatever was offered: staff say why."""
    if not form.reason.strip():
        raise r.ReasonMissing
    return counter.TicketWalkIn(form.card, _wait(form, site), override=form.reason.strip())


ACTIONS: dict[str, Callable[[Filled, Site], Command]] = {
    "arrive": lambda form, site: counter.ArriveHolder(form.card, _wait(form, site)),
    "undo_arrival": lambda form, site: counter.UndoArrival(form.card, form.reason.strip()),
    "ticket": _ticket,
    "serve_now": _serve_now,
    "next": lambda form, site: counter.CallNext(form.window),
    "call": lambda form, site: counter.CallHolder(form.card, form.window),
    "withdraw": lambda form, site: counter.WithdrawCall(form.card),
    "leave": lambda form, site: counter.EndVisit(form.card),
    "hand_over": _hand_over,
    "undo": lambda form, site: handover.UndoCollection(form.card, form.reason.strip()),
    "activate": lambda form, site: handover.ActivateCards((form.card,)),
    "defective": lambda form, site: handover.SetAside(form.card),
    "replace": lambda form, site: handover.ReplaceCard(form.card),
    "no_show": lambda form, site: bookings.RecordNoShow(form.card, form.booking),
    "undo_no_show": lambda form, site: bookings.UndoNoShow(form.card, form.reason.strip()),
    "offer": _offer,
    "book": _book,
    "cancel": lambda form, site: bookings.CancelBooking(form.card),
    "home": lambda form, site: holders.RequestHomeVisit(form.card),
    "call_back": lambda form, site: holders.ListForPhone(form.card, "asked"),
    "called": lambda form, site: holders.FinishPhoneCall(form.card, form.outcome),
    "opt_out": lambda form, site: holders.OptOut(form.card),
    "opt_in": lambda form, site: holders.OptIn(form.card),
}


@router.post("/counter/do/{action}")
def act(
    request: Request, site: TheSite, staff: Clerk, action: str, form: Annotated[Filled, Form()]
) -> Response:
    """One action."""
    if action not in ACTIONS:
        raise HTTPException(404)
    filled = form if form.window else form.model_copy(update={"window": own_window(request)})
    try:
        if action in {"next", "call"} and not filled.window:
            raise UserError("请先在上面选好自己的窗口号，再叫号。")
        command = ACTIONS[action](filled, site)
        outcome = site.system.desk.handle(command, by=staff.by, via=filled.via)
    except (Refusal, UserError) as problem:
        return answer(request, site, filled.card, _words(site, problem), "bad", filled.on)
    called = next((getattr(event, "card", "") for event in outcome.events), filled.card)
    return answer(request, site, filled.card or called, done_words(outcome.events), on=filled.on)


@router.post("/counter/contact")
def change_contact(
    request: Request,
    site: TheSite,
    staff: Clerk,
    card: Annotated[str, Form()] = "",
    phone: Annotated[str, Form(max_length=30)] = "",
    contact_phone: Annotated[str, Form(max_length=30)] = "",
    home: Annotated[str, Form(alias="address", max_length=200)] = "",
    on: Annotated[str, Form()] = "counter",
) -> Response:
    """A new number goes into the vault, and the log learns whether a message reaches it."""
    try:
        with site.system.desk.view() as state:
            status = bookings.known_card(state, card)
        if status.erased:
            raise r.HolderIsErased(card)
        person = site.system.vault.change_contact(
            card, phone=phone, contact_phone=contact_phone, address=home
        )
        command = holders.ChangeContact(card, reach=person.sms_number is not None)
        site.system.desk.handle(command, by=staff.by, via=on if on in CHANNELS else "counter")
    except (Refusal, UserError) as problem:
        return answer(request, site, card, _words(site, problem), "bad", on)
    return answer(request, site, card, "联系方式已更新。", on=on)


@router.post("/counter/erase")
def erase(
    request: Request,
    site: TheSite,
    staff: Clerk,
    card: Annotated[str, Form()] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """Forget a person for good. Only an administrator, and only with the tick."""
    try:
        _check_may_erase(staff, sure)
        site.system.desk.handle(holders.EraseHolder(card), by=staff.by, via="counter")
        site.system.vault.erase(card, site.now())
    except (Refusal, UserError) as problem:
        return answer(request, site, card, _words(site, problem), "bad")
    return answer(request, site, card, "个人资料已删除。")


def _check_may_erase(staff: Staff, sure: str) -> None:
    if staff.role != "admin":
        raise UserError("删除个人资料只能由管理员办理，请联系管理员。")
    if sure != "1":
        raise UserError("删除后不能恢复，请先勾选“确定删除”。")


def _words(site: Site, problem: Refusal | UserError) -> str:
    if isinstance(problem, UserError):
        return problem.message
    names: dict[str, str] = {}
    if isinstance(problem, r.AtEmployer):
        with site.system.desk.view() as state:
            names = {one: state.employers[one].name for one in (problem.employer,) if one in state.employers}
    return words.sentence(problem, names)


def _moment(text: str) -> datetime | None:
    """The original time of a hand-over that is entered later."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise UserError("实际时间填得不对，应像 2018-06-05 09:30 这样。") from None
