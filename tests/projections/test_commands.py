"""The two commands as an operator meets them."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from queueing.log import EventLog
from queueing.projections import queries
from queueing.projections.registry import all_projections
from queueing.tables import migrate
from tests.domain.harness import SEASON, card
from tests.patience import PATIENCE, eventually
from tests.projections.conftest import Append

COMMAND = [sys.executable, "-m", "queueing.cli"]


@pytest.fixture
def environment(pg_url: str, redis_url: str, tmp_path: Path) -> Mapping[str, str]:
    """An installation of its own with given servers."""
    given = {"DATABASE_URL": pg_url, "REDIS_URL": redis_url, "VAR_DIR": str(tmp_path), "DEMO": "0"}
    return {**os.environ, **given}


def run(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_rebuild_repairs_what_it_is_told_to(
    environment: Mapping[str, str], pg_url: str, log: EventLog, append: Append, conn: psycopg.Connection
) -> None:
    migrate(pg_url)
    append([SEASON, card("c1")])
    result = run(environment, "rebuild", "cards")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[0] == "cards 已换成新表。"
    assert queries.card(conn, "c1") is not None
    everything = run(environment, "rebuild", "all")
    assert everything.stdout.count("已换成新表") == len(all_projections())
    assert "读取 2 条事件" in everything.stdout


def test_rebuild_of_something_unknown_says_what_there_is(environment: Mapping[str, str]) -> None:
    result = run(environment, "rebuild", "nothing")
    assert result.returncode != 0
    assert result.stderr.strip().startswith(
        "没有叫 nothing 的数据表组：可以写 load、cards、progress、employers"
    )


def test_the_projector_follows_the_log_and_ends_when_asked(
    environment: Mapping[str, str], log: EventLog, append: Append, conn: psycopg.Connection
) -> None:
    with subprocess.Popen([*COMMAND, "projector"], env=environment, stderr=subprocess.PIPE) as child:
        append([SEASON, card("c1")])
        eventually(lambda: seen(conn))
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE) == 0, child.stderr and child.stderr.read()


def seen(connection: psycopg.Connection) -> bool:
    try:
        return queries.card(connection, "c1") is not None
    except psycopg.errors.UndefinedTable:
        return False
