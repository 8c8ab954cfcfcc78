"""Counting attempts, so that guessing a password or a code, or having messages sent to a stranger, is cut
short."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

Connection = psycopg.Connection[Any]


class Limit(NamedTuple):
    """At most so many within this time."""

    most: int
    within: timedelta


def reached(conn: Connection, key: str, limit: Limit, now: datetime) -> bool:
    """Whether no further attempt is allowed for now."""
    row = conn.execute(
        "SELECT count(*) FROM web_attempts WHERE key = %s AND at > %s", (key, now - limit.within)
    ).fetchone()
    return bool(row and row[0] >= limit.most)


def count(conn: Connection, key: str, now: datetime) -> None:
    """Write an attempt down; those of yesterday are forgotten."""
    conn.execute("DELETE FROM web_attempts WHERE at < %s", (now - timedelta(days=1),))
    conn.execute("INSERT INTO web_attempts VALUES (%s, %s)", (key, now))


def forget(conn: Connection, key: str) -> None:
    """The attempts succeeded."""
    conn.execute("DELETE FROM web_attempts WHERE key = %s", (key,))
