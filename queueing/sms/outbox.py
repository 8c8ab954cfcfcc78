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
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row

from queueing.errors import UserError
from queueing.projections.message_rules import Intent, Times, reference
from queueing.projections.messages import insert
from queueing.sms.filling import fill, renderer
from queueing.sms.gateways.port import Gateway, Outgoing, Result, Verdict
from queueing.sms.numbers import Numbers
from queueing.sms.restraint import Facts, held_back
from queueing.sms.rows import AT_LEAST_ONCE, EXEMPT, Done, Row
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
        rows = claim(connection, now, worker, limit)
    if not rows:
        return Counter()
    try:
        done, outgoing = _prepare(system, rows, now)
        _about_to_send(system, outgoing)
    except Exception:
        with suppress(psycopg.Error):
            _give_back(system, rows)
        raise
    texts = {message.ref: message.text for message in outgoing}
    results = gateway.send(outgoing) if outgoing else []
    by_ref = {row.ref: row for row in rows}
    done.extend(_outcome(by_ref[result.ref], result, texts[result.ref], now) for result in results)
    with system.pool.connection() as connection:
        record(connection, done, now)
    return Counter(one.state for one in done)


def send_all(system: System, gateway: Gateway, now: datetime) -> Counter[str]:
    """Send until nothing is due."""
    total: Counter[str] = Counter()
    while counts := send_due(system, gateway, now, limit=1000):
        total += counts
    return total


def _about_to_send(system: System, outgoing: Sequence[Outgoing]) -> None:
    """From here on nobody can know whether these left, unless an outcome is recorded."""
    if outgoing:
        with system.pool.connection() as connection:
            connection.execute(
                "UPDATE messages SET state = 'sending' WHERE ref = ANY(%s) AND state = 'claimed'",
                ([message.ref for message in outgoing],),
            )


def _give_back(system: System, rows: Sequence[Row]) -> None:
    """These were not even tried."""
    with system.pool.connection() as connection:
        connection.execute(
            "UPDATE messages SET state = 'due', attempts = attempts - 1 WHERE ref = ANY(%s)"
            " AND state IN ('claimed', 'sending')",
            ([row.ref for row in rows],),
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
            "UPDATE messages AS m SET state = 'claimed', claimed_at = %s, claimed_by = %s, attempts ="
            " attempts + 1"
            " WHERE ref IN (SELECT ref FROM messages WHERE state = 'due' AND due_at <= %s"
            " ORDER BY kind <> ALL(%s), due_at, ref LIMIT %s FOR UPDATE SKIP LOCKED)"
            " RETURNING ref, template, kind, params, card, employer, booking, version, created,"
            " expires_at, attempts",
            (now, worker, now, sorted(EXEMPT), limit),
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


def _outcome(row: Row, result: Result, text: str, now: datetime) -> Done:
    """What a verdict means. One that was not taken yet is tried until it expires, waiting longer and longer:
    a gateway that is down says nothing about anybody's number."""
    later = result.verdict is Verdict.LATER
    unknown = result.verdict is Verdict.UNKNOWN and row.kind in AT_LEAST_ONCE and row.attempts < MAX_ATTEMPTS
    if later or unknown:
        wait = min(LONGEST_WAIT, timedelta(seconds=15 * 2 ** min(row.attempts, 10)))
        due = now + wait * (0.5 + random.random() / 2)  # noqa: S311
        return Done(ref=row.ref, state="due", due_at=due, reason=_harmless(result.reason))
    return Done(
        ref=row.ref,
        state=str(result.verdict),
        reason=_harmless(result.reason),
        gateway_id=result.gateway_id,
        units=units(text),
        text_hash=_digest(text),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _harmless(reason: str) -> str:
    """A gateway's words, without the number it may repeat: reasons get into the log."""
    return re.sub(r"\d[\d\s().-]{4,}\d", "…", reason)[:200]


def record(connection: psycopg.Connection[Any], done: Sequence[Done], now: datetime) -> None:
    """Write down outcomes. A status that came in earlier (delivered) stays."""
    if not done:
        return
    connection.execute(
        "UPDATE messages AS m SET state = d.state, reason = d.reason, gateway_id = d.gateway_id, units ="
        " d.units,"
        " text_hash = d.text_hash, due_at = coalesce(d.due_at, m.due_at),"
        " attempts = m.attempts - CASE WHEN d.attempted THEN 0 ELSE 1 END,"
        " outcome_at = CASE WHEN d.state = 'due' THEN NULL ELSE %s::timestamp END"
        " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::int[], %s::text[], %s::timestamp[],"
        " %s::bool[]) AS d(ref, state, reason, gateway_id, units, text_hash, due_at, attempted)"
        " WHERE m.ref = d.ref AND m.state IN ('claimed', 'sending', 'unknown', 'due')",
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
