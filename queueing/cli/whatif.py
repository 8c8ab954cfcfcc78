"""`queueing whatif`: a day as planned beside the same day with something changed."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from queueing.cli.opened import opened_system
from queueing.crowd.dayplan import DayPlan
from queueing.domain import State, evolve
from queueing.errors import UserError
from queueing.policies.outlook import day_plan
from queueing.policies.whatif import DAYS, Change, Compared, compare
from queueing.season.calendar import open_days, sessions
from queueing.season.load import load_season
from queueing.season.model import Season
from queueing.system import System

NUMBERS = {
    "p95_peak": ("最多时等候，95%的日子不超过", "{:.0f} 人"),
    "p95_wait": ("约定时间后还等，95%不超过", "{:.1f} 分钟"),
    "p95_hall": ("在大厅里等，95%不超过", "{:.1f} 分钟"),
    "p95_overtime": ("加班，95%的日子不超过", "{:.0f} 分钟"),
    "utilisation": ("窗口利用率", "{:.0%}"),
    "served": ("办好的人", "{:.0f} 人"),
    "away": ("关门时还没办上", "{:.1f} 人"),
}


def register(app: typer.Typer) -> None:
    """Add `whatif` to the command line."""
    app.command("whatif")(whatif)


def whatif(
    season_dir: Annotated[
        Path | None, typer.Option("--season", help="用这个目录里的配置，不看正在进行的发放季。")
    ] = None,
    day: Annotated[datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="哪一天。")] = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at", formats=["%Y-%m-%dT%H:%M"], help="从记录里的这个时刻看起，如 2018-06-05T10:00。"
        ),
    ] = None,
    windows: Annotated[int | None, typer.Option("--windows", min=1, max=50, help="窗口数。")] = None,
    opens: Annotated[int, typer.Option("--opens-earlier", min=0, max=180, help="早开门几分钟。")] = 0,
    closes: Annotated[int, typer.Option("--closes-later", min=0, max=240, help="晚关门几分钟。")] = 0,
    slot_minutes: Annotated[
        int | None, typer.Option("--slot-minutes", min=5, max=120, help="时间段长。")
    ] = None,
    service: Annotated[
        float | None, typer.Option("--service", min=0.5, max=60, help="每人办理分钟。")
    ] = None,
    limits: Annotated[float, typer.Option("--limits", min=0, max=3, help="预约人数的倍数。")] = 1.0,
    show: Annotated[float | None, typer.Option("--show", min=0.3, max=1, help="约了的人来的比例。")] = None,
    walk_ins: Annotated[float, typer.Option("--walk-ins", min=0, max=10, help="没预约的人的倍数。")] = 1.0,
    outage: Annotated[str, typer.Option("--outage", help="停办，如 10:00-11:00。")] = "",
    lost_at: Annotated[str, typer.Option("--lost-window", help="从几点起少一个窗口，如 10:00。")] = "",
    employer: Annotated[int, typer.Option("--employer", min=0, max=2000, help="单位来领几张卡。")] = 0,
    employer_at: Annotated[str, typer.Option("--employer-at", help="单位几点来。")] = "10:00",
    full: Annotated[bool, typer.Option("--full", help="当作全部约满。")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。")] = False,
) -> None:
    """假如改窗口、时间、名额或遇上意外，一天会怎样：与现在的安排各模拟 500 天，并排比较。"""
    start, _, end = outage.partition("-")
    change = Change(
        windows=windows,
        opens=opens,
        closes=closes,
        slot_minutes=slot_minutes,
        service=service,
        limits=limits,
        show=show,
        walk_ins=walk_ins,
        outage_from=_minute(start),
        outage_to=_minute(end),
        lost_at=_minute(lost_at),
        employer_cards=employer,
        employer_at=_minute(employer_at) or 600,
        full=full or season_dir is not None,
    )
    chosen = day.date() if day else at.date() if at else None
    if season_dir is not None:
        season = load_season(season_dir)
        first = chosen or open_days(season)[0]
        compared = compare(_planned(State(), season, first, None), change, season.capacity)
    else:
        with opened_system() as system:
            season = system.season
            compared = compare(_real(system, chosen, at), change, season.capacity)
    _tell(compared, change, as_json)


def _real(system: System, chosen: date | None, at: datetime | None) -> DayPlan:
    """The plan of the real log, as it stands or as it stood at a moment."""
    if at is None:
        now = system.clock()
        days = [one for one in open_days(system.season) if one >= now.date()] or open_days(system.season)[-1:]
        with system.desk.view() as state:
            return _planned(state, system.season, chosen or days[0], now)
    state = State()
    for _, event in system.log.read_all():
        if event.at > at:
            break
        if event.branch == system.season.branch.id:
            evolve(state, event)
            state.commit()
    return _planned(state, system.season, chosen or at.date(), at)


def _planned(state: State, season: Season, day: date, now: datetime | None) -> DayPlan:
    if not sessions(day, season):
        raise UserError(f"{day} 不办理，请换一天。")
    return day_plan(state, season, day, now or datetime.combine(day, time()))


def _minute(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        at = time.fromisoformat(text.strip())
    except ValueError:
        raise UserError(f"“{text}”不是钟点，请写成 10:00 这样。") from None
    return at.hour * 60 + at.minute


def _tell(compared: Compared, change: Change, as_json: bool) -> None:
    now, then = compared.now, compared.then
    if as_json:
        found = {
            name: {number: getattr(outcome, number) for number in NUMBERS}
            | {"fan": {str(minute): values for minute, values in outcome.fan.items()}}
            for name, outcome in (("now", now), ("then", then))
        }
        change_made = {name: value for name, value in asdict(change).items() if value is not None}
        typer.echo(json.dumps({"days": DAYS, "change": change_made} | found, ensure_ascii=False, indent=2))
        return
    table = Table(title=f"{DAYS} 个模拟日子")
    for heading in ("", "现在的安排", "改了以后"):
        table.add_column(heading)
    for number, (label, form) in NUMBERS.items():
        table.add_row(label, form.format(getattr(now, number)), form.format(getattr(then, number)))
    Console().print(table)
