"""The read models and the rules' state as they were at any moment of a day, replayed from the log.

The tables of a replay are temporary ones of its own connection, in which no other table can be named and
PostgreSQL refuses to write anything else (`read only`). The outbox is not among them. So a replay can't send
or change anything, and the queries that made the live screen make that of the past.

What happened before the day is folded once. From then on a replay goes forward by folding what happened in
between, and back by PostgreSQL's savepoint and the state's journal of that morning.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

import psycopg
from psycopg import Connection

from queueing.domain import State, evolve
from queueing.log.store import EventLog, Recorded
from queueing.projections.acts import Acts
from queueing.projections.messages import Messages
from queueing.projections.registry import all_projections

PAGE = 5000
NOT_SHOWN = (Messages.name, Acts.name)
"""Read models the board doesn't show. That of messages would write what is to be sent."""


class Replay:
    """One day of the past. Facts count by the order of the log: a moment's state ends before the first fact
    that is later than it. Safe to use from several threads, one after another."""

    def __init__(self, url: str, log: EventLog, branch: str, day: date) -> None:
        self.day = day
        self._log = log
        self._tag = branch
        self._lock = threading.Lock()
        self._projections = tuple(one for one in all_projections() if one.name not in NOT_SHOWN)
        self._state = State()
        self._read = 0
        self._ahead: list[Recorded] = []
        self._folded = 0
        self._moment = datetime.combine(day, time())
        self._connection: Connection[Any] = psycopg.connect(url, autocommit=True)
        self._lay_tables()

    def _lay_tables(self) -> None:
        self._connection.execute("SET temp_buffers = '64MB'")
        self._connection.execute("SET search_path = pg_temp")
        for projection in self._projections:
            projection.create(self._connection.cursor())
        self._connection.execute("SET default_transaction_read_only = on")

    def prepare(self, tell: Callable[[int], None] = lambda position: None) -> None:
        """Fold everything before the day; `tell` hears the position now and then."""
        with self._lock:
            while page := self._until(self._moment):
                with self._connection.transaction():
                    self._fold(page)
                self._ahead = self._ahead[self._folded :]
                self._folded = 0
                self._state.commit()
                tell(self._read)
            self._connection.execute("BEGIN")
            self._connection.execute("SAVEPOINT morning")

    @contextmanager
    def at(self, moment: datetime) -> Iterator[tuple[Connection[Any], State]]:
        """The read models (on a connection for the usual queries) and the state at a moment of the day."""
        if moment.date() != self.day:
            raise ValueError(f"{moment} is not on {self.day}")
        with self._lock:
            if moment < self._moment:
                self._back_to_the_morning()
            while page := self._until(moment):
                self._fold(page)
            self._moment = moment
            yield self._connection, self._state

    @property
    def closed(self) -> bool:
        """Nothing can be looked at any more."""
        return self._connection.closed

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._connection.close()

    def _back_to_the_morning(self) -> None:
        self._connection.execute("ROLLBACK TO SAVEPOINT morning")
        self._state.rollback()
        self._folded = 0

    def _until(self, moment: datetime) -> list[Recorded]:
        """What is to be folded next, up to a moment; nothing when there is no more."""
        if self._folded == len(self._ahead):
            page = self._log.read(self._read, PAGE)
            self._read = page[-1].position if page else self._read
            self._ahead.extend(page)
        found = []
        for recorded in self._ahead[self._folded : self._folded + PAGE]:
            if recorded.event.at > moment:
                break
            found.append(recorded)
        return found

    def _fold(self, page: list[Recorded]) -> None:
        for projection in self._projections:
            projection.apply(self._connection.cursor(), page)
        for _, event in page:
            if event.branch == self._tag:
                evolve(self._state, event)
        self._folded += len(page)
