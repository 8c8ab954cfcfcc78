"""The board as it was at any moment, replayed from the log, and a day's film. Steps are links, so it works
without scripts; with them it plays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from psycopg import Connection

from queueing.domain import State
from queueing.errors import UserError
from queueing.sms.then import Outcomes
from queueing.web import cookies
from queueing.web.boarding import board_then
from queueing.web.films import Film
from queueing.web.guard import Manager, pages
from queueing.web.rendering import fragment, page
from queueing.web.site import Site, TheSite

router = pages()
STEP = timedelta(minutes=5)
MARGIN = timedelta(minutes=30)
PATIENCE = 2.5
"""Seconds a page waits for a day to be ready before it says how far it is."""
Text = Annotated[str, Query(max_length=20)]


@dataclass(frozen=True, slots=True)
class Reel:
    """The moments of a day that can be looked at, and the one that is."""

    moment: datetime
    first: datetime
    last: datetime

    @property
    def steps(self) -> list[tuple[str, datetime]]:
        """What to go to from here, by link."""
        wanted = (("−1小时", -12), ("−5分钟", -1), ("+5分钟", 1), ("+1小时", 12))
        return [
            (label, min(max(self.moment + count * STEP, self.first), self.last)) for label, count in wanted
        ]

    @property
    def days(self) -> tuple[datetime, datetime]:
        """The same time on the days before and after."""
        return self.moment - timedelta(days=1), self.moment + timedelta(days=1)


@router.get("/board/past")
def show(
    request: Request, site: TheSite, staff: Manager, at: Text = "", day: Text = "", time: Text = ""
) -> Response:
    """The board at a moment; without one, half an hour ago."""
    try:
        moment = _moment(site, at or (f"{day}T{time}" if day else ""))
    except UserError as problem:
        response = RedirectResponse("/board", 303)
        cookies.say(response, problem.message, "bad")
        return response
    reel = _reel(site, moment)
    film = site.films.film(moment.date())
    if not _ready(film):
        done = round(100 * film.position / max(1, site.system.log.head()))
        return page(request, "board/opening.html", {"reel": reel, "done": done}, headers={"Refresh": "1"})
    context = {"reel": reel, "frame": _frame(site, moment), "step": STEP}
    return page(request, "board/past.html", context)


@router.get("/board/past/frame")
def frame(site: TheSite, staff: Manager, at: Text = "") -> Response:
    """One picture of the film."""
    try:
        moment = _moment(site, at)
    except UserError as problem:
        return HTMLResponse(problem.message, status_code=422)
    if not _ready(site.films.film(moment.date())):
        return HTMLResponse("正在重放，请稍等。", status_code=503, headers={"Retry-After": "1"})
    return HTMLResponse(_frame(site, moment), headers={"Cache-Control": "no-store"})


def _frame(site: Site, moment: datetime) -> str:
    def draw(conn: Connection[Any], state: State, outcomes: Outcomes, then: datetime) -> str:
        return fragment(site, "board/live.html", board_then(conn, state, site.system.season, outcomes, then))

    return site.films.frame(moment, site.now(), draw)


def _ready(film: Film) -> bool:
    return film.ready.wait(PATIENCE) and not film.failed


def _moment(site: Site, text: str) -> datetime:
    """A moment of the past, to the minute; raises UserError for what is none."""
    now = site.now()
    if not text:
        return (now - MARGIN).replace(second=0, microsecond=0)
    try:
        moment = datetime.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise UserError("看不懂要回看的时间，请重新选日期和时刻。") from None
    if moment > now:
        raise UserError("还没到那个时刻，只能回看过去；请选早一些的时间。")
    if moment.year < site.system.season.first_day.year - 1:
        raise UserError("那时还没有记录，请选晚一些的时间。")
    return moment


def _reel(site: Site, moment: datetime) -> Reel:
    """From before the first slot of the day until after the last, but not beyond now."""
    first, last = _hours(site, moment.date())
    now = site.now().replace(second=0, microsecond=0)
    last = min(max(last, moment), now)
    return Reel(moment, min(first, moment), last)


def _hours(site: Site, day: date) -> tuple[datetime, datetime]:
    with site.system.desk.view() as state:
        slots = [state.slots[slot] for slot in state.days.get(day, ())]
    if not slots:
        return datetime.combine(day, time(8)), datetime.combine(day, time(18))
    return min(slot.start for slot in slots) - MARGIN, max(slot.end for slot in slots) + MARGIN
