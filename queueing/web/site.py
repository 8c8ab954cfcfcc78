"""What the pages share: the open system, the templates, the secret, and a connection."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

import psycopg
from fastapi import Depends, Request
from jinja2 import Environment
from psycopg.rows import tuple_row

from queueing.projections.queries import DayLoad, TodayEntry
from queueing.sms.filling import renderer
from queueing.sms.inbound import Inbound, receive_many
from queueing.system import System
from queueing.web.films import Films
from queueing.web.gathering import Gathering
from queueing.web.live import Live
from queueing.web.rendering import environment

PATIENCE = 4.0
"""Seconds to wait for a connection before saying that the system can't be reached."""


@dataclass(frozen=True)
class Site:
    """One running web. `demo`: a demonstration, where made-up people's phones may be looked at."""

    system: System
    secret: bytes
    demo: bool
    templates: Environment
    live: Live
    films: Films
    hearing: Gathering[Inbound, str | None]
    loads: dict[tuple[date, date], tuple[Hashable, list[DayLoad]]] = field(default_factory=dict)
    """How busy spans of days are, and the state of the tables it was counted from."""
    entries: dict[date, tuple[Hashable, list[TodayEntry]]] = field(default_factory=dict)
    """Who a day is about, and the state of the tables it was read from."""

    @property
    def secure(self) -> bool:
        """Whether people reach us by HTTPS, so that cookies may insist on it."""
        return self.system.public_url.startswith("https:")

    def now(self) -> datetime:
        """The branch's time."""
        return self.system.clock()

    def today(self) -> date:
        """The branch's day."""
        return self.now().date()

    @contextmanager
    def db(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection, or psycopg's PoolTimeout soon."""
        with self.system.pool.connection(timeout=PATIENCE) as connection:
            yield connection


def make_site(system: System, *, demo: bool) -> Site:
    """The site of an open system. Messages that are not fit to be sent stop the start."""
    renderer(system)
    with (
        system.pool.connection(timeout=PATIENCE) as connection,
        connection.cursor(row_factory=tuple_row) as cursor,
    ):
        row = cursor.execute("SELECT secret FROM web_secret").fetchone()
    if row is None:
        raise RuntimeError("the web's tables are not migrated")
    return Site(
        system=system,
        secret=bytes(row[0]),
        demo=demo,
        templates=environment(),
        live=Live(system.url),
        films=Films(system.url, system.log, system.season.branch.id),
        hearing=Gathering(lambda some: receive_many(system, some, system.clock())),
    )


def site_of(request: Request) -> Site:
    """The site this request came to."""
    site: Site = request.app.state.site
    return site


TheSite = Annotated[Site, Depends(site_of)]
