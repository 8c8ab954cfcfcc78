"""Numbers we don't know: they are told how to get in, but not for ever. A machine that answers every message
by one of its own would otherwise talk with us all night."""

from __future__ import annotations

from datetime import datetime, timedelta

import psycopg

from queueing.system import System

ANSWERS_A_DAY = 2


def migrate(url: str) -> None:
    """Create the table. It holds no numbers, only their blind indexes, and forgets them after a day."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS strangers (sid text PRIMARY KEY, thread text NOT NULL,"
            " at timestamp NOT NULL)"
        )
        connection.execute("ALTER TABLE strangers ADD COLUMN IF NOT EXISTS number bigserial")
        connection.execute("CREATE INDEX IF NOT EXISTS strangers_thread ON strangers (thread)")


def may_answer(system: System, phone: str, sid: str, now: datetime, *, again: bool = True) -> bool:
    """Whether this message of an unknown number gets an answer; the same message delivered again does, unless
    `again` is false (the answer is no part of the webhook's)."""
    thread, since = system.vault.phone_index(phone), now - timedelta(days=1)
    with system.pool.connection() as connection:
        connection.execute("DELETE FROM strangers WHERE at < %s", (since,))
        new = connection.execute(
            "INSERT INTO strangers (sid, thread, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (sid, thread, now),
        ).rowcount
        few = connection.execute(
            "SELECT count(*) < %s FROM strangers AS other JOIN strangers AS this ON other.thread ="
            " this.thread WHERE this.sid = %s AND other.number < this.number",
            (ANSWERS_A_DAY, sid),
        ).fetchone()
    return few is not None and bool(few[0]) and (again or new == 1)
