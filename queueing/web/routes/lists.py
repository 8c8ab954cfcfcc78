"""The lists staff work by: whom to phone, whom to visit, and who has not collected at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import psycopg
from fastapi import HTTPException, Request
from fastapi.responses import Response

from queueing import words
from queueing.people.person import Person
from queueing.projections import queries
from queueing.projections.queries import CardStatus
from queueing.web import acts
from queueing.web.guard import Clerk, Manager, pages
from queueing.web.panel import LISTED
from queueing.web.rendering import page
from queueing.web.site import Site, TheSite
from queueing.web.spreadsheets import as_csv, as_xlsx

router = pages()
Connection = psycopg.Connection[Any]
SHOWN = 100
"""People on the screen unless all are asked for: each has to be unsealed."""

LISTS: dict[str, tuple[str, str, Callable[[Connection], list[CardStatus]]]] = {
    "phone": ("电话名单", "短信到不了的、约了没来的、想请我们回电的：等得久的在前。", queries.phone_list),
    "home": ("上门名单", "走不动、申请上门的老人：年纪大的在前。", queries.home_visits),
    "closing": ("收尾名单", "到现在还没有领走的每一张卡，和它现在在哪里。", queries.closing_list),
}


@router.get("/lists/{name}.{kind}")
def as_file(site: TheSite, staff: Manager, name: str, kind: Literal["csv", "xlsx"]) -> Response:
    """The whole list, for the manager: it carries names and numbers."""
    rows = _read(site, name)
    people = site.system.vault.get_many([row.card for row in rows])
    with site.db() as conn:
        acts.note(conn, site.now(), staff.by, "export", LISTS[name][0])
    lines = [_line(site, row, people.get(row.card)) for row in rows]
    if kind == "csv":
        return as_csv(name, COLUMNS, lines)
    return as_xlsx(name, LISTS[name][0], COLUMNS, lines)


@router.get("/lists/{name}")
def show(request: Request, site: TheSite, staff: Clerk, name: str, whole: bool = False) -> Response:
    """A list on the screen: its beginning, and all of it when asked for."""
    shown, total = _begin(site, name, None if whole else SHOWN)
    title, about, _ = LISTS[name]
    context = {
        "name": name,
        "title": title,
        "about": about,
        "lists": LISTS,
        "rows": shown,
        "total": total,
        "people": site.system.vault.get_many([row.card for row in shown]),
        "reasons": LISTED,
        "cohorts": {cohort.id: cohort.name for cohort in site.system.season.cohorts},
    }
    return page(request, "board/list.html", context)


def _read(site: Site, name: str) -> list[CardStatus]:
    """A whole list."""
    if name not in LISTS:
        raise HTTPException(404)
    with site.db() as conn:
        return LISTS[name][2](conn)


def _begin(site: Site, name: str, most: int | None) -> tuple[list[CardStatus], int]:
    """The beginning of a list, and how long it is. The closing list may be most of the season's cards."""
    if name == "closing":
        with site.db() as conn:
            return queries.closing_list(conn, most), queries.closing_count(conn)
    rows = _read(site, name)
    return rows[:most], len(rows)


COLUMNS = (
    "编号",
    "姓名",
    "电话",
    "家属电话",
    "地址",
    "人群",
    "年龄段",
    "卡在哪里",
    "原因",
    "上次通知",
    "预约",
)


def _line(site: Site, row: CardStatus, person: Person | None) -> tuple[str, ...]:
    cohorts = {cohort.id: cohort.name for cohort in site.system.season.cohorts}
    return (
        row.card,
        person.name if person else "",
        (person.phone or person.contact_phone) if person else "",
        person.contact_phone if person else "",
        person.address if person else "",
        cohorts.get(row.cohort, row.cohort),
        row.band,
        words.place(row.place),
        LISTED.get(row.phone_list, row.phone_list),
        f"{row.last_invited:%Y-%m-%d}" if row.last_invited else "",
        f"{row.told:%Y-%m-%d %H:%M}" if row.told else "",
    )
