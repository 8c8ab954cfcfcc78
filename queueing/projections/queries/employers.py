"""How far employers are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from psycopg import Connection
from psycopg.rows import tuple_row

from queueing.projections.employers import EMPLOYERS, EmployerCounts
from queueing.projections.queries.reading import select

EMPLOYER_STATES = {
    "to_call": "待联系",
    "called": "已联系",
    "appointed": "已约时间",
    "handed_over": "已领走",
    "reconciled": "已核对",
    "activated": "已启用",
}


class EmployerRow(EmployerCounts, frozen=True, gc=False):
    """An employer and how far it is. `at_bank` cards wait to be fetched; `activated` of the issued ones are
    on; `overdue`: its roster should have come back."""

    at_bank: int = 0
    activated: int = 0
    state: str = "to_call"
    overdue: bool = False

    @property
    def state_text(self) -> str:
        """The state in words."""
        return EMPLOYER_STATES[self.state]


def employers(connection: Connection[Any], now: datetime, roster_due_days: int = 30) -> list[EmployerRow]:
    """Every employer, in order of id."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(
            "SELECT activated_for, sum(cards)::bigint FROM card_cell"
            " WHERE activated_for <> '' GROUP BY activated_for"
        )
        activated = {row[0]: row[1] for row in found.fetchall()}
    return [
        _employer_row(row, activated.get(row.employer, 0), now, timedelta(days=roster_due_days))
        for row in select(connection, EMPLOYERS, "ORDER BY employer")
    ]


def _employer_row(row: EmployerCounts, activated: int, now: datetime, due: timedelta) -> EmployerRow:
    at_bank = row.cards - row.held - row.issued
    return EmployerRow(
        **msgspec.structs.asdict(row),
        at_bank=at_bank,
        activated=activated,
        state=_employer_state(row, at_bank, activated),
        overdue=row.held > 0 and row.handed_at is not None and now > row.handed_at + due,
    )


def _employer_state(row: EmployerCounts, at_bank: int, activated: int) -> str:
    """Cards still to be fetched put an employer back among those to be appointed."""
    if row.held:
        return "handed_over"
    if row.handed and not at_bank:
        return "activated" if row.issued and activated >= row.issued else "reconciled"
    if row.appointed and (row.handed_at is None or row.appointed > row.handed_at):
        return "appointed"
    return "called" if row.answered else "to_call"
