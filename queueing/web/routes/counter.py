"""The counter's one screen: find a person, see who waits, and what can be done."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from queueing import words
from queueing.domain import Refusal
from queueing.domain.booking import known_card
from queueing.web import choosing, cookies
from queueing.web.finding import find
from queueing.web.guard import Clerk, pages, still
from queueing.web.hall import hall
from queueing.web.live import Piece
from queueing.web.panel import CHANNELS, panel
from queueing.web.rendering import fragment, in_place, page
from queueing.web.site import Site, TheSite
from queueing.web.today import FILTERS, today_list
from queueing.web.unsealed import Unsealed

router = pages()
WINDOW = "window"
DAYS = 20


@router.get("/counter")
def counter(
    request: Request,
    site: TheSite,
    staff: Clerk,
    card: str = "",
    show: str = "",
    slot: str = "",
    on: str = "counter",
) -> Response:
    """The screen; with a card, its panel."""
    return _screen(request, site, card=card, show=show, slot=slot, on=on)


@router.post("/counter/find")
def find_person(
    request: Request, site: TheSite, staff: Clerk, q: Annotated[str, Form(max_length=60)] = ""
) -> Response:
    """Who fits. A single hit is opened at once. What was searched for stays out of addresses."""
    cards = find(site, q)
    if len(cards) == 1:
        return answer(request, site, cards[0])
    people = site.system.vault.get_many(cards)
    with site.system.desk.view() as state:
        hits = [(card, people[card], state.cards[card]) for card in cards if card in people]
    return _screen(request, site, found={"hits": hits, "q": q})


@router.post("/counter/window")
def choose_window(site: TheSite, staff: Clerk, window: Annotated[str, Form(max_length=2)] = "") -> Response:
    """The window this browser stands at."""
    response = RedirectResponse("/counter", 303)
    if window.isdecimal() and 1 <= int(window) <= 50:
        cookies.put(response, WINDOW, str(int(window)), secure=site.secure, lasts=cookies.LONG)
    else:
        cookies.drop(response, WINDOW)
    return response


@router.get("/counter/times")
def times(
    request: Request, site: TheSite, staff: Clerk, card: str, day: date | None = None, on: str = "counter"
) -> Response:
    """All days, or all times of a day, for somebody at the counter or on the phone."""
    now = site.now()
    try:
        with site.system.desk.view() as state:
            status = known_card(state, card)
            days = choosing.days_for(state, card, now, DAYS, via=on)
            slots = choosing.slots_for(state, card, status, day, now, via=on) if day else []
    except Refusal as refusal:
        return _screen(request, site, card=card, on=on, problem=refusal)
    return _screen(request, site, card=card, on=on, times={"days": days, "day": day, "slots": slots})


@router.get("/counter/live")
async def live(site: TheSite, staff: Clerk, request: Request) -> StreamingResponse:
    """The waiting queue as it changes."""
    window = own_window(request)
    piece = Piece(lambda: _stamp(site), lambda: _queue(site, Unsealed(site.system.vault), window))
    stream = site.live.watch(f"queue-{window}", piece, allowed=still(request, site, staff))
    return StreamingResponse(stream, media_type="text/event-stream")


def own_window(request: Request) -> str:
    """The window this browser stands at, or nothing."""
    value = request.cookies.get(WINDOW, "")
    return value if value.isdecimal() else ""


def address(card: str = "", on: str = "counter") -> str:
    """The screen, with somebody open, and how we are talking to them."""
    query = {"card": card} if card else {}
    if on in CHANNELS and on != "counter":
        query["on"] = on
    return "/counter" + (f"?{urlencode(query)}" if query else "")


def answer(
    request: Request,
    site: Site,
    card: str,
    text: str = "",
    tone: cookies.Tone = "good",
    on: str = "counter",
) -> Response:
    """Back to the person after an action, with one sentence on what came of it. The page's script takes the
    screen at once; a browser without scripts is sent to it."""
    if not in_place(request):
        response: Response = RedirectResponse(address(card, on), 303)
        if text:
            cookies.say(response, text, tone)
        return response
    response = _screen(request, site, card=card, on=on, said=(tone, text) if text else None)
    response.headers["Content-Location"] = address(card, on)
    return response


def _screen(
    request: Request,
    site: Site,
    *,
    card: str = "",
    show: str = "",
    slot: str = "",
    on: str = "counter",
    **more: Any,
) -> Response:
    window = own_window(request)
    problem = more.pop("problem", None)
    people = Unsealed(site.system.vault)
    context = {
        "window": window,
        "list": today_list(site, people, show, slot),
        "queue": _queue(site, people, window),
        "panel": panel(site, people, card, window) if card else None,
        "card": card,
        "filters": FILTERS,
        "show": show,
        "slot": slot,
        "on": on if on in CHANNELS else "counter",
        "channels": CHANNELS,
        "found": None,
        "times": None,
        "problem": words.sentence(problem) if problem else "",
        **more,
    }
    return page(request, "counter/screen.html", context)


def _stamp(site: Site) -> Hashable:
    with site.system.desk.view():
        return site.system.desk.position


def _queue(site: Site, people: Unsealed, window: str) -> str:
    with site.system.desk.view() as state:
        found = hall(state, site.now())
    known = people.get_many(one.card for one in (*found.waiting, *found.served))
    return fragment(site, "counter/queue.html", {"hall": found, "people": known, "window": window})
