"""What gateways report later: delivered, failed, and whether a message of which nobody knew did leave.

Reports come late, twice and out of order. A message's state only ever moves up: accepted, then failed, then
delivered. So delivered stays delivered whatever comes after it, and a report settles what was unknown; one
that says the message was taken also ends its being sent again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from queueing.sms.claims import harmless


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """News of one message: `state` is accepted, refused or delivered. It is named by our own reference, or by
    the gateway's id where the reference did not come back. `doubtful`: the phone may be switched off, or the
    number may be nobody's; staff should phone once that happens again within a week."""

    state: str
    ref: UUID | None = None
    gateway_id: str = ""
    reason: str = ""
    number_at_fault: bool = False
    doubtful: bool = False


DOUBT_LASTS = timedelta(days=7)
_RANK = ("accepted", "refused", "delivered")


def apply_reports(connection: psycopg.Connection[Any], reports: Sequence[Report], now: datetime) -> int:
    """Write down what is news; how many messages changed."""
    best: dict[UUID, Report] = {}
    for ref, report in _named(connection, reports):
        if ref not in best or _RANK.index(best[ref].state) < _RANK.index(report.state):
            best[ref] = report
    return connection.execute(
        "UPDATE messages AS m SET state = r.state, reason = r.reason,"
        " followed_up = NOT (r.at_fault OR (r.doubtful"
        " AND EXISTS (SELECT FROM messages AS earlier WHERE earlier.card = m.card AND m.card <> ''"
        " AND earlier.ref <> m.ref AND earlier.state = 'refused' AND earlier.reason = r.reason"
        " AND earlier.outcome_at > %s))),"
        " gateway_id = CASE WHEN r.gateway_id <> '' THEN r.gateway_id ELSE m.gateway_id END,"
        " outcome_at = coalesce(m.outcome_at, %s)"
        " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bool[], %s::bool[])"
        " AS r(ref, gateway_id, state, reason, at_fault, doubtful)"
        " WHERE m.ref = r.ref AND coalesce(array_position(%s::text[], r.state), 0)"
        " > coalesce(array_position(%s::text[], m.state), 0)",
        (
            now - DOUBT_LASTS,
            now,
            list(best),
            [one.gateway_id for one in best.values()],
            [one.state for one in best.values()],
            [harmless(one.reason) for one in best.values()],
            [one.number_at_fault for one in best.values()],
            [one.doubtful for one in best.values()],
            list(_RANK),
            list(_RANK),
        ),
    ).rowcount


def _named(connection: psycopg.Connection[Any], reports: Sequence[Report]) -> Iterator[tuple[UUID, Report]]:
    """The reports with our references, looked up by the gateway's id where they are missing."""
    ids = [one.gateway_id for one in reports if one.ref is None and one.gateway_id]
    rows = (
        connection.execute(
            "SELECT gateway_id, ref FROM messages WHERE gateway_id = ANY(%s) AND gateway_id <> ''", (ids,)
        ).fetchall()
        if ids
        else []
    )
    known = dict(rows)
    for one in reports:
        ref = one.ref or known.get(one.gateway_id)
        if ref is not None:
            yield ref, one
