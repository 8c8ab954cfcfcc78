"""`queueing season open`: start the season of the configuration."""

from __future__ import annotations

import typer

from queueing.cli.opened import opened_system
from queueing.cli.season import season_app
from queueing.domain import Refusal
from queueing.errors import UserError
from queueing.importing import import_employers
from queueing.people.csvread import read_employers
from queueing.policies.opening import opening
from queueing.season.check import check
from queueing.season.employers import read_employers as configured_employers
from queueing.settings import Settings
from queueing.words import sentence


def register(app: typer.Typer) -> None:
    """Add `open` to the season's commands."""
    season_app.command("open")(open_season)


def open_season() -> None:
    """检查配置无误后开启发放季：建立全部时段，登记各单位。重复执行不会改变任何内容。"""
    with opened_system() as system:
        file = Settings.from_env().season_dir / "employers.csv"
        with system.desk.view() as state:
            people = sum(1 for card in state.cards.values() if card.channel == "self") or None
        report = check(system.season, people, configured_employers(file))
        if system.season.last_day < system.clock().date():
            typer.echo(
                f"请注意：{system.season.name}到 {system.season.last_day} 为止，已经过去了，没有人能再预约。"
                "新的发放季请先在 season.toml 和 waves.toml 里改好日期。",
                err=True,
            )
        if not report.ok:
            typer.echo(report.render(), err=True)
            raise UserError("配置还有错误，发放季没有开启：请按上面各条改正后再试。")
        try:
            outcome = system.desk.handle(opening(system.season), by="staff:operator", via="system")
        except Refusal as refusal:
            raise UserError(sentence(refusal)) from None
        employers = import_employers(system, read_employers(file), by="staff:operator")
    if outcome.events:
        typer.echo(f"{system.season.name} 已开启：{len(outcome.events) - 1} 个时段。")
    else:
        typer.echo(f"{system.season.name} 早已开启，没有改变。")
    typer.echo(f"单位 {employers.read} 家，新登记 {employers.registered} 家。")
