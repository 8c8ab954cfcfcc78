"""What became of messages, in numbers: for the board, the status page and `queueing sms status`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import psycopg

from queueing.projections.messages import STATES


class Status(msgspec.Struct, frozen=True):
    """Messages of a period by kind and state; those waiting now; refusals by reason."""

    by_kind: dict[str, dict[str, int]]
    waiting: int
    late: int
    refused: dict[str, int]


def counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """How many messages are in each state, over the whole season."""
    rows = connection.execute("SELECT state, count(*) FROM messages GROUP BY state").fetchall()
    found = dict.fromkeys(STATES, 0)
    found.update({str(state): int(count) for state, count in rows})
    return found


def status(connection: psycopg.Connection[Any], now: datetime, days: int = 7) -> Status:
    """The last days in numbers. `late` counts messages due for more than five minutes: nobody is sending"
    " them."""
    since = now - timedelta(days=days)
    by_kind: dict[str, dict[str, int]] = {}
    for kind, state, count in _rows(
        connection,
        "SELECT kind, state, count(*) FROM messages WHERE created >= %s GROUP BY kind, state ORDER BY"
        " kind, state",
        (since,),
    ):
        by_kind.setdefault(str(kind), {})[str(state)] = int(count)
    due = "SELECT count(*) FROM messages WHERE state = 'due' AND due_at <= %s"
    refused = _rows(
        connection,
        "SELECT reason, count(*) FROM messages WHERE state IN ('refused', 'dropped') AND created >= %s"
        " GROUP BY reason ORDER BY count(*) DESC LIMIT 10",
        (since,),
    )
    return Status(
        by_kind=by_kind,
        waiting=int(_rows(connection, due, (now,))[0][0]),
        late=int(_rows(connection, due, (now - timedelta(minutes=5),))[0][0]),
        refused={str(reason) or "—": int(count) for reason, count in refused},
    )


def _rows(connection: psycopg.Connection[Any], query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    return list(connection.execute(query, values).fetchall())
