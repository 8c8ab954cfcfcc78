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
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec
import psycopg
from msgspec.structs import replace

from queueing.errors import UserError
from queueing.projections.message_rules import Intent, Times, reference
from queueing.projections.messages import insert
from queueing.sms.claims import (
    MAX_ATTEMPTS,
    about_to_send,
    claim,
    expire,
    give_back,
    harmless,
    record,
    waiting,
)
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
LONGEST_WAIT = timedelta(hours=1)
"""Between two attempts of a message that the gateway did not take yet."""


def send_due(
    system: System, gateway: Gateway, now: datetime, *, worker: str = "", limit: int = BATCH
) -> Counter[str]:
    """Send up to `limit` due messages; how many ended in which state. Safe with any number of workers."""
    with system.pool.connection() as connection:
        if not waiting(connection, now):
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
            ours = about_to_send(system, some, rows)
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
            give_back(system, untouched.values())
        raise
    return counts


def send_all(system: System, gateway: Gateway, now: datetime) -> Counter[str]:
    """Send until nothing is due."""
    total: Counter[str] = Counter()
    while counts := send_due(system, gateway, now, limit=1000):
        total += counts
    return total


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
            row = msgspec.structs.replace(row, params={"who": who, **row.params})
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
