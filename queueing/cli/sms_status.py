"""`queueing sms status`: what is due, sent, failed."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from queueing.cli.opened import opened_system
from queueing.cli.sms_group import attach, sms_app
from queueing.people.masking import mask_phone
from queueing.people.person import sms_number
from queueing.sms.reasons import KINDS, STATES, reason
from queueing.sms.status import SHOWN, Failure, Status, status, together
from queueing.system import System


def register(app: typer.Typer) -> None:
    """Add `status` to the sms commands."""
    attach(app)


@sms_app.command("status")
def sms_status(
    days: Annotated[int, typer.Option(min=1, max=400, help="最近几天。")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。")] = False,
) -> None:
    """最近几天的短信：各类各状态的条数，各小时，计费条数，积压，没发成的号码和原因。"""
    with opened_system() as system:
        with system.pool.connection() as connection:
            found = status(connection, system.clock(), days)
        if as_json:
            built = msgspec.to_builtins(found) | {"total": found.total}
            typer.echo(msgspec.json.format(msgspec.json.encode(built)).decode())
            return
        _print(Console(), found, days, _numbers(system, found.failures))


def _numbers(system: System, failures: list[Failure]) -> dict[str, str]:
    """The masked numbers of those whose messages failed."""
    people = system.vault.get_many({one.card for one in failures if one.card})
    return {card: mask_phone(sms_number(one.phone, one.contact_phone) or "") for card, one in people.items()}


def _print(console: Console, found: Status, days: int, numbers: dict[str, str]) -> None:
    console.print(_by_kind(found, days))
    console.print(_by_hour(found))
    console.print(f"待发 {found.waiting} 条，其中超过五分钟 {found.late} 条；以后才发 {found.planned} 条。")
    for state, reasons in found.reasons.items():
        for why, count in reasons.items():
            console.print(f"{STATES.get(state, state)}：{reason(why)} {count} 条", highlight=False)
    for one in found.failures[:10]:
        who = f"{numbers.get(one.card, '')} 卡 {one.card}" if one.card else f"单位 {one.employer}"
        what = f"{KINDS.get(one.kind, one.kind)} {STATES[one.state]}：{reason(one.reason)}"
        console.print(f"{one.at:%m-%d %H:%M} {who} {what}", highlight=False)


def _by_kind(found: Status, days: int) -> Table:
    total = together(found.total)
    states = [state for state in SHOWN if total[state]]
    table = _table(f"最近 {days} 天的短信", ["种类", *(STATES[state] for state in states), "计费条数"])
    for kind, counts in found.by_kind.items():
        row = together(counts)
        segments = str(found.segments.get(kind, 0))
        table.add_row(KINDS.get(kind, kind), *(str(row[state]) for state in states), segments)
    sums = (str(total[state]) for state in states)
    table.add_row("合计", *sums, str(sum(found.segments.values())), style="bold")
    return table


def _by_hour(found: Status) -> Table:
    hours = {one.hour: together(one.states) for one in found.hours if one.states}
    states = [state for state in SHOWN if any(row[state] for row in hours.values())]
    table = _table("最近 24 小时", ["小时", *(STATES[state] for state in states)])
    for hour, row in hours.items():
        table.add_row(f"{hour:%m-%d %H}时", *(str(row[state]) for state in states))
    return table


def _table(title: str, headings: list[str]) -> Table:
    table = Table(title=title)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left")
    return table
