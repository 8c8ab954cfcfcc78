"""A whole rehearsal: a database of its own, a season, synthetic people, the play, the report."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from time import monotonic
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from queueing.importing import import_employers, import_holders
from queueing.people.synthetic import employer_rows, people
from queueing.policies.opening import opening
from queueing.projections.registry import all_projections
from queueing.projections.runner import Projector
from queueing.rehearsal.parts import without
from queueing.rehearsal.personas import Behaviour, Habits
from queueing.rehearsal.play import Play
from queueing.rehearsal.report import Played, Report, report
from queueing.rehearsal.stage import RehearsalClock, Stage
from queueing.season.employers import read_employers
from queueing.season.load import default_directory
from queueing.season.model import Season
from queueing.settings import Settings
from queueing.system import System, open_system
from queueing.tables import migrate

COHORTS = {"danwei": 0.36, "getihu": 0.08, "xiaowei": 0.07, "daobi": 0.06, "tuoguan": 0.24, "jumin": 0.19}
"""Shares of the holders by cohort (assumed; the article gives none)."""
SENDING = frozenset({"messages"})
"""The read models that sending looks at: of the cards it asks the desk."""
Progress = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is rehearsed."""

    holders: int
    seed: int
    season: Season
    season_dir: Path = field(default_factory=default_directory)
    habits: Habits = field(default_factory=Habits)
    without: frozenset[str] = frozenset()
    """Parts of crowd control that are left out (`parts.PARTS`)."""
    cohorts: Mapping[str, float] = field(default_factory=lambda: COHORTS)
    """Shares of the holders."""
    rumour: tuple[date, ...] | None = None
    """The days of the rumour; None: the usual ones."""
    stop: date | None = None
    """The day on whose morning the play ends; None: the one after the season's last."""

    def as_played(self) -> Plan:
        """The same plan with the season as it is without those parts; without reminders nobody reads one."""
        habits = replace(self.habits, reminded=None) if "reminders" in self.without else self.habits
        return replace(self, season=without(self.season, self.without), habits=habits)


def rumour_days(season: Season) -> tuple[date, ...]:
    """The three days from the Monday after the season opened on which a rumour runs."""
    first = season.first_day + timedelta(days=7 - season.first_day.weekday())
    return tuple(first + timedelta(days=number) for number in range(3))


@contextmanager
def own_database(url: str, *, keep: bool = False, durable: bool = True) -> Iterator[str]:
    """A new database beside the one of `url`, dropped afterwards unless it is kept. One that is not
    `durable` does not wait for the disk: a rehearsal that a power cut interrupts is simply played again."""
    name = f"rehearsal_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        if not durable:
            connection.execute(
                sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name))
            )
    try:
        yield make_conninfo(url, dbname=name)
    finally:
        if not keep:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def rehearse(settings: Settings, url: str, plan: Plan, progress: Progress = lambda now: None) -> Report:
    """Play the whole season in the (empty) database of `url` and report. Deterministic but for `seconds`."""
    started = monotonic()
    plan = plan.as_played()
    migrate(url)
    key = base64.b64encode(hashlib.sha256(f"rehearsal {plan.seed}".encode()).digest()).decode()
    opening_time = datetime.combine(plan.season.first_day, time()) - timedelta(days=1)
    clock = RehearsalClock(opening_time + timedelta(hours=12))
    system = open_system(
        replace(settings, database_url=url, master_key=key, sms="local"),
        clock=clock,
        season=plan.season,
        alone=True,
    )
    try:
        with closing(prepare_play(system, clock, plan)) as play:
            day = plan.stop or plan.season.last_day + timedelta(days=1)
            play.until(datetime.combine(day, time(8)), progress)
            return report(system, plan.seed, monotonic() - started, _played(play, plan))
    finally:
        system.close()


def prepare_play(system: System, clock: RehearsalClock, plan: Plan) -> Play:
    """Open the season, register employers and holders, and give the holders their habits."""
    system.desk.handle(opening(plan.season), by="system", via="system")
    employers = {row.id: row.name for row in read_employers(plan.season_dir / "employers.csv")}
    import_employers(system, employer_rows(employers, plan.seed), by="system")
    rows = list(people(plan.holders, plan.seed, plan.cohorts, sorted(employers), on=plan.season.first_day))
    ids = _card_ids(plan.seed)
    imported = import_holders(system, rows, by="system", new_id=lambda: next(ids))
    behaviour = Behaviour(Random(plan.seed), plan.habits)
    personas = {
        card: behaviour.persona(card, row)
        for row in rows
        if (card := imported.cards.get(row.line)) is not None
    }
    views = all_projections(plan.season)
    sending, showing = (
        Projector(system.url, [view for view in views if (view.name in SENDING) is needed], system.log)
        for needed in (True, False)
    )
    sending.migrate()
    showing.migrate()
    rumour = rumour_days(plan.season) if plan.rumour is None else plan.rumour
    return Play(Stage(system, clock, behaviour, personas), sending, showing, rumour, plan.without)


def _played(play: Play, plan: Plan) -> Played:
    return Played(tuple(sorted(plan.without)), play.rumour, play.without_seat, play.unheard)


def _card_ids(seed: int) -> Iterator[str]:
    """Opaque ids that are the same for the same seed."""
    number = 0
    while True:
        number += 1
        digest = hashlib.sha256(f"{seed}/{number}".encode()).digest()
        yield "c" + base64.b32encode(digest)[:10].decode().lower()
