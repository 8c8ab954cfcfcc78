"""Counting attempts, so that guessing a password or a code, or having messages sent to a stranger, is cut
short."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

Connection = psycopg.Connection[Any]


class Limit(NamedTuple):
    """At most so many within this time."""

    most: int
    within: timedelta


def take(conn: Connection, wanted: Mapping[str, Limit], now: datetime) -> bool:
    """Count an attempt under each of these keys, unless one of them is at its limit; whether it was counted.
    Attempts that come together, to whatever process, are counted one after another: looked at first and
    counted later, all of them would pass."""
    with conn.transaction():
        for key in sorted(wanted):
            conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"attempts {key}",))
        if any(reached(conn, key, limit, now) for key, limit in wanted.items()):
            return False
        for key in wanted:
            count(conn, key, now)
    return True


def give_back(conn: Connection, key: str, now: datetime) -> None:
    """The attempt counted at this moment was a good one."""
    conn.execute(
        "DELETE FROM web_attempts WHERE ctid ="
        " (SELECT ctid FROM web_attempts WHERE key = %s AND at = %s LIMIT 1)",
        (key, now),
    )


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


class Bucket:
    """So many a minute in this process, with as many at once after a minute's rest. For callers who ask
    thousands of times a minute: a row for each would cost more than their requests."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._left = float(per_minute)
        self._seen = clock()

    def wait(self) -> float:
        """Take one: 0, or the seconds until there is one."""
        now = self._clock()
        rate = self.per_minute / 60
        self._left = min(float(self.per_minute), self._left + (now - self._seen) * rate)
        self._seen = now
        if self._left < 1:
            return (1 - self._left) / rate
        self._left -= 1
        return 0.0
