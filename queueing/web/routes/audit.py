"""The audit trail: every fact about a card, a slot, an employer or a change, and what each person of staff
did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from queueing import words
from queueing.projections import audit
from queueing.season.calendar import slot_start
from queueing.web import acts
from queueing.web import staff as people
from queueing.web.finding import find
from queueing.web.guard import Manager, pages
from queueing.web.rendering import page
from queueing.web.site import Site, TheSite

router = pages()
KINDS = {
    "card": "一张卡",
    "slot": "一个时间段",
    "employer": "一家单位",
    "plan": "一次调整",
    "staff": "一位工作人员",
    "api": "一个业务系统",
}
WHO = ("staff", "api")
"""Kinds that do something themselves."""
Text = Annotated[str, Query(max_length=60)]
Number = Annotated[int, Query(ge=1, le=100_000)]


@router.get("/audit")
def start(request: Request, site: TheSite, staff: Manager, slot: Text = "") -> Response:
    """Whose trail: people of staff with what they did today, and a search for a card or a slot."""
    if slot:
        return RedirectResponse(
            f"/audit/slot/{slot.replace('-', '').replace('T', '-').replace(':', '')}", 303
        )
    return _start(request, site)


@router.post("/audit")
def search(
    request: Request, site: TheSite, staff: Manager, q: Annotated[str, Form(max_length=60)] = ""
) -> Response:
    """Somebody's card. A name or a number is never part of an address: those are kept in logs."""
    cards = find(site, q)
    if len(cards) == 1:
        return RedirectResponse(f"/audit/card/{cards[0]}", 303)
    return _start(request, site, q, cards)


def _start(request: Request, site: Site, q: str = "", cards: Sequence[str] = ()) -> Response:
    with site.db() as conn:
        accounts = [one for one in people.accounts(conn) if one.role != "employer"]
        counts = audit.active(conn, site.today())
    context = {
        "accounts": accounts,
        "counts": counts,
        "roles": people.ROLES,
        "q": q,
        "found": [(card, site.system.vault.get(card)) for card in cards],
    }
    return page(request, "audit/start.html", context)


@router.get("/audit/{kind}/{subject}")
def trail(
    request: Request,
    site: TheSite,
    staff: Manager,
    kind: str,
    subject: str,
    day: str = "",
    number: Annotated[int, Query(ge=1, le=100_000, alias="page")] = 1,
) -> Response:
    """A trail, by day and page."""
    if kind not in KINDS:
        raise HTTPException(404)
    chosen = _day(day)
    deeds: Any = []
    with site.db() as conn:
        if kind in WHO:
            person = f"{kind}:{subject}"
            found = audit.done_by(conn, site.system.log, person, chosen, number)
            deeds = acts.deeds(conn, person, chosen) if number == 1 else []
        else:
            found = audit.about(site.system.log, kind, subject, chosen, number)
    if not found.days and not deeds and kind not in WHO:
        raise HTTPException(404)
    cards = {line.card for line in found.lines if line.card}
    context = {
        "kind": kind,
        "subject": subject,
        "title": _title(site, kind, subject),
        "trail": found,
        "deeds": deeds,
        "chosen": chosen,
        "people": site.system.vault.get_many(sorted(cards)) if kind != "card" else {},
        "names": _employers(site),
    }
    return page(request, "audit/trail.html", context)


def _title(site: Site, kind: str, subject: str) -> str:
    if kind == "card":
        person = site.system.vault.get(subject)
        return f"{person.name}的卡" if person else "一张卡（资料已删除）"
    if kind == "slot":
        try:
            return words.moment(slot_start(subject))
        except ValueError:
            raise HTTPException(404) from None
    if kind == "employer":
        return _employers(site).get(subject, subject)
    return f"第{subject}次调整" if kind == "plan" else subject


def _employers(site: Site) -> dict[str, str]:
    with site.system.desk.view() as state:
        return {one: employer.name for one, employer in state.employers.items()}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
