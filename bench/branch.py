"""A busy branch for the benches of the web: its database, its settings with a free port, and its parts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.busy import NOW, fill
from bench.served import settings_with_port
from queueing.season.load import default_directory, load_season
from queueing.settings import Settings
from queueing.system import System, open_system
from queueing.web import tables


@contextmanager
def busy_branch(url: str, holders: int, tell: Callable[[str], None]) -> Iterator[Settings]:
    """Fill the (empty) database of `url` up to `NOW`; the settings with which programs serve it, for the
    length of a block."""
    with tempfile.TemporaryDirectory(prefix="queueing-bench-") as directory:
        fill(url, Path(directory), holders, tell)
        settings = settings_with_port(url, Path(directory))
        tables.migrate(settings.database_url or "")
        yield settings


def opened(settings: Settings) -> System:
    """The branch's parts in this process, on a clock that stands at `NOW`. Close it when done."""
    return open_system(settings, clock=lambda: NOW, season=load_season(default_directory()))
