"""Requests that must not be done twice: the claim of an Idempotency-Key and the answer that was given.

Claims and answers of requests that come together are written together, in a thread. They don't wait for
the disk: PostgreSQL writes its journal in order, so a decision that is durable (the log's append waits) makes
the claim before it durable. An answer that is lost with the machine is made again from the log, where the
events of a request carry the name of its run and attempt.

Whoever claimed and is not heard of is overtaken by the next who asks, and may live nevertheless. So whatever
has an effect is fenced by attempt: the log stores nothing of an attempt that was overtaken (`EventLog.bar`),
and what is changed in tables is changed in a transaction that holds the claim (`hold`).
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg_pool import PoolTimeout
from starlette.concurrency import run_in_threadpool

from queueing.log.store import LogUnavailable, Overtaken
from queueing.people.notes import Notes
from queueing.web.site import Site

LEASE = timedelta(seconds=30)
"""After so long without an answer whoever claimed a request may be overtaken."""
KEPT = timedelta(hours=24)
SWEEP_EVERY = timedelta(hours=1)
TRIES = 3

_CLAIM = """
INSERT INTO api_requests (id, fingerprint, run, since, running)
SELECT id, fingerprint, run, since, true
FROM unnest(%s::text[], %s::bytea[], %s::text[], %s::timestamp[]) AS t (id, fingerprint, run, since)
ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id
"""
_FINISH = """
UPDATE api_requests AS r SET running = false, status = t.status, answer = t.answer
FROM (SELECT * FROM unnest(%s::text[], %s::text[], %s::int[], %s::int[], %s::bytea[])
      AS u (id, run, attempt, status, answer) ORDER BY id) AS t
WHERE r.id = t.id AND r.run = t.run AND r.attempt = t.attempt RETURNING r.id
"""
_FORGET = """
DELETE FROM api_requests AS r USING unnest(%s::text[], %s::text[], %s::int[]) AS t (id, run, attempt)
WHERE r.id = t.id AND r.run = t.run AND r.attempt = t.attempt RETURNING r.id
"""
_TAKE_OVER = """
UPDATE api_requests SET running = true, since = %s, attempt = attempt + 1
WHERE id = %s AND status IS NULL AND (NOT running OR since <= %s) RETURNING run, attempt
"""
_HOLD = "SELECT 1 FROM api_requests WHERE id = %s AND run = %s AND attempt = %s FOR UPDATE"
_KEEP = "UPDATE api_requests SET running = false, status = %s, answer = %s, sealed_key = %s WHERE id = %s"


class Claimed(Enum):
    """Why a claim was not given. `RUNNING`: somebody is at it. `OTHER`: the key was used for another
    request."""

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


@dataclass(frozen=True, slots=True)
class Turn:
    """A claim. `run` is drawn anew each time a key is used for something new; whoever takes over from one who
    died, or is slow, has the next `attempt`."""

    id: str
    run: str
    attempt: int

    @property
    def name(self) -> str:
        """What the events of this attempt carry."""
        return _named(self.run, self.attempt)

    @property
    def before(self) -> list[str]:
        """What those of earlier attempts carry."""
        return [_named(self.run, number) for number in range(1, self.attempt)]


def _named(run: str, attempt: int) -> str:
    return run if attempt == 1 else f"{run}.{attempt}"


def request_of(key_id: str, text: str, method: str, path: str, body: bytes) -> Request:
    """Nothing of the text or the body is kept but hashes."""
    named = hashlib.sha256(f"{key_id}\0{text}".encode()).hexdigest()[:32]
    print_ = hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).digest()
    return Request(named, print_)


def hold(conn: psycopg.Connection[Any], turn: Turn) -> None:
    """Let nobody take over until the transaction ends; raises Overtaken if somebody did."""
    if conn.execute(_HOLD, (turn.id, turn.run, turn.attempt)).fetchone() is None:
        raise Overtaken(frozenset({turn.name}))


def keep(conn: psycopg.Connection[Any], notes: Notes, turn: Turn, answer: Answer) -> None:
    """Keep an answer in the transaction that does what it tells of: both are there, or neither. It may hold a
    secret, so it is sealed. Held by `hold`."""
    sealed_key, sealed = notes.seal(_sealed_as(turn.id), answer.body.decode())
    conn.execute(_KEEP, (answer.status, sealed, sealed_key, turn.id))


def _sealed_as(request: str) -> str:
    return f"api-answer/{request}"


@dataclass(slots=True)
class _Claim:
    """Somebody asks."""

    request: Request
    done: asyncio.Future[Any]
    run: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass(slots=True)
class _Finish:
    """Somebody has done what was asked, or gives up."""

    turn: Turn
    done: asyncio.Future[Any]
    end: Answer | End


_Wish = _Claim | _Finish


class Ledger:
    """The requests of one web process. Use it on the event loop."""

    def __init__(self) -> None:
        self._wishes: list[_Wish] = []
        self._writer: asyncio.Task[None] | None = None
        self._swept: datetime | None = None

    async def claim(self, site: Site, request: Request) -> Turn | Claimed | Answer:
        """Claim a request, or hear what was answered to it. Of those before in a Turn nothing more is
        stored once this returns."""
        found: Turn | Claimed | Answer = await self._ask(site, _Claim(request, _future()))
        if isinstance(found, Turn) and found.before:
            try:
                await run_in_threadpool(site.system.log.bar, found.before)
            except LogUnavailable:
                await self.finish(site, found, End.UNKNOWN)
                raise
        return found

    async def finish(self, site: Site, turn: Turn, end: Answer | End) -> bool:
        """Keep the answer, or give the claim up; whether it was still ours."""
        ours: bool = await self._ask(site, _Finish(turn, _future(), end))
        return ours

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
            except Exception as error:
                for wish in wishes:
                    if not wish.done.done():
                        wish.done.set_exception(error)
                continue
            for wish, result in zip(wishes, found, strict=True):
                if not wish.done.done():
                    wish.done.set_result(result)
            await self._sweep(site, now)

    async def _sweep(self, site: Site, now: datetime) -> None:
        """After those who wait have their answers, whom it must not fail."""
        if self._swept is None or now - self._swept > SWEEP_EVERY:
            self._swept = now
            with suppress(psycopg.Error, PoolTimeout, LogUnavailable):
                await run_in_threadpool(_forget_old, site, now)


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


def _written(site: Site, wishes: list[_Wish], now: datetime) -> list[Turn | Claimed | Answer | bool]:
    """Two processes may wait for each other's rows, when the same requests come to both: PostgreSQL ends
    one of them, which has changed nothing and begins again."""
    for _ in range(TRIES - 1):
        with suppress(psycopg.errors.DeadlockDetected):
            return _write(site, wishes, now)
    return _write(site, wishes, now)


def _write(site: Site, wishes: list[_Wish], now: datetime) -> list[Turn | Claimed | Answer | bool]:
    with site.db() as conn, conn.transaction(), conn.cursor(row_factory=tuple_row) as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        ours = _finish(cursor, {wish.turn: wish.end for wish in wishes if isinstance(wish, _Finish)})
        fresh = _claim(cursor, [wish for wish in wishes if isinstance(wish, _Claim)], now)
        return [
            wish.turn.id in ours if isinstance(wish, _Finish) else _outcome(site, cursor, wish, fresh, now)
            for wish in wishes
        ]


def _finish(cursor: psycopg.Cursor[Any], ends: dict[Turn, Answer | End]) -> set[str]:
    """The requests that were still ours to end."""
    ours: set[str] = set()
    if forgotten := [turn for turn, end in ends.items() if end is End.FORGOTTEN]:
        ours |= {row[0] for row in cursor.execute(_FORGET, _columns(forgotten)).fetchall()}
    if kept := {turn: end for turn, end in ends.items() if end is not End.FORGOTTEN}:
        statuses = [end.status if isinstance(end, Answer) else None for end in kept.values()]
        bodies = [end.body if isinstance(end, Answer) else None for end in kept.values()]
        ours |= {row[0] for row in cursor.execute(_FINISH, (*_columns(kept), statuses, bodies)).fetchall()}
    return ours


def _columns(turns: Iterable[Turn]) -> tuple[list[str], list[str], list[int]]:
    rows = [(turn.id, turn.run, turn.attempt) for turn in turns]
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


def _claim(cursor: psycopg.Cursor[Any], claims: list[_Claim], now: datetime) -> set[str]:
    """The ids that nobody had claimed. The first of a batch's claims of the same id is the one written."""
    first = {one.request.id: one for one in reversed(claims)}
    if not first:
        return set()
    prints, runs = [one.request.fingerprint for one in first.values()], [one.run for one in first.values()]
    given = (list(first), prints, runs, [now] * len(first))
    return {row[0] for row in cursor.execute(_CLAIM, given).fetchall()}


def _outcome(
    site: Site, cursor: psycopg.Cursor[Any], claim: _Claim, fresh: set[str], now: datetime
) -> Turn | Claimed | Answer:
    request = claim.request
    if request.id in fresh:
        fresh.discard(request.id)  # the same request a second time in a batch is not the one who claimed it
        return Turn(request.id, claim.run, 1)
    row = cursor.execute(
        "SELECT fingerprint, status, answer, sealed_key, since FROM api_requests WHERE id = %s FOR UPDATE",
        (request.id,),
    ).fetchone()
    if row is None:
        return Claimed.RUNNING
    fingerprint, status, answer, sealed_key, since = row
    if since <= now - KEPT:
        cursor.execute("DELETE FROM api_requests WHERE id = %s", (request.id,))
        _claim(cursor, [claim], now)
        return Turn(request.id, claim.run, 1)
    if bytes(fingerprint) != request.fingerprint:
        return Claimed.OTHER
    if status is not None:
        return Answer(status, _opened(site, request, sealed_key, bytes(answer)))
    return _taken_over(cursor, request, now)


def _opened(site: Site, request: Request, sealed_key: bytes | None, answer: bytes) -> bytes:
    if sealed_key is None:
        return answer
    return site.system.notes.open(_sealed_as(request.id), bytes(sealed_key), answer).encode()


def _taken_over(cursor: psycopg.Cursor[Any], request: Request, now: datetime) -> Turn | Claimed:
    row = cursor.execute(_TAKE_OVER, (now, request.id, now - LEASE)).fetchone()
    return Turn(request.id, row[0] or request.id, row[1]) if row else Claimed.RUNNING


def _forget_old(site: Site, now: datetime) -> None:
    """Drop what nobody may ask for any more."""
    with site.db() as conn:
        conn.execute("DELETE FROM api_requests WHERE since <= %s", (now - KEPT,))
    site.system.log.unbar(2 * KEPT)
