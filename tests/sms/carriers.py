"""Carriers for tests: one that answers as it is told to, one that counts every delivery."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg_pool import ConnectionPool

from queueing.sms.gateways.local import LocalGateway
from queueing.sms.gateways.port import Outgoing, Result, Verdict
from tests.support import Clock


@dataclass
class Fickle:
    """A carrier that answers as it is told to, and remembers what it was given."""

    answer: Callable[[Outgoing], Result]
    given: list[Outgoing] = field(default_factory=list)
    name: str = "fickle"
    at_once: int = 1000
    per_second: int = 0

    def send(self, messages: Sequence[Outgoing]) -> list[Result]:
        self.given.extend(messages)
        return [self.answer(message) for message in messages]


def always(verdict: Verdict, reason: str = "") -> Fickle:
    return Fickle(lambda message: Result(message.ref, verdict, reason=reason))


class Carrier(LocalGateway):
    """Takes messages and keeps count of every delivery, also of one it was given before."""

    def __init__(self, pool: ConnectionPool[Any], clock: Clock, stops: str = "") -> None:
        super().__init__(pool, clock)
        self._count = pool
        self._stops = stops

    def send(self, messages: Sequence[Outgoing]) -> list[Result]:
        self._stop("before")
        results = super().send(messages)
        with self._count.connection() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS deliveries (ref uuid NOT NULL)")
            cursor.executemany("INSERT INTO deliveries VALUES (%s)", [(m.ref,) for m in messages])
        self._stop("after")
        return results

    def _stop(self, where: str) -> None:
        if self._stops == where:
            sys.stdout.write(f"{where} the messages were taken\n")
            sys.stdout.flush()
            time.sleep(600)
