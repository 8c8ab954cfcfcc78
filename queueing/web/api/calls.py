"""What each key asked, for the administrator: how often which operation was answered how, by the hour.
Counted in memory and written every few seconds; a process that is killed loses the last of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg_pool import PoolTimeout
from starlette.concurrency import run_in_threadpool

from queueing.web.site import Site

WRITE_EVERY = 2.0
KEPT = timedelta(days=90)
SHOWN = 500
_ADD = """
INSERT INTO api_calls (key, hour, operation, status, calls, seconds) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (key, hour, operation, status) DO UPDATE
SET calls = api_calls.calls + excluded.calls, seconds = api_calls.seconds + excluded.seconds
"""
_log = logging.getLogger(__name__)
Counted = tuple[str, datetime, str, int]


@dataclass(frozen=True, slots=True)
class Called:
    """An operation within an hour, answered with a status so many times; `seconds` in all."""

    hour: datetime
    operation: str
    status: int
    calls: int
    seconds: float

    @property
    def ms(self) -> int:
        """Milliseconds on average."""
        return round(1000 * self.seconds / self.calls)


class Calls:
    """The counter of one web process. Use it on the event loop."""

    def __init__(self) -> None:
        self._counted: dict[Counted, list[float]] = {}
        self._writer: asyncio.Task[None] | None = None

    def note(self, site: Site, key: str, operation: str, status: int, seconds: float) -> None:
        """Count an answer."""
        hour = site.now().replace(minute=0, second=0, microsecond=0)
        counted = self._counted.setdefault((key, hour, operation, status), [0, 0.0])
        counted[0] += 1
        counted[1] += seconds
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_later(site))

    async def _write_later(self, site: Site) -> None:
        while self._counted:
            await asyncio.sleep(WRITE_EVERY)
            counted, self._counted = self._counted, {}
            try:
                await run_in_threadpool(_write, site, counted)
            except (psycopg.Error, PoolTimeout):
                _log.warning("calls of %d API keys were not written down", len({one[0] for one in counted}))


def _write(site: Site, counted: dict[Counted, list[float]]) -> None:
    with site.db() as conn, conn.transaction():
        conn.cursor().executemany(_ADD, [(*one, int(n), sum_) for one, (n, sum_) in sorted(counted.items())])
        conn.execute("DELETE FROM api_calls WHERE hour < %s", (site.now() - KEPT,))


def calls_of(conn: psycopg.Connection[Any], key: str) -> Sequence[Called]:
    """The latest of a key, latest first."""
    with conn.cursor(row_factory=class_row(Called)) as cursor:
        return cursor.execute(
            "SELECT hour, operation, status, calls, seconds FROM api_calls WHERE key = %s"
            " ORDER BY hour DESC, calls DESC, operation, status LIMIT %s",
            (key, SHOWN),
        ).fetchall()
