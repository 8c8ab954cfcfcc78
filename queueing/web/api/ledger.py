"""Requests that must not be done twice: the claim of an Idempotency-Key and the answer that was given.

Claims and answers of requests that come together are written together, in a thread. They don't wait for
the disk:
PostgreSQL writes its journal in order, so a decision that is durable (the log's append waits) makes the claim
before it durable. An answer that is lost with the machine is made again from the log, where the events of a
request carry its id.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from starlette.concurrency import run_in_threadpool

from queueing.web.site import Site

LEASE = timedelta(seconds=30)
"""After so long without an answer whoever claimed a request is taken for dead."""
KEPT = timedelta(hours=24)
SWEEP_EVERY = timedelta(hours=1)
TRIES = 3

_CLAIM = """
INSERT INTO api_requests (id, fingerprint, since, running)
SELECT id, fingerprint, since, true
FROM unnest(%s::text[], %s::bytea[], %s::timestamp[]) AS t (id, fingerprint, since) ORDER BY id
ON CONFLICT (id) DO NOTHING RETURNING id
"""
_FINISH = """
UPDATE api_requests AS r SET running = false, status = t.status, answer = t.answer
FROM (SELECT * FROM unnest(%s::text[], %s::int[], %s::bytea[]) AS u (id, status, answer) ORDER BY id) AS t
WHERE r.id = t.id
"""
_TAKE_OVER = """
UPDATE api_requests SET running = true, since = %s
WHERE id = %s AND status IS NULL AND (NOT running OR since <= %s) RETURNING id
"""


class Claimed(Enum):
    """What became of a claim: `NEW`: go on. `AGAIN`: somebody began, and died: go on after a look into the
    log. `RUNNING`: somebody is at it. `OTHER`: the key was used for another request."""

    NEW = "new"
    AGAIN = "again"
    RUNNING = "running"
    OTHER = "other"


class End(Enum):
    """How a claim ends without an answer to keep. `FORGOTTEN`: it was no proper request, the key is free.
    `UNKNOWN`: nobody knows what was done; the next who asks looks into the log."""

    FORGOTTEN = "forgotten"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, and may be answered again."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """A request with a key: `id` stands for key and system, `fingerprint` for what is asked."""

    id: str
    fingerprint: bytes


def request_of(key_id: str, text: str, method: str, path: str, body: bytes) -> Request:
    """Nothing of the text or the body is kept but hashes."""
    named = hashlib.sha256(f"{key_id}\0{text}".encode()).hexdigest()[:32]
    print_ = hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).digest()
    return Request(named, print_)


@dataclass(slots=True)
class _Wish:
    """Something to write: a claim, or its end."""

    request: Request
    done: asyncio.Future[Any]
    end: Answer | End | None = None


class Ledger:
    """The requests of one web process. Use it on the event loop."""

    def __init__(self) -> None:
        self._wishes: list[_Wish] = []
        self._writer: asyncio.Task[None] | None = None
        self._swept: datetime | None = None

    async def claim(self, site: Site, request: Request) -> Claimed | Answer:
        """Claim a request, or hear what was answered to it."""
        found: Claimed | Answer = await self._ask(site, _Wish(request, _future()))
        return found

    async def finish(self, site: Site, request: Request, end: Answer | End) -> None:
        """Keep the answer, or give the claim up."""
        await self._ask(site, _Wish(request, _future(), end))

    async def _ask(self, site: Site, wish: _Wish) -> Any:
        self._wishes.append(wish)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all(site))
        return await wish.done

    async def _write_all(self, site: Site) -> None:
        while self._wishes:
            wishes, self._wishes = self._wishes, []
            now = site.now()
            try:
                found = await run_in_threadpool(_written, site, wishes, now)
                if self._swept is None or now - self._swept > SWEEP_EVERY:
                    self._swept = now
                    await run_in_threadpool(_forget_old, site, now)
            except Exception as error:
                for wish in wishes:
                    if not wish.done.done():
                        wish.done.set_exception(error)
                continue
            for wish, result in zip(wishes, found, strict=True):
                if not wish.done.done():
                    wish.done.set_result(result)


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


def _written(site: Site, wishes: list[_Wish], now: datetime) -> list[Claimed | Answer | None]:
    """Two processes may wait for each other's rows, when the same requests come to both: PostgreSQL ends
    one of them, which has changed nothing and begins again."""
    for _ in range(TRIES - 1):
        with suppress(psycopg.errors.DeadlockDetected):
            return _write(site, wishes, now)
    return _write(site, wishes, now)


def _write(site: Site, wishes: list[_Wish], now: datetime) -> list[Claimed | Answer | None]:
    with site.db() as conn, conn.transaction(), conn.cursor(row_factory=tuple_row) as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        ended = {wish.request.id: wish.end for wish in wishes if wish.end is not None}
        if ended:
            _finish(cursor, ended)
        claims = {wish.request.id: wish.request for wish in wishes if wish.end is None}
        fresh = _claim(cursor, list(claims.values()), now) if claims else set()
        return [_outcome(cursor, wish.request, fresh, now) if wish.end is None else None for wish in wishes]


def _finish(cursor: psycopg.Cursor[Any], ends: dict[str, Answer | End]) -> None:
    forgotten = [one for one, end in ends.items() if end is End.FORGOTTEN]
    if forgotten:
        cursor.execute("DELETE FROM api_requests WHERE id = ANY(%s)", (forgotten,))
    kept = {one: end if isinstance(end, Answer) else None for one, end in ends.items()}
    if kept:
        statuses = [answer.status if answer else None for answer in kept.values()]
        bodies = [answer.body if answer else None for answer in kept.values()]
        cursor.execute(_FINISH, (list(kept), statuses, bodies))


def _claim(cursor: psycopg.Cursor[Any], requests: list[Request], now: datetime) -> set[str]:
    ids = [one.id for one in requests]
    prints = [one.fingerprint for one in requests]
    return {row[0] for row in cursor.execute(_CLAIM, (ids, prints, [now] * len(ids))).fetchall()}


def _outcome(
    cursor: psycopg.Cursor[Any], request: Request, fresh: set[str], now: datetime
) -> Claimed | Answer:
    if request.id in fresh:
        fresh.discard(request.id)  # the same request a second time in a batch is not the one who claimed it
        return Claimed.NEW
    row = cursor.execute(
        "SELECT fingerprint, status, answer, since FROM api_requests WHERE id = %s FOR UPDATE", (request.id,)
    ).fetchone()
    if row is None:
        return Claimed.RUNNING
    fingerprint, status, answer, since = row
    if since <= now - KEPT:
        cursor.execute("DELETE FROM api_requests WHERE id = %s", (request.id,))
        _claim(cursor, [request], now)
        return Claimed.NEW
    if bytes(fingerprint) != request.fingerprint:
        return Claimed.OTHER
    if status is not None:
        return Answer(status, bytes(answer))
    return Claimed.AGAIN if _taken_over(cursor, request, now) else Claimed.RUNNING


def _taken_over(cursor: psycopg.Cursor[Any], request: Request, now: datetime) -> bool:
    return cursor.execute(_TAKE_OVER, (now, request.id, now - LEASE)).fetchone() is not None


def _forget_old(site: Site, now: datetime) -> None:
    """Drop what nobody may ask for any more."""
    with site.db() as conn:
        conn.execute("DELETE FROM api_requests WHERE since <= %s", (now - KEPT,))
