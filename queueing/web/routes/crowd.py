"""Pages about the crowd: who comes unasked and what to do about it, the limits and why they are so, and how
good the waits told to people were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response

from queueing import words
from queueing.crowd.told import for_newcomer
from queueing.domain import Command, Refusal
from queueing.domain.limits import PinLimits, ReleaseLimits, SwitchOverbooking
from queueing.domain.state import Shown
from queueing.domain.tallies import sent_on
from queueing.domain.ticketing import newcomer_offered
from queueing.domain.waits import in_hall, windows_open
from queueing.domain.walkins import SetWalkInQuota, SwitchWalkInControl, controlled, quota
from queueing.policies.hallwatch import alarm_rings, hall_ahead, hall_watch, seen
from queueing.policies.learned import (
    remaining_walk_ins,
    rumour_alarm,
    show_rates,
    usual_walk_ins,
    walk_in_quarters,
    walk_ins_so_far,
)
from queueing.policies.limits import limits_of
from queueing.policies.outlook import hall_of
from queueing.projections import queries
from queueing.season.calendar import next_open_day
from queueing.web import cookies
from queueing.web.guard import Manager, pages
from queueing.web.rendering import page
from queueing.web.site import Site, TheSite
from queueing.web.walkin_chart import picture

router = pages()
Reason = Annotated[str, Form(max_length=60)]
NOTHING = "没有变化：已经是这样了。"


@router.get("/walkins")
def walk_ins(request: Request, site: TheSite, staff: Manager) -> Response:
    """Who came unasked today against usual days, the alarm, and the measures beside it."""
    season, now = site.system.season, site.now()
    with site.system.desk.view() as state:
        bins = walk_in_quarters(state, season, now.date())
        alarm = rumour_alarm(state, season, now)
        windows = windows_open(state, now.date())
        context = {
            "alarm": alarm,
            "raised": alarm_rings(state, season, now),
            "so_far": walk_ins_so_far(state, now.date()),
            "usual": usual_walk_ins(state, season, now.date()),
            "rest": remaining_walk_ins(state, season, now),
            "quota": quota(state, now.date()),
            "given": state.facts.tickets if state.facts.tickets_day == now.date() else 0,
            "windows": windows,
            "waiting": len(in_hall(state, now)),
            "ahead": hall_ahead(state, season, now),
            "watch": hall_watch(state, season, now),
            "now_gets": words.walk_in_offer(newcomer_offered(state, now, seen(state, season, now))),
            "controlled": controlled(state),
            "sent": sent_on(state, now.date()),
            "told": for_newcomer(state, now),
            "hall_limit": hall_of(season).limit(windows),
        }
    return page(request, "crowd/walkins.html", context | {"picture": picture(bins, now)})


@router.post("/walkins/quota")
def set_quota(
    site: TheSite, staff: Manager, quota: Annotated[int, Form()] = -1, reason: Reason = ""
) -> Response:
    """So many same-day tickets today."""
    return _ask(
        site,
        staff.by,
        SetWalkInQuota(quota, reason.strip()),
        "/walkins",
        f"今天最多发{quota}个号，超过的约其他日子。",
    )


@router.post("/walkins/control/{to}")
def switch_control(site: TheSite, staff: Manager, to: str, reason: Reason = "") -> Response:
    """Whether the hall and the alarm decide by themselves what walk-ins get."""
    done = {
        "on": "自动安排开了：大厅要坐满、来的人明显多时，柜台会请没预约的人晚些或改天来。",
        "off": "自动安排停了：大厅和传言都不再影响取号，由您来决定。",
    }
    if to not in done:
        return RedirectResponse("/walkins", 303)
    command = SwitchWalkInControl(to == "on", reason.strip())
    return _ask(site, staff.by, command, "/walkins", done[to])


@router.get("/limits")
def limits(request: Request, site: TheSite, staff: Manager, day: date | None = None) -> Response:
    """The limits of a day, each with its reason."""
    season, today = site.system.season, site.today()
    chosen = day or next_open_day(today + timedelta(days=1), season) or today
    with site.system.desk.view() as state:
        found = limits_of(state, season, chosen, today)
        slots = [(name, state.slots[name], limit) for name, limit in found.items()]
        rates = show_rates(state, season)
        context = {
            "day": chosen,
            "days": [one for one in sorted(state.days) if one > today][:20],
            "slots": slots,
            "overbooking": state.facts.overbooking,
            "computed": state.facts.limits_day,
            "rates": _rates(site, state.shown),
            "overall": rates.overall,
            "usual": usual_walk_ins(state, season, today),
        }
    return page(request, "crowd/limits.html", context)


@router.post("/limits/{action}")
def change_limits(
    site: TheSite,
    staff: Manager,
    action: str,
    day: Annotated[str, Form(max_length=10)] = "",
    slot: Annotated[list[str] | None, Form()] = None,
    reason: Reason = "",
) -> Response:
    """Pin or release slots, switch overbooking."""
    slots, why = tuple(slot or ()), reason.strip()
    commands: dict[str, tuple[Command, str]] = {
        "pin": (PinLimits(slots, why), "勾选的时间段名额固定了，每晚不再改。"),
        "release": (ReleaseLimits(slots, why), "勾选的时间段今晚起重新计算。"),
        "off": (SwitchOverbooking(False, why), "不再超额预约，今晚起按人人都来计算。"),
        "on": (SwitchOverbooking(True, why), "恢复计入约了没来的人，今晚起生效。"),
    }
    back = f"/limits?day={day}" if day[:2].isdecimal() else "/limits"
    if action not in commands:
        return RedirectResponse(back, 303)
    return _ask(site, staff.by, commands[action][0], back, commands[action][1])


@router.get("/waits")
def waits(request: Request, site: TheSite, staff: Manager, days: int = 7) -> Response:
    """How good the waits told were, and how long each class of people waited."""
    last = site.today()
    first = last - timedelta(days=max(1, min(days, 120)) - 1)
    with site.db() as conn:
        scores = queries.estimate_scores(conn, first, last)
        asked = queries.asked_scores(conn, first, last)
        classes = queries.waits_by_class(conn, first, last, site.now())
    context = {
        "scores": scores,
        "asked": asked,
        "classes": classes,
        "first": first,
        "last": last,
        "kinds": KINDS,
    }
    return page(request, "crowd/waits.html", context)


KINDS = {"booked": "有预约", "walk_in": "没预约取号", "late": "来晚了"}


def _rates(site: Site, shown: Mapping[str, Shown]) -> list[tuple[str, int, int]]:
    """Bookings that ended, by cohort: (cohort, people due, of them came)."""
    names = {cohort.id: cohort.name for cohort in site.system.season.cohorts}
    sums: dict[str, list[int]] = {}
    for kind, counted in shown.items():
        row = sums.setdefault(names.get(kind.partition("|")[0], kind), [0, 0])
        row[0] += counted.due
        row[1] += counted.came
    return [(name, due, came) for name, (due, came) in sorted(sums.items())]


def _ask(site: Site, by: str, command: Command, back: str, done: str) -> Response:
    response = RedirectResponse(back, 303)
    try:
        outcome = site.system.desk.handle(command, by=by, via="counter")
    except Refusal as refusal:
        cookies.say(response, words.sentence(refusal), "bad")
    else:
        cookies.say(response, done if outcome.events else NOTHING)
    return response
