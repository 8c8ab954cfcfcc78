"""The screen in the hall: who is called, who is next, and how long it takes, without anybody's name."""

from __future__ import annotations

from collections.abc import Hashable

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from queueing.web.hall import hall
from queueing.web.live import Piece
from queueing.web.rendering import fragment, page
from queueing.web.site import Site, TheSite

router = APIRouter()
NEXT = 8


@router.get("/lobby")
def show(request: Request, site: TheSite) -> Response:
    """For a television."""
    return page(request, "lobby/page.html", {"live": _render(site)})


@router.get("/lobby/live")
async def live(site: TheSite) -> StreamingResponse:
    """The screen as it changes."""
    stream = site.live.watch("lobby", Piece(lambda: _stamp(site), lambda: _render(site)))
    return StreamingResponse(stream, media_type="text/event-stream")


def _stamp(site: Site) -> Hashable:
    with site.system.desk.view():
        return site.system.desk.position


def _render(site: Site) -> str:
    with site.system.desk.view() as state:
        found = hall(state, site.now())
    return fragment(site, "lobby/live.html", {"hall": found, "next": found.waiting[:NEXT]})
