"""A desk's state, stored now and then so that a start does not read the whole log. A snapshot is a cache:
one made by other code than ours, or none, means folding from the beginning."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg.rows import tuple_row

from queueing import domain
from queueing.domain.state import State, Tables
from queueing.log.store import LogUnavailable

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Tables)


@cache
def fingerprint(*folders: Path) -> str:
    """A digest of the source of the domain (and of `folders`): what other rules folded is never used."""
    digest = hashlib.sha256()
    for folder in (Path(domain.__file__).parent, *folders):
        for module in sorted(folder.glob("*.py")):
            digest.update(module.read_bytes())
    return digest.hexdigest()


def still(state: State) -> Tables:
    """The state's tables as they are now, whatever becomes of the state (what they hold never changes)."""
    tables = state.tables
    return Tables(**{name: dict(getattr(tables, name)) for name in tables.__struct_fields__})


class Snapshots:
    """The latest snapshot of each branch, in one table."""

    def __init__(self, url: str) -> None:
        self._url = url

    def migrate(self) -> None:
        """Create the table."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS desk_snapshots"
                " (branch text PRIMARY KEY, position bigint NOT NULL,"
                " fingerprint text NOT NULL, data bytea NOT NULL)"
            )

    def save(self, branch: str, tables: Tables, position: int) -> None:
        """Keep the state at a position, unless a later one is kept already."""
        data = zlib.compress(_encoder.encode(tables), 1)
        with self._connection() as connection:
            connection.execute(
                "INSERT INTO desk_snapshots VALUES (%(branch)s, %(position)s, %(fingerprint)s, %(data)s)"
                " ON CONFLICT (branch) DO UPDATE SET position = excluded.position,"
                " fingerprint = excluded.fingerprint, data = excluded.data"
                " WHERE desk_snapshots.position < excluded.position"
                " OR desk_snapshots.fingerprint <> excluded.fingerprint",
                {"branch": branch, "position": position, "fingerprint": fingerprint(), "data": data},
            )

    def load(self, branch: str) -> tuple[State, int]:
        """The state and its position; an empty state and 0 when there is none to use."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT position, data FROM desk_snapshots WHERE branch = %s AND fingerprint = %s",
                (branch, fingerprint()),
            ).fetchone()
        if row is None:
            return State(), 0
        try:
            return State(_decoder.decode(zlib.decompress(row[1]))), row[0]
        except (zlib.error, msgspec.MsgspecError):
            return State(), 0

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        try:
            with psycopg.connect(self._url, autocommit=True, row_factory=tuple_row) as connection:
                yield connection
        except psycopg.Error as error:
            raise LogUnavailable(str(error)) from error
