"""The staff's inbox: those whose messages were not understood or who asked for a person, each with the whole
conversation. What people wrote is unsealed here and nowhere else, and who read it is written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import psycopg

from queueing.errors import UserError
from queueing.people.person import Person
from queueing.people.sealing import UnreadableRecordError
from queueing.projections import queries
from queueing.projections.queries import CardStatus
from queueing.sms.filling import fill, renderer
from queueing.system import System

REASONS = ("asked", "not_understood", "says_collected")
"""Why somebody on the phone list is in the inbox: they wrote to us."""

SECRET = "code"  # noqa: S105  (the template of sign-in codes: nobody but the person reads them)
LONGEST = 200
"""So many bubbles each way are shown at most."""

_STATES = {
    "due": "还没发出",
    "claimed": "正在发",
    "sending": "正在发",
    "refused": "没发成",
    "dropped": "没有发",
    "unknown": "不知道收到没有",
}


class Bubble(msgspec.Struct, frozen=True):
    """One message of a conversation, "in" from the person or "out" from the branch; `note` says what became
    of it where it did not simply arrive."""

    at: datetime
    direction: str
    text: str
    note: str = ""


class Entry(msgspec.Struct, frozen=True):
    """Somebody in the inbox. `at` is when they wrote last, or were listed."""

    status: CardStatus
    person: Person | None
    at: datetime | None
    messages: int


def migrate(url: str) -> None:
    """Create the table of who read whose messages."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS conversations_read"
            " (card text NOT NULL, who text NOT NULL, at timestamp NOT NULL)"
        )
        connection.execute(
            "CREATE INDEX IF NOT EXISTS conversations_read_card ON conversations_read (card, at)"
        )


def count(connection: psycopg.Connection[Any]) -> int:
    """How many wait in the inbox."""
    row = connection.execute(
        "SELECT count(*) FROM card_status WHERE phone_list = ANY(%s) AND NOT erased", (list(REASONS),)
    ).fetchone()
    return int(row[0]) if row else 0


def entries(system: System, connection: psycopg.Connection[Any]) -> list[Entry]:
    """Everybody in the inbox, who wrote last first."""
    listed = [row for row in queries.phone_list(connection) if row.phone_list in REASONS]
    people = system.vault.get_many([row.card for row in listed])
    threads = {row.card: _threads(system, people.get(row.card)) for row in listed}
    wrote = {
        name: (at, number)
        for name, at, number in connection.execute(
            "SELECT thread, max(at), count(*) FROM inbound WHERE thread = ANY(%s) GROUP BY thread",
            (sorted({name for names in threads.values() for name in names}),),
        )
    }
    found = [
        _entry(row, people.get(row.card), [wrote[n] for n in threads[row.card] if n in wrote])
        for row in listed
    ]
    return sorted(found, key=lambda one: (one.at is not None, one.at), reverse=True)


def _entry(row: CardStatus, person: Person | None, wrote: Sequence[tuple[datetime, int]]) -> Entry:
    at = max((at for at, _ in wrote), default=row.last_invited)
    return Entry(row, person, at, sum(number for _, number in wrote))


def _threads(system: System, person: Person | None) -> list[str]:
    """The conversations of a person's own phone and of the one that helps."""
    numbers = {person.phone, person.contact_phone} - {""} if person else set()
    return sorted(system.vault.phone_index(number) for number in numbers)


def conversation(system: System, connection: psycopg.Connection[Any], card: str) -> list[Bubble]:
    """What was written to and fro with the phones that speak for a card, oldest first. A shared phone's
    messages are all there: the answer to one makes no sense without the other."""
    threads = _threads(system, system.vault.get(card))
    cards = {card, *(one for found in system.vault.find_by_phone_indexes(threads).values() for one in found)}
    bubbles = [*_heard(system, connection, threads), *_told(system, connection, sorted(cards))]
    return sorted(bubbles, key=lambda bubble: (bubble.at, bubble.direction))[-LONGEST:]


def _heard(system: System, connection: psycopg.Connection[Any], threads: Sequence[str]) -> list[Bubble]:
    rows = connection.execute(
        "SELECT sid, at, sealed_key, sealed_text FROM inbound WHERE thread = ANY(%s)"
        " ORDER BY at DESC LIMIT %s",
        (list(threads), LONGEST),
    ).fetchall()
    return [Bubble(at, "in", *_opened(system, sid, key, text)) for sid, at, key, text in rows]


def _opened(system: System, sid: str, key: bytes, text: bytes) -> tuple[str, str]:
    try:
        return system.notes.open(sid, key, text), ""
    except UnreadableRecordError:
        return "", "这条短信解不开了"


def _told(system: System, connection: psycopg.Connection[Any], cards: Sequence[str]) -> list[Bubble]:
    rows = connection.execute(
        "SELECT coalesce(outcome_at, due_at), template, params, card, state FROM messages"
        " WHERE card = ANY(%s) AND state <> 'void' AND template <> %s"
        " ORDER BY coalesce(outcome_at, due_at) DESC LIMIT %s",
        (list(cards), SECRET, LONGEST),
    ).fetchall()
    return [
        Bubble(at, "out", _text(system, template, params, card), _STATES.get(state, ""))
        for at, template, params, card, state in rows
        if state != "due" or at <= system.clock()
    ]


def _text(system: System, template: str, params: dict[str, Any], card: str) -> str:
    """The words of a message as they are rendered now; the outbox keeps none."""
    try:
        text = renderer(system).render(template, fill(system, template, params, card))
    except (UserError, LookupError, ValueError, TypeError):
        return f"（{template}）"
    return text.partition("】")[2] or text


def write_down_reading(connection: psycopg.Connection[Any], card: str, who: str, now: datetime) -> None:
    """Somebody looks at a conversation."""
    connection.execute("INSERT INTO conversations_read VALUES (%s, %s, %s)", (card, who, now))


def readers(connection: psycopg.Connection[Any], card: str, limit: int = 5) -> list[tuple[str, datetime]]:
    """Who looked at a conversation last, the latest first."""
    return [
        (str(who), at)
        for who, at in connection.execute(
            "SELECT who, max(at) FROM conversations_read WHERE card = %s"
            " GROUP BY who ORDER BY 2 DESC LIMIT %s",
            (card, limit),
        )
    ]
