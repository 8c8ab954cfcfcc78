"""A phone on the screen: somebody's messages as bubbles, and answering as they would. For demonstrations
and for staff who want to see what people get; it works with the gateways of this
machine only."""

from __future__ import annotations

import secrets
from collections.abc import Hashable
from typing import Annotated

from fastapi import Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from queueing.domain.refusals import UnknownCard
from queueing.people.person import Person
from queueing.sms.gateways.account import LOCAL, ON_THIS_MACHINE
from queueing.sms.gateways.local import messages_of
from queueing.sms.inbound import receive
from queueing.sms.localtwilio.orders import write_by_twilio
from queueing.web import cookies
from queueing.web.finding import find
from queueing.web.guard import MaybeStaff, NotYours, SignInNeeded, pages
from queueing.web.live import Piece
from queueing.web.rendering import fragment, page
from queueing.web.site import Site, TheSite

router = pages()
Text = Annotated[str, Form(max_length=140)]
RECENT = 30


def may_look(site: TheSite, staff: MaybeStaff) -> None:
    """Managers and admins; everybody in a demonstration, where nobody is real."""
    if site.system.gateway_name not in ON_THIS_MACHINE:
        raise HTTPException(404)
    if site.demo or (staff and staff.role in ("manager", "admin")):
        return
    raise NotYours if staff else SignInNeeded


Allowed = Depends(may_look)


@router.get("/phone", dependencies=[Allowed])
def show(request: Request, site: TheSite, card: str = "") -> Response:
    """Pick somebody, or see their phone."""
    if card:
        person = _person(site, card)
        context = {"person": person, "card": card, "bubbles": _bubbles(site, card)}
        return page(request, "phone/one.html", context)
    return page(request, "phone/pick.html", {"people": _recent(site), "q": ""})


@router.post("/phone/find", dependencies=[Allowed])
def find_phone(request: Request, site: TheSite, q: Text = "") -> Response:
    """Somebody else's phone."""
    people = site.system.vault.get_many(find(site, q))
    return page(request, "phone/pick.html", {"people": list(people.values()), "q": q})


@router.post("/phone", dependencies=[Allowed])
def write(request: Request, site: TheSite, card: Text = "", text: Text = "") -> Response:
    """What the person writes goes the way every message goes."""
    person = _person(site, card)
    response = RedirectResponse(f"/phone?card={card}#last", 303)
    if person.sms_number is None:
        cookies.say(response, "这位没有能收短信的手机。", "bad")
    elif text.strip():
        _written(site, response, person.sms_number, text.strip())
    return response


def _written(site: Site, response: Response, number: str, text: str) -> None:
    """With the local Twilio the message goes through it and comes back by the signed webhook."""
    if site.system.gateway_name != LOCAL:
        receive(site.system, number, text, f"screen-{secrets.token_hex(8)}", site.now())
    elif not write_by_twilio(site.system.settings, number, text):
        cookies.say(response, "本机短信服务没有应答，请稍后再发一次。", "bad")


@router.get("/phone/live", dependencies=[Allowed])
async def live(site: TheSite, card: str) -> StreamingResponse:
    """New messages as they come."""
    piece = Piece(lambda: _stamp(site), lambda: _bubbles(site, card))
    return StreamingResponse(site.live.watch(f"phone-{card}", piece), media_type="text/event-stream")


def _person(site: Site, card: str) -> Person:
    person = site.system.vault.get(card)
    if person is None:
        raise UnknownCard(card)
    return person


def _bubbles(site: Site, card: str) -> str:
    person = _person(site, card)
    cards = site.system.vault.find_by_phone(person.sms_number) if person.sms_number else [card]
    with site.db() as conn:
        messages = messages_of(conn, cards)
    return fragment(site, "phone/bubbles.html", {"messages": messages, "now": site.now()})


def _stamp(site: Site) -> Hashable:
    with site.db() as conn:
        row = conn.execute("SELECT max(number) FROM local_messages").fetchone()
    return row[0] if row else None


def _recent(site: Site) -> list[Person]:
    """Those whose phones had messages last, then anybody who can get one; whoever has the card comes last:
    there is nothing more to try with them."""
    with site.db() as conn:
        rows = conn.execute(
            "SELECT card FROM local_messages WHERE card <> '' GROUP BY card"
            " ORDER BY max(number) DESC LIMIT %s",
            (RECENT,),
        ).fetchall()
    cards = [str(row[0]) for row in rows]
    if len(cards) < RECENT:
        with site.system.desk.view() as state:
            others = (c for c, one in state.cards.items() if one.reach and c not in cards)
            cards += [card for card, _ in zip(others, range(RECENT - len(cards)), strict=False)]
    with site.system.desk.view() as state:
        done = {card for card in cards if card in state.cards and state.cards[card].done}
    people = site.system.vault.get_many(cards)
    return [people[card] for card in sorted(cards, key=done.__contains__) if card in people]
