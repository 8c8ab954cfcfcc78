"""Feeding the projections: read the log once, apply each page to every projection, and do so again whenever
something is appended.

A projection's rows and its position are written in one transaction, in which the position is locked: a page
is applied once, however many projectors run and wherever one of them is killed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import Connection, Cursor
from psycopg.sql import SQL, Identifier

from queueing.log.store import CHANNEL, EventLog, LogUnavailable, Recorded
from queueing.projections import tracking
from queueing.projections.base import Projection
from queueing.projections.tracking import begin, forget, locked_position, record, tracked

PROJECTED = "queueing_projected"
"""The PostgreSQL channel that is notified when read models have moved on."""
PAGE = 5000
"""Events read and applied at a time."""
FALLBACK_SECONDS = 1.0
"""How long to sleep when nothing wakes the projector."""
_AGAIN_SECONDS = 0.5
_POLL_SECONDS = 0.005

_log = logging.getLogger(__name__)
_Gone = (psycopg.OperationalError, psycopg.InterfaceError, LogUnavailable)


class ProjectionFailed(RuntimeError):  # noqa: N818
    """Projections that could not take an event; the others went on without them."""


class Projector:
    """Brings projections up to date with the log. With a `suffix`, works on tables beside the live ones.

    `catch_up` and `run` belong to one thread; the other methods may be called from any.
    """

    def __init__(
        self,
        url: str,
        projections: Sequence[Projection],
        log: EventLog,
        *,
        suffix: str = "",
        page: int = PAGE,
    ) -> None:
        self._url = url
        self._projections = tuple(projections)
        self._log = log
        self._suffix = suffix
        self._page = page
        self._connection: Connection[Any] | None = None

    def migrate(self) -> None:
        """Create the read models that are missing. Safe to run again, and by several processes at once.

        One that has a part of its tables only (a new version needs another one) begins anew. One whose
        tables are all there is left as it is: another shape of them comes with a rebuild.
        """
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(hashtext('projections: migrate'))")
            tracking.migrate(self._url)
            for projection in self._projections:
                with connection.transaction():
                    self._create(connection.cursor(), projection)

    def _create(self, cursor: Cursor[Any], projection: Projection) -> None:
        if not exists(cursor, projection, self._suffix):
            forget(cursor, self._tracked_as(projection))
            drop(cursor, projection, self._suffix)
            projection.create(cursor, self._suffix)
        begin(cursor, self._tracked_as(projection))

    def catch_up(self, limit: int | None = None) -> int:
        """Process what is new (at most `limit` events); how many events were read.

        A projection that fails is left behind while the others go on; ProjectionFailed is raised at the end.
        """
        positions = self._positions_on(self._connected())
        behind = {projection.name: projection for projection in self._projections}
        failed: list[Exception] = []
        done = 0
        while behind and (limit is None or done < limit):
            after = min(positions[name] for name in behind)
            page = self._log.read(after, self._page if limit is None else min(self._page, limit - done))
            if not page:
                break
            for name, projection in list(behind.items()):
                if positions[name] >= page[-1].position:
                    continue
                try:
                    positions[name] = self._advance(projection, after, page)
                except _Gone:
                    raise
                except Exception as error:
                    _log.exception("the projection %s failed after position %d", name, after)
                    failed.append(error)
                    del behind[name]
            done += len(page)
        if done and not self._suffix:
            self._connected().execute(SQL("NOTIFY {}").format(Identifier(PROJECTED)))
        if failed:
            raise ProjectionFailed(
                ", ".join(sorted({p.name for p in self._projections} - set(behind)))
            ) from (failed[0])
        return done

    def _advance(self, projection: Projection, after: int, page: list[Recorded]) -> int:
        """Apply a page to one projection, unless another projector did; the projection's position then."""
        name = self._tracked_as(projection)
        connection = self._connected()
        with connection.transaction():
            cursor = connection.cursor()
            position = locked_position(cursor, name)
            if position is None:
                raise LookupError(f"the projection {name} has no position: migrate first")
            events = _after(position, page) if position >= after else []
            if not events:
                return position
            projection.apply(cursor, events, self._suffix)
            record(cursor, name, events[-1].position)
            return events[-1].position

    def run(self, stop: threading.Event) -> None:
        """Keep the projections up to date until told to stop, across restarts of PostgreSQL."""
        while not stop.is_set():
            try:
                self._follow(stop)
            except _Gone as error:
                _log.warning("PostgreSQL can't be reached, trying again: %s", error)
                self._disconnect()
                stop.wait(_AGAIN_SECONDS)
            except ProjectionFailed:
                stop.wait(FALLBACK_SECONDS)

    def _follow(self, stop: threading.Event) -> None:
        with psycopg.connect(self._url, autocommit=True) as listening:
            listening.execute(SQL("LISTEN {}").format(Identifier(CHANNEL)))
            while not stop.is_set():
                self.catch_up()
                for _ in listening.notifies(timeout=FALLBACK_SECONDS, stop_after=1):
                    pass

    def positions(self) -> dict[str, int]:
        """How far each projection is."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            return self._positions_on(connection)

    def wait_for(self, position: int, timeout: float = 5.0) -> bool:
        """Wait until every projection contains a position; whether they do."""
        deadline = time.monotonic() + timeout
        with psycopg.connect(self._url, autocommit=True) as connection:
            while min(self._positions_on(connection).values()) < position:
                if time.monotonic() > deadline:
                    return False
                time.sleep(_POLL_SECONDS)
        return True

    def close(self) -> None:
        """Give the connection back."""
        self._disconnect()

    def _positions_on(self, connection: Connection[Any]) -> dict[str, int]:
        known = tracked(connection)
        return {p.name: known.get(self._tracked_as(p), 0) for p in self._projections}

    def _tracked_as(self, projection: Projection) -> str:
        return projection.name + self._suffix

    def _connected(self) -> Connection[Any]:
        """The connection that writes. It doesn't wait for its commits to reach the disk: rows and position
        are lost together in a crash, and made again from the log, whose appends do wait."""
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._url, autocommit=True)
            self._connection.execute("SET synchronous_commit = off")
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None


def exists(cursor: Cursor[Any], projection: Projection, suffix: str = "") -> bool:
    """Whether all tables of a projection are there."""
    found = cursor.execute(
        "SELECT count(*) FROM unnest(%s::text[]) AS t(name) WHERE to_regclass(quote_ident(name)) IS NOT NULL",
        ([table + suffix for table in projection.tables],),
    ).fetchone()
    return found is not None and bool(found[0] == len(projection.tables))


def drop(cursor: Cursor[Any], projection: Projection, suffix: str) -> None:
    """Remove the tables of a projection that are there."""
    for table in projection.tables:
        cursor.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(table + suffix)))


def _after(position: int, page: list[Recorded]) -> list[Recorded]:
    if page[0].position > position:
        return page
    return [recorded for recorded in page if recorded.position > position]
