"""After an outage: what was handed over by the printed list is entered, and what doesn't fit is settled."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from queueing import words
from queueing.domain import Refusal
from queueing.domain.disputes import SettleDispute, disputed
from queueing.errors import UserError
from queueing.projections.history import DISPUTED
from queueing.web import cookies
from queueing.web.guard import MOST_FIELDS, Clerk, pages
from queueing.web.outage import HOWS, Line, enter, pasted
from queueing.web.rendering import page
from queueing.web.site import Site, TheSite
from queueing.web.today import TodayRow, day_rows

router = pages()
EMPTY_LINES = 10
_UNSERVED = ("due", "no_show", "waiting", "window")


async def many_lines(request: Request) -> FormData:
    """A form with four fields a line."""
    return await request.form(max_fields=MOST_FIELDS)


Lines = Annotated[FormData, Depends(many_lines)]


@router.get("/counter/outage")
def outage(request: Request, site: TheSite, staff: Clerk, day: date | None = None) -> Response:
    """The day's list as it was printed, to be filled in, and what is to be settled."""
    chosen = day or site.today()
    printed = [_printed(row) for row in day_rows(site, chosen) if row.entry.state in _UNSERVED]
    return _page(request, site, chosen, [*printed, *[Line() for _ in range(EMPTY_LINES)]])


@router.post("/counter/outage")
def enter_lines(request: Request, site: TheSite, staff: Clerk, form: Lines) -> Response:
    """Enter what was written; what could not be entered stays on the page."""
    day = _day(str(form.get("day", "")))
    text = str(form.get("text", ""))
    seen = form.get("seen") == "1"
    lines = pasted(text, seen) if text.strip() else _filled(form, seen)
    entered = enter(site, day, lines, staff.by)
    counts = Counter(line.state for line in entered if line.state)
    return _page(request, site, day, entered, counts, seen=seen)


@router.post("/counter/outage/settle")
def settle(
    site: TheSite,
    staff: Clerk,
    card: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """What staff found out."""
    response = RedirectResponse("/counter/outage", 303)
    try:
        command = SettleDispute(card, reason.strip())
        site.system.desk.handle(command, by=staff.by, via="counter")
    except Refusal as refusal:
        cookies.say(response, words.sentence(refusal), "bad")
    else:
        cookies.say(response, "已记为查清。")
    return response


def _page(
    request: Request,
    site: Site,
    day: date,
    lines: list[Line],
    counts: Counter[str] | None = None,
    *,
    seen: bool = False,
) -> Response:
    with site.system.desk.view() as state:
        open_ones = [(name, one, state.cards[name].collected) for name, one in disputed(state)]
    context = {
        "day": day,
        "lines": lines,
        "counts": counts,
        "seen": seen,
        "hows": HOWS,
        "disputes": open_ones,
        "why": DISPUTED,
        "people": site.system.vault.get_many([name for name, _, _ in open_ones]),
    }
    return page(request, "counter/outage.html", context)


def _printed(row: TodayRow) -> Line:
    name = row.person.name if row.person else "（已删除）"
    tail = row.person.id_number[-4:] if row.person else ""
    return Line(who=row.number, hint=f"{words.clock(row.entry.time)} {name} {tail}")


def _filled(form: FormData, seen: bool) -> list[Line]:
    count = min(int(text), MOST_FIELDS) if (text := str(form.get("count", "0"))).isdecimal() else 0

    def field(name: str, number: int) -> str:
        return str(form.get(f"{name}-{number}", ""))[:200]

    return [
        Line(
            who=field("who", n),
            at=field("at", n),
            how=field("how", n) or "self",
            seen=seen,
            hint=field("hint", n),
            state="done" if field("done", n) == "1" else "",
            said=field("said", n) if field("done", n) == "1" else "",
        )
        for n in range(count)
    ]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError("请先选停机的是哪一天，再提交。") from None
