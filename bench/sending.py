"""Messages a second: reminders rendered, claimed, sent to the local gateway and recorded by several worker
processes, and beside it RQ with one job a message doing the same."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from bench.town import daytime, reachable, remind, town
from queueing.runtime import embedded
from queueing.settings import project_root
from queueing.system import System

MESSAGES = 40_000
PROCESSES = 2
JOBS = 2_000
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """Medians of the rounds."""

    messages: int
    processes: int
    seconds: float
    messages_per_s: float
    rq_jobs: int
    rq_job_per_message_per_s: float
    rq_empty_job_per_s: float
    ratio: float


def bench_sms(
    url: str,
    messages: int = MESSAGES,
    processes: int = PROCESSES,
    jobs: int = JOBS,
    tell: Callable[[str], None] = lambda line: None,
) -> list[Row]:
    """In the (empty) database of `url`; Redis is one of our own."""
    with tempfile.TemporaryDirectory(prefix="queueing-bench-") as directory, ExitStack() as stack:
        var_dir = Path(directory)
        var_dir.chmod(0o755)
        tell(f"编造 {messages} 名持卡人")
        system = stack.enter_context(town(url, var_dir, messages + messages // 4))
        redis_url = stack.enter_context(embedded.redis(var_dir)).url
        cards = reachable(system)[:messages]
        now = daytime()
        tell(f"{len(cards)} 条提醒，{processes} 个进程")
        remind(system, cards, now)
        seconds = _timed(url, var_dir, now, "batches", processes, redis_url)
        _check(system, len(cards))
        tell(f"RQ：一条短信一个任务，{jobs} 个任务")
        remind(system, cards[:jobs], now, first=len(cards))
        by_job = _timed(url, var_dir, now, "jobs", processes, redis_url, jobs)
        _check(system, len(cards) + jobs)
        empty = _timed(url, var_dir, now, "empty", processes, redis_url, jobs)
    return [
        Row(
            messages=len(cards),
            processes=processes,
            seconds=round(seconds, 2),
            messages_per_s=round(len(cards) / seconds, 1),
            rq_jobs=jobs,
            rq_job_per_message_per_s=round(jobs / by_job, 1),
            rq_empty_job_per_s=round(jobs / empty, 1),
            ratio=round((len(cards) / seconds) / (jobs / by_job), 1),
        )
    ]


def _check(system: System, wanted: int) -> None:
    """All were sent, once each; else the figure means nothing."""
    with system.pool.connection() as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM messages WHERE state = 'accepted'), (SELECT count(*) FROM"
            " local_messages)"
        ).fetchone()
    if row != (wanted, wanted):
        raise RuntimeError(f"{row} of {wanted} messages were recorded and sent")


def _timed(
    url: str, var_dir: Path, now: datetime, what: str, processes: int, redis_url: str, jobs: int = 0
) -> float:
    """Seconds from the start signal until the last process is done. The processes are warm before."""
    with ExitStack() as stack:
        if jobs:
            _enqueue(redis_url, what, jobs)
        started = [
            stack.enter_context(_process(url, var_dir, now, what, redis_url)) for _ in range(processes)
        ]
        for process in started:
            _expect(process, "ready")
        begun = time.perf_counter()
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in started:
            _expect(process, "done")
        return time.perf_counter() - begun


def _enqueue(redis_url: str, what: str, jobs: int) -> None:
    with Redis.from_url(redis_url) as connection:
        queue = Queue("bench", connection=connection, serializer=JSONSerializer)
        job = f"bench.sender.{'send_one' if what == 'jobs' else 'nothing'}"
        for _ in range(jobs):
            queue.enqueue(job, result_ttl=0)


@contextmanager
def _process(
    url: str, var_dir: Path, now: datetime, what: str, redis_url: str
) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "bench.sender", what, now.isoformat(), url, str(var_dir), redis_url],
        cwd=project_root(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _expect(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    if said != word:
        raise RuntimeError(f"a sender said {said!r} instead of {word!r}")
