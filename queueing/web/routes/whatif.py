"""What if: a manager changes the windows, hours, limits, people or luck of a day, and sees 500 simulated days
of it beside the plan as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Annotated

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from queueing.crowd.simulate import Outcome
from queueing.policies.outlook import day_plan, hall_of
from queueing.policies.whatif import DAYS, Change, Compared, compare
from queueing.season.calendar import next_open_day, sessions
from queueing.web.fan import Fan, chart, highest
from queueing.web.guard import Manager, pages
from queueing.web.rendering import page
from queueing.web.site import Site, TheSite

router = pages()


class Asked(BaseModel):
    """The form. What is left empty stays as it is."""

    day: date | None = None
    full: bool = False
    windows: Annotated[int | None, Field(ge=1, le=50)] = None
    opens: Annotated[int, Field(ge=0, le=180)] = 0
    closes: Annotated[int, Field(ge=0, le=240)] = 0
    slot_minutes: Annotated[int | None, Field(ge=5, le=120)] = None
    service: Annotated[float | None, Field(ge=0.5, le=60)] = None
    limits: Annotated[int, Field(ge=0, le=300)] = 100
    show: Annotated[int | None, Field(ge=30, le=100)] = None
    walk_ins: Annotated[int, Field(ge=0, le=1000)] = 100
    outage_from: time | None = None
    outage_to: time | None = None
    lost_at: time | None = None
    employer_cards: Annotated[int, Field(ge=0, le=2000)] = 0
    employer_at: time = time(10)

    def change(self) -> Change:
        """As a change of a plan."""
        outage = self.outage_from and self.outage_to and self.outage_from < self.outage_to
        return Change(
            windows=self.windows,
            opens=self.opens,
            closes=self.closes,
            slot_minutes=self.slot_minutes,
            service=self.service,
            limits=self.limits / 100,
            show=self.show / 100 if self.show else None,
            walk_ins=self.walk_ins / 100,
            outage_from=_minute(self.outage_from) if outage else None,
            outage_to=_minute(self.outage_to) if outage else None,
            lost_at=_minute(self.lost_at),
            employer_cards=self.employer_cards,
            employer_at=_minute(self.employer_at) or 600,
            full=self.full,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A number of both plans: its name, both values, and whether the second is better (1), worse (-1)."""

    name: str
    now: str
    then: str
    better: int


@router.get("/whatif")
def show(request: Request, site: TheSite, staff: Manager) -> Response:
    """The form and, once something was asked, both plans side by side."""
    query = {name: value for name, value in request.query_params.items() if value != ""}
    asked = Asked.model_validate(query) if _valid(query) else Asked()
    day = asked.day or _day(site)
    context: dict[str, object] = {"asked": asked, "day": day, "bad": not _valid(query), "days": DAYS}
    if sessions(day, site.system.season):
        context |= _shown(site, day, asked)
    return page(request, "crowd/whatif.html", {"result": None, "rows": [], "fans": []} | context)


def _valid(query: dict[str, str]) -> bool:
    try:
        Asked.model_validate(query)
    except ValueError:
        return False
    return True


def _day(site: Site) -> date:
    """Today while the branch is still open, else the next open day."""
    season, now = site.system.season, site.now()
    hours = sessions(now.date(), season)
    if hours and now < hours[-1][1]:
        return now.date()
    tomorrow = date.fromordinal(now.date().toordinal() + 1)
    return next_open_day(tomorrow, season) or now.date()


def _shown(site: Site, day: date, asked: Asked) -> dict[str, object]:
    season, change = site.system.season, asked.change()
    with site.system.desk.view() as state:
        plan = day_plan(state, season, day, site.now())
    compared = compare(plan, change, season.capacity)
    return {
        "result": compared,
        "booked": sum(compared.plan.told.values()),
        "rows": rows(compared.now, compared.then),
        "fans": fans(compared, hall_of(season).limit(compared.changed.windows)),
        "same": change.nothing,
        "limit": hall_of(season).limit(compared.plan.windows),
        "from_now": plan.start is not None,
    }


def fans(compared: Compared, limit: int) -> list[tuple[str, Fan]]:
    """Both charts on the same scale."""
    both = (("现在的安排", compared.now), ("改了以后", compared.then))
    top = highest(compared.now.fan, compared.then.fan)
    minutes = [minute for _, outcome in both for minute in outcome.fan]
    span = (min(minutes, default=0), max(minutes, default=1))
    return [(title, chart(outcome.fan, top, limit, span)) for title, outcome in both]


def rows(now: Outcome, then: Outcome) -> list[Row]:
    """The numbers people compare."""
    return [
        _row("最多时等候（95%的日子不超过）", now.p95_peak, then.p95_peak, "{:.0f}人"),
        _row("最多时等候（平均）", now.mean_peak, then.mean_peak, "{:.1f}人"),
        _row("约定时间后还等（95%不超过）", now.p95_wait, then.p95_wait, "{:.1f}分钟"),
        _row("在大厅里等（95%不超过）", now.p95_hall, then.p95_hall, "{:.1f}分钟"),
        _row("加班（95%的日子不超过）", now.p95_overtime, then.p95_overtime, "{:.0f}分钟"),
        _row("窗口利用率", 100 * now.utilisation, 100 * then.utilisation, "{:.0f}%", good=0),
        _row("办好的人", now.served, then.served, "{:.0f}人", good=1),
        _row("当天改约到别的日子", now.other_day + now.rebooked, then.other_day + then.rebooked, "{:.1f}人"),
        _row("关门时还没办上", now.away, then.away, "{:.1f}人"),
    ]


def _row(name: str, now: float, then: float, form: str, good: int = -1) -> Row:
    texts = form.format(now), form.format(then)
    better = 0 if texts[0] == texts[1] or not good else good if then > now else -good
    return Row(name, *texts, better)


def _minute(at: time | None) -> int | None:
    return None if at is None else at.hour * 60 + at.minute
