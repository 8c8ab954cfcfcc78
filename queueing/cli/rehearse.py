"""`queueing rehearse`: play the season and report."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from queueing.errors import UserError
from queueing.rehearsal.page import write_page
from queueing.rehearsal.parts import PARTS
from queueing.rehearsal.pressure import HOLDERS, WINDOWS, pressure
from queueing.rehearsal.rehearse import Plan, own_database, rehearse
from queueing.rehearsal.report import Report
from queueing.rehearsal.text import as_text
from queueing.runtime.connect import database_url
from queueing.season.load import load_season
from queueing.season.model import Season
from queueing.settings import Settings


def register(app: typer.Typer) -> None:
    """Add `rehearse` to the command line."""
    app.command("rehearse")(rehearse_command)


def rehearse_command(
    holders: Annotated[
        int | None,
        typer.Option(
            "--holders",
            min=10,
            max=100_000,
            help=f"持卡人数；不写就是 20000，吃紧的短季是 {HOLDERS}。",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="随机种子：相同的种子得到相同的报告。")] = 7,
    without: Annotated[
        str, typer.Option("--without", help=f"不用人流控制的哪些部分，逗号隔开：{','.join(PARTS)}。")
    ] = "",
    pressed: Annotated[
        bool, typer.Option("--pressure", help="演练一个吃紧的短季：窗口少、人多、第七天有传言，约两周。")
    ] = False,
    windows: Annotated[int | None, typer.Option("--windows", min=1, max=50, help="开几个窗口。")] = None,
    rumour: Annotated[
        list[datetime] | None,
        typer.Option("--rumour", formats=["%Y-%m-%d"], help="哪一天有传言，可以写几次。"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="报告以 JSON 输出。")] = False,
    page: Annotated[Path | None, typer.Option("--page", help="图表网页写到哪里。")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="保留演练用的数据库。")] = False,
) -> None:
    """在模拟时钟上演练整个发放季，最后给出报告。演练用自己的数据库，不影响正式数据。"""
    settings = Settings.from_env()
    plan = _plan(settings, holders, seed, _parts(without), pressed, windows)
    season = plan.season
    if rumour:
        plan = replace(plan, rumour=tuple(_in_season(day.date(), season) for day in rumour))
    with (
        database_url(settings) as url,
        own_database(url, keep=keep, durable=False) as own,
        _bar() as progress,
    ):
        days = (season.last_day - season.first_day).days + 2
        task = progress.add_task("演练", total=days)

        def show(now: datetime) -> None:
            done = (now.date() - season.first_day).days + 1
            progress.update(task, completed=done, description=f"演练 {now:%m月%d日}")

        report = rehearse(settings, own, plan, show)
        progress.update(task, completed=days)
        if keep:
            typer.echo(f"演练数据库：{own}", err=True)
    kind = ["pressure"] if pressed else []
    name = "-".join([*kind, f"{plan.holders}-{seed}", *(f"no-{part}" for part in sorted(plan.without))])
    where = page or settings.var_dir / "rehearsal" / f"{name}.html"
    write_page(report, where)
    _tell(report, as_json, where)


def _plan(
    settings: Settings,
    holders: int | None,
    seed: int,
    parts_off: frozenset[str],
    pressed: bool,
    windows: int | None,
) -> Plan:
    season = load_season(settings.season_dir)
    if pressed:
        return pressure(
            season,
            settings.season_dir,
            holders=holders or HOLDERS,
            seed=seed,
            parts_off=parts_off,
            windows=windows or WINDOWS,
        )
    if windows:
        season = msgspec.structs.replace(
            season, capacity=msgspec.structs.replace(season.capacity, windows=windows)
        )
    return Plan(holders or 20_000, seed, season, settings.season_dir, without=parts_off)


def _in_season(day: date, season: Season) -> date:
    if not season.first_day <= day <= season.last_day:
        raise UserError(f"{day} 不在发放季里（{season.first_day} 到 {season.last_day}），请换一天。")
    return day


def _parts(text: str) -> frozenset[str]:
    """The parts named; one that does not exist is an error."""
    parts = frozenset(part.strip() for part in text.split(",") if part.strip())
    if unknown := sorted(parts - PARTS.keys()):
        raise UserError(f"没有“{'、'.join(unknown)}”这一部分，可以写：{'、'.join(PARTS)}。")
    return parts


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))


def _tell(report: Report, as_json: bool, where: Path) -> None:
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(report), ensure_ascii=False, indent=2))
    else:
        typer.echo(as_text(report))
    typer.echo(f"图表：{where}", err=True)
    if not report.checks.passed:
        sys.exit(1)
