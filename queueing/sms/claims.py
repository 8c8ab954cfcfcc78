"""Rows of the outbox on their way: claimed, about to be sent, given back, settled. Each step is one statement
that is durable when it returns; what a worker leaves behind when it dies is settled by time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from queueing.projections.messages import WAITS_FOR_OTHERS
from queueing.sms.gateways.port import Outgoing
from queueing.sms.rows import AT_LEAST_ONCE, Done, Row
from queueing.system import System

CLAIM_LASTS = timedelta(minutes=5)
"""After this a claim without an outcome counts as unknown."""
MAX_ATTEMPTS = 6
"""So often a message is sent of which nobody knows whether it left."""


def waiting(connection: psycopg.Connection[Any], now: datetime) -> bool:
    """Something is due, or a claim has lasted too long."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM messages WHERE state = 'due' AND due_at <= %s)"
        " OR EXISTS (SELECT FROM messages WHERE state IN ('claimed', 'sending') AND claimed_at < %s)",
        (now, now - CLAIM_LASTS),
    ).fetchone()
    return bool(row and row[0])


def expire(connection: psycopg.Connection[Any], now: datetime) -> None:
    """Settle claims whose worker died."""
    connection.execute(
        "UPDATE messages SET state = CASE WHEN attempts < %s THEN 'due' ELSE 'unknown' END"
        " WHERE state = 'claimed' AND claimed_at < %s",
        (MAX_ATTEMPTS, now - CLAIM_LASTS),
    )
    connection.execute(
        "UPDATE messages SET reason = 'no outcome recorded', outcome_at = %s,"
        " state = CASE WHEN kind = ANY(%s) AND attempts < %s THEN 'due' ELSE 'unknown' END"
        " WHERE state = 'sending' AND claimed_at < %s",
        (now, sorted(AT_LEAST_ONCE), MAX_ATTEMPTS, now - CLAIM_LASTS),
    )


def claim(connection: psycopg.Connection[Any], now: datetime, worker: str, limit: int) -> list[Row]:
    """Take due messages for this worker, answers before all others: a round of notices must not keep them
    waiting. The claim is durable when this returns."""
    with connection.cursor(row_factory=class_row(Row)) as cursor:
        cursor.execute(
            "UPDATE messages AS m SET state = 'claimed', claimed_at = %s, claimed_by = %s, attempts ="  # noqa: S608  (ours)
            " attempts + 1"
            " WHERE ref IN (SELECT ref FROM messages WHERE state = 'due' AND due_at <= %s"
            f" ORDER BY {WAITS_FOR_OTHERS}, due_at, ref LIMIT %s FOR UPDATE SKIP LOCKED)"
            " RETURNING ref, template, kind, params, card, employer, booking, version, created,"
            " expires_at, attempts",
            (now, worker, now, limit),
        )
        return sorted(cursor.fetchall(), key=lambda row: (row.created, row.ref))


def about_to_send(system: System, outgoing: Sequence[Outgoing], rows: Mapping[UUID, Row]) -> list[Outgoing]:
    """Those of these messages that are still ours. From here on nobody can know whether they left, unless an
    outcome is recorded. A worker that was away for so long that its claim expired may find that another one
    has taken over: the attempt's number tells."""
    with system.pool.connection() as connection:
        ours = connection.execute(
            "UPDATE messages AS m SET state = 'sending', claimed_at = greatest(claimed_at, %s)"
            " FROM unnest(%s::uuid[], %s::int[]) AS o(ref, attempts)"
            " WHERE m.ref = o.ref AND m.attempts = o.attempts AND m.state = 'claimed' RETURNING m.ref",
            (
                system.clock(),
                [message.ref for message in outgoing],
                [rows[message.ref].attempts for message in outgoing],
            ),
        ).fetchall()
    left = {row[0] for row in ours}
    return [message for message in outgoing if message.ref in left]


def give_back(system: System, rows: Iterable[Row]) -> None:
    """These were not even tried."""
    claims = [(row.ref, row.attempts) for row in rows]
    with system.pool.connection() as connection:
        connection.execute(
            "UPDATE messages AS m SET state = 'due', attempts = m.attempts - 1"
            " FROM unnest(%s::uuid[], %s::int[]) AS o(ref, attempts)"
            " WHERE m.ref = o.ref AND m.attempts = o.attempts AND m.state IN ('claimed', 'sending')",
            ([ref for ref, _ in claims], [attempts for _, attempts in claims]),
        )


def harmless(reason: str) -> str:
    """A gateway's words, without the number it may repeat: reasons get into the log."""
    return re.sub(r"\d[\d\s().-]{4,}\d", "…", reason)[:200]


_OPEN = "m.state IN ('claimed', 'sending', 'unknown', 'due')"
"""No report has settled this message."""


def record(connection: psycopg.Connection[Any], done: Sequence[Done], now: datetime) -> None:
    """Write down outcomes. A state that a report has set meanwhile (delivered) stays."""
    if not done:
        return
    connection.execute(
        "UPDATE messages AS m SET"  # noqa: S608  (_OPEN is ours)
        f" state = CASE WHEN {_OPEN} THEN d.state ELSE m.state END,"
        f" reason = CASE WHEN {_OPEN} THEN d.reason ELSE m.reason END,"
        f" due_at = CASE WHEN {_OPEN} THEN coalesce(d.due_at, m.due_at) ELSE m.due_at END,"
        f" outcome_at = CASE WHEN NOT {_OPEN} THEN m.outcome_at WHEN d.state = 'due' THEN NULL"
        " ELSE %s::timestamp END,"
        f" followed_up = CASE WHEN {_OPEN} THEN NOT d.number_at_fault ELSE m.followed_up END,"
        " gateway_id = CASE WHEN d.gateway_id <> '' THEN d.gateway_id ELSE m.gateway_id END,"
        " units = greatest(d.units, m.units),"
        " text_hash = CASE WHEN d.text_hash <> '' THEN d.text_hash ELSE m.text_hash END,"
        " attempts = m.attempts - CASE WHEN d.attempted THEN 0 ELSE 1 END"
        " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::int[], %s::text[], %s::timestamp[],"
        " %s::bool[], %s::bool[])"
        " AS d(ref, state, reason, gateway_id, units, text_hash, due_at, attempted, number_at_fault)"
        " WHERE m.ref = d.ref",
        (
            now,
            [d.ref for d in done],
            [d.state for d in done],
            [d.reason for d in done],
            [d.gateway_id for d in done],
            [d.units for d in done],
            [d.text_hash for d in done],
            [d.due_at for d in done],
            [d.attempted for d in done],
            [d.number_at_fault for d in done],
        ),
    )
