"""The web of the webhook bench: the product's, on a clock that stands still at the time given."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import datetime

import uvicorn

from queueing.season.load import default_directory, load_season
from queueing.settings import Settings
from queueing.system import open_system
from queueing.web.app import create_app


def main(now: datetime) -> None:
    """Serve until killed."""
    settings = Settings.from_env()
    with closing(open_system(settings, clock=lambda: now, season=load_season(default_directory()))) as system:
        uvicorn.run(
            create_app(system), host=settings.host, port=settings.port, log_level="warning", access_log=False
        )


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]))
