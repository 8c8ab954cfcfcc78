"""Building read models anew beside the live ones, and putting them in their place in one step.

The live projector goes on all the while: it waits only for the swap, and finds its position where the new
tables end. Readers see the old rows until the swap, then the new ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any

import psycopg
from psycopg import Connection, Cursor
from psycopg.sql import SQL, Identifier

from queueing.log.store import EventLog
from queueing.projections.base import Projection
from queueing.projections.runner import Projector, drop, exists
from queueing.projections.tracking import begin, forget, locked_position, record

NEW = "__new"
PAGE = 20_000
"""Larger pages than the live projector's: more events of a page fall on the same rows."""
LOCK = "projections: rebuild"
LOCK_TIMEOUT = "500ms"
"""A swap that has to wait longer for a reader gives up, lets those behind it pass, and tries again."""
SWAP_TRIES = 20
SWAP_AGAIN_SECONDS = 0.1


class RebuildRunning(RuntimeError):  # noqa: N818
    """Another process is rebuilding."""


def rebuild(url: str, projection: Projection, log: EventLog) -> int:
    """Build one read model anew; how many events were read."""
    return rebuild_all(url, [projection], log)


def rebuild_all(
    url: str,
    projections: Sequence[Projection],
    log: EventLog,
    swapped: Callable[[Projection], None] = lambda projection: None,
) -> int:
    """Build read models anew, reading the log once for all; how many events were read. `swapped` is told of
    each one that has taken the place of the live one."""
    builder = Projector(url, projections, log, suffix=NEW, page=PAGE)
    with _alone(url) as connection, closing(builder):
        _clear(connection, projections)
        builder.migrate()
        read = builder.catch_up()
        for projection in projections:
            read += _swap_patiently(connection, projection, log)
            swapped(projection)
    return read


@contextmanager
def _alone(url: str) -> Iterator[Connection[Any]]:
    """A connection that holds the right to rebuild. It is given back before the connection is closed: the
    server notices a closed one only a moment later."""
    with psycopg.connect(url, autocommit=True) as connection:
        lock = connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", (LOCK,)).fetchone()
        if lock is None or not lock[0]:
            raise RebuildRunning
        try:
            yield connection
        finally:
            with suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", (LOCK,))


def _clear(connection: Connection[Any], projections: Sequence[Projection]) -> None:
    """Remove what a killed rebuild left."""
    with connection.transaction():
        cursor = connection.cursor()
        for projection in projections:
            forget(cursor, projection.name + NEW)
            drop(cursor, projection, NEW)


def _swap_patiently(connection: Connection[Any], projection: Projection, log: EventLog) -> int:
    for _ in range(SWAP_TRIES - 1):
        try:
            return _swap(connection, projection, log)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            time.sleep(SWAP_AGAIN_SECONDS)
    return _swap(connection, projection, log)


def _swap(connection: Connection[Any], projection: Projection, log: EventLog) -> int:
    """In one transaction: hold the live projector, take in the last events, and change places. How many
    events these were."""
    name = projection.name
    read = 0
    with connection.transaction():
        cursor = connection.cursor()
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        begin(cursor, name)
        live = locked_position(cursor, name) or 0
        position = locked_position(cursor, name + NEW) or 0
        while page := log.read(position, PAGE):
            projection.apply(cursor, page, NEW)
            position = page[-1].position
            read += len(page)
        if exists(cursor, projection):
            tables = SQL(", ").join(map(Identifier, projection.tables))
            cursor.execute(SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(tables))
            projection.carry_over(cursor, NEW)
        for table in projection.tables:
            _replace(cursor, table)
        forget(cursor, name + NEW)
        if position > live:
            record(cursor, name, position)
    return read


def _replace(cursor: Cursor[Any], table: str) -> None:
    """Drop the live table; its name and those of its indexes and constraints go to the new one."""
    cursor.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(table)))
    cursor.execute(SQL("ALTER TABLE {} RENAME TO {}").format(Identifier(table + NEW), Identifier(table)))
    constraints = cursor.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = quote_ident(%s)::regclass", (table,)
    ).fetchall()
    for (name,) in constraints:
        if NEW in name:
            cursor.execute(
                SQL("ALTER TABLE {} RENAME CONSTRAINT {} TO {}").format(
                    Identifier(table), Identifier(name), Identifier(name.replace(NEW, ""))
                )
            )
    indexes = cursor.execute(
        "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        " WHERE indrelid = quote_ident(%s)::regclass",
        (table,),
    ).fetchall()
    for (name,) in indexes:
        if NEW in name:
            cursor.execute(
                SQL("ALTER INDEX {} RENAME TO {}").format(Identifier(name), Identifier(name.replace(NEW, "")))
            )
