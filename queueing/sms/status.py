"""What became of messages, in numbers: for the board, the status page and `queueing sms status`. One
definition of each number, here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import psycopg

from queueing.projections.messages import STATES
from queueing.sms.unread import Unread, unread

FAILED_SHOWN = 50
LATE = timedelta(minutes=5)
SHOWN = ("due", "sending", "accepted", "delivered", "refused", "unknown", "dropped", "void")
"""The states as people see them."""


class Hour(msgspec.Struct, frozen=True):
    """What became of messages in an hour, by state; those not settled yet stand in the hour they are due."""

    hour: datetime
    states: dict[str, int]


class Failure(msgspec.Struct, frozen=True):
    """A message that will not arrive, or of which nobody knows. No number: who it is, the card says."""

    at: datetime
    card: str
    employer: str
    kind: str
    template: str
    state: str
    reason: str


class Status(msgspec.Struct, frozen=True):
    """Messages of a period by kind and state, segments paid for by kind, the last 24 hours, why messages did
    not leave and which failed last; what a gateway pushed that can't be read. `waiting` are due now, `late`
    due for more than five minutes: nobody is sending them; `planned` are due later."""

    since: datetime
    by_kind: dict[str, dict[str, int]]
    segments: dict[str, int]
    hours: list[Hour]
    waiting: int
    late: int
    planned: int
    sending: int
    reasons: dict[str, dict[str, int]]
    failures: list[Failure]
    unread: list[Unread] = []

    @property
    def total(self) -> dict[str, int]:
        """All kinds together, by state."""
        found = dict.fromkeys(STATES, 0)
        for states in self.by_kind.values():
            for state, count in states.items():
                found[state] += count
        return found


def together(states: Mapping[str, int]) -> dict[str, int]:
    """By what is shown: what is claimed is as good as being sent."""
    found = {state: states.get(state, 0) for state in SHOWN}
    found["sending"] += states.get("claimed", 0)
    return found


def counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """How many messages are in each state, over the whole season."""
    rows = connection.execute("SELECT state, count(*) FROM messages GROUP BY state").fetchall()
    found = dict.fromkeys(STATES, 0)
    found.update({str(state): int(count) for state, count in rows})
    return found


def settled(connection: psycopg.Connection[Any], since: datetime) -> dict[str, int]:
    """How many messages came to each state since then."""
    query = "SELECT state, count(*) FROM messages WHERE outcome_at >= %s GROUP BY state"
    return {str(state): int(count) for state, count in connection.execute(query, (since,)).fetchall()}


def status(connection: psycopg.Connection[Any], now: datetime, days: int = 7) -> Status:
    """The messages written in the last days, in numbers."""
    since = now - timedelta(days=days)
    by_kind: dict[str, dict[str, int]] = {}
    segments: dict[str, int] = {}
    for kind, state, count, parts in _rows(
        connection,
        "SELECT kind, state, count(*), sum(CASE WHEN units <= 70 THEN 1 ELSE (units + 66) / 67 END)"
        " FILTER (WHERE units > 0 AND state IN ('accepted', 'delivered', 'refused', 'unknown'))"
        " FROM messages WHERE created >= %s GROUP BY kind, state ORDER BY kind, state",
        (since,),
    ):
        by_kind.setdefault(str(kind), {})[str(state)] = int(count)
        segments[str(kind)] = segments.get(str(kind), 0) + int(parts or 0)
    waiting, late, planned, sending = _rows(
        connection,
        "SELECT count(*) FILTER (WHERE state = 'due' AND due_at <= %(now)s),"
        " count(*) FILTER (WHERE state = 'due' AND due_at <= %(late)s),"
        " count(*) FILTER (WHERE state = 'due' AND due_at > %(now)s),"
        " count(*) FILTER (WHERE state <> 'due')"
        " FROM messages WHERE state IN ('due', 'claimed', 'sending')",
        {"now": now, "late": now - LATE},
    )[0]
    return Status(
        since=since,
        by_kind=by_kind,
        segments=segments,
        hours=_hours(connection, now),
        waiting=int(waiting),
        late=int(late),
        planned=int(planned),
        sending=int(sending),
        reasons=_reasons(connection, since),
        failures=_failures(connection, since),
        unread=unread(connection, since),
    )


def _hours(connection: psycopg.Connection[Any], now: datetime) -> list[Hour]:
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    first = this_hour - timedelta(hours=23)
    found: dict[datetime, dict[str, int]] = {first + timedelta(hours=n): {} for n in range(24)}
    for hour, state, count in _rows(
        connection,
        "SELECT date_trunc('hour', coalesce(outcome_at, due_at)) AS hour, state, count(*) FROM messages"
        " WHERE state <> 'void' AND coalesce(outcome_at, due_at) >= %s AND coalesce(outcome_at, due_at) < %s"
        " GROUP BY hour, state",
        (first, this_hour + timedelta(hours=1)),
    ):
        found[hour][str(state)] = int(count)
    return [Hour(hour, states) for hour, states in found.items()]


def _reasons(connection: psycopg.Connection[Any], since: datetime) -> dict[str, dict[str, int]]:
    """By state, why messages did not leave or arrive; the most frequent first."""
    found: dict[str, dict[str, int]] = {}
    for state, reason, count in _rows(
        connection,
        "SELECT state, reason, count(*) FROM messages WHERE created >= %s"
        " AND (state IN ('refused', 'dropped', 'unknown', 'void') OR (state = 'due' AND reason <> ''))"
        " GROUP BY state, reason ORDER BY state, count(*) DESC, reason",
        (since,),
    ):
        found.setdefault(str(state), {})[str(reason)] = int(count)
    return found


def _failures(connection: psycopg.Connection[Any], since: datetime) -> list[Failure]:
    rows = _rows(
        connection,
        "SELECT outcome_at, card, employer, kind, template, state, reason FROM messages"
        " WHERE state IN ('refused', 'unknown') AND created >= %s AND outcome_at IS NOT NULL"
        " ORDER BY outcome_at DESC, ref LIMIT %s",
        (since, FAILED_SHOWN),
    )
    return [Failure(*row) for row in rows]


def _rows(connection: psycopg.Connection[Any], query: str, values: Any) -> Sequence[tuple[Any, ...]]:
    return connection.execute(query, values).fetchall()
