"""`queueing pacing`: the next batch of notices and why, and how the last ones went."""

from __future__ import annotations

import json
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from queueing.cli.opened import opened_system
from queueing.policies.pacing import next_notices
from queueing.policies.pacing_words import KINDS, why_words
from queueing.projections import queries


def register(app: typer.Typer) -> None:
    """Add `pacing` to the command line."""
    app.command("pacing")(pacing)


def pacing(
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。")] = False,
    batches: Annotated[int, typer.Option("--batches", min=1, max=500, help="列出最近几批。")] = 20,
) -> None:
    """通知的节奏：下一批发多少、为什么，最近各批计划、发出、回音、约了多少。"""
    with opened_system() as system:
        with system.desk.view() as state:
            batch, paused = next_notices(state, system.season, system.clock()), state.facts.paused
        with system.pool.connection() as connection:
            rows = queries.notice_batches(connection, batches)
    why = why_words(batch, paused)
    if as_json:
        found = {"next": {"size": batch.size, "pending": batch.pending, "why": batch.why, "words": why}}
        typer.echo(json.dumps(found | {"batches": msgspec.to_builtins(rows)}, ensure_ascii=False, indent=2))
        return
    typer.echo(f"下一批：{batch.size} 人（{KINDS[batch.kind]}，在等通知的 {batch.pending} 人）。{why}")
    if rows:
        Console().print(_table(rows))


def _table(rows: list[queries.BatchRow]) -> Table:
    table = Table(title="最近各批")
    for heading in ("批", "时间", "种类", "计划", "发出", "改打电话", "有回音", "约了"):
        table.add_column(heading)
    for row in rows:
        at = f"{row.at:%m-%d %H:%M}" if row.at else ""
        counts = (row.planned, row.sent, row.listed, row.answered, row.booked)
        table.add_row(str(row.batch), at, KINDS[row.kind], *map(str, counts))
    return table
