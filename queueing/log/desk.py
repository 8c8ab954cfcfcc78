"""The desk: decides in memory and commits many decisions in one append (group commit).

Commands that come while a batch is being stored are collected; then they are decided one after another
against the state, each seeing the ones before it, and appended together under the condition that nothing
else was appended to the branch since. On a conflict the desk takes everything back, catches up from the log
and decides again. So any number of processes may have a desk for the same branch, and the state is
disposable. Nothing is acknowledged before it is durable; a refused command costs no I/O.

When PostgreSQL fails in the middle of an append, the desk reads the log to see whether the batch is there,
and decides again if it is not. If the log can't be read, the commands end in LogUnavailable: not
acknowledged, and safe to ask again, since a command of the domain asked twice is done once (but for the few
of which each is a fact, such as a phone call).
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from itertools import count

from eventsourcing.dcb.api import DCBEvent

from queueing.domain import Command, Context, Refusal, State, decide, evolve
from queueing.domain.kernel import UnknownEvent
from queueing.log.answers import Answer, Asked, DeskClosed, LoopDone, Outcome, ThreadDone, answer, fail
from queueing.log.codec import decode, encode
from queueing.log.snapshots import Snapshots, still
from queueing.log.store import Conflict, EventLog, LogUnavailable, Overtaken

BATCH = 1000
FRESH_SECONDS = 0.05
"""How old the state may be (since it was last known to be the log's) when a command is decided or the state
is read."""
TURN_AFTER = 2
"""After so many conflicts in a row, processes take turns."""

RETRY_SECONDS = 0.5
"""How long the desk does not ask PostgreSQL again after it was away."""

_log = logging.getLogger(__name__)


class Desk:
    """The desk of one branch in this process. Thread-safe.

    `clock` gives naive local branch time and is used when a caller names no `now`. `fresh_seconds` is how old
    the state may be when it is used; a desk that nobody else writes beside (a rehearsal's) may raise it.
    """

    def __init__(
        self,
        log: EventLog,
        branch: str,
        clock: Callable[[], datetime],
        snapshots: Snapshots | None = None,
        *,
        fresh_seconds: float = FRESH_SECONDS,
    ) -> None:
        self.branch = branch
        self._fresh_seconds = fresh_seconds
        self._tag = "branch:" + branch
        self._log = log
        self._clock = clock
        self._snapshots = snapshots
        self._state, self._position = self._start()
        self._snapshot_position = self._position
        self._synced = self._retry_at = float("-inf")
        self._state_lock = threading.RLock()
        self._viewer: int | None = None
        self._away = False
        self._queue: list[Asked] = []
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"desk-{branch}", daemon=True)
        self._thread.start()

    def _start(self) -> tuple[State, int]:
        """The snapshot, if there is one of this log: not of one that was put back to an earlier time."""
        if self._snapshots:
            state, position = self._snapshots.load(self.branch)
            if position <= self._log.head():
                return state, position
        return State(), 0

    # --- asking ---

    def submit(self, command: Command, *, by: str, via: str, now: datetime | None = None) -> Future[Outcome]:
        """Ask for something; the future ends in an Outcome, a Refusal or LogUnavailable. It can't be
        cancelled: what was asked is decided."""
        future: Future[Outcome] = Future()
        self._ask(command, self._context(by, via, now), ThreadDone(future))
        return future

    def handle(self, command: Command, *, by: str, via: str, now: datetime | None = None) -> Outcome:
        """Ask and wait. Raises the Refusal, or LogUnavailable."""
        self._check_may_wait()
        return self.submit(command, by=by, via=via, now=now).result()

    async def ask(
        self, command: Command, *, by: str, via: str, now: datetime | None = None, request: str = ""
    ) -> Outcome:
        """Ask and wait, on an event loop. Results of a batch reach each loop in one call. The events carry
        `request` as a tag, by which the log can tell whether a request was decided."""
        self._check_may_wait()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        self._ask(command, self._context(by, via, now, request), LoopDone(loop, future))
        return await future

    def _context(self, by: str, via: str, now: datetime | None, request: str = "") -> Context:
        return Context(branch=self.branch, now=now or self._clock(), by=by, via=via, request=request)

    def _ask(self, command: Command, context: Context, done: Callable[[Answer], None]) -> None:
        with self._wake:
            if self._closed:
                raise DeskClosed
            self._queue.append(Asked(command, context, done))
            if len(self._queue) == 1:
                self._wake.notify()

    def _check_may_wait(self) -> None:
        """Waiting for the desk while holding its state, or on its own thread, would never end."""
        if self._viewer == threading.get_ident() or threading.current_thread() is self._thread:
            raise RuntimeError("don't wait for the desk inside view() or in a callback of submit()")

    # --- reading ---

    @contextmanager
    def view(self) -> Iterator[State]:
        """The state as of the log's end a moment ago, held still while the block runs. For reading only;
        keep it short."""
        with self._state_lock:
            outer, self._viewer = self._viewer, threading.get_ident()
            try:
                if outer is None:
                    self._freshen()
                yield self._state
            finally:
                self._viewer = outer

    @property
    def position(self) -> int:
        """The log position the state contains."""
        return self._position

    def save_snapshot(self, every: int = 0) -> bool:
        """Store a snapshot if at least `every` positions were added since the last one; whether it was."""
        if self._snapshots is None:
            return False
        with self.view() as state:
            position = self._position
            if position - self._snapshot_position < max(1, every):
                return False
            tables = still(state)
        self._snapshots.save(self.branch, tables, position)
        self._snapshot_position = position
        return True

    def close(self) -> None:
        """Finish what was asked and stop."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    # --- the committer ---

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._closed:
                    self._wake.wait()
                batch, self._queue = self._queue[:BATCH], self._queue[BATCH:]
            if not batch:
                return
            try:
                with self._state_lock:
                    self._settle(batch)
            except LogUnavailable as error:
                self._say_away(True)
                fail(batch, error)
            except UnknownEvent as error:
                _log.error("this program is older than its data: it does not know %s", error)
                fail(batch, error)
            except BaseException as error:
                _log.exception("the desk failed; its state is folded anew")
                self._forget()
                fail(batch, error)
            else:
                self._say_away(False)
            answer(batch)

    def _say_away(self, away: bool) -> None:
        """Say that the log went away, and that it is back; not each time somebody asks in between."""
        if away and not self._away:
            _log.warning("the log can't be reached: commands are not acknowledged")
        if self._away and not away:
            _log.warning("the log can be reached again")
        self._away = away

    def _settle(self, batch: list[Asked]) -> None:
        """Decide and store a batch, again after each conflict."""
        self._freshen()
        for attempt in count(1):
            if attempt <= TURN_AFTER:
                settled = self._attempt(batch, attempt)
            else:
                with self._log.turn(self.branch):
                    self._catch_up()
                    settled = self._attempt(batch, attempt)
            if settled:
                return
            time.sleep(random.random() * 0.002)  # noqa: S311
            self._catch_up()

    def _attempt(self, batch: list[Asked], attempt: int) -> bool:
        """Decide a batch and store it; whether that is settled. A failed append of which the log, which can
        be read, has nothing (PostgreSQL was restarted) is tried again as after a conflict."""
        stored = [event for asked in batch for event in self._decide(asked)]
        if stored and not self._store(batch, stored, attempt):
            return False
        for asked in batch:
            if asked.result is None or isinstance(asked.result, Outcome):
                events = asked.result.events if asked.result else ()
                asked.result = Outcome(events, self._position)
        return True

    def _store(self, batch: list[Asked], stored: list[DCBEvent], attempt: int) -> bool:
        """Append what was decided; False when it has to be decided again."""
        try:
            self._position = self._log.append(self.branch, stored, self._position)
        except Conflict:
            self._state.rollback()
            return False
        except Overtaken as overtaken:
            self._state.rollback()
            for asked in batch:
                asked.overtaken |= asked.context.request in overtaken.requests
            return False
        except LogUnavailable:
            self._state.rollback()
            if not self._was_stored(stored):
                if attempt > TURN_AFTER:
                    raise
                return False
        else:
            self._state.commit()
            self._synced = time.monotonic()
        return True

    def _decide(self, asked: Asked) -> list[DCBEvent]:
        """Decide one command and fold its events in; a failure leaves no trace of it."""
        if asked.overtaken:
            asked.result = Overtaken(frozenset({asked.context.request}))
            return []
        mark = self._state.mark()
        try:
            events = decide(asked.command, self._state, asked.context)
            for event in events:
                evolve(self._state, event)
            stored = [encode(event) for event in events]
        except Refusal as refusal:
            asked.result = refusal
            return []
        except Exception as error:
            _log.exception("deciding %s failed", type(asked.command).__name__)
            self._state.rollback(mark)
            asked.result = error
            return []
        asked.result = Outcome(tuple(events), 0)
        return stored

    def _was_stored(self, stored: list[DCBEvent]) -> bool:
        """After a failed append: whether the batch is in the log after all. The append's condition makes
        our events the first ones of the branch after our position, if they are there."""
        found: list[DCBEvent] = []
        after = self._position
        while len(found) < len(stored) and (page := self._read(after)):
            found.extend(event for _, event in page if self._tag in event.tags)
            after = page[-1][0]
        self._catch_up()
        return found[: len(stored)] == stored

    def _freshen(self) -> None:
        if time.monotonic() - self._synced > self._fresh_seconds:
            self._catch_up()

    def _catch_up(self) -> None:
        """Fold in what others appended. An event that can't be folded leaves no trace, and the position
        before it."""
        while page := self._read(self._position):
            for position, stored in page:
                if self._tag in stored.tags:
                    self._fold(stored)
                self._position = position
        self._synced = time.monotonic()

    def _fold(self, stored: DCBEvent) -> None:
        try:
            evolve(self._state, decode(stored))
        except BaseException:
            self._state.rollback()
            raise
        self._state.commit()

    def _read(self, after: int) -> list[tuple[int, DCBEvent]]:
        """The next events. When PostgreSQL was away a moment ago, it is not asked again: those who wait
        for the state would wait for one another's timeouts."""
        if time.monotonic() < self._retry_at:
            raise LogUnavailable("PostgreSQL was away a moment ago")
        try:
            return self._log.read_stored(after)
        except LogUnavailable:
            self._retry_at = time.monotonic() + RETRY_SECONDS
            raise

    def _forget(self) -> None:
        with self._state_lock:
            self._state, self._position = State(), 0
            self._synced = float("-inf")
