"""Doing together what arrives at the same time: whatever comes in while a batch is being handled is handled
in the next one. Alone nobody waits; in a crowd they share transactions and commits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import psycopg
from psycopg_pool import PoolTimeout
from starlette.concurrency import run_in_threadpool

from queueing.log.store import LogUnavailable

T = TypeVar("T")
R = TypeVar("R")
MOST = 50
"""So many at once: what comes then need not wait for a long batch."""
AWAY = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, LogUnavailable)
"""Failures that say nothing about what was asked: trying each alone would only take longer."""


class Gathering(Generic[T, R]):
    """Hands batches to `handle`, one after another, from one event loop."""

    def __init__(self, handle: Callable[[Sequence[T]], Sequence[R]]) -> None:
        self._handle = handle
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._working: asyncio.Task[None] | None = None

    async def ask(self, one: T) -> R:
        """What `handle` says about this one, or why it failed."""
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, answer))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            some, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            await self._do(some)

    async def _do(self, some: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            answers = await run_in_threadpool(self._handle, [one for one, _ in some])
        except Exception as error:
            if len(some) == 1 or isinstance(error, AWAY):
                for _, answer in some:
                    if not answer.done():
                        answer.set_exception(error)
            else:
                for single in some:
                    await self._do([single])
        else:
            for (_, answer), said in zip(some, answers, strict=True):
                if not answer.done():
                    answer.set_result(said)
