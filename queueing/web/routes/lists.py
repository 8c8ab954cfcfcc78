"""The lists staff work by: whom to phone, whom to visit, and who has not collected at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from fastapi import HTTPException, Request
from fastapi.responses import Response

from queueing import words
from queueing.people.person import Person
from queueing.projections import queries
from queueing.projections.queries import CardStatus
from queueing.web.guard import Clerk, Manager, pages
from queueing.web.panel import LISTED
from queueing.web.rendering import page
from queueing.web.routes.board import as_csv
from queueing.web.site import Site, TheSite

router = pages()
Connection = psycopg.Connection[Any]
SHOWN = 300

LISTS: dict[str, tuple[str, str, Callable[[Connection], list[CardStatus]]]] = {
    "phone": ("电话名单", "短信到不了的、约了没来的、想请我们回电的：等得久的在前。", queries.phone_list),
    "home": ("上门名单", "走不动、申请上门的老人：年纪大的在前。", queries.home_visits),
    "closing": ("收尾名单", "到现在还没有领走的每一张卡，和它现在在哪里。", queries.closing_list),
}


@router.get("/lists/{name}.csv")
def as_file(site: TheSite, staff: Manager, name: str) -> Response:
    """The whole list, for the manager: it carries names and numbers."""
    rows, people = _read(site, name)
    return as_csv(f"{name}.csv", [_line(site, row, people.get(row.card)) for row in rows] or [{"名单": "空"}])


@router.get("/lists/{name}")
def show(request: Request, site: TheSite, staff: Clerk, name: str) -> Response:
    """A list on the screen."""
    rows, _ = _read(site, name, names=False)
    shown = rows[:SHOWN]
    title, about, _ = LISTS[name]
    context = {
        "name": name,
        "title": title,
        "about": about,
        "lists": LISTS,
        "rows": shown,
        "total": len(rows),
        "people": site.system.vault.get_many([row.card for row in shown]),
        "reasons": LISTED,
        "cohorts": {cohort.id: cohort.name for cohort in site.system.season.cohorts},
    }
    return page(request, "board/list.html", context)


def _read(site: Site, name: str, *, names: bool = True) -> tuple[Sequence[CardStatus], dict[str, Person]]:
    if name not in LISTS:
        raise HTTPException(404)
    with site.db() as conn:
        rows = LISTS[name][2](conn)
    return rows, site.system.vault.get_many([row.card for row in rows]) if names else {}


def _line(site: Site, row: CardStatus, person: Person | None) -> dict[str, object]:
    cohorts = {cohort.id: cohort.name for cohort in site.system.season.cohorts}
    return {
        "编号": row.card,
        "姓名": person.name if person else "",
        "电话": (person.phone or person.contact_phone) if person else "",
        "家属电话": person.contact_phone if person else "",
        "地址": person.address if person else "",
        "人群": cohorts.get(row.cohort, row.cohort),
        "年龄段": row.band,
        "卡在哪里": words.place(row.place),
        "原因": LISTED.get(row.phone_list, row.phone_list),
        "上次通知": f"{row.last_invited:%Y-%m-%d}" if row.last_invited else "",
        "预约": f"{row.told:%Y-%m-%d %H:%M}" if row.told else "",
    }
