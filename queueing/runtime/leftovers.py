"""Processes of a run that was killed before it could stop them."""

import signal
from pathlib import Path

import psutil

from queueing.runtime import embedded, pgcluster
from queueing.runtime.server import end_process

# Set in the environment of every supervised process, and inherited by whatever those start.
MARK = "QUEUEING_RUN"


def supervised(var_dir: Path) -> list[psutil.Process]:
    """Supervised processes of this var directory that are alive, the supervisor first."""
    found = [process for process in psutil.process_iter() if _mark(process) == str(var_dir)]
    return sorted(found, key=lambda process: process.create_time())


def clear(var_dir: Path) -> int:
    """Stop everything that still runs on this var directory; how many processes that were.

    Only for the holder of the run lock: then whatever runs has lost its parent.
    """
    count = end_supervised(var_dir)
    servers = [
        (pgcluster.leftover(var_dir / "postgres"), signal.SIGINT, signal.SIGQUIT),
        (embedded.redis_leftover(var_dir), signal.SIGTERM, signal.SIGKILL),
    ]
    for pid, stop_signal, kill_signal in servers:
        if pid is not None:
            end_process(pid, stop_signal, kill_signal, seconds=10)
            count += 1
    return count


def end_supervised(var_dir: Path) -> int:
    """The supervisor goes first, or it would start again what we stop."""
    processes = supervised(var_dir)
    if processes:
        end_process(processes[0].pid, signal.SIGTERM, signal.SIGKILL, seconds=8)
    for process in supervised(var_dir):
        end_process(process.pid, signal.SIGKILL, signal.SIGKILL, seconds=1)
    return len(processes)


def _mark(process: psutil.Process) -> str | None:
    try:
        mark: str | None = process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None
    return mark
