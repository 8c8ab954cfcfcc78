"""Sending what is due: claim, render, send, record. Never blindly twice.

A claim is durable before anything is sent, and so is the mark "sending" just before the gateway is called.
A claim whose worker died before that mark goes back to wait; one that died after it is *unknown* after a
while: an at-most-once message (a reminder) is then dropped, an at-least-once one (your slot has moved) is
sent again. Whatever worker, process or Redis dies, the rows tell what to do.
"""

from __future__ import annotations

import hashlib
import logging
import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from msgspec.structs import replace
from psycopg.rows import class_row

from queueing.errors import UserError
from queueing.projections.message_rules import Intent, Times, reference
from queueing.projections.messages import WAITS_FOR_OTHERS, insert
from queueing.sms.filling import fill, renderer
from queueing.sms.gateways.port import Gateway, Outgoing, Result, Verdict
from queueing.sms.numbers import Numbers
from queueing.sms.pace import may_claim, may_hand_over, wait_for_turn
from queueing.sms.restraint import Facts, held_back
from queueing.sms.rows import AT_LEAST_ONCE, Done, Row
from queueing.sms.wording import units
from queueing.system import System

_log = logging.getLogger(__name__)
BATCH = 200
CLAIM_LASTS = timedelta(minutes=5)
"""After this a claim without an outcome counts as unknown."""
MAX_ATTEMPTS = 6
"""So often a message is sent of which nobody knows whether it left."""
LONGEST_WAIT = timedelta(hours=1)
"""Between two attempts of a message that the gateway did not take yet."""


def send_due(
    system: System, gateway: Gateway, now: datetime, *, worker: str = "", limit: int = BATCH
) -> Counter[str]:
    """Send up to `limit` due messages; how many ended in which state. Safe with any number of workers."""
    with system.pool.connection() as connection:
        if not _waiting(connection, now):
            return Counter()
        expire(connection, now)
        rows = {row.ref: row for row in claim(connection, now, worker, may_claim(gateway, limit))}
    if not rows:
        return Counter()
    untouched = dict(rows)
    try:
        done, outgoing = _prepare(system, list(rows.values()), now)
        counts = Counter(one.state for one in done)
        size = may_hand_over(gateway)
        for some in [outgoing[start : start + size] for start in range(0, len(outgoing), size)]:
            wait_for_turn(system, gateway, len(some))
            ours = _about_to_send(system, some, rows)
            for message in ours:
                del untouched[message.ref]
            sent = _with_text([_outcome(rows[one.ref], one, now) for one in gateway.send(ours)], ours)
            counts += Counter(one.state for one in sent)
            with system.pool.connection() as connection:
                record(connection, [*done, *sent], now)
            done = []
        with system.pool.connection() as connection:
            record(connection, done, now)
    except BaseException:
        with suppress(psycopg.Error):
            _give_back(system, untouched.values())
        raise
    return counts


def send_all(system: System, gateway: Gateway, now: datetime) -> Counter[str]:
    """Send until nothing is due."""
    total: Counter[str] = Counter()
    while counts := send_due(system, gateway, now, limit=1000):
        total += counts
    return total


def _about_to_send(system: System, outgoing: Sequence[Outgoing], rows: Mapping[UUID, Row]) -> list[Outgoing]:
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


def _give_back(system: System, rows: Iterable[Row]) -> None:
    """These were not even tried."""
    claims = [(row.ref, row.attempts) for row in rows]
    with system.pool.connection() as connection:
        connection.execute(
            "UPDATE messages AS m SET state = 'due', attempts = m.attempts - 1"
            " FROM unnest(%s::uuid[], %s::int[]) AS o(ref, attempts)"
            " WHERE m.ref = o.ref AND m.attempts = o.attempts AND m.state IN ('claimed', 'sending')",
            ([ref for ref, _ in claims], [attempts for _, attempts in claims]),
        )


def _waiting(connection: psycopg.Connection[Any], now: datetime) -> bool:
    """Something is due, or a claim has lasted too long."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM messages WHERE state = 'due' AND due_at <= %s)"
        " OR EXISTS (SELECT FROM messages WHERE state IN ('claimed', 'sending') AND claimed_at < %s)",
        (now, now - CLAIM_LASTS),
    ).fetchone()
    return bool(row and row[0])


def expire(connection: psycopg.Connection[Any], now: datetime) -> None:
    """Drop messages whose moment has passed, and settle claims whose worker died."""
    connection.execute(
        "UPDATE messages SET state = 'dropped', reason = 'expired', outcome_at = %s"
        " WHERE state = 'due' AND due_at <= %s AND expires_at < %s",
        (now, now, now),
    )
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


def _prepare(system: System, rows: Sequence[Row], now: datetime) -> tuple[list[Done], list[Outgoing]]:
    """Sort out what must not leave now; render the rest."""
    with system.pool.connection() as connection:
        facts = Facts(system, connection, rows, now)
        numbers = Numbers(system, connection, rows, now)
    times = Times(system.season)
    done: list[Done] = []
    outgoing: list[Outgoing] = []
    for row in rows:
        number = numbers.of(row)
        held = held_back(row, number, facts, times, system, now)
        if held:
            done.append(held)
            continue
        if who := numbers.who(row):
            row = msgspec.structs.replace(row, params={**row.params, "who": who})
        text = _rendered(system, row)
        if text is None:
            done.append(Done(ref=row.ref, state="dropped", reason="not rendered"))
            continue
        digest = _digest(text)
        if facts.said_enough(row, digest):
            done.append(Done(ref=row.ref, state="dropped", reason="same text", text_hash=digest))
            continue
        facts.count(row, digest)
        outgoing.append(
            Outgoing(row.ref, number or "", row.card, row.employer, row.template, row.params, text)
        )
    return done, outgoing


def _rendered(system: System, row: Row) -> str | None:
    """The text; None for a message that can't be rendered, which must not keep the others from leaving."""
    try:
        return renderer(system).render(row.template, fill(system, row.template, row.params, row.card))
    except (UserError, LookupError, ValueError, TypeError):
        _log.exception("message %s (%s) can't be rendered", row.ref, row.template)
        return None


def _with_text(sent: Sequence[Done], outgoing: Sequence[Outgoing]) -> list[Done]:
    """Outcomes with what was sent: its length, which is what it costs, and its digest."""
    texts = {message.ref: message.text for message in outgoing}
    return [
        replace(one, units=units(texts[one.ref]), text_hash=_digest(texts[one.ref]))
        if one.state != "due"
        else one
        for one in sent
    ]


def _outcome(row: Row, result: Result, now: datetime) -> Done:
    """What a verdict means. One that was not taken yet is tried until it expires, waiting longer and longer:
    a gateway that is down says nothing about anybody's number."""
    later = result.verdict is Verdict.LATER
    unknown = result.verdict is Verdict.UNKNOWN and row.kind in AT_LEAST_ONCE and row.attempts < MAX_ATTEMPTS
    if later or unknown:
        wait = min(LONGEST_WAIT, timedelta(seconds=15 * 2 ** min(row.attempts, 10)))
        due = now + wait * (0.5 + random.random() / 2)  # noqa: S311
        return Done(ref=row.ref, state="due", due_at=due, reason=harmless(result.reason))
    return Done(
        ref=row.ref,
        state=str(result.verdict),
        reason=harmless(result.reason),
        gateway_id=result.gateway_id,
        number_at_fault=result.number_at_fault,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


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


def reply_intent(
    sid: str,
    number: int,
    card: str,
    template: str,
    params: dict[str, Any],
    now: datetime,
    kind: str = "reply",
) -> Intent:
    """An answer that no event asked for. `sid` names what it answers, so that the same question is answered
    once."""
    ref = reference(0, f"{sid}/{template}", number)
    return Intent(
        ref=ref,
        position=0,
        template=template,
        kind=kind,
        params=params,
        card=card,
        created=now,
        due_at=now,
        expires_at=now + timedelta(minutes=30),
    )


def enqueue_reply(
    connection: psycopg.Connection[Any],
    system: System,
    *,
    card: str,
    template: str,
    params: dict[str, Any],
    sid: str,
) -> None:
    """Put an answer into the outbox; the same `sid` and template once."""
    with connection.cursor() as cursor:
        insert(cursor, [reply_intent(sid, 0, card, template, params, system.clock())])
