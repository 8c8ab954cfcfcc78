"""Days of the past as films of the board: each moment rendered once, from a replay of the log, and kept.

A day is opened once, in a thread of its own: in less than a second from a morning that is kept, else what
happened since the last one has to be folded. Then each moment costs what happened since the one before.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any

import psycopg

from queueing.domain import State
from queueing.log.store import EventLog
from queueing.projections.replay import Replay
from queueing.sms.then import Outcomes, outcomes

DAYS_KEPT = 2
IDLE = 600.0
"""Seconds after which a day nobody looks at is closed: its open transaction keeps PostgreSQL from clearing
away what is outdated, in every table."""
FRAMES_KEPT = 800
SETTLED = timedelta(seconds=30)
"""A moment older than this is kept: nothing will be added before it."""

Draw = Callable[[psycopg.Connection[Any], State, Outcomes, datetime], str]
OUTCOMES_LAST = 30.0
"""Seconds after which the outbox is read again for a day that goes on."""
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Film:
    """One day: `ready` once its morning is there; `failed` when it can't be; `position` is how far it is."""

    replay: Replay
    url: str
    ready: threading.Event = field(default_factory=threading.Event)
    failed: bool = False
    position: int = 0
    used: float = field(default_factory=monotonic)
    known: Outcomes | None = None
    read: float = 0.0

    def prepare(self) -> None:
        """Fold what happened before the day."""
        try:
            self.replay.prepare(self._tell)
        except Exception:
            _log.exception("the day %s can't be replayed", self.replay.day)
            self.failed = True
        self.ready.set()

    def outcomes(self, today: date) -> Outcomes:
        """What became of messages, read once for a day that is over."""
        age = monotonic() - self.read
        if self.known is None or (self.replay.day >= today and age > OUTCOMES_LAST):
            with psycopg.connect(self.url, autocommit=True) as connection:
                self.known, self.read = outcomes(connection, self.replay.day), monotonic()
        return self.known

    def _tell(self, position: int) -> None:
        self.position = position


class Films:
    """The days being looked at in this process."""

    def __init__(self, url: str, log: EventLog, branch: str, idle: float = IDLE) -> None:
        self._url, self._log, self._branch, self._idle = url, log, branch, idle
        self._lock = threading.Lock()
        self._films: OrderedDict[date, Film] = OrderedDict()
        self._frames: OrderedDict[datetime, str] = OrderedDict()

    def film(self, day: date) -> Film:
        """A day's film, begun if nobody looked at it yet. The day looked at longest ago makes room."""
        with self._lock:
            film = self._films.get(day)
            if film is None or film.failed:
                film = self._films[day] = self._begun(day)
            self._films.move_to_end(day)
            film.used = monotonic()
            while len(self._films) > DAYS_KEPT:
                _, old = self._films.popitem(last=False)
                threading.Thread(target=_close, args=(old,), daemon=True).start()
            return film

    def _begun(self, day: date) -> Film:
        film = Film(Replay(self._url, self._log, self._branch, day), self._url)
        threading.Thread(target=film.prepare, name=f"replay-{day}", daemon=True).start()
        self._look_after(day, film)
        return film

    def _look_after(self, day: date, film: Film) -> None:
        """Close a film once nobody has looked at it for a while."""

        def look() -> None:
            with self._lock:
                kept = self._films.get(day) is film
                idle = monotonic() - film.used >= self._idle
                if kept and idle:
                    del self._films[day]
            if kept and idle:
                _close(film)
            elif kept:
                self._look_after(day, film)

        timer = threading.Timer(self._idle, look)
        timer.daemon = True
        timer.start()

    def frame(self, moment: datetime, now: datetime, draw: Draw) -> str:
        """A moment of a day whose film is ready, as `draw` makes it of the read models, the state and the
        outbox."""
        with self._lock:
            if moment in self._frames:
                self._frames.move_to_end(moment)
                return self._frames[moment]
        try:
            film = self.film(moment.date())
            known = film.outcomes(now.date())
            with film.replay.at(moment) as (connection, state):
                drawn = draw(connection, state, known, moment)
        except psycopg.Error:
            self._drop(moment.date())
            raise
        if moment <= now - SETTLED:
            with self._lock:
                self._frames[moment] = drawn
                while len(self._frames) > FRAMES_KEPT:
                    self._frames.popitem(last=False)
        return drawn

    def _drop(self, day: date) -> None:
        """A replay whose connection broke is begun anew by whoever looks next."""
        with self._lock:
            film = self._films.pop(day, None)
        if film:
            _close(film)

    def close(self) -> None:
        """Give the connections back."""
        with self._lock:
            films, self._films = list(self._films.values()), OrderedDict()
        for film in films:
            _close(film)


def _close(film: Film) -> None:
    with suppress(psycopg.Error):
        film.replay.close()
