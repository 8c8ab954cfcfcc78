"""`queueing projector`: keeps the read models up to date. `queueing rebuild`: builds them anew."""

import logging
import signal
import threading
from contextlib import closing
from dataclasses import replace
from time import monotonic
from types import FrameType
from typing import Annotated

import typer

from queueing.errors import UserError
from queueing.log import EventLog
from queueing.projections.base import Projection
from queueing.projections.rebuild import RebuildRunning, rebuild_all
from queueing.projections.registry import all_projections
from queueing.projections.runner import Projector
from queueing.runtime.connect import database_url
from queueing.settings import Settings
from queueing.system import current_season


def register(app: typer.Typer) -> None:
    """Add both commands to the command line."""
    app.command("projector")(projector_command)
    app.command("rebuild")(rebuild_command)


def projector_command() -> None:
    """持续更新查询用的数据表，按 Ctrl-C 停止"""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()

    def end(signum: int, frame: FrameType | None) -> None:
        stop.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
    settings = Settings.from_env()
    with (
        database_url(settings) as url,
        closing(EventLog(url)) as log,
        closing(Projector(url, _projections(settings, url), log)) as projector,
    ):
        projector.migrate()
        projector.run(stop)


def rebuild_command(
    name: Annotated[str, typer.Argument(help="数据表组的名称；all 表示全部。")],
) -> None:
    """根据事件记录重新生成查询用的数据表，系统可以照常运行"""
    settings = Settings.from_env()
    begun = monotonic()
    with database_url(settings) as url, closing(EventLog(url)) as log:
        projections = _named(name, _projections(settings, url))
        try:
            read = rebuild_all(url, projections, log, lambda one: typer.echo(f"{one.name} 已换成新表。"))
        except RebuildRunning:
            raise UserError("另一个重建正在进行：请等它结束后再试。") from None
    typer.echo(f"完成：读取 {read} 条事件，用时 {monotonic() - begun:.1f} 秒。")


def _projections(settings: Settings, url: str) -> list[Projection]:
    return all_projections(current_season(replace(settings, database_url=url)))


def _named(name: str, known: list[Projection]) -> list[Projection]:
    found = [projection for projection in known if name in (projection.name, "all")]
    if not found:
        names = "、".join(projection.name for projection in known)
        raise UserError(f"没有叫 {name} 的数据表组：可以写 {names} 或 all。")
    return found
