"""A var directory for a system, and the system as a process of its own."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from queueing.runtime import leftovers
from queueing.settings import project_root
from tests.patience import PATIENCE


@dataclass
class System:
    """A `queueing run` with the small programs of tests/runtime/system.py."""

    process: subprocess.Popen[str]
    var_dir: Path

    def line(self) -> str:
        """The next thing it says, but for that it is still waiting for the web: the machine is busy then."""
        assert self.process.stdout is not None
        while (line := self.process.stdout.readline().strip()).startswith("网页服务还没有应答，继续等待"):
            pass
        return line

    def ended(self, sent: signal.Signals | None = None) -> int:
        if sent is not None:
            self.process.send_signal(sent)
        return self.process.wait(timeout=PATIENCE)

    def processes(self) -> list[psutil.Process]:
        """What it started and is alive, but for PostgreSQL's own children, which come and go."""
        found = alive(psutil.Process(self.process.pid).children(recursive=True))
        return [each for each in found if not _of_postgres(each)]


Start = Callable[..., System]


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [each for each in processes if _lives(each)]


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _of_postgres(process: psutil.Process) -> bool:
    try:
        parent = process.parent()
        return parent is not None and parent.name() == process.name() == "postgres"
    except psutil.NoSuchProcess:
        return True


def arguments(process: psutil.Process) -> list[str]:
    """Its command line; nothing when it has just ended."""
    try:
        found: list[str] = process.cmdline()
    except psutil.Error:
        return []
    return found


@pytest.fixture
def var_dir(server_dir: Path) -> Iterator[Path]:
    """A directory on which nothing may run in the end."""
    yield from _var_dir(server_dir)


@pytest.fixture
def start(var_dir: Path) -> Iterator[Start]:
    """Start a system on the var directory, with more of the environment if need be."""
    yield from _start(var_dir)


@pytest.fixture(scope="session")
def steady(server_dir: Path) -> Iterator[System]:
    """A running system for tests that leave it as it is."""
    for var_dir in _var_dir(server_dir):
        for start in _start(var_dir):
            system = start()
            assert system.line().startswith("已就绪")
            yield system


def _var_dir(server_dir: Path) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(dir=server_dir)) / "var"
    yield path
    strays = (leftovers.supervised(path), leftovers.servers(path))
    leftovers.clear(path)
    assert strays == ([], [])


def _start(var_dir: Path) -> Iterator[Start]:
    systems: list[System] = []

    def start(**environment: str) -> System:
        systems.append(launch({"VAR_DIR": str(var_dir), "DEMO": "0", **environment}))
        return systems[-1]

    yield start
    for system in systems:
        if system.process.poll() is None:
            system.ended(signal.SIGTERM)
        assert system.process.stdout is not None
        system.process.stdout.close()


def launch(environment: dict[str, str]) -> System:
    given = {"DATABASE_URL", "REDIS_URL", "PORT"}
    inherited = {name: value for name, value in os.environ.items() if name not in given}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.runtime.system"],
        cwd=project_root(),
        env=inherited | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return System(process, Path(environment["VAR_DIR"]))
