"""The inbox: whoever wrote and needs a person. The conversation, a call with what to say, an answer from the
templates, a booking on their behalf, and done."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response

from queueing import words
from queueing.domain import Refusal
from queueing.domain.booking import known_card
from queueing.domain.holders import FinishPhoneCall
from queueing.domain.refusals import UnknownCard
from queueing.domain.state import Card
from queueing.sms import inbox
from queueing.sms.filling import fill, renderer
from queueing.sms.outbox import enqueue_reply
from queueing.web import acts, cookies
from queueing.web.guard import Clerk, pages
from queueing.web.panel import LISTED
from queueing.web.rendering import page
from queueing.web.site import Site, TheSite

router = pages()
Text = Annotated[str, Form(max_length=40)]
OUTCOMES = {
    "booked": "已约好时间",
    "told": "已说清楚",
    "no_answer": "没人接（留在名单上）",
    "wrong_number": "号码不对（留在名单上）",
}
QUESTIONS = ("地址", "时间", "批次", "旧卡", "余额", "密码", "激活", "资格认证", "单位", "不急")
TEMPLATES = ("help", "bring", "proxy_ok", "walk_in", "late", "come_early", "who_we_are")


@dataclass(frozen=True)
class Answer:
    """A message staff may send: its key in the form, and its words."""

    key: str
    text: str


@router.get("/inbox")
def show(request: Request, site: TheSite, staff: Clerk) -> Response:
    """Who waits, newest first."""
    with site.db() as conn:
        found = inbox.entries(site.system, conn)
    return page(request, "inbox/list.html", {"entries": found, "reasons": LISTED})


@router.get("/inbox/{card}")
def one(request: Request, site: TheSite, staff: Clerk, card: str) -> Response:
    """One conversation. That it was looked at is written down."""
    with site.system.desk.view() as state:
        known = known_card(state, card)
    person = site.system.vault.get(card)
    if person is None:
        raise UnknownCard(card)
    with site.db() as conn:
        readers = inbox.readers(conn, card)
        inbox.write_down_reading(conn, card, staff.login, site.now())
        acts.note(conn, site.now(), staff.by, "conversation", card)
        bubbles = inbox.conversation(site.system, conn, card)
    context = {
        "card": card,
        "person": person,
        "status": known,
        "listed": LISTED.get(known.phone_list, ""),
        "messages": bubbles,
        "readers": readers,
        "answers": answers(site, card, known),
        "outcomes": OUTCOMES,
        "once": secrets.token_hex(8),
    }
    return page(request, "inbox/one.html", context)


@router.post("/inbox/{card}/answer")
def answer(site: TheSite, staff: Clerk, card: str, key: Text = "", once: Text = "") -> Response:
    """Send one of the offered messages; a form sent twice sends one."""
    with site.system.desk.view() as state:
        known = known_card(state, card)
    chosen = {one.key for one in answers(site, card, known)}
    if key not in chosen or not once:
        return _back(card, "请先选一条要发的短信。", "bad")
    template, params = _of(key, known)
    with site.db() as conn:
        enqueue_reply(conn, site.system, card=card, template=template, params=params, sid=f"staff-{once}")
    return _back(card, "短信已经交给系统，马上发出。")


@router.post("/inbox/{card}/called")
def called(site: TheSite, staff: Clerk, card: str, outcome: Text = "") -> Response:
    """What came of the call; or done without one."""
    if outcome not in OUTCOMES:
        return _back(card, "请先选电话打得怎么样。", "bad")
    try:
        site.system.desk.handle(FinishPhoneCall(card, outcome), by=staff.by, via="phone")
    except Refusal as refusal:
        return _back(card, words.sentence(refusal), "bad")
    if outcome in ("booked", "told"):
        response = RedirectResponse("/inbox", 303)
        cookies.say(response, "记好了，已从收件箱去掉。")
        return response
    return _back(card, "记好了，还留在收件箱里。")


def answers(site: Site, card: str, known: Card) -> list[Answer]:
    """The messages that make sense now, each as it would be read."""
    keys = ["status", *TEMPLATES, *(f"faq:{key}" for key in QUESTIONS if key in site.system.season.faq)]
    return [Answer(key, _said(site, card, *_of(key, known))) for key in keys if known.reach]


def _of(key: str, known: Card) -> tuple[str, dict[str, Any]]:
    """Template and parameters of an answer."""
    if key.startswith("faq:"):
        return "faq", {"key": key.removeprefix("faq:")}
    if key != "status":
        return key, {}
    if known.booking:
        return "status", {"when": known.booking.told.isoformat()}
    return ("already_collected" if known.done else "status_none"), {}


def _said(site: Site, card: str, template: str, params: dict[str, Any]) -> str:
    return renderer(site.system).render(template, fill(site.system, template, params, card))


def _back(card: str, text: str, tone: cookies.Tone = "good") -> Response:
    response = RedirectResponse(f"/inbox/{card}", 303)
    cookies.say(response, text, tone)
    return response
