"""What a key may ask a minute is counted for all web processes together, in Redis; without it, by each."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import redis

from queueing.runtime import embedded
from queueing.web.api import rates
from tests.web.api.client import Api, new_key, problem
from tests.web.world import World

PER_MINUTE, PROCESSES, ASKED = 12, 3, 20


@contextmanager
def processes(world: World, redis_url: str, errors: Path) -> Iterator[list[str]]:
    """The addresses of some web processes."""
    environment = {
        **os.environ,
        "DATABASE_URL": world.system.url,
        "VAR_DIR": str(world.system.var_dir),
        "REDIS_URL": redis_url,
    }
    with ExitStack() as stack, errors.open("w") as log:
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.web.api.serve"],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            for _ in range(PROCESSES)
        ]
        for one in running:
            stack.callback(one.wait)
            stack.callback(one.kill)
            assert one.stdout
            stack.enter_context(one.stdout)
        yield [one.stdout.readline().strip() for one in running if one.stdout]


def let_through(world: World, urls: list[str]) -> tuple[int, float]:
    """(requests answered, of ASKED to each process, seconds it took)."""
    name, key = new_key(world, per_minute=PER_MINUTE)
    apis = [Api(url, name, key) for url in urls]
    begun = time.monotonic()
    answers = [api.get("/queue") for _ in range(ASKED) for api in apis]
    for refused in (one for one in answers if one.status_code != 200):
        problem(refused, 429, "too-many-requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 60 / PER_MINUTE + 1
    for api in apis:
        api.close()
    return sum(one.status_code == 200 for one in answers), time.monotonic() - begun


def test_several_processes_let_through_what_one_would(world: World, redis_url: str, tmp_path: Path) -> None:
    with processes(world, redis_url, tmp_path / "log") as urls:
        passed, seconds = let_through(world, urls)
    assert PER_MINUTE <= passed <= PER_MINUTE + seconds * PER_MINUTE / 60 + 1
    with redis.Redis.from_url(redis_url) as client:
        (name,) = client.keys("queueing:rate:*")
        assert 0 < client.pttl(name) <= 120_000


def test_without_redis_each_counts_for_itself_and_says_so_once(world: World, tmp_path: Path) -> None:
    """Redis dies under them: nobody is refused for that, and the log has one line a process."""
    with embedded.redis(tmp_path / "r") as server, processes(world, server.url, tmp_path / "log") as urls:
        let_through(world, urls)
        with redis.Redis.from_url(server.url) as client:
            client.shutdown(nosave=True)
        passed, _ = let_through(world, urls)
        assert passed >= PROCESSES * PER_MINUTE
        let_through(world, urls)
    assert (tmp_path / "log").read_text().count("Redis can't be reached") == PROCESSES


@pytest.mark.parametrize("per_minute", [1, 59, 600, 1_000_000])
def test_a_bucket_in_redis_gives_no_more_than_it_holds(redis_url: str, per_minute: int) -> None:
    counter, begun = rates.Rates(), time.monotonic()
    taken = [counter._take(redis_url, "k", per_minute)[0] for _ in range(100)]
    most = per_minute + (time.monotonic() - begun) * per_minute / 60 + 1
    assert taken[0] == max(1, per_minute // 60) and sum(taken) <= most
    assert min(100, per_minute) <= sum(taken)
