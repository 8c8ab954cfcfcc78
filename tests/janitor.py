"""Directories for servers that tests start. When tests are over, interrupted or killed, a janitor ends what
still runs on the directory and removes it: `python -m tests.janitor DIRECTORY` waits until its input ends."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from queueing.runtime.leftovers import MARK
from queueing.settings import project_root

_ROUNDS = 20


@contextmanager
def own_directory() -> Iterator[Path]:
    """A directory of its own for the length of a block. Not below pytest's: other sessions would close that
    to the account PostgreSQL runs as."""
    path = Path(tempfile.mkdtemp(prefix="queueing-test-"))
    command = [sys.executable, "-m", "tests.janitor", str(path)]
    # In a session of its own: Ctrl-C is not for the one who tidies up after it.
    with subprocess.Popen(command, cwd=project_root(), stdin=subprocess.PIPE, start_new_session=True):
        yield path


def running_on(path: Path) -> list[psutil.Process]:
    """Every process that was started with the directory on its command line or in its environment, the oldest
    first."""
    found = [process for process in psutil.process_iter() if _is_on(process, str(path))]
    return sorted(found, key=lambda process: process.pid)


def tidy_up(path: Path) -> None:
    """End what runs on the directory, and remove it."""
    for _ in range(_ROUNDS):
        processes = running_on(path)
        for process in processes:
            with suppress(psutil.Error):
                # PostgreSQL gives its shared memory back only if it may end by itself.
                process.send_signal(signal.SIGQUIT if process.name() == "postgres" else signal.SIGKILL)
        psutil.wait_procs(processes, timeout=3)
        shutil.rmtree(path, ignore_errors=True)
        if not processes and not path.exists():
            return


def _is_on(process: psutil.Process, path: str) -> bool:
    try:
        if process.pid == psutil.Process().pid or "tests.janitor" in process.cmdline():
            return False
        environment = process.environ()
        words = [environment.get(MARK, ""), environment.get("VAR_DIR", ""), *process.cmdline()]
        return any(path in word for word in words)
    except (psutil.Error, OSError):
        return False


if __name__ == "__main__":
    sys.stdin.read()
    tidy_up(Path(sys.argv[1]))
