"""`queueing season …`: look at a season before it is opened."""

from pathlib import Path
from typing import Annotated

import typer

from queueing.season.check import check
from queueing.season.employers import read_employers
from queueing.season.errors import SeasonError
from queueing.season.load import load_season
from queueing.settings import Settings
from queueing.sms.filling import season_renderer

season_app = typer.Typer(help="发放季的配置：检查、开启。", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the `season` commands to the command line."""
    app.add_typer(season_app, name="season")


@season_app.callback()
def season_commands() -> None:
    """发放季的配置：检查、开启。"""


@season_app.command("check")
def check_season(
    directory: Annotated[
        Path | None, typer.Option("--dir", help="配置所在的目录，默认为 SEASON_DIR 或 config。")
    ] = None,
    holders: Annotated[int | None, typer.Option("--holders", min=1, help="会到窗口领卡的人数。")] = None,
) -> None:
    """检查配置是否完整、一致，人数和窗口是否相称。有错误时退出码为 1。"""
    where = directory or Settings.from_env().season_dir
    try:
        season = load_season(where)
        season_renderer(season)
        report = check(season, holders, read_employers(where / "employers.csv"))
    except SeasonError as error:
        typer.echo(f"配置有 {len(error.problems)} 处需要改正：", err=True)
        for problem in error.problems:
            typer.echo(f"- {problem}", err=True)
        raise typer.Exit(1) from None
    typer.echo(report.render())
    if not report.ok:
        raise typer.Exit(1)
