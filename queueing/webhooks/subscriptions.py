"""Who wants to be told what: made, listed, stopped, set back. Their secrets are sealed under the master
key."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row

from queueing.errors import UserError
from queueing.people.notes import Notes
from queueing.webhooks.payload import KINDS

Connection = psycopg.Connection[Any]
_COLUMNS = (
    "id, owner, url, kinds, sealed_key, sealed_secret, created, active, position, tries, failing_since,"
    " next_try, last_error, old_sealed_key, old_sealed_secret, old_until"
)
OVERLAP = timedelta(hours=24)
"""How long messages are signed by the former secret too."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """`position`: everything up to here was delivered, or is of no interest. `owner`: the id of an API key,
    or empty."""

    id: str
    owner: str
    url: str
    kinds: list[str]
    sealed_key: bytes
    sealed_secret: bytes
    created: datetime
    active: bool
    position: int
    tries: int
    failing_since: datetime | None
    next_try: datetime | None
    last_error: str
    old_sealed_key: bytes | None = None
    old_sealed_secret: bytes | None = None
    old_until: datetime | None = None

    def secret(self, notes: Notes) -> str:
        """For signing."""
        return notes.open(_sealed_as(self.id), self.sealed_key, self.sealed_secret)

    def secrets(self, notes: Notes, now: datetime) -> list[str]:
        """By which a message is signed now: the secret, and for a while after a change the one before."""
        found = [self.secret(notes)]
        if self.old_sealed_key and self.old_sealed_secret and self.old_until and now < self.old_until:
            found.append(notes.open(_sealed_as(self.id), self.old_sealed_key, self.old_sealed_secret))
        return found

    def wants(self, kind: str) -> bool:
        """Without kinds, all of them."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, slots=True)
class Attempt:
    """A message that was sent, and what came of it: the receiver's `status`, or 0 and an `error`."""

    subscription: str
    id: str
    position: int
    kind: str
    at: datetime
    status: int
    error: str


def add(
    conn: Connection,
    notes: Notes,
    url: str,
    kinds: Sequence[str],
    position: int,
    now: datetime,
    owner: str = "",
) -> tuple[str, str]:
    """(id, secret) of a new subscription. The address was checked. Raises UserError for an unknown kind."""
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise UserError(f"没有“{unknown[0][:40]}”这种事件，事件种类见接口文档。")
    hook = f"wh_{secrets.token_hex(8)}"
    secret, sealed_key, sealed_secret = _new_secret(notes, hook)
    conn.execute(
        "INSERT INTO webhook_subscriptions (id, owner, url, kinds, sealed_key, sealed_secret, created,"
        " position) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (hook, owner, url, list(dict.fromkeys(kinds)), sealed_key, sealed_secret, now, position),
    )
    return hook, secret


def rotate(
    conn: Connection, notes: Notes, hook: str, now: datetime, overlap: timedelta = OVERLAP
) -> str | None:
    """A new secret; messages are signed by the former one too until `overlap` is over. None if there is no
    such subscription."""
    secret, sealed_key, sealed_secret = _new_secret(notes, hook)
    changed = conn.execute(
        "UPDATE webhook_subscriptions SET old_sealed_key = sealed_key, old_sealed_secret = sealed_secret,"
        " old_until = %s, sealed_key = %s, sealed_secret = %s WHERE id = %s",
        (now + overlap, sealed_key, sealed_secret, hook),
    )
    return secret if changed.rowcount else None


def _new_secret(notes: Notes, hook: str) -> tuple[str, bytes, bytes]:
    """(secret, its sealed key, itself sealed)."""
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    return secret, *notes.seal(_sealed_as(hook), secret)


def find(conn: Connection, hook: str) -> Subscription | None:
    """One."""
    found = _select(conn, "WHERE id = %s", (hook,))
    return found[0] if found else None


def all_of(conn: Connection, owner: str | None = None) -> list[Subscription]:
    """Those of an owner, or all."""
    if owner is None:
        return _select(conn, "ORDER BY created, id")
    return _select(conn, "WHERE owner = %s ORDER BY created, id", (owner,))


def due(conn: Connection, now: datetime) -> list[Subscription]:
    """Those that may be sent to now, the one tried longest ago first."""
    return _select(
        conn,
        "WHERE active AND (next_try IS NULL OR next_try <= %s) ORDER BY next_try NULLS FIRST, id",
        (now,),
    )


def remove(conn: Connection, hook: str) -> None:
    """Gone, with its attempts."""
    conn.execute("DELETE FROM webhook_subscriptions WHERE id = %s", (hook,))
    conn.execute("DELETE FROM webhook_attempts WHERE subscription = %s", (hook,))


def stop_all_of(conn: Connection, owner: str) -> None:
    """Its key was revoked. Whoever is at it finds the claim gone."""
    conn.execute(
        "UPDATE webhook_subscriptions SET active = false, last_error = '密钥已作废', claimed_by = '',"
        " claimed_until = NULL WHERE owner = %s",
        (owner,),
    )


def start_again(conn: Connection, hook: str, after: int | None = None) -> bool:
    """Deliver (again), now; from after a position if one is given. Whoever is at it finds the claim gone."""
    changed = conn.execute(
        "UPDATE webhook_subscriptions SET active = true, position = coalesce(%s, position), tries = 0,"
        " failing_since = NULL, next_try = NULL, last_error = '', claimed_by = '', claimed_until = NULL"
        " WHERE id = %s",
        (after, hook),
    )
    return changed.rowcount == 1


def attempts(conn: Connection, hook: str, most: int = 50) -> list[Attempt]:
    """The last ones, newest first."""
    with conn.cursor(row_factory=class_row(Attempt)) as cursor:
        return cursor.execute(
            "SELECT subscription, id, position, kind, at, status, error FROM webhook_attempts"
            " WHERE subscription = %s ORDER BY number DESC LIMIT %s",
            (hook, most),
        ).fetchall()


def stopped(conn: Connection) -> int:
    """How many were given up, for the board."""
    row = conn.execute(
        "SELECT count(*) FROM webhook_subscriptions WHERE NOT active AND failing_since IS NOT NULL"
    ).fetchone()
    return int(row[0]) if row else 0


def _select(conn: Connection, rest: str, values: Sequence[Any] = ()) -> list[Subscription]:
    with conn.cursor(row_factory=class_row(Subscription)) as cursor:
        query = f"SELECT {_COLUMNS} FROM webhook_subscriptions {rest}"  # noqa: S608  our own texts
        return cursor.execute(query, values).fetchall()


def _sealed_as(hook: str) -> str:
    return f"webhook/{hook}"
