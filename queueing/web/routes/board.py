"""The manager's board: the day as a picture, the hall now, and what is coming. Live, and complete without
scripts."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from queueing import words
from queueing.domain import Refusal
from queueing.domain.season import ChangeWindows
from queueing.web import calm, cookies
from queueing.web.boarding import board, stamp
from queueing.web.guard import Manager, pages
from queueing.web.hall import windows_open
from queueing.web.live import Piece
from queueing.web.rendering import fragment, page
from queueing.web.site import Site, TheSite

router = pages()


@router.get("/board")
def show(request: Request, site: TheSite, staff: Manager) -> Response:
    """The board."""
    return page(request, "board/page.html", {"live": _render(site), "windows": _windows(site)})


@router.get("/board/live")
async def live(site: TheSite, staff: Manager) -> StreamingResponse:
    """The board as it changes."""
    stream = site.live.watch("board", Piece(lambda: stamp(site), lambda: _render(site)))
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


@router.get("/board/slots.csv")
def slots_csv(site: TheSite, staff: Manager, day: date | None = None) -> Response:
    """A day's slots, with the numbers of the screen."""
    chosen = day or site.today()
    return as_csv(f"slots-{chosen}.csv", [msgspec.structs.asdict(row) for row in calm.slots(site, chosen)])


@router.get("/board/days.csv")
def days_csv(site: TheSite, staff: Manager) -> Response:
    """The season's days, with the numbers of the screen."""
    season = site.system.season
    rows = calm.days(site, season.first_day - timedelta(days=1), season.last_day + timedelta(days=1))
    return as_csv("days.csv", [msgspec.structs.asdict(row) for row in rows])


def as_csv(name: str, rows: list[dict[str, Any]]) -> Response:
    """A file spreadsheets open: with a byte order mark, and no cell that is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    if rows:
        writer.writerow(rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: object) -> object:
    if isinstance(value, float):
        return round(value, 2)
    return "'" + value if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def _render(site: Site) -> str:
    return fragment(site, "board/live.html", board(site))


def _windows(site: Site) -> int:
    with site.system.desk.view() as state:
        return windows_open(state, site.today())
