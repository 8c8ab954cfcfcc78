"""Sending what is due: claim, render, send, record. Never blindly twice.

A claim is durable before anything is sent. A claim whose worker died is *unknown* after a while: an
at-most-once message (a reminder) is then dropped, an at-least-once one (your slot has moved) is sent again.
Whatever worker, process or Redis dies, the rows tell what to do.
"""

from __future__ import annotations

import hashlib
import logging
import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg.rows import class_row

from queueing.errors import UserError
from queueing.people.person import sms_number
from queueing.projections.message_rules import Intent, Times, reference
from queueing.projections.messages import insert
from queueing.sms.filling import fill, renderer
from queueing.sms.gateways.port import Gateway, Outgoing, Result, Verdict
from queueing.system import System

_log = logging.getLogger(__name__)
BATCH = 200
CLAIM_LASTS = timedelta(minutes=5)
"""After this a claim without an outcome counts as unknown."""
MAX_ATTEMPTS = 6
SAME_TEXT_PER_DAY = 2


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed message."""

    ref: UUID
    template: str
    kind: str
    params: dict[str, Any]
    card: str
    employer: str
    booking: int
    version: int
    created: datetime
    expires_at: datetime
    attempts: int


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message; `due_at` is set when it goes back to wait."""

    ref: UUID
    state: str
    reason: str = ""
    gateway_id: str = ""
    units: int = 0
    text_hash: str = ""
    due_at: datetime | None = None


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
    done, outgoing = _prepare(system, rows, now)
    texts = {message.ref: message.text for message in outgoing}
    results = gateway.send(outgoing) if outgoing else []
    by_ref = {row.ref: row for row in rows}
    done.extend(_outcome(system, by_ref[result.ref], result, texts[result.ref], now) for result in results)
    with system.pool.connection() as connection:
        record(connection, done, now)
    return Counter(one.state for one in done)


def send_all(system: System, gateway: Gateway, now: datetime) -> Counter[str]:
    """Send until nothing is due."""
    total: Counter[str] = Counter()
    while counts := send_due(system, gateway, now, limit=1000):
        total += counts
    return total


def _waiting(connection: psycopg.Connection[Any], now: datetime) -> bool:
    """Something is due, or a claim has lasted too long."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM messages WHERE state = 'due' AND due_at <= %s)"
        " OR EXISTS (SELECT FROM messages WHERE state = 'claimed' AND claimed_at < %s)",
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
        "UPDATE messages SET state = CASE WHEN kind = ANY(%s) THEN 'due' ELSE 'unknown' END,"
        " reason = 'no outcome recorded', outcome_at = %s WHERE state = 'claimed' AND claimed_at < %s",
        (list(AT_LEAST_ONCE), now, now - CLAIM_LASTS),
    )


AT_LEAST_ONCE = frozenset({"confirmation", "change", "sweep", "employer", "notice"})
"""Kinds that are sent again when nobody knows whether they left; the others (reminders, invitations,
replies) are not."""


def claim(connection: psycopg.Connection[Any], now: datetime, worker: str, limit: int) -> list[Row]:
    """Take due messages for this worker. The claim is durable when this returns."""
    with connection.cursor(row_factory=class_row(Row)) as cursor:
        cursor.execute(
            "UPDATE messages AS m SET state = 'claimed', claimed_at = %s, claimed_by = %s, attempts ="
            " attempts + 1"
            " WHERE ref IN (SELECT ref FROM messages WHERE state = 'due' AND due_at <= %s ORDER BY due_at,"
            " ref"
            " LIMIT %s FOR UPDATE SKIP LOCKED)"
            " RETURNING ref, template, kind, params, card, employer, booking, version, created,"
            " expires_at, attempts",
            (now, worker, now, limit),
        )
        return sorted(cursor.fetchall(), key=lambda row: (row.created, row.ref))


def _prepare(system: System, rows: Sequence[Row], now: datetime) -> tuple[list[Done], list[Outgoing]]:
    """Sort out what must not leave now; render the rest."""
    cards = sorted({row.card for row in rows if row.card})
    people = system.vault.get_many(cards)
    contacts = system.vault.get_employer_contacts(sorted({row.employer for row in rows if row.employer}))
    with system.pool.connection() as connection:
        facts = _Facts(connection, cards, now)
    times = Times(system.season)
    done: list[Done] = []
    outgoing: list[Outgoing] = []
    for row in rows:
        number = people[row.card].sms_number if row.card in people else None
        if row.employer:
            contact = contacts.get(row.employer)
            number = sms_number(contact.phone) if contact else None
        held = _held_back(row, number, facts, times, system, now)
        if held:
            done.append(held)
            continue
        text = _rendered(system, row)
        if text is None:
            done.append(Done(ref=row.ref, state="dropped", reason="not rendered"))
            continue
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        if facts.same_text(row.card, digest) >= SAME_TEXT_PER_DAY:
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


class _Facts:
    """What the sender must know about the people it writes to today."""

    def __init__(self, connection: psycopg.Connection[Any], cards: list[str], now: datetime) -> None:
        self.status = {
            row[0]: row[1:]
            for row in connection.execute(
                "SELECT card, opted_out, erased, place = 'handed', coalesce(booking, 0), coalesce(version, 0)"
                " FROM card_status WHERE card = ANY(%s)",
                (cards,),
            )
        }
        sent = connection.execute(
            "SELECT card, kind, text_hash, outcome_at FROM messages WHERE card = ANY(%s)"
            " AND created > %s AND state IN ('accepted', 'delivered', 'unknown') AND outcome_at > %s",
            (cards, now - timedelta(days=40), now - timedelta(hours=24)),
        ).fetchall()
        self._today: Counter[str] = Counter(
            card for card, kind, _, at in sent if at.date() == now.date() and kind not in EXEMPT
        )
        self._texts: Counter[tuple[str, str]] = Counter((card, digest) for card, _, digest, _ in sent)

    def today(self, card: str) -> int:
        """Messages that already went to this person today, without answers to their own."""
        return self._today[card]

    def same_text(self, card: str, digest: str) -> int:
        """How often this very text went to this person in 24 hours."""
        return self._texts[card, digest]

    def count(self, row: Row, digest: str) -> None:
        """One more is leaving."""
        self._today[row.card] += row.kind not in EXEMPT
        self._texts[row.card, digest] += 1


EXEMPT = frozenset({"reply", "confirmation", "change"})
"""Kinds that answer the person or can't wait: no quiet hours, no daily cap."""


def _held_back(
    row: Row, number: str | None, facts: _Facts, times: Times, system: System, now: datetime
) -> Done | None:
    """Why this message does not leave now, if so."""
    if number is None:
        return Done(ref=row.ref, state="dropped", reason="no number")
    if row.card:
        opted_out, erased, handed, booking, version = facts.status.get(row.card, (False, False, False, 0, 0))
        if erased:
            return Done(ref=row.ref, state="void", reason="erased")
        if opted_out and row.kind != "reply":
            return Done(ref=row.ref, state="void", reason="opted out")
        if handed and row.kind in ("invitation", "sweep", "reminder"):
            return Done(ref=row.ref, state="void", reason="collected")
        if row.kind == "reminder" and (booking, version) != (row.booking, row.version):
            return Done(ref=row.ref, state="void", reason="superseded")
    if row.kind in EXEMPT:
        return None
    if times.quiet_at(now.time()):
        return Done(ref=row.ref, state="due", due_at=times.awake(now))
    if row.card and facts.today(row.card) >= system.season.messages.max_per_person_per_day:
        tomorrow = datetime.combine(now.date() + timedelta(days=1), times.quiet_until)
        return Done(ref=row.ref, state="due", due_at=tomorrow, reason="daily cap")
    return None


def _outcome(system: System, row: Row, result: Result, text: str, now: datetime) -> Done:
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    units = len(text.encode("utf-16-le")) // 2
    again = result.verdict is Verdict.LATER or (
        result.verdict is Verdict.UNKNOWN and row.kind in AT_LEAST_ONCE
    )
    if again and row.attempts < MAX_ATTEMPTS:
        wait = timedelta(seconds=15 * 2**row.attempts * (0.5 + random.random()))  # noqa: S311
        return Done(ref=row.ref, state="due", due_at=now + wait, reason=result.reason)
    state = "refused" if result.verdict is Verdict.LATER else str(result.verdict)
    return Done(
        ref=row.ref,
        state=state,
        reason=result.reason,
        gateway_id=result.gateway_id,
        units=units,
        text_hash=digest,
    )


def record(connection: psycopg.Connection[Any], done: Sequence[Done], now: datetime) -> None:
    """Write down outcomes. A status that came in earlier (delivered) stays."""
    if not done:
        return
    connection.execute(
        "UPDATE messages AS m SET state = d.state, reason = d.reason, gateway_id = d.gateway_id, units ="
        " d.units,"
        " text_hash = d.text_hash, due_at = coalesce(d.due_at, m.due_at),"
        " outcome_at = CASE WHEN d.state = 'due' THEN NULL ELSE %s::timestamp END"
        " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::int[], %s::text[], %s::timestamp[])"
        " AS d(ref, state, reason, gateway_id, units, text_hash, due_at)"
        " WHERE m.ref = d.ref AND m.state IN ('claimed', 'unknown', 'due')",
        (
            now,
            [d.ref for d in done],
            [d.state for d in done],
            [d.reason for d in done],
            [d.gateway_id for d in done],
            [d.units for d in done],
            [d.text_hash for d in done],
            [d.due_at for d in done],
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
