"""How far each projection is: the library's tracking table, and the lock that makes a batch exactly once."""

from __future__ import annotations

from functools import cache
from typing import Any

from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from psycopg import Connection, Cursor
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from queueing.log.store import datastore

TABLE = "queueing_tracking"
_POSITION = SQL("SELECT notification_id FROM {} WHERE application_name = %s FOR UPDATE").format(
    Identifier(TABLE)
)


@cache
def _recorder() -> PostgresTrackingRecorder:
    """The library's recorder, for its statements: they run on our cursors, its own pool is never opened."""
    return PostgresTrackingRecorder(datastore(""), tracking_table_name=TABLE)


def migrate(url: str) -> None:
    """Create the table."""
    store = datastore(url, pool_size=1)
    try:
        PostgresTrackingRecorder(store, tracking_table_name=TABLE).create_table()
    finally:
        store.close()


def record(cursor: Cursor[Any], name: str, position: int) -> None:
    """Move on to a later position, in the caller's transaction. The library refuses one that is not
    later."""
    _recorder()._insert_tracking(cursor, Tracking(name, position))


def begin(cursor: Cursor[Any], name: str) -> None:
    """A row to lock, for a projection that has seen nothing."""
    cursor.execute(
        SQL("INSERT INTO {} VALUES (%s, 0) ON CONFLICT DO NOTHING").format(Identifier(TABLE)), (name,)
    )


def forget(cursor: Cursor[Any], name: str) -> None:
    """The projection has seen nothing."""
    cursor.execute(SQL("DELETE FROM {} WHERE application_name = %s").format(Identifier(TABLE)), (name,))


def locked_position(cursor: Cursor[Any], name: str) -> int | None:
    """The position of a projection, held until the end of the transaction: whoever else would apply the same
    events waits here, and then sees that it was done. None when there is no such row."""
    with cursor.connection.cursor(row_factory=tuple_row) as reader:
        row = reader.execute(_POSITION, (name,), prepare=True).fetchone()
    return int(row[0]) if row else None


def tracked(connection: Connection[Any]) -> dict[str, int]:
    """Every projection's position."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            SQL("SELECT application_name, notification_id FROM {}").format(Identifier(TABLE))
        )
        return {name: int(position) for name, position in rows if not name.startswith("__")}
