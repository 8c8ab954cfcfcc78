"""The projector of the webhook bench: the product's."""

from __future__ import annotations

from contextlib import closing
from threading import Event

from queueing.log import EventLog
from queueing.projections.registry import all_projections
from queueing.projections.runner import Projector
from queueing.season.load import default_directory, load_season
from queueing.settings import Settings


def main() -> None:
    """Follow the log until killed."""
    url = Settings.from_env().database_url or ""
    with (
        closing(EventLog(url)) as log,
        closing(Projector(url, all_projections(load_season(default_directory())), log)) as views,
    ):
        views.run(Event())


if __name__ == "__main__":
    main()
