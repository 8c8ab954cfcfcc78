"""The manager's board on 200 screens at once: how long after somebody at a counter pressed a key each screen
has the new numbers, and whether a screen that was away has them all when it is back.

Three processes as in production: the web that serves the screens, the projector that counts, and this one,
which decides as another web would. What happens is a hand-over: it travels through the log, the projector's
tables and the rendered board to every screen, in the day's numbers and in those of the whole season.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil

from bench.branch import busy_branch, opened
from bench.busy import NOW, cards
from bench.served import PROJECTOR, WEB, process, wait_for_web
from queueing.domain.counter import ArriveHolder
from queueing.domain.handover import HandOver
from queueing.settings import Settings
from queueing.system import System
from queueing.web import sessions, staff
from queueing.web.guard import STAFF_COOKIE

HOLDERS = 40_000
SCREENS = 200
EVENTS = 30
QUIET = 2.0
"""Seconds without a piece at any screen, after which an event counts as shown everywhere."""
PATIENCE = 30.0
WHILE_AWAY = 100
"""About what happens at four windows in ten minutes, with bookings, arrivals and calls."""
COLLECTED = "<span>已领 <strong>".encode()
"""What stands before the number in the season's sums."""
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """Milliseconds from the command until the piece in which the season counts it is complete at a screen,
    over all screens and events; and
    whether a screen that was away for so many facts shows the same as the others once it is back, and was
    sent nothing twice."""

    screens: int
    events: int
    p50_ms: float
    p95_ms: float
    max_ms: float
    facts_while_away: int
    caught_up: bool


@dataclass
class Screen:
    """A browser's EventSource as far as the wire knows."""

    port: int
    cookie: str
    last: str = ""
    piece: bytes = b""
    names: list[str] = field(default_factory=list)
    heard: list[tuple[float, int]] = field(default_factory=list)
    """When a piece was there, and how many cards were collected by it."""
    _task: asyncio.Task[None] | None = None
    _writer: asyncio.StreamWriter | None = None

    async def watch(self) -> None:
        """Connect, from where it was."""
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        self._writer.write(
            f"GET /board/live HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
            f"Cookie: {self.cookie}\r\nLast-Event-ID: {self.last}\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.split(b"\r\n")[0].decode())
        self._task = asyncio.create_task(self._read(reader))

    async def leave(self) -> None:
        """The screen is switched off."""
        if self._task and self._writer:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        name, lines = "", list[bytes]()
        while line := await reader.readline():
            if line.startswith(b"id: "):
                name = line[4:].strip().decode()
            elif line.startswith(b"data: "):
                lines.append(line[6:])
            elif line == b"\n" and lines:
                self.last, self.piece = name, b"".join(lines)
                self.names.append(name)
                self.heard.append((time.perf_counter(), _collected(self.piece)))
                lines = []


def bench_live(
    url: str,
    holders: int = HOLDERS,
    screens: int = SCREENS,
    events: int = EVENTS,
    tell: Told = lambda line: None,
) -> list[Row]:
    """In the (empty) database of `url`."""
    with busy_branch(url, holders, tell) as settings, ExitStack() as stack:
        system = stack.enter_context(closing(opened(settings)))
        for program in (WEB, PROJECTOR):
            stack.enter_context(process(program, settings, NOW))
        wait_for_web(settings)
        return [asyncio.run(_measure(system, settings, screens, events, tell))]


async def _measure(system: System, settings: Settings, screens: int, events: int, tell: Told) -> Row:
    with system.desk.view() as state:
        waiting = cards(
            state,
            lambda one: bool(one.booking and one.booking.told.date() == NOW.date() and not one.visit),
            events + WHILE_AWAY + 2,
        )
    with system.pool.connection() as conn:
        staff.add_account(conn, "bench", "manager", "a long enough one")
        cookie = f"{STAFF_COOKIE}={sessions.begin(conn, NOW, login='bench')}"
    tell(f"{screens} 个屏幕")
    watching = [Screen(settings.port, cookie) for _ in range(screens)]
    for screen in watching:
        await screen.watch()
    await _until(lambda: all(screen.piece for screen in watching))
    await _one(system, waiting[0], watching)
    tell(f"{events} 件事")
    took = sorted([ms for card in waiting[1 : events + 1] for ms in await _one(system, card, watching)])
    tell(f"一个屏幕离开，其间 {WHILE_AWAY} 件事")
    caught_up = await _away(system, waiting[events + 1 : events + 1 + WHILE_AWAY], watching)
    for screen in watching:
        await screen.leave()
    return Row(
        screens=screens,
        events=events,
        p50_ms=round(took[len(took) // 2], 1),
        p95_ms=round(took[ceil(0.95 * len(took)) - 1], 1),
        max_ms=round(took[-1], 1),
        facts_while_away=WHILE_AWAY,
        caught_up=caught_up,
    )


async def _one(system: System, card: str, watching: Sequence[Screen]) -> list[float]:
    """One event: how long until each screen's first piece in which the whole season counts it."""
    wanted = watching[0].heard[-1][1] + 1
    begun = time.perf_counter()
    await system.desk.ask(HandOver(card, "self", holder_id_seen=True), by="staff:bench", via="counter")
    await _until(lambda: all(screen.heard[-1][1] >= wanted for screen in watching))
    took = [1000 * (next(at for at, n in screen.heard if n >= wanted) - begun) for screen in watching]
    await _quiet(watching)
    return took


def _collected(piece: bytes) -> int:
    """The season's sum on a board; 0 if it is not there."""
    _, _, rest = piece.rpartition(COLLECTED)
    return int(rest[: rest.find(b"<")] or 0)


async def _away(system: System, arriving: Sequence[str], watching: Sequence[Screen]) -> bool:
    """A screen leaves, things happen, and it comes back with the last event it had: whether it shows what the
    others show, and was not sent again what it had, neither then nor when it comes back once more."""
    gone, stayed = watching[0], watching[1]
    await gone.leave()
    await _arrive(system, arriving)
    await _quiet(watching[1:])
    before = len(gone.heard)
    await gone.watch()
    await _until(lambda: len(gone.heard) > before)
    await _quiet(watching)
    same = gone.piece == stayed.piece
    await gone.leave()
    await gone.watch()
    await asyncio.sleep(3 * QUIET)
    return same and not any(one == other for one, other in pairwise(gone.names))


async def _arrive(system: System, some: Sequence[str]) -> None:
    for card in some:
        await system.desk.ask(ArriveHolder(card), by="staff:bench", via="counter")


async def _quiet(watching: Sequence[Screen]) -> None:
    """Until no screen has been sent anything for a while."""
    await _until(lambda: time.perf_counter() - max(screen.heard[-1][0] for screen in watching) > QUIET)


async def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise RuntimeError("not every screen heard of what happened")
        await asyncio.sleep(0.02)
