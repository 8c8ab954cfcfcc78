"""What a gateway pushed that could not be read: one bad element of an array must not cost the good ones, and
somebody has to hear of it. Kept without its content, which may be personal."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
import psycopg

from queueing.sms.claims import harmless
from queueing.system import System

_log = logging.getLogger(__name__)
T = TypeVar("T")
KEPT = timedelta(days=30)


class Unread(msgspec.Struct, frozen=True):
    """An element of the array pushed to `address` ("inbound", "report"), what is wrong with it, when it came
    last, and how often."""

    at: datetime
    address: str
    fault: str
    times: int


def migrate(url: str) -> None:
    """Create the table; an element pushed again is the same row, by its digest."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS unread (digest text PRIMARY KEY, address text NOT NULL,"
            " fault text NOT NULL, at timestamp NOT NULL, times int NOT NULL)"
        )


def readable(body: bytes, kind: type[T]) -> tuple[list[T], list[tuple[str, str]]]:
    """The elements of an array that can be read, and (digest, fault) of the others; msgspec.DecodeError if it
    is no array."""
    good: list[T] = []
    bad: list[tuple[str, str]] = []
    for raw in msgspec.json.decode(body, type=list[msgspec.Raw]):
        try:
            good.append(msgspec.json.decode(raw, type=kind))
        except msgspec.DecodeError as error:
            bad.append((hashlib.sha256(bytes(raw)).hexdigest()[:16], harmless(str(error))))
    return good, bad


def note(system: System, address: str, bad: Sequence[tuple[str, str]], now: datetime) -> None:
    """Say it in the log, and keep it for the status page."""
    with system.pool.connection() as connection:
        connection.execute("DELETE FROM unread WHERE at < %s", (now - KEPT,))
        for digest, fault in bad:
            _log.warning("pushed to %s and unreadable: %s", address, fault)
            connection.execute(
                "INSERT INTO unread (digest, address, fault, at, times) VALUES (%s, %s, %s, %s, 1)"
                " ON CONFLICT (digest) DO UPDATE SET at = excluded.at, times = unread.times + 1",
                (digest, address, fault, now),
            )


def unread(connection: psycopg.Connection[Any], since: datetime) -> list[Unread]:
    """What could not be read since then, the latest first."""
    rows = connection.execute(
        "SELECT at, address, fault, times FROM unread WHERE at >= %s ORDER BY at DESC, digest LIMIT 20",
        (since,),
    ).fetchall()
    return [Unread(*row) for row in rows]
