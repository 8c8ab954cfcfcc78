"""The product's programs as processes of their own, on a clock that stands still."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bench.town import settings_of
from queueing.runtime.ports import answers
from queueing.settings import Settings, project_root

WEB, PROJECTOR = "bench.webhook_web", "bench.webhook_projector"
_PATIENCE = 60.0


def settings_with_port(url: str, var_dir: Path, **more: object) -> Settings:
    """The settings of a bench with a free port of this machine, at which it is also reached from outside."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = settings_of(url, var_dir, port=port, host="127.0.0.1", **more)
    return replace(settings, public_url=f"http://127.0.0.1:{port}", port_given=True)


@contextmanager
def process(module: str, settings: Settings, now: datetime) -> Iterator[int]:
    """A program for the length of a block; the number of its process."""
    with subprocess.Popen(
        [sys.executable, "-m", module, now.isoformat()],
        cwd=project_root(),
        env={**os.environ, **settings.to_env()},
        stdout=subprocess.DEVNULL,
    ) as running:
        try:
            yield running.pid
        finally:
            running.kill()


def wait_for_web(settings: Settings) -> None:
    """Until the web answers."""
    deadline = time.monotonic() + _PATIENCE
    while not answers(settings):
        if time.monotonic() > deadline:
            raise RuntimeError("the web did not start")
        time.sleep(0.1)
