"""Keeping mornings: folding the log day by day, once, and storing what each day changed.

A morning is kept when a fact later than it is in the log, because from then on nothing can come before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime, time, timedelta
from math import inf
from time import monotonic
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from queueing.log.store import EventLog, Recorded
from queueing.projections import mornings
from queueing.projections.mornings import ENTITIES, TABLE, THEN, Morning
from queueing.projections.scratch import Scratch
from queueing.projections.tables import Table

PAGE = 20_000
LOCK = "mornings: keep"


def keep_mornings(url: str, log: EventLog, branch: str, seconds: float = inf) -> int:
    """Keep every morning that is over, or stop after so many seconds, for whoever goes on; how many were kept
    now. Does nothing while another process does so."""
    with _alone(url) as connection:
        if connection is None:
            return 0
        last = _begun(connection, log.head())
        if not _worth_it(log, last):
            return 0
        return _Keeper(url, log, branch, last).run(monotonic() + seconds)


def _worth_it(log: EventLog, last: Morning) -> bool:
    """The log has a later day than the one kept last."""
    newest = log.read(log.head() - 1, 1)
    return bool(newest) and newest[-1].event.at.date() > last.day


@contextmanager
def _alone(url: str) -> Iterator[Connection[Any] | None]:
    with psycopg.connect(url, autocommit=True) as connection:
        lock = connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", (LOCK,)).fetchone()
        if lock is None or not lock[0]:
            yield None
            return
        try:
            yield connection
        finally:
            with suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", (LOCK,))


def _begun(connection: Connection[Any], head: int) -> Morning:
    """The last kept morning; when anything was kept by other code or of another log, all is forgotten."""
    kept = connection.execute(
        f"SELECT count(*), count(*) FILTER (WHERE fingerprint = %s AND position <= %s) FROM {TABLE}",  # noqa: S608
        (mornings.made_by(), head),
    ).fetchone()
    if kept and kept[0] and kept[0] == kept[1]:
        return mornings.nearest(connection, date.max, head)
    with connection.transaction():
        connection.execute(f"DELETE FROM {TABLE}")  # noqa: S608
        for table in mornings.tables():
            _lay(connection, table)
        connection.execute(f"DROP TABLE IF EXISTS {ENTITIES}")
        connection.execute(
            f"CREATE TABLE {ENTITIES} (kind text NOT NULL, key text NOT NULL, marked boolean NOT NULL,"
            " data bytea NOT NULL, since date NOT NULL, until date NOT NULL DEFAULT 'infinity')"
        )
        connection.execute(f"CREATE INDEX ON {ENTITIES} (kind, key)")
        connection.execute(f"CREATE INDEX ON {ENTITIES} (since) WHERE kind <> 'cards' OR marked")
    return Morning()


def _lay(connection: Connection[Any], table: Table[Any]) -> None:
    """The table of a read model's rows as they were, shaped as the live one."""
    name = Identifier(table.name + THEN)
    connection.execute(SQL("DROP TABLE IF EXISTS {}").format(name))
    connection.execute(
        SQL("CREATE TABLE {} (LIKE {}, since date NOT NULL, until date NOT NULL DEFAULT 'infinity')").format(
            name, Identifier(table.name)
        )
    )
    connection.execute(SQL("CREATE INDEX ON {} ({})").format(name, Identifier(table.key)))


class _Keeper:
    """Folds from the last kept morning to the end of the log."""

    def __init__(self, url: str, log: EventLog, branch: str, last: Morning) -> None:
        self._log = log
        self._last = last
        self._scratch = Scratch(url, branch, read_only=False)

    def run(self, deadline: float) -> int:
        """Keep what can be kept until then (`monotonic`); how many mornings."""
        kept, boundary = 0, datetime.combine(self._last.day, time())
        with closing(self._scratch.connection):
            self._scratch.lay_out(self._last, self._last.day, None)
            after, ahead = self._last.position, list[Recorded]()
            while page := self._log.read(after, PAGE):
                for recorded in page:
                    if recorded.event.at > boundary:
                        kept += self._keep(ahead, Morning(boundary.date(), after))
                        if monotonic() > deadline:
                            return kept
                        ahead, boundary = [], _midnight_after(recorded.event.at)
                    ahead.append(recorded)
                    after = recorded.position
                with self._scratch.connection.transaction():
                    self._scratch.fold(ahead)
                ahead = []
        return kept

    def _keep(self, ahead: list[Recorded], morning: Morning) -> int:
        """Fold up to a morning, and store what changed since the one before."""
        if morning.position == self._last.position:
            return 0
        connection, schema = self._scratch.connection, self._scratch.schema
        with connection.transaction():
            self._scratch.fold(ahead)
            for table in mornings.tables():
                _store_rows(connection, schema, table, morning.day)
            self._store_entities(schema, morning.day)
            connection.execute(
                SQL("INSERT INTO {} VALUES (%s, %s, %s)").format(Identifier(schema, TABLE)),
                (morning.day, morning.position, mornings.made_by()),
            )
        self._scratch.state.commit()
        self._last = morning
        return 1

    def _store_entities(self, schema: str, day: date) -> None:
        state, connection = self._scratch.state, self._scratch.connection
        found = mornings.encoded(state, state.touched())
        table = Identifier(schema, ENTITIES)
        connection.execute(
            SQL(
                "UPDATE {} AS e SET until = %s FROM unnest(%s::text[], %s::text[]) AS t(kind, key)"
                " WHERE e.kind = t.kind AND e.key = t.key AND e.until = 'infinity'"
            ).format(table),
            (day, [kind for kind, *_ in found], [key for _, key, *_ in found]),
        )
        with connection.cursor().copy(
            SQL("COPY {} (kind, key, marked, data, since) FROM STDIN (FORMAT BINARY)").format(table)
        ) as copy:
            copy.set_types(["text", "text", "bool", "bytea", "date"])
            for kind, key, marked, data in found:
                if data is not None:
                    copy.write_row((kind, key, marked, data, day))


def _store_rows(connection: Connection[Any], schema: str, table: Table[Any], day: date) -> None:
    """End the rows that are not so any more, and add those that are new or another."""
    names = {
        "now": Identifier(table.name),
        "then": Identifier(schema, table.name + THEN),
        "key": Identifier(table.key),
        "columns": SQL(", ").join(map(Identifier, table.columns)),
    }
    connection.execute("DROP TABLE IF EXISTS pg_temp.changed")
    connection.execute(
        SQL(
            "CREATE TEMPORARY TABLE changed AS SELECT {columns} FROM {now}"
            " EXCEPT SELECT {columns} FROM {then} WHERE until = 'infinity'"
        ).format(**names)
    )
    connection.execute(
        SQL(
            "UPDATE {then} AS t SET until = %s FROM changed AS c"
            " WHERE t.{key} = c.{key} AND until = 'infinity'"
        ).format(**names),
        (day,),
    )
    connection.execute(
        SQL("INSERT INTO {then} ({columns}, since) SELECT {columns}, %s FROM changed").format(**names), (day,)
    )


def _midnight_after(moment: datetime) -> datetime:
    """The first midnight that is not before the moment."""
    midnight = datetime.combine(moment.date(), time())
    return midnight if midnight == moment else midnight + timedelta(days=1)
