"""`queueing sms status`: what is due, sent, failed."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.table import Table

from queueing.cli.opened import opened_system
from queueing.cli.sms_group import attach, sms_app
from queueing.rehearsal.text import KINDS, STATES
from queueing.sms.status import status


def register(app: typer.Typer) -> None:
    """Add `status` to the sms commands."""
    attach(app)


@sms_app.command("status")
def sms_status(days: int = typer.Option(7, min=1, max=400, help="最近几天。")) -> None:
    """最近几天的短信：各类各状态的条数，积压，发不出去的原因。"""
    with opened_system() as system, system.pool.connection() as connection:
        found = status(connection, system.clock(), days)
    table = Table(title=f"最近 {days} 天的短信")
    states = sorted({state for counts in found.by_kind.values() for state in counts})
    for heading in ("种类", *(STATES.get(state, state) for state in states)):
        table.add_column(heading)
    for kind, counts in found.by_kind.items():
        table.add_row(KINDS.get(kind, kind), *(str(counts.get(state, 0)) for state in states))
    console = Console()
    console.print(table)
    console.print(f"待发 {found.waiting} 条，其中超过五分钟 {found.late} 条。")
    for reason, count in found.refused.items():
        console.print(f"未发出：{reason} {count} 条")
