"""A town to measure messages in: the configured season, open, with made-up holders in vault and log."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

from psycopg.conninfo import conninfo_to_dict

from queueing.importing import import_employers, import_holders
from queueing.people.synthetic import employer_rows, people
from queueing.policies.opening import opening
from queueing.projections.message_rules import Intent, reference
from queueing.projections.messages import insert
from queueing.rehearsal.rehearse import COHORTS
from queueing.season.employers import read_employers
from queueing.season.load import default_directory, load_season
from queueing.settings import Settings
from queueing.system import System, open_system
from queueing.tables import migrate

SEED = 7
KEY = base64.b64encode(bytes(32)).decode()
"""The people are made up, and so is the key that seals them."""


def as_url(conninfo: str) -> str:
    """A connection string as an address, which is what a setting has to be."""
    return conninfo if "://" in conninfo else f"postgresql:///?{urlencode(conninfo_to_dict(conninfo))}"


def settings_of(url: str, var_dir: Path, **more: object) -> Settings:
    """The settings of a bench: this installation's, on a database of its own."""
    given = replace(
        Settings.from_env(), database_url=as_url(url), var_dir=var_dir, master_key=KEY, sms="local"
    )
    return replace(given, **more)  # type: ignore[arg-type]


def daytime() -> datetime:
    """A moment of the season when messages may leave."""
    return datetime.combine(load_season(default_directory()).first_day + timedelta(days=40), time(11))


@contextmanager
def town(url: str, var_dir: Path, holders: int) -> Iterator[System]:
    """An open system with so many holders, all of whom have a mobile."""
    migrate(url)
    season = load_season(default_directory())
    now = datetime.combine(season.first_day, time(12)) - timedelta(days=1)
    with closing(open_system(settings_of(url, var_dir), clock=lambda: now, season=season)) as system:
        system.desk.handle(opening(season), by="system", via="system")
        names = {row.id: row.name for row in read_employers(default_directory() / "employers.csv")}
        import_employers(system, employer_rows(names, SEED), by="system")
        rows = people(holders, SEED, COHORTS, sorted(names), on=season.first_day)
        import_holders(system, rows, by="system")
        yield system


def reachable(system: System) -> list[str]:
    """The cards whose holders get messages."""
    with system.desk.view() as state:
        return sorted(card for card, known in state.cards.items() if known.reach)


def remind(system: System, cards: list[str], now: datetime, first: int = 0) -> list[UUID]:
    """A reminder for each, due now."""
    when = (now + timedelta(days=1)).isoformat()
    intents = [
        Intent(
            ref=reference(0, f"bench/{card}", first + number),
            position=0,
            template="reminder_day",
            kind="reminder",
            params={"when": when},
            card=card,
            created=now,
            due_at=now,
            expires_at=now + timedelta(hours=10),
        )
        for number, card in enumerate(cards)
    ]
    with system.pool.connection() as connection:
        for start in range(0, len(intents), 5000):
            insert(connection.cursor(), intents[start : start + 5000])
        connection.execute("ANALYZE messages")
    return [intent.ref for intent in intents]
