"""`wait_asked`: every wait a holder was told on asking, and the one they had if they came; `wait_asked_last`:
the last of each card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from psycopg import Cursor

from queueing.domain import events as e
from queueing.log.store import Recorded
from queueing.projections.base import subjects
from queueing.projections.tables import Row, Rows, Table

SETS_OUT: Final = timedelta(minutes=60)
"""Whoever was told the wait for coming now, and comes later than this, came for another wait."""


class WaitAsked(Row, frozen=True, gc=False):
    """A wait that was told ("card|moment"): for today's `booking`, or 0 for coming now; the range in minutes;
    from when the holder waited (`due`), and when they were first called."""

    asking: str
    card: str = ""
    day: date | None = None
    asked: datetime | None = None
    booking: int = 0
    low: int = 0
    high: int = 0
    due: datetime | None = None
    called: datetime | None = None


class WaitAskedLast(Row, frozen=True, gc=False):
    """The last wait told to a card's holder."""

    card: str
    asking: str = ""


ASKED = Table("wait_asked", WaitAsked, {"day": "(day)"})
LAST = Table("wait_asked_last", WaitAskedLast)


class AskedWaits:
    """The rows a batch of events touches."""

    def __init__(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str) -> None:
        self._last: Rows[WaitAskedLast] = LAST.rows(cursor, subjects(events, "card"), suffix)
        known = {row.asking for _, row in self._last.known() if row.asking}
        self._asked: Rows[WaitAsked] = ASKED.rows(cursor, known, suffix)

    def save(self, cursor: Cursor[Any], suffix: str) -> None:
        """Write everything."""
        self._last.save(cursor, suffix)
        self._asked.save(cursor, suffix)

    def told(self, event: e.WaitTold) -> None:
        """An estimate was given."""
        name = f"{event.card}|{event.at:%Y%m%d%H%M%S%f}"
        self._last.change(event.card, asking=name)
        self._asked.change(
            name,
            card=event.card,
            day=event.at.date(),
            asked=event.at,
            booking=event.booking,
            low=event.low,
            high=event.high,
        )

    def came(self, card: str, at: datetime, due: datetime, booked: bool) -> None:
        """The holder is there: as it was asked for, or for another wait."""
        last = self._current(card)
        if last is None or last.asked is None or last.day != at.date() or last.due:
            return
        as_asked = booked if last.booking else not booked and at - last.asked <= SETS_OUT
        if as_asked:
            self._asked.change(last.asking, due=due)

    def called(self, card: str, at: datetime) -> None:
        """The wait is over."""
        last = self._current(card)
        if last and last.due and last.called is None:
            self._asked.change(last.asking, called=at)

    def _current(self, card: str) -> WaitAsked | None:
        name = self._last[card].asking
        return self._asked[name] if name else None
