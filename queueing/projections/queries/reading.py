"""Rows of tables and of statements, as frozen structs, whatever the connection's own row factory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL, Identifier

from queueing.projections.tables import Row, Table

R = TypeVar("R", bound=Row)
S = TypeVar("S", bound=msgspec.Struct)


def select(connection: Connection[Any], table: Table[R], rest: str, values: Sequence[Any] = ()) -> list[R]:
    """Rows of a table; `rest` is what comes after its name."""
    columns = SQL(", ").join(map(Identifier, table.columns))
    statement = SQL("SELECT {} FROM {} {}").format(columns, Identifier(table.name), SQL(rest))
    return fetch(connection, table.row, statement.as_bytes(), values)


def fetch(
    connection: Connection[Any],
    kind: type[S],
    statement: bytes | str,
    values: Sequence[Any] | Mapping[str, Any] = (),
) -> list[S]:
    query = statement if isinstance(statement, bytes) else statement.encode()
    with connection.cursor(row_factory=class_row(kind), binary=True) as cursor:
        return cursor.execute(query, values or None).fetchall()
