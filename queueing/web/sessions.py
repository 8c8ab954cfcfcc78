"""Sessions in PostgreSQL: a random token in a cookie, its hash in the table. One kind for staff (`login`),
one for holders (`cards`). They last half a day after the last visit, so nobody is thrown out while
choosing; but no longer than a week, so that a token that was carried off is worth nothing after that."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

LASTS = timedelta(hours=12)
LONGEST = timedelta(days=7)
_TOUCH = timedelta(minutes=10)

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Session:
    """Who a token stands for."""

    token: str
    login: str
    cards: tuple[str, ...]


def begin(conn: Connection, now: datetime, *, login: str = "", cards: Sequence[str] = ()) -> str:
    """A new session's token."""
    token = secrets.token_urlsafe(32)
    conn.execute("DELETE FROM web_sessions WHERE seen < %s OR begun < %s", (now - LASTS, now - LONGEST))
    conn.execute(
        "INSERT INTO web_sessions (token, login, cards, seen, begun) VALUES (%s, %s, %s, %s, %s)",
        (_hash(token), login, list(cards), now, now),
    )
    return token


def find(conn: Connection, token: str, now: datetime) -> Session | None:
    """The session of a token, kept alive by being looked up."""
    row = conn.execute(
        "SELECT login, cards, seen FROM web_sessions WHERE token = %s AND seen >= %s"
        " AND coalesce(begun, seen) >= %s",
        (_hash(token), now - LASTS, now - LONGEST),
    ).fetchone()
    if row is None:
        return None
    login, cards, seen = row
    if now - seen > _TOUCH:
        conn.execute("UPDATE web_sessions SET seen = %s WHERE token = %s", (now, _hash(token)))
    return Session(token, login, tuple(cards))


def choose(conn: Connection, session: Session, card: str) -> bool:
    """Put one of the session's cards first: the one the pages are about."""
    if card not in session.cards:
        return False
    cards = [card, *(other for other in session.cards if other != card)]
    conn.execute("UPDATE web_sessions SET cards = %s WHERE token = %s", (cards, _hash(session.token)))
    return True


def end(conn: Connection, token: str) -> None:
    """Sign out."""
    conn.execute("DELETE FROM web_sessions WHERE token = %s", (_hash(token),))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
