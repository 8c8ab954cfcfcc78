"""What was asked of a desk, and how it is answered: futures of threads, and futures of event loops, which
get the answers of a batch in one call."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass

from queueing.domain import Command, Context, Event


class DeskClosed(RuntimeError):  # noqa: N818
    """The desk is shutting down."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command led to: its events (none when there was nothing to do) and the log position that
    contains them."""

    events: tuple[Event, ...]
    position: int


Answer = Outcome | BaseException


@dataclass(slots=True)
class Asked:
    """A command on its way through the desk; `overtaken`: somebody else sees to its request now."""

    command: Command
    context: Context
    done: Callable[[Answer], None]
    result: Answer | None = None
    overtaken: bool = False


class ThreadDone:
    """Completes a future that threads wait for. It can't be cancelled: what was asked is decided."""

    __slots__ = ("future",)

    def __init__(self, future: Future[Outcome]) -> None:
        future.set_running_or_notify_cancel()
        self.future = future

    def __call__(self, result: Answer) -> None:
        if isinstance(result, BaseException):
            self.future.set_exception(result)
        else:
            self.future.set_result(result)


class LoopDone:
    """Completes an asyncio future; completions for the same loop are handed over together."""

    __slots__ = ("future", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, future: asyncio.Future[Outcome]) -> None:
        self.loop = loop
        self.future = future

    def __call__(self, result: Answer) -> None:
        _resolve([(self.future, result)])


def _resolve(results: Iterable[tuple[asyncio.Future[Outcome], Answer]]) -> None:
    for future, result in results:
        if future.done():
            continue
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)


def fail(batch: Iterable[Asked], error: BaseException) -> None:
    """Nothing of a batch that was not stored is answered otherwise: refusals in it saw decisions that never
    happened."""
    for asked in batch:
        asked.result = error


def answer(batch: Iterable[Asked]) -> None:
    """Tell everybody who asked."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Outcome], Answer]]]
    loops = defaultdict(list)
    for asked in batch:
        result = asked.result if asked.result is not None else DeskClosed()
        if isinstance(asked.done, LoopDone):
            loops[asked.done.loop].append((asked.done.future, result))
        else:
            asked.done(result)
    for loop, results in loops.items():
        with suppress(RuntimeError):  # the loop was closed: nobody waits there any more
            loop.call_soon_threadsafe(_resolve, results)
