"""`queueing crowd …`: the figures of docs/crowd.md, computed anew."""

from __future__ import annotations

import json
import os
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table as Grid

from queueing.cli.crowd_page import fill
from queueing.cli.rehearsed import rehearsed
from queueing.crowd.required import required
from queueing.crowd.table import Table, Task, distinct, tasks
from queueing.errors import UserError


def register(app: typer.Typer) -> None:
    """Add the `crowd` commands to the command line."""
    group = typer.Typer(help="人流模型：用模拟的日子检验预约规则。", no_args_is_help=True)
    group.callback()(_group)
    group.command("table")(table)
    group.command("rehearsed")(rehearsed)
    app.add_typer(group, name="crowd")


def _group() -> None: ...


def table(
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出每一行。")] = False,
    days: Annotated[int, typer.Option("--days", min=10, max=100_000, help="每一格模拟多少天。")] = 1000,
    write: Annotated[Path | None, typer.Option("--write", help="把表格写进这个文档里的标记之间。")] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", min=0, max=64, help="同时用几个进程（0：每个处理器一个）；结果相同。")
    ] = 0,
) -> None:
    """模拟所有情形，与目标对照。种子固定，结果可以重现。"""
    if write is not None and not write.is_file():
        raise UserError(f"找不到文件 {write}，请检查路径。")
    found = compute(days, jobs or os.cpu_count() or 1)
    if write is not None:
        write.write_text(fill(write.read_text(encoding="utf-8"), found), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(found.rows(), ensure_ascii=False, indent=1))
    else:
        _show(found)


def compute(days: int, jobs: int) -> Table:
    """All cells, spread over so many processes; those that are alike are computed once."""
    todo, found = tasks(days), Table(days)
    once, done = distinct(todo), {}
    progress = Console(stderr=True)
    with get_context("spawn").Pool(min(jobs, len(once))) as pool:
        for task, result in zip(once, pool.imap(_run, once), strict=True):
            done[task.same_as] = result
            progress.print(f"{len(done)}/{len(once)} {task.section}: {task.name}", style="dim")
    found.take(todo, done)
    return found


def _run(task: Task) -> object:
    return task()


def _show(found: Table) -> None:
    grid = Grid("情形", "结果", "必须", "目标", "达到", title=f"每格 {found.days} 天")
    words = {"goal": "目标", "must": "必须", "missed": "未达到"}
    for row in required(found.results):
        grid.add_row(row.case, row.value, row.must, row.goal, words[row.verdict])
    Console().print(grid)
