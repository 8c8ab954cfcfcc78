"""`day_forecasts`: days simulated beside the pages, kept for whoever shows them, so that every page, export
and answer tells the same figure at once. A row a day; dropped and made again at will.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import psycopg
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from queueing.projections.queries.crowding import Crowding, Foreseen

FRESH_TODAY = timedelta(minutes=5)
FRESH = timedelta(minutes=30)
"""A forecast that was last found to be of its plan longer ago, by the branch's clock, is not shown."""
READ_EVERY = 20.0
"""Seconds for which what was read serves those who are offered places."""
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class DayForeseen:
    """A simulated day: the people waiting at its fullest moment on all but 5 % of days, the chance (0-1)
    that more wait than the hall has room for at some moment, and its slots by id (those that are over as they
    were expected last). `plan` is a digest of what was simulated, `looked` when that last held."""

    day: date
    plan: str
    looked: datetime
    peak: float
    chance: float
    slots: Mapping[str, Crowding]


class _Body(msgspec.Struct):
    peak: float
    chance: float
    slots: dict[str, Crowding]


_decoder = msgspec.json.Decoder(_Body)


def migrate(url: str) -> None:
    """Create the table."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS day_forecasts (day date PRIMARY KEY, plan text NOT NULL,"
            " looked timestamp NOT NULL, body jsonb NOT NULL)"
        )


def stored(connection: psycopg.Connection[Any], first: date, last: date) -> dict[date, DayForeseen]:
    """Every day that was simulated, however long ago."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            "SELECT day, plan, looked, body::text FROM day_forecasts WHERE day BETWEEN %s AND %s",
            (first, last),
        ).fetchall()
    found = {}
    for day, plan, looked, text in rows:
        body = _decoder.decode(text)
        found[day] = DayForeseen(day, plan, looked, body.peak, body.chance, body.slots)
    return found


def foreseen(
    connection: psycopg.Connection[Any], first: date, last: date, now: datetime
) -> dict[date, DayForeseen]:
    """The days whose simulation may be shown as of now."""
    return {day: one for day, one in stored(connection, first, last).items() if _fresh(one, now)}


def by_slot(days: Mapping[date, DayForeseen]) -> Foreseen:
    """What the loads of slots are told by."""
    return {day: one.slots for day, one in days.items()}


class CrowdAhead:
    """How crowded each slot will be as far as is known now, for whoever offers places: read at most every so
    many seconds in each process."""

    def __init__(self, pool: ConnectionPool[psycopg.Connection[Any]]) -> None:
        self._pool = pool
        self._read_at = float("-inf")
        self._days: dict[date, DayForeseen] = {}

    def at(self, now: datetime) -> dict[str, float]:
        """Slot -> people waiting (P95) as a share of the hall's room, as of this moment of the branch."""
        if time.monotonic() - self._read_at > READ_EVERY:
            self._read_at = time.monotonic()
            with self._pool.connection() as connection:
                self._days = stored(connection, now.date(), date.max)
        fresh = (one for one in self._days.values() if timedelta(0) <= now - one.looked <= FRESH)
        return {slot: crowd.part for one in fresh for slot, crowd in one.slots.items()}


def stamp(connection: psycopg.Connection[Any]) -> Hashable:
    """Changes when anything was simulated, or looked at again."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute("SELECT max(looked), count(*) FROM day_forecasts").fetchone()


def keep(connection: psycopg.Connection[Any], one: DayForeseen) -> None:
    """Store a day."""
    body = _encoder.encode(_Body(one.peak, one.chance, dict(one.slots))).decode()
    connection.execute(
        "INSERT INTO day_forecasts VALUES (%s, %s, %s, %s) ON CONFLICT (day) DO UPDATE"
        " SET plan = excluded.plan, looked = excluded.looked, body = excluded.body",
        (one.day, one.plan, one.looked, body),
    )


def found_unchanged(connection: psycopg.Connection[Any], days: list[date], now: datetime) -> None:
    """These days are still as they were simulated."""
    connection.execute("UPDATE day_forecasts SET looked = %s WHERE day = ANY(%s)", (now, days))


def _fresh(one: DayForeseen, now: datetime) -> bool:
    lasts = FRESH_TODAY if one.day == now.date() else FRESH
    return timedelta(0) <= now - one.looked <= lasts
