"""Delivering what happened: for each subscription in order of the log, at least once.

How far a subscription is, is its position: it moves on after the receiver said yes, so a sender that dies
between
sending and writing that down sends the message again, with the same id. A sender claims a subscription for
a while; a claim that ran out is anybody's. A message that is not taken is tried again, later and later,
and those
behind it wait; after days without success the subscription is stopped, and the board says so.
"""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from queueing.log.store import EventLog
from queueing.people.notes import Notes
from queueing.webhooks import post, subscriptions
from queueing.webhooks.address import BadAddress, check
from queueing.webhooks.post import Message, Result
from queueing.webhooks.subscriptions import Subscription

LEASE = timedelta(seconds=60)
FIRST_WAIT, LONGEST_WAIT = 5.0, 3600.0
PAGE = 500
AT_ONCE = 8
"""Subscriptions served side by side: a slow receiver holds up nobody else."""
ATTEMPTS_KEPT = timedelta(days=14)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Office:
    """What sending needs. `hosts` may be in our own network; after `days` of failure a subscription is
    stopped."""

    log: EventLog
    pool: ConnectionPool[psycopg.Connection[tuple[object, ...]]]
    notes: Notes
    branch: str
    clock: Callable[[], datetime]
    hosts: frozenset[str]
    days: int


def deliver_due(office: Office, seconds: float = 20.0) -> int:
    """Send what is due, for a while; how many messages were taken."""
    until = monotonic() + seconds
    with office.pool.connection() as conn:
        waiting = subscriptions.due(conn, office.clock())
    if not waiting:
        return 0
    with ThreadPoolExecutor(AT_ONCE) as crew:
        return sum(crew.map(lambda one: deliver(office, one, until), waiting))


def deliver(office: Office, hook: Subscription, until: float) -> int:
    """Send one subscription what it has not got, unless somebody else is at it; how many messages."""
    claim = secrets.token_hex(8)
    position = _claimed(office, hook.id, claim)
    if position is None:
        return 0
    run = _Run(office, hook, claim, position)
    try:
        while monotonic() < until and run.page():
            pass
    finally:
        run.release()
    return run.taken


def send_test(office: Office, hook: Subscription, name: str = "") -> Result:
    """Whether a receiver listens; it is written among the attempts. Of the same `name` it is the same
    message."""
    sent = post.test_message(hook.id, office.clock(), name)
    result = _send(office, hook, sent)
    with office.pool.connection() as conn:
        _note(conn, hook.id, sent, 0, result, office.clock())
    return result


def back_off(tries: int, wait: int = 0) -> float:
    """Seconds until the next try: twice as long each time, never quite the same, at least as long as
    asked."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(tries, 20))
    return max(float(wait), longest * (0.5 + random.random() / 2))  # noqa: S311


@dataclass(slots=True)
class _Run:
    """A sender at work on a subscription it claimed."""

    office: Office
    hook: Subscription
    claim: str
    position: int
    taken: int = 0

    def page(self) -> bool:
        """Deal with the next events; whether there may be more to do."""
        page = self.office.log.read(self.position, PAGE)
        for position, event in page:
            wanted = event.branch == self.office.branch and self.hook.wants(event.TOPIC)
            if wanted and not self._deliver(post.message(self.hook.id, position, event), position):
                return False
            self.position = position
        return bool(page) and self._write("position = %s", self.position)

    def _deliver(self, sent: Message, position: int) -> bool:
        if not self._write("position = %s, claimed_until = %s", self.position, self.office.clock() + LEASE):
            return False
        result = _send(self.office, self.hook, sent)
        now = self.office.clock()
        with self.office.pool.connection() as conn, conn.transaction():
            _note(conn, self.hook.id, sent, position, result, now)
            if not result.taken:
                self._failed(conn, result, now)
                return False
            self.taken += 1
            return _write(
                conn, self.hook.id, self.claim,
                "position = %s, tries = 0, failing_since = NULL, next_try = NULL, last_error = ''", position,
            )  # fmt: skip

    def _failed(self, conn: psycopg.Connection[Any], result: Result, now: datetime) -> None:
        """Later; or never, when it has been failing for days or the receiver wants no more."""
        row = conn.execute(
            "UPDATE webhook_subscriptions SET tries = tries + 1, failing_since = coalesce(failing_since, %s),"
            " last_error = %s WHERE id = %s AND claimed_by = %s RETURNING tries, failing_since",
            (now, result.words, self.hook.id, self.claim),
        ).fetchone()
        if row is None:
            return
        tries, since = row
        if result.gone or now - since >= timedelta(days=self.office.days):
            _log.warning("webhook %s was stopped: it has been failing since %s", self.hook.id, since)
            _write(conn, self.hook.id, self.claim, "active = false, next_try = NULL")
            return
        wait = timedelta(seconds=back_off(tries - 1, result.wait))
        _write(conn, self.hook.id, self.claim, "next_try = %s", now + wait)

    def release(self) -> None:
        """Anybody may go on."""
        self._write("claimed_by = '', claimed_until = NULL")

    def _write(self, changes: str, *values: Any) -> bool:
        with self.office.pool.connection() as conn:
            return _write(conn, self.hook.id, self.claim, changes, *values)


def _claimed(office: Office, hook: str, claim: str) -> int | None:
    """The position to go on from, if nobody else is at it or failed at it since it was listed as due."""
    now = office.clock()
    with office.pool.connection() as conn:
        row = conn.execute(
            "UPDATE webhook_subscriptions SET claimed_by = %s, claimed_until = %s"
            " WHERE id = %s AND active AND (claimed_until IS NULL OR claimed_until <= %s)"
            " AND (next_try IS NULL OR next_try <= %s) RETURNING position",
            (claim, now + LEASE, hook, now, now),
        ).fetchone()
    return int(str(row[0])) if row else None


def _write(conn: psycopg.Connection[Any], hook: str, claim: str, changes: str, *values: Any) -> bool:
    """Change a subscription as long as our claim holds; whether it does."""
    query = f"UPDATE webhook_subscriptions SET {changes} WHERE id = %s AND claimed_by = %s"  # noqa: S608
    return conn.execute(query, (*values, hook, claim)).rowcount == 1


def _send(office: Office, hook: Subscription, sent: Message) -> Result:
    """The address is looked at each time: a name may point elsewhere today."""
    try:
        target = check(hook.url, office.hosts)
    except BadAddress as problem:
        return post.refused(problem)
    return post.send(target, hook.secrets(office.notes, office.clock()), sent)


def _note(
    conn: psycopg.Connection[Any], hook: str, sent: Message, position: int, result: Result, now: datetime
) -> None:
    conn.execute(
        "INSERT INTO webhook_attempts (subscription, id, position, kind, at, status, error)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (hook, sent.id, position, sent.kind, now, result.status, result.error),
    )
    conn.execute(
        "DELETE FROM webhook_attempts WHERE subscription = %s AND at < %s", (hook, now - ATTEMPTS_KEPT)
    )
