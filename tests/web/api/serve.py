"""One more web process of a branch, on the tests' clock."""

import os
import socket

import uvicorn

from queueing.season.load import default_directory, load_season
from queueing.settings import Settings
from queueing.system import open_system
from queueing.web.app import create_app
from tests.web.world import KEY, Clock


def main() -> None:
    """Serve until killed; the address is said first."""
    settings = Settings.from_env({**os.environ, "MASTER_KEY": KEY})
    system = open_system(settings, clock=Clock(), season=load_season(default_directory()))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)  # noqa: T201
        config = uvicorn.Config(create_app(system, demo=False), log_level="error", ws="none")
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
