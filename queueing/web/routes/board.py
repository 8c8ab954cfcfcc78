"""The manager's board: the day as a picture, the hall now, and what is coming. Live, and complete without
scripts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import Form, Header, HTTPException, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from queueing import words
from queueing.domain import Refusal
from queueing.domain.season import ChangeWindows
from queueing.domain.waits import windows_open
from queueing.web import cookies
from queueing.web.guard import Manager, pages, still
from queueing.web.live import Piece
from queueing.web.rendering import fragment, page
from queueing.web.sheets import SHEETS, sheet
from queueing.web.site import Site, TheSite
from queueing.web.spreadsheets import as_csv, as_xlsx
from queueing.web.wall import Wall, board

router = pages()


@router.get("/board")
def show(request: Request, site: TheSite, staff: Manager) -> Response:
    """The board."""
    return page(
        request, "board/page.html", {"live": _render(site), "windows": _windows(site), "sheets": SHEETS}
    )


@router.get("/board/live")
async def live(
    request: Request, site: TheSite, staff: Manager, last_event_id: Annotated[str, Header()] = ""
) -> StreamingResponse:
    """The board as it changes."""
    wall = Wall(site)
    piece = Piece(wall.stamp, lambda: fragment(site, "board/live.html", wall.shown()))
    stream = site.live.watch("board", piece, last_event_id, still(request, site, staff))
    return StreamingResponse(stream, media_type="text/event-stream")


@router.post("/board/windows")
def windows(site: TheSite, staff: Manager, windows: Annotated[int, Form()] = -1) -> Response:
    """So many windows are open from now on."""
    response = RedirectResponse("/board", 303)
    try:
        site.system.desk.handle(ChangeWindows(windows), by=staff.by, via="counter")
    except Refusal as refusal:
        cookies.say(response, words.sentence(refusal), "bad")
    else:
        cookies.say(response, f"今天开放窗口：{windows}个。")
    return response


@router.get("/board/{name}.{kind}")
def as_file(
    site: TheSite, staff: Manager, name: str, kind: Literal["csv", "xlsx"], day: date | None = None
) -> Response:
    """The board's numbers for a spreadsheet; `day` chooses where one day is shown."""
    if name not in SHEETS:
        raise HTTPException(404)
    chosen = day or site.today()
    found = sheet(site, name, chosen)
    if kind == "csv":
        return as_csv(f"{name}-{chosen}", found.columns, found.rows)
    return as_xlsx(f"{name}-{chosen}", found.title, found.columns, found.rows)


def _render(site: Site) -> str:
    return fragment(site, "board/live.html", board(site))


def _windows(site: Site) -> int:
    with site.system.desk.view() as state:
        return windows_open(state, site.today())
