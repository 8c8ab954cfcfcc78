"""What the desk is measured against: bookings as one would write them by hand, in SQL with psycopg on a few
connections. A guarded UPDATE takes the place, an INSERT into a table that is unique on the card makes the
booking; in one transaction of two statements, or in one statement."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from bench.stage import NOW

Pair = tuple[str, str]
"""A card and the slot its holder wants."""
Book = Callable[["psycopg.Connection[Any]", str, str], bool]

_TABLES = """
DROP TABLE IF EXISTS raw_bookings, raw_slots;
CREATE TABLE raw_slots (id text PRIMARY KEY, capacity int NOT NULL, booked int NOT NULL DEFAULT 0);
CREATE TABLE raw_bookings (
    id bigserial PRIMARY KEY, card text NOT NULL UNIQUE, slot text NOT NULL,
    by text NOT NULL, via text NOT NULL, at timestamp NOT NULL
);
"""
_TAKE = "UPDATE raw_slots SET booked = booked + 1 WHERE id = %s AND booked < capacity"
_BOOK = "INSERT INTO raw_bookings (card, slot, by, via, at) VALUES (%s, %s, 'holder', 'web', %s)"
_BOTH = (
    f"WITH taken AS ({_TAKE} RETURNING id)"  # noqa: S608  our own constant
    " INSERT INTO raw_bookings (card, slot, by, via, at)"
    " SELECT %s, id, 'holder', 'web', %s FROM taken"
)


def two_statements(connection: psycopg.Connection[Any], card: str, slot: str) -> bool:
    """UPDATE, then INSERT, in one transaction."""
    with connection.transaction():
        if connection.execute(_TAKE, (slot,), prepare=True).rowcount != 1:
            return False
        connection.execute(_BOOK, (card, slot, NOW), prepare=True)
    return True


def one_statement(connection: psycopg.Connection[Any], card: str, slot: str) -> bool:
    """Both as one statement, which is the least there is to say to the server."""
    return connection.execute(_BOTH, (slot, card, NOW), prepare=True).rowcount == 1


def measure(url: str, book: Book, pairs: Sequence[Pair], connections: int) -> float:
    """Bookings a second of so many threads, each with a connection of its own, in fresh tables."""
    _prepare(url, pairs)
    ready = threading.Barrier(connections + 1)
    booked = [0] * connections

    def work(number: int) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            ready.wait()
            for card, slot in pairs[number::connections]:
                booked[number] += book(connection, card, slot)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    ready.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    if sum(booked) != len(pairs):
        raise RuntimeError(f"{sum(booked)} of {len(pairs)} bookings were made")
    return len(pairs) / seconds


def _prepare(url: str, pairs: Sequence[Pair]) -> None:
    """Empty tables with every slot that is asked for, each large enough."""
    slots = sorted({slot for _, slot in pairs})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_TABLES)
        connection.cursor().executemany(
            "INSERT INTO raw_slots (id, capacity) VALUES (%s, %s)", [(slot, len(pairs)) for slot in slots]
        )
        connection.execute("ANALYZE raw_slots")
