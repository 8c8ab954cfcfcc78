"""A sender to be killed: run as a program, it claims what is due, hands it to a carrier that stops either
before it takes the messages or after it took them, says so and waits for its end."""

import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg_pool import ConnectionPool

from queueing.sms.gateways.local import LocalGateway
from queueing.sms.gateways.port import Outgoing, Result
from queueing.sms.outbox import send_due
from tests.support import Clock, opened


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


def main(url: str, var_dir: str, now: str, stops: str) -> None:
    with opened(url, Path(var_dir), Clock(datetime.fromisoformat(now))) as branch:
        carrier = Carrier(branch.system.pool, branch.clock, stops)
        send_due(branch.system, carrier, branch.now, worker="the one to be killed")


if __name__ == "__main__":
    main(*sys.argv[1:])
