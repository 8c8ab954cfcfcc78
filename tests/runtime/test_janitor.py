"""Tests that are interrupted or killed leave nothing behind."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from queueing.settings import project_root
from tests.janitor import running_on
from tests.patience import PATIENCE, eventually

TESTS = """
import time
from queueing.runtime import embedded
from tests.janitor import own_directory

with own_directory() as path, embedded.postgres(path, {"fsync": "off"}), embedded.redis(path):
    print(path, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_neither_servers_nor_files_are_left_when_tests_end_in_the_middle(ending: signal.Signals) -> None:
    command = [sys.executable, "-c", TESTS]
    with subprocess.Popen(
        command, cwd=project_root(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as tests:
        assert tests.stdout
        path = Path(tests.stdout.readline().strip())
        assert {process.name() for process in running_on(path)} >= {"postgres", "redis-server"}
        tests.send_signal(ending)
        tests.wait(PATIENCE)
    eventually(lambda: not path.exists() and not running_on(path))
