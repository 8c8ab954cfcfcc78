"""A web process that kills itself "before" a decision or "after" it, with its answer still to be written; or
"before-change" or "after-change", around the end of the transaction that changes a table."""

import asyncio
import os
import signal
import socket
import sys
from typing import Any

import uvicorn

from queueing.log.desk import Desk
from queueing.season.load import default_directory, load_season
from queueing.settings import Settings
from queueing.system import open_system
from queueing.web.api import ledger, route
from queueing.web.api.ledger import Ledger
from queueing.web.app import create_app
from tests.web.world import KEY, Clock


async def _die(*_: Any, **__: Any) -> None:
    await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGKILL)


def _killed(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(when: str) -> None:
    """Serve until the first request with a key."""
    if when == "before-change":
        ledger.keep = _killed
    elif when == "after-change":
        route._json = _killed  # type: ignore[assignment]
    elif when == "before":
        Desk.ask = _die  # type: ignore[assignment,method-assign]
    else:
        Ledger.finish = _die  # type: ignore[method-assign]
    settings = Settings.from_env({**os.environ, "MASTER_KEY": KEY})
    system = open_system(settings, clock=Clock(), season=load_season(default_directory()))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)  # noqa: T201
        config = uvicorn.Config(create_app(system, demo=False), log_level="error", ws="none")
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main(sys.argv[1])
