"""`python -m bench.sender WHAT NOW URL VAR_DIR REDIS_URL`: one worker process of the bench. It opens the
system, says so, waits for the start, and works until there is nothing left."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import datetime
from functools import cache
from pathlib import Path

from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from bench.town import settings_of
from queueing.season.load import default_directory, load_season
from queueing.sms.filling import renderer
from queueing.sms.gateways.choice import gateway
from queueing.sms.outbox import send_due
from queueing.system import System, open_system


@cache
def system() -> System:
    """This process' system, on a clock that stands still at the time given."""
    now = datetime.fromisoformat(sys.argv[2])
    settings = settings_of(sys.argv[3], Path(sys.argv[4]))
    opened = open_system(settings, clock=lambda: now, season=load_season(default_directory()))
    renderer(opened)
    with opened.desk.view():
        return opened


def send_one() -> int:
    """A job of RQ for a single message."""
    opened = system()
    return sum(send_due(opened, gateway(opened), opened.clock(), limit=1).values())


def nothing() -> None:
    """A job that does nothing."""


def batches() -> None:
    """As the product's job does."""
    opened = system()
    while send_due(opened, gateway(opened), opened.clock(), worker="bench"):
        pass


def jobs() -> None:
    """RQ, one job after another."""
    with Redis.from_url(sys.argv[5]) as connection:
        queue = Queue("bench", connection=connection, serializer=JSONSerializer)
        worker = SimpleWorker([queue], connection=connection, serializer=JSONSerializer)
        worker.work(burst=True, logging_level="ERROR")


def main(what: str) -> None:
    """Get ready, wait, work."""
    with closing(system()):
        print("ready", flush=True)
        sys.stdin.readline()
        batches() if what == "batches" else jobs()
        print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
