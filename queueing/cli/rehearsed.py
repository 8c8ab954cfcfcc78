"""`queueing crowd rehearsed`: the rehearsal under pressure with each part of crowd control off in turn."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table as Grid

from queueing.cli.crowd_page import grid
from queueing.errors import UserError
from queueing.rehearsal.comparison import HEAD, RUMOUR_HEAD, Row, cells, row, rumour_cells
from queueing.rehearsal.pressure import CASES, HOLDERS, RUMOURS, of_case
from queueing.rehearsal.rehearse import own_database, rehearse
from queueing.rehearsal.report import Report
from queueing.runtime.connect import database_url
from queueing.season.load import load_season
from queueing.settings import Settings

_MARK = re.compile(r"(<!-- rehearsed -->\n).*?(<!-- /rehearsed -->)", re.DOTALL)
_RUMOUR_MARK = re.compile(r"(<!-- rehearsed:rumour -->\n).*?(<!-- /rehearsed:rumour -->)", re.DOTALL)
_ALL = CASES | RUMOURS


def rehearsed(
    holders: Annotated[int, typer.Option("--holders", min=10, max=100_000, help="持卡人数。")] = HOLDERS,
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=50, help="每一格用多少个种子。")] = 1,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="同时演练几场。")] = 2,
    cases: Annotated[str, typer.Option("--cases", help="只演练名称含有这些字的情形，逗号隔开。")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出每一行。")] = False,
    write: Annotated[Path | None, typer.Option("--write", help="把表格写进这个文档里的标记之间。")] = None,
) -> None:
    """人流控制全开、逐项关掉、全关，各演练一个吃紧的短发放季，列表对照。种子固定，结果可以重现。"""
    if write is not None and not write.is_file():
        raise UserError(f"找不到文件 {write}，请检查路径。")
    wanted = [name for name in _ALL if _named(name, cases)]
    if not wanted:
        raise UserError(f"没有名称含有“{cases}”的情形，可以写：{'、'.join(_ALL)}。")
    rows = compute(wanted, holders, seeds, jobs)
    if write is not None:
        write.write_text(fill(write.read_text(encoding="utf-8"), rows), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(rows), ensure_ascii=False, indent=1))
    else:
        _show(rows)


def _named(name: str, cases: str) -> bool:
    parts = [part.strip() for part in cases.split(",") if part.strip()]
    return not parts or any(part in name for part in parts)


def compute(cases: list[str], holders: int, seeds: int, jobs: int) -> list[Row]:
    """Play every case with every seed, each in a database and a process of its own."""
    settings = Settings.from_env()
    progress = Console(stderr=True)
    with database_url(settings) as url, get_context("spawn").Pool(jobs, maxtasksperchild=1) as pool:
        asked = {
            name: [pool.apply_async(_play, (url, name, holders, seed)) for seed in range(1, seeds + 1)]
            for name in cases
        }
        rows = []
        for done, (name, results) in enumerate(asked.items(), 1):
            rows.append(row(name, [result.get() for result in results]))
            progress.print(f"{done}/{len(cases)} {name}", style="dim")
    return rows


def _play(url: str, case: str, holders: int, seed: int) -> Report:
    settings = Settings.from_env()
    season = load_season(settings.season_dir)
    plan = of_case(_ALL[case], season, settings.season_dir, holders=holders, seed=seed)
    with own_database(url, durable=False) as own:
        return rehearse(settings, own, plan)


def fill(page: str, rows: Sequence[Row]) -> str:
    """The page with each table between its marks; a table none of whose rows was played stays as it is."""
    parts = [cells(one) for one in rows if one.case not in RUMOURS]
    rumours = [rumour_cells(one) for one in rows if one.case in RUMOURS]
    for mark, head, found in ((_MARK, HEAD, parts), (_RUMOUR_MARK, RUMOUR_HEAD, rumours)):
        if found:
            page = mark.sub(rf"\g<1>\n{grid(head, found)}\n\n\g<2>", page)
    return page


def _show(rows: list[Row]) -> None:
    shown = Grid(
        "情形",
        "95% 的日子最多等候",
        "95% 的传言日最多等候",
        "约定后 95% 等（分）",
        "窗口忙",
        "约不上",
        "没着落",
    )
    for one in rows:
        shown.add_row(
            one.case,
            str(one.p95_peak),
            str(one.rumour_p95),
            str(one.p95_wait),
            f"{one.utilisation:.1%}",
            str(one.without_seat),
            str(one.unheard),
        )
    Console().print(shown)
