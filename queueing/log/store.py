"""The event log: append under a condition, read in order. The only module that knows the recorder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError, PersistenceError
from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from queueing.domain.events import Event
from queueing.log.codec import decode

TABLE = "queueing"
CHANNEL = "queueing_tt_main"
"""The PostgreSQL channel that is notified after every append."""


class Conflict(Exception):  # noqa: N818
    """Something else was appended to the branch since; decide again."""


class LogUnavailable(Exception):  # noqa: N818
    """PostgreSQL can't be reached. What was being stored is not acknowledged; it may be asked again."""


class Recorded(NamedTuple):
    """An event and its position in the log."""

    position: int
    event: Event


def datastore(url: str, *, pool_size: int = 2) -> PostgresDatastore:
    """The library's datastore for a PostgreSQL URL (a host or a Unix socket)."""
    parts = conninfo_to_dict(url)
    return PostgresDatastore(
        dbname=str(parts.get("dbname") or "postgres"),
        host=str(parts.get("host") or ""),
        port=parts.get("port") or 5432,
        user=str(parts.get("user") or "postgres"),
        password=str(parts.get("password") or ""),
        pool_size=pool_size,
        max_overflow=8,
        connect_timeout=5,
    )


class EventLog:
    """The log in one PostgreSQL database."""

    def __init__(self, url: str, *, pool_size: int = 2) -> None:
        self.url = url
        self._datastore = datastore(url, pool_size=pool_size)
        self._recorder = PostgresDCBRecorderTT(datastore=self._datastore, events_table_name=TABLE)

    def migrate(self) -> None:
        """Create the tables. Run once, before other processes open the log."""
        self._recorder.create_table()

    def close(self) -> None:
        """Give the connections back."""
        self._datastore.close()

    def append(self, branch: str, events: Sequence[DCBEvent], after: int) -> int:
        """Store encoded events durably, unless the branch has events after position `after`; the last
        position.

        Raises Conflict (nothing stored) or LogUnavailable (nothing known: read the log to see).
        """
        query = DCBQuery(items=[DCBQueryItem(types=[], tags=["branch:" + branch])])
        try:
            return self._recorder.append(events, DCBAppendCondition(fail_if_events_match=query, after=after))
        except IntegrityError as error:
            raise Conflict from error
        except (OperationalError, InterfaceError, PersistenceError) as error:
            raise LogUnavailable(str(error)) from error
        except psycopg.Error as error:
            raise LogUnavailable(str(error)) from error

    def read_stored(self, after: int = 0, limit: int = 5000) -> list[tuple[int, DCBEvent]]:
        """The next stored events after a position, in order."""
        with self._translated():
            response = self._recorder.read(after=after, limit=limit)
            return [(one.position, one.event) for one in response]

    def read(self, after: int = 0, limit: int = 5000) -> list[Recorded]:
        """The next events after a position, in order."""
        return [Recorded(position, decode(stored)) for position, stored in self.read_stored(after, limit)]

    def read_all(self, after: int = 0) -> Iterator[Recorded]:
        """Every event after a position, in order, read in pages."""
        while page := self.read(after):
            yield from page
            after = page[-1].position

    def history(self, tag: str) -> list[Recorded]:
        """The events that carry a tag ("card:c1", "employer:e001"), in order."""
        with self._translated():
            query = DCBQuery(items=[DCBQueryItem(types=[], tags=[tag])])
            found = self._recorder.read(query)
            return [Recorded(one.position, decode(one.event)) for one in found]

    def head(self) -> int:
        """The last position, 0 for an empty log."""
        with self._translated(), self._datastore.cursor() as cursor:
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
                connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", ("desk:" + branch,))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (PersistenceError, psycopg.Error) as error:
            raise LogUnavailable(str(error)) from error
