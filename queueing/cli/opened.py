"""For commands that need the whole system: services, tables and parts, for the length of a block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from queueing.runtime.connect import services
from queueing.settings import Settings
from queueing.system import System, open_system


@contextmanager
def opened_system() -> Iterator[System]:
    """The system of this installation, beside a running one or alone."""
    settings = Settings.from_env()
    with services(settings) as urls:
        system = open_system(replace(settings, database_url=urls.database, redis_url=urls.redis))
        try:
            yield system
        finally:
            system.close()
