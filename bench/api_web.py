"""The web of the API bench: the product's, on the bench's clock."""

from __future__ import annotations

from contextlib import closing

import uvicorn

from bench.stage import NOW
from queueing.season.load import default_directory, load_season
from queueing.settings import Settings
from queueing.system import open_system
from queueing.web.app import create_app


def main() -> None:
    """Serve until killed."""
    settings = Settings.from_env()
    with closing(open_system(settings, clock=lambda: NOW, season=load_season(default_directory()))) as system:
        app = create_app(system, demo=False)
        uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
