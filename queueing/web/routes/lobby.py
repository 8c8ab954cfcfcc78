"""The screen in the hall: who is called, who is next, and how long it takes, without anybody's name."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from queueing.web import calm
from queueing.web.hall import Waiting, hall
from queueing.web.live import Piece
from queueing.web.rendering import fragment, page
from queueing.web.site import Site, TheSite

router = APIRouter()
NEXT = 8
CALLED = 5
"""As many as can be read from ten metres; whoever was called before them stands at the window."""
NEW = timedelta(seconds=40)
_SPOKEN = str.maketrans("0123456789", "零一二三四五六七八九")


@dataclass(frozen=True, slots=True)
class Called:
    """A number at a window; `new`: just now. `spoken` has its digits one by one, as they are called out."""

    number: str
    window: str
    new: bool

    @property
    def spoken(self) -> str:
        """A963 as "A九六三"."""
        return self.number.translate(_SPOKEN)


@router.get("/lobby")
def show(request: Request, site: TheSite) -> Response:
    """For a television."""
    return page(request, "lobby/page.html", {"live": _render(site)})


@router.get("/lobby/live")
async def live(request: Request, site: TheSite) -> StreamingResponse:
    """The screen as it changes."""
    last = request.headers.get("last-event-id", "")
    stream = site.live.watch("lobby", Piece(lambda: _stamp(site), lambda: _render(site)), last)
    return StreamingResponse(stream, media_type="text/event-stream")


def called(served: tuple[Waiting, ...], now: datetime) -> list[Called]:
    """The latest calls, the newest first."""
    latest = sorted(served, key=lambda one: one.visit.called or now, reverse=True)[:CALLED]
    return [Called(one.number, one.visit.window, now - (one.visit.called or now) < NEW) for one in latest]


def _stamp(site: Site) -> Hashable:
    with site.system.desk.view():
        return site.system.desk.position


def _render(site: Site) -> str:
    now = site.now()
    with site.system.desk.view() as state:
        found = hall(state, now)
    context = {
        "hall": found,
        "called": called(found.served, now),
        "next": found.waiting[:NEXT],
        "shut": "" if found.waiting or found.served else calm.shut(site),
        "now": now,
    }
    return fragment(site, "lobby/live.html", context)
