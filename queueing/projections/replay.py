"""The read models and the rules' state as they were at any moment of a day, replayed from the log.

A day is opened from the nearest kept morning (`mornings.py`), with only those cards that it is about; what
happened since that morning is folded. The tables of a replay are temporary ones of its own connection, and
PostgreSQL refuses to write anything else (`read only`). The outbox is not among them. So a replay can't send
or change anything, and the queries that made the live screen make that of the past.

From then on a replay goes forward by folding what happened in between, and back by PostgreSQL's savepoints
and the marks in the state's journal, of which it leaves one an hour.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import tuple_row

from queueing.domain import State
from queueing.log.store import EventLog, Recorded
from queueing.projections import mornings
from queueing.projections.base import subjects
from queueing.projections.mornings import Kept
from queueing.projections.scratch import Scratch

PAGE = 5000
MARK_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A moment to go back to: how much of what is ahead was folded, which cards were there, and the
    journal's length."""

    moment: datetime
    folded: int
    cards: frozenset[str]
    journal: int


class Replay:
    """One day of the past. Facts count by the order of the log: a moment's state ends before the first fact
    that is later than it. Safe to use from several threads, one after another."""

    def __init__(self, url: str, log: EventLog, branch: str, day: date) -> None:
        self.day = day
        self._url = url
        self._log = log
        self._lock = threading.Lock()
        self._scratch = Scratch(url, branch, read_only=True)
        self._kept: Kept
        self._cards: frozenset[str] = frozenset()
        self._read = 0
        self._ahead: list[Recorded] = []
        self._folded = 0
        self._moment = datetime.combine(day, time())
        self._marks: list[_Mark] = []

    def prepare(self, tell: Callable[[int], None] = lambda position: None) -> None:
        """Lay out the nearest kept morning and fold what is between it and the day's; `tell` hears the
        position now and then."""
        with self._lock:
            with psycopg.connect(self._url, autocommit=True, row_factory=tuple_row) as connection:
                morning = mornings.nearest(connection, self.day, self._log.head())
            self._read = morning.position
            self._read_until(self._moment + timedelta(days=1))
            about = subjects(self._ahead, mornings.CARD)
            connection = self._scratch.connection
            with connection.transaction():
                self._kept = self._scratch.lay_out(morning, self.day, about)
            self._cards = frozenset(about) | self._scratch.state.cards.keys()
            while page := self._until(self._moment):
                with connection.transaction():
                    self._fold(page)
                tell(page[-1].position)
            self._scratch.state.commit()
            self._ahead = self._ahead[self._folded :]
            self._folded = 0
            connection.execute("BEGIN")
            self._leave_mark(self._moment)

    @contextmanager
    def at(self, moment: datetime) -> Iterator[tuple[Connection[Any], State]]:
        """The read models (on a connection for the usual queries) and the state at a moment of the day."""
        if moment.date() != self.day:
            raise ValueError(f"{moment} is not on {self.day}")
        with self._lock:
            if moment < self._moment:
                self._back_before(moment)
            while (hour := self._marks[-1].moment + MARK_EVERY) <= moment:
                self._forward(hour)
                self._leave_mark(hour)
            self._forward(moment)
            self._moment = moment
            yield self._scratch.connection, self._scratch.state

    @property
    def closed(self) -> bool:
        """Nothing can be looked at any more."""
        return self._scratch.connection.closed

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._scratch.connection.close()

    def _leave_mark(self, moment: datetime) -> None:
        self._scratch.connection.execute(f"SAVEPOINT at_{len(self._marks)}")
        self._marks.append(_Mark(moment, self._folded, self._cards, self._scratch.state.mark()))

    def _back_before(self, moment: datetime) -> None:
        """To the last mark that is not later."""
        while self._marks[-1].moment > moment:
            self._marks.pop()
        mark = self._marks[-1]
        self._scratch.connection.execute(f"ROLLBACK TO SAVEPOINT at_{len(self._marks) - 1}")
        self._scratch.state.rollback(mark.journal)
        self._folded, self._cards = mark.folded, mark.cards

    def _forward(self, moment: datetime) -> None:
        while page := self._until(moment):
            self._fold(page)

    def _until(self, moment: datetime) -> list[Recorded]:
        """What is to be folded next, up to a moment; nothing when there is no more."""
        if self._folded == len(self._ahead):
            self._read_page()
        found = []
        for recorded in self._ahead[self._folded : self._folded + PAGE]:
            if recorded.event.at > moment:
                break
            found.append(recorded)
        return found

    def _read_until(self, moment: datetime) -> None:
        """Read ahead until a fact is later."""
        while self._read_page() and self._ahead[-1].event.at <= moment:
            pass

    def _read_page(self) -> bool:
        page = self._log.read(self._read, PAGE)
        self._read = page[-1].position if page else self._read
        self._ahead.extend(page)
        return bool(page)

    def _fold(self, page: list[Recorded]) -> None:
        """Fold a page, with the cards it is about (of a day that goes on, more than were known)."""
        missing = subjects(page, mornings.CARD) - self._cards
        if missing:
            self._kept.rows(missing, only="cards")
            state = self._scratch.state
            for name, card in self._kept.cards(missing).items():
                state.put(state.cards, name, card)
                state.put(state.custody, card.place, state.custody[card.place] + 1)
            self._cards |= missing
        self._scratch.fold(page)
        self._folded += len(page)
