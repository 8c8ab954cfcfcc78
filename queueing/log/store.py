"""The event log: append under a condition, read in order. The only module that knows the recorder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple, TypeVar

import psycopg
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.persistence import IntegrityError, PersistenceError
from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row, tuple_row
from psycopg.sql import SQL
from psycopg_pool import PoolTimeout

from queueing.domain.events import Event
from queueing.log.codec import decode
from queueing.log.recorder import Barred, Recorder

TABLE = "queueing"
CHANNEL = "queueing_tt_main"
"""The PostgreSQL channel that is notified after every append."""


REQUEST = "request:"
"""How the tag of a request begins."""

POOL_SECONDS = 2.0
"""How long a command waits for a connection while PostgreSQL is away."""

READ_AGAIN = 2

_NETWORK = {"connect_timeout": 2, "keepalives_idle": 10, "keepalives_interval": 5, "tcp_user_timeout": 15_000}
"""A server that vanished without a word is noticed within seconds."""

_READ_THESE = SQL("SELECT id, type, data FROM {schema}.{events_table} WHERE id = ANY(%s) ORDER BY id")
_READ = SQL("SELECT id, type, data FROM {schema}.{events_table} WHERE id > %s ORDER BY id LIMIT %s")


class Conflict(Exception):  # noqa: N818
    """Something else was appended to the branch since; decide again."""


class Overtaken(Exception):  # noqa: N818
    """Requests whose events may not be stored any more: somebody else took them over (`EventLog.bar`)."""

    def __init__(self, requests: frozenset[str]) -> None:
        super().__init__(f"{len(requests)} requests were overtaken")
        self.requests = requests


class LogUnavailable(Exception):  # noqa: N818
    """PostgreSQL can't be reached. What was being stored is not acknowledged; it may be asked again."""


T = TypeVar("T")


class Recorded(NamedTuple):
    """An event and its position in the log."""

    position: int
    event: Event


def datastore(url: str, *, pool_size: int = 2) -> PostgresDatastore:
    """The library's datastore for a PostgreSQL URL.

    The library takes five parts of a URL; the pool gets all of them (`sslmode`, `options` …). It also gives
    up on a lost server soon, instead of waiting longer and longer between attempts: the next one who asks
    tries again at once.
    """
    store = PostgresDatastore(
        "", "", "", "", "", pool_size=pool_size, max_overflow=8, connect_timeout=POOL_SECONDS
    )
    store.pool.kwargs = {**_NETWORK, **conninfo_to_dict(url), "row_factory": dict_row}
    store.pool.reconnect_timeout = POOL_SECONDS
    return store


class EventLog:
    """The log in one PostgreSQL database."""

    def __init__(self, url: str, *, pool_size: int = 2) -> None:
        self.url = url
        self._datastore = datastore(url, pool_size=pool_size)
        with self._translated():
            self._recorder = Recorder(datastore=self._datastore, events_table_name=TABLE)

    def migrate(self) -> None:
        """Create the tables. Processes that do so at the same time wait for one another."""
        with self.turn("tables"):
            self._recorder.create_table()

    def close(self) -> None:
        """Give the connections back."""
        self._datastore.close()

    def append(self, branch: str, events: Sequence[DCBEvent], after: int) -> int:
        """Store encoded events durably, unless the branch has events after position `after`; the last
        position.

        Raises Conflict or Overtaken (nothing stored), or LogUnavailable (nothing known: read the log to see).
        """
        query = DCBQuery(items=[DCBQueryItem(types=[], tags=["branch:" + branch])])
        condition = DCBAppendCondition(fail_if_events_match=query, after=after)
        with self._translated():
            self._datastore.register_type_adapters()  # a log opened before its tables were made
            requests = [tag for event in events for tag in event.tags if tag.startswith(REQUEST)]
            try:
                if requests:
                    return self._recorder.append_guarded(events, condition, requests)
                return self._recorder.append(events, condition)
            except Barred as barred:
                raise Overtaken(frozenset(tag.removeprefix(REQUEST) for tag in barred.tags)) from None
            except IntegrityError as error:
                if error.__cause__ is None:
                    raise Conflict from error
                raise  # PostgreSQL's own constraints: deciding again would not help

    def bar(self, requests: Sequence[str]) -> None:
        """Nothing that these requests led to is stored from now on; what was is in the log when this
        returns. Whoever still decides for them ends in Overtaken."""
        with self._translated():
            self._recorder.bar([REQUEST + one for one in requests])

    def unbar(self, older: timedelta) -> None:
        """Forget the requests that were barred so long ago."""
        with self._translated():
            self._recorder.unbar(older)

    def read_stored(self, after: int = 0, limit: int = 5000) -> list[tuple[int, DCBEvent]]:
        """The next stored events after a position, in order."""
        return self._again_if_broken(lambda: self._read(after, limit))

    def _read(self, after: int, limit: int) -> list[tuple[int, DCBEvent]]:
        return [(one.position, one.event) for one in self._recorder.read(after=after, limit=limit)]

    def read(self, after: int = 0, limit: int = 5000) -> list[Recorded]:
        """The next events after a position, in order. Without their tags, as plain rows: a third of the
        time of `read_stored`."""
        rows = self._again_if_broken(lambda: self._read_rows(after, limit))
        return [Recorded(position, decode(DCBEvent(kind, data))) for position, kind, data in rows]

    def _read_rows(self, after: int, limit: int) -> list[tuple[int, str, bytes]]:
        statement = self._recorder.format(_READ)
        with self._datastore.get_connection() as connection:
            cursor = connection.cursor(row_factory=tuple_row, binary=True)
            return cursor.execute(statement, (after, limit), prepare=True).fetchall()

    def read_all(self, after: int = 0) -> Iterator[Recorded]:
        """Every event after a position, in order, read in pages."""
        while page := self.read(after):
            yield from page
            after = page[-1].position

    def history(self, tag: str) -> list[Recorded]:
        """The events that carry a tag ("card:c1", "employer:e001"), in order."""
        query = DCBQuery(items=[DCBQueryItem(types=[], tags=[tag])])
        found = self._again_if_broken(lambda: list(self._recorder.read(query)))
        return [Recorded(one.position, decode(one.event)) for one in found]

    def at(self, positions: Sequence[int]) -> list[Recorded]:
        """The events at these positions, in order."""
        statement = self._recorder.format(_READ_THESE)

        def read() -> list[tuple[int, str, bytes]]:
            with self._datastore.get_connection() as connection:
                cursor = connection.cursor(row_factory=tuple_row, binary=True)
                return cursor.execute(statement, (list(positions),)).fetchall()

        rows = self._again_if_broken(read)
        return [Recorded(position, decode(DCBEvent(kind, data))) for position, kind, data in rows]

    def head(self) -> int:
        """The last position, 0 for an empty log."""
        return self._again_if_broken(self._head)

    def _head(self) -> int:
        with self._datastore.cursor() as cursor:
            cursor.execute(self._recorder.sql_select_max_id)
            row = cursor.fetchone()
            return int(row["max"] or 0) if row else 0

    @contextmanager
    def turn(self, branch: str) -> Iterator[None]:
        """Wait for one's turn among processes that keep conflicting over a branch."""
        with self._translated(), self._datastore.get_connection() as connection:
            connection.execute("SELECT pg_advisory_lock(hashtext(%s))", ("desk:" + branch,))
            try:
                yield
            finally:
                try:
                    connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", ("desk:" + branch,))
                except psycopg.Error:
                    connection.close()  # which ends the lock; what was done in the turn is done

    def _again_if_broken(self, read: Callable[[], T]) -> T:
        """Read; again if that failed, with connections known to work: a restart of PostgreSQL leaves broken
        ones in the pool. Not when no connection could be made."""
        for _ in range(READ_AGAIN):
            try:
                return read()
            except PersistenceError as error:
                if isinstance(error.__cause__, PoolTimeout):
                    raise LogUnavailable(str(error)) from error
                self._datastore.pool.check()
        with self._translated():
            return read()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (PersistenceError, psycopg.Error) as error:
            raise LogUnavailable(str(error)) from error
