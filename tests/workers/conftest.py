"""The branch of tests/support.py, whose jobs run in this process on a real Redis."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from queueing.webhooks.office import office_of
from tests.support import Branch, branch, branch_url, prepared
from workers import jobs
from workers.worker import QUEUES

__all__ = ["branch", "branch_url", "prepared"]


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def work(connection: Redis, branch: Branch, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let real workers, one a queue, do all there is to do with this branch."""
    monkeypatch.setattr(jobs, "system", lambda: branch.system)
    own = replace(office_of(branch.system), hosts=frozenset({"127.0.0.1"}))
    monkeypatch.setattr(jobs, "office", lambda: own)

    def work() -> None:
        for name in QUEUES:
            queue = Queue(name, connection=connection, serializer=JSONSerializer)
            worker = SimpleWorker([queue], connection=connection, serializer=JSONSerializer)
            worker.work(burst=True, logging_level="WARNING")

    return work
