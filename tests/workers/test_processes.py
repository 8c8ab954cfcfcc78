"""The programs themselves: a ticker and a worker as processes, on a real Redis and PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from redis import Redis

from queueing.settings import project_root
from queueing.system import branch_time
from tests.patience import PATIENCE, eventually
from tests.support import MASTER_KEY, WANG, Branch


@pytest.fixture
def program(
    branch_url: str, redis_url: str, tmp_path: Path
) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a program of the system."""
    processes: list[subprocess.Popen[str]] = []
    environment = {name: value for name, value in os.environ.items() if name not in ("PORT", "SEASON_DIR")}
    environment |= {
        "DATABASE_URL": branch_url,
        "REDIS_URL": redis_url,
        "VAR_DIR": str(tmp_path / "var"),
        "MASTER_KEY": MASTER_KEY,
    }

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=project_root(),
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.terminate()
    for process in processes:
        process.communicate(timeout=PATIENCE)


def due(branch: Branch) -> UUID:
    """A message that is due now, by the clock on the wall."""
    ref, now = uuid4(), branch_time()
    branch.run_sql(
        "INSERT INTO messages (ref, position, template, kind, params, card, created, due_at, expires_at)"
        " VALUES (%s, 0, 'help', 'reply', '{}', %s, %s, %s, %s)",
        ref,
        WANG.card,
        now,
        now,
        now + timedelta(hours=1),
    )
    return ref


def sent(branch: Branch, ref: UUID, processes: list[subprocess.Popen[str]]) -> bool:
    """Wait until a message left."""

    def look() -> bool:
        assert all(process.poll() is None for process in processes), "a program ended"
        return branch.rows("SELECT state FROM messages WHERE ref = %s", ref) == [("accepted",)]

    return eventually(look)


def test_ticker_and_worker_send_what_is_due_and_outlive_an_emptied_redis(
    branch: Branch, redis_url: str, program: Callable[..., subprocess.Popen[str]]
) -> None:
    first = due(branch)
    processes = [program("workers.schedule"), program("workers.schedule"), program("workers.worker", "sms")]
    assert sent(branch, first, processes)

    with Redis.from_url(redis_url) as client:
        client.flushall()
    second = due(branch)

    assert sent(branch, second, processes)
    assert len(branch.inbox(WANG.card)) == 2


def test_a_worker_asked_for_an_unknown_queue_says_which_there_are(
    program: Callable[..., subprocess.Popen[str]],
) -> None:
    process = program("workers.worker", "everything")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    assert said.strip() == "用法：python -m workers.worker sms|policies|webhooks"
