"""Processes of a run that was killed before it could stop them."""

import signal
from pathlib import Path

import psutil

from queueing.runtime.embedded import POSTGRES_ENDING, REDIS_ENDING
from queueing.runtime.server import Ending, end_process

# Set in the environment of every supervised process, and inherited by whatever those start.
MARK = "QUEUEING_RUN"


def supervised(var_dir: Path) -> list[psutil.Process]:
    """Supervised processes of this var directory that are alive, the supervisor first."""
    found = [process for process in psutil.process_iter() if _mark(process) == str(var_dir)]
    return sorted(found, key=lambda process: process.create_time())


def servers(var_dir: Path) -> list[tuple[int, Ending]]:
    """Embedded servers that serve this var directory, whoever started them, and how to end them."""
    found = (
        (_serving(var_dir / "postgres", "postmaster.pid"), POSTGRES_ENDING),
        (_serving(var_dir / "redis", "redis.pid"), REDIS_ENDING),
    )
    return [(pid, ending) for pid, ending in found if pid is not None]


def clear(var_dir: Path) -> int:
    """Stop everything that still runs on this var directory; how many processes that were.

    Only for the holder of the run lock: then whatever runs has lost its parent.
    """
    count = end_supervised(var_dir)
    found = servers(var_dir)
    for pid, ending in found:
        end_process(pid, ending, seconds=10)
    return count + len(found)


def end_supervised(var_dir: Path) -> int:
    """The supervisor goes first, or it would start again what we stop."""
    processes = supervised(var_dir)
    if processes:
        end_process(processes[0].pid, (signal.SIGTERM, signal.SIGKILL), seconds=8)
    for process in supervised(var_dir):
        end_process(process.pid, (signal.SIGKILL, signal.SIGKILL), seconds=1)
    return len(processes)


def _mark(process: psutil.Process) -> str | None:
    try:
        mark: str | None = process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None
    return mark


def _serving(data: Path, pid_file: str) -> int | None:
    """Both servers work in their data directory. A stale file may name a process of somebody else."""
    try:
        pid = int((data / pid_file).read_text().split("\n", 1)[0])
        return pid if psutil.Process(pid).cwd() == str(data) else None
    except (OSError, ValueError, psutil.Error):
        return None
