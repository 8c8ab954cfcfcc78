"""What is live on a screen: rendered once when something changed, sent to everybody who watches (SSE).

The process listens to PostgreSQL: an append to the log, or read models that moved on, wakes every piece being
watched. A piece is rendered anew if its stamp changed, once for all its listeners, and at most half of the
time, so that a rush of events becomes one rendering.

Each event carries the whole piece of the page as it is now, so a screen that was away for ten minutes has
missed nothing once it is back. An event's id is a digest of the piece: whoever comes back with the one they
have (`Last-Event-ID`) is sent nothing until it changes, whichever process they come back to.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Hashable
from dataclasses import dataclass, field

import psycopg
from psycopg.sql import SQL, Identifier

from queueing.log.store import CHANNEL
from queueing.projections.runner import PROJECTED

LOOK_ANYWAY = 1.0
"""Seconds after which a piece is looked at though nothing woke it (what the outbox does wakes nobody)."""
AT_LEAST_EVERY = 5.0
"""Seconds after which a piece is rendered anew though nothing happened: waits grow by themselves."""
TOGETHER = 0.06
"""Seconds in which what happens is shown together: longer than a desk's state may be old."""
KEEP_ALIVE = 5.0
"""Seconds of silence after which a screen is told that what it shows is still so (a "beat")."""
BEAT = "event: beat\ndata:\n\n"
AGAIN = 1.0
ASK_AGAIN = 10.0
"""Seconds after which it is asked again whether a listener may go on watching."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Piece:
    """What to watch: `stamp` changes when something happened, `render` makes the piece of the page."""

    stamp: Callable[[], Hashable]
    render: Callable[[], str]


@dataclass(slots=True)
class _Show:
    piece: Piece
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    digest: str = ""
    event: str = ""
    away: bool = False
    viewers: int = 0
    task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        stamp: Hashable = None
        rendered, took = float("-inf"), 0.0
        while True:
            self.woken.clear()
            try:
                now = await asyncio.to_thread(self.piece.stamp)
                if now != stamp or time.monotonic() - rendered > AT_LEAST_EVERY:
                    begun = time.monotonic()
                    html = await asyncio.to_thread(self.piece.render)
                    stamp, rendered = now, time.monotonic()
                    took = rendered - begun
                    self._publish(html)
                else:
                    took = 0.0
                self.away = False
            except Exception:
                # The store is away: screens keep what they show, hear no beat, and go on when it is back.
                _log.warning("a live piece can't be rendered; trying again", exc_info=True)
                took, self.away = AGAIN, True
            await asyncio.sleep(took)
            await _wait(self.woken, LOOK_ANYWAY)
            await asyncio.sleep(TOGETHER)

    def _publish(self, html: str) -> None:
        digest = hashlib.blake2b(html.encode(), digest_size=9).hexdigest()
        if digest == self.digest:
            return
        self.digest, self.event = digest, as_event(digest, html)
        self.changed.set()
        self.changed = asyncio.Event()


class Live:
    """The pieces being watched in this process. Without a database's `url` nothing wakes them: they are
    looked at now and then."""

    def __init__(self, url: str = "") -> None:
        self._url = url
        self._shows: dict[str, _Show] = {}
        self._listener: asyncio.Task[None] | None = None

    async def watch(
        self, name: str, piece: Piece, last: str = "", allowed: Callable[[], bool] = lambda: True
    ) -> AsyncIterator[str]:
        """Server-sent events with the piece as it is now (unless the listener has it: `last`), and again
        whenever it changes. Ends soon after the listener is not `allowed` any more: whoever was signed out
        does not go on watching."""
        show = self._shows.setdefault(name, _Show(piece))
        show.viewers += 1
        if show.task is None:
            show.task = asyncio.create_task(show.run())
        if self._listener is None and self._url:
            self._listener = asyncio.create_task(self._listen())
        try:
            async for text in _follow(show, last, allowed):
                yield text
        finally:
            show.viewers -= 1
            if not show.viewers and show.task is not None:
                show.task.cancel()
                self._shows.pop(name, None)
            if not self._shows and self._listener is not None:
                self._listener.cancel()
                self._listener = None

    async def _listen(self) -> None:
        """Wake the pieces whenever PostgreSQL says that something was appended or shown."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    for channel in (CHANNEL, PROJECTED):
                        await connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
                    async for _ in connection.notifies():
                        for show in self._shows.values():
                            show.woken.set()
            except psycopg.Error:
                await asyncio.sleep(AGAIN)


async def _follow(show: _Show, last: str, allowed: Callable[[], bool]) -> AsyncIterator[str]:
    seen, asked = last, time.monotonic()
    yield "retry: 2000\n\n"
    while True:
        changed = show.changed
        if time.monotonic() - asked > ASK_AGAIN:
            asked = time.monotonic()
            if not await asyncio.to_thread(allowed):
                return
        if show.digest and show.digest != seen:
            seen = show.digest
            yield show.event
        elif not await _wait(changed, KEEP_ALIVE):
            yield ": the store is away\n\n" if show.away else BEAT


async def _wait(event: asyncio.Event, seconds: float) -> bool:
    """Whether the event came in time."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True


def as_event(number: str, text: str) -> str:
    """One server-sent event."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines())
    return f"id: {number}\n{lines}\n"
