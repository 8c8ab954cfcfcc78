"""One server process that is ours: started, asked whether it answers, stopped."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil

from queueing.errors import UserError
from queueing.runtime.paths import make_private_dir

# The signal that asks a process to end, and the one for a process that does not listen.
Ending = tuple[signal.Signals, signal.Signals]

_START_SECONDS = 180.0  # recovery after a crash replays the write-ahead log first


@dataclass
class Server:
    """One embedded server process: start, stop, and start again after it died."""

    name: str
    url: str
    command: list[str]
    log: Path
    answers: Callable[[], bool]
    ending: Ending
    credentials: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        make_private_dir(self.log.parent)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the parent, which stops the servers last
                **self.credentials,
            )
        deadline = monotonic() + _START_SECONDS
        while not self.answers():
            if not self.alive() or monotonic() > deadline:
                self.stop()
                raise UserError(f"内置的 {self.name} 没有启动：原因见 {self.log}。")
            sleep(0.02)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds: float = 5.0) -> None:
        if self.process is None:
            return
        end_process(self.process.pid, self.ending, seconds)
        self.process.wait()
        self.process = None


def end_process(pid: int, ending: Ending, seconds: float) -> None:
    """Ask a process to end; when the time is over, end it. Returns when it runs no more."""
    try:
        process = psutil.Process(pid)
        process.send_signal(ending[0])
        if not _ends(process, seconds):
            process.send_signal(ending[1])
            _ends(process, seconds)
    except psutil.NoSuchProcess:
        return


def _ends(process: psutil.Process, seconds: float) -> bool:
    """A zombie has ended: whoever has to collect it, perhaps a careless init, may take its time."""
    deadline = monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if monotonic() > deadline:
            return False
        sleep(0.02)
    return True


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Run a server for the length of a block."""
    try:
        server.start()
        yield server
    finally:
        server.stop()
