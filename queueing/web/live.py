"""What is live on a screen: rendered once when something changed, sent to everybody who watches (SSE).

Each event carries the whole piece of the page as it is now, so a screen that was away for ten minutes has
missed nothing once it is back.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Hashable
from dataclasses import dataclass, field

EVERY = 0.15
"""Seconds between looks at whether something changed."""
AT_LEAST_EVERY = 20.0
"""Seconds after which a piece is rendered anew though nothing happened: waits grow by themselves."""
KEEP_ALIVE = 15.0


@dataclass(frozen=True, slots=True)
class Piece:
    """What to watch: `stamp` changes when something happened, `render` makes the piece of the page."""

    stamp: Callable[[], Hashable]
    render: Callable[[], str]


@dataclass(slots=True)
class _Show:
    piece: Piece
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    number: int = 0
    html: str = ""
    viewers: int = 0
    task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        stamp: Hashable = None
        rendered = float("-inf")
        while True:
            try:
                now = await asyncio.to_thread(self.piece.stamp)
                if now != stamp or time.monotonic() - rendered > AT_LEAST_EVERY:
                    html = await asyncio.to_thread(self.piece.render)
                    stamp, rendered = now, time.monotonic()
                    if html != self.html:
                        self._publish(html)
            except Exception:
                # The store is away: screens keep what they show, and go on when it is back.
                await asyncio.sleep(2)
            await asyncio.sleep(EVERY)

    def _publish(self, html: str) -> None:
        self.html, self.number = html, self.number + 1
        self.changed.set()
        self.changed = asyncio.Event()


class Live:
    """The pieces being watched in this process."""

    def __init__(self) -> None:
        self._shows: dict[str, _Show] = {}

    async def watch(self, name: str, piece: Piece) -> AsyncIterator[str]:
        """Server-sent events with the piece as it is now, and again whenever it changes."""
        show = self._shows.setdefault(name, _Show(piece))
        show.viewers += 1
        if show.task is None:
            show.task = asyncio.create_task(show.run())
        try:
            async for text in _follow(show):
                yield text
        finally:
            show.viewers -= 1
            if not show.viewers and show.task is not None:
                show.task.cancel()
                self._shows.pop(name, None)


async def _follow(show: _Show) -> AsyncIterator[str]:
    seen = 0
    yield "retry: 2000\n\n"
    while True:
        changed = show.changed
        if show.number != seen:
            seen = show.number
            yield as_event(seen, show.html)
            continue
        try:
            await asyncio.wait_for(changed.wait(), KEEP_ALIVE)
        except TimeoutError:
            yield ": still here\n\n"


def as_event(number: int, text: str) -> str:
    """One server-sent event."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines())
    return f"id: {number}\n{lines}\n"
