"""`queueing import holders FILE` and `queueing import employers FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from queueing.cli.opened import opened_system
from queueing.importing import Report, cohort_spellings, employer_ids, import_employers, import_holders
from queueing.people.csvread import read_employers, read_holders

SHOWN = 50
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV 文件。")]


def register(app: typer.Typer) -> None:
    """Add the `import` commands to the command line."""
    group = typer.Typer(help="导入名单：持卡人、单位。", no_args_is_help=True)
    group.command("holders")(holders)
    group.command("employers")(employers)
    app.add_typer(group, name="import")


def holders(file: File) -> None:
    """导入持卡人名单（姓名、身份证号、手机号、人群、单位……）。有问题的行逐行列出，其余照常导入。"""
    with opened_system() as system, _bar() as progress:
        task = progress.add_task("正在导入", total=_lines(file))
        rows = read_holders(
            file, cohort_spellings(system.season), employer_ids(system), system.clock().date()
        )
        report = import_holders(
            system, rows, by="staff:import", progress=lambda done: progress.advance(task, done)
        )
        progress.update(task, total=report.read, completed=report.read)
    _tell(report)


def employers(file: File) -> None:
    """导入单位名单（编号、单位名称、联系人、电话）。"""
    with opened_system() as system:
        report = import_employers(system, read_employers(file), by="staff:import")
    _tell(report)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


def _lines(file: Path) -> int:
    with file.open("rb") as raw:
        return max(1, sum(1 for _ in raw) - 1)


def _tell(report: Report) -> None:
    for row in report.bad[:SHOWN]:
        typer.echo(f"第 {row.line} 行，{row.field}：{row.reason}", err=True)
    if len(report.bad) > SHOWN:
        typer.echo(f"……另有 {len(report.bad) - SHOWN} 行有问题，改好以上各行后可再次导入。", err=True)
    typer.echo(
        f"读到 {report.read} 行：新登记 {report.registered}，更正 {report.corrected}，"
        f"无变化 {report.same}，有问题 {len(report.bad)}。"
    )
    if report.bad:
        raise typer.Exit(2)
