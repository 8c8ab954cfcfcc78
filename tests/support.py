"""A whole branch for tests: the real database, log, desk, read models, outbox and local gateway, on a clock
that stands still until it is moved.

The season is a short one (4 to 29 June 2018, the sweep on the 20th) with few, small slots. A database with
it is prepared once a session and copied for each test.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from msgspec.structs import replace

from queueing.domain import Command, Event, State
from queueing.domain.booking import BookSlot
from queueing.domain.employers import RegisterEmployers
from queueing.domain.holders import NewCard, RegisterCards
from queueing.domain.state import Card
from queueing.log import Outcome
from queueing.people.idnumber import make_id_number
from queueing.people.person import EmployerContact, PersonRecord
from queueing.policies import runner
from queueing.policies.opening import opening
from queueing.projections.registry import all_projections
from queueing.projections.runner import Projector
from queueing.season.load import load_season
from queueing.season.model import Reserves, Season, Wave
from queueing.settings import Settings
from queueing.sms.gateways.choice import gateway
from queueing.sms.gateways.local import messages_of
from queueing.sms.gateways.port import Gateway
from queueing.sms.inbound import receive
from queueing.sms.outbox import send_all
from queueing.system import System, open_system
from queueing.tables import migrate

CONFIG = Path(__file__).parents[1] / "config"
MASTER_KEY = base64.b64encode(bytes(range(32))).decode()
FIRST_DAY, SWEEP_DAY, LAST_CALL, LAST_DAY = (
    date(2018, 6, 4),
    date(2018, 6, 20),
    date(2018, 6, 28),
    date(2018, 6, 29),
)
MORNING = datetime(2018, 6, 5, 9)
"""A Tuesday, the second day of the season."""


@dataclass(frozen=True)
class Somebody:
    """A holder who does not exist."""

    card: str
    name: str
    phone: str = ""
    cohort: str = "getihu"
    employer: str = ""
    band: str = "70"
    contact_phone: str = ""

    def record(self, seq: int) -> PersonRecord:
        number = make_id_number("999999", date(1948, 3, 9), seq)
        return PersonRecord(
            id_number=number, name=self.name, phone=self.phone, contact_phone=self.contact_phone
        )

    def new_card(self) -> NewCard:
        channel = "employer" if self.employer else "self"
        reach = bool(self.phone or self.contact_phone)
        return NewCard(self.card, self.cohort, channel, self.employer, self.band, False, reach)


WANG = Somebody("c-wang", "王小兰", "15400000001")
LI = Somebody("c-li", "李建国", "15400000002", cohort="jumin")
ZHANG = Somebody("c-zhang", "张大海", "15400000003")
LIU = Somebody("c-liu", "刘桂英", "15400000003")
ZHAO = Somebody("c-zhao", "赵文军", "15400000004", cohort="danwei", employer="e001")
QIAN = Somebody("c-qian", "钱玉珍", "", band="90")
SUN = Somebody("c-sun", "孙福成", "15400000005", contact_phone="15400000006")
ZHOU = Somebody("c-zhou", "周秀芳", "15400000007", cohort="danwei", employer="e002")
PEOPLE = (WANG, LI, ZHANG, LIU, ZHAO, QIAN, SUN, ZHOU)
"""Wang and Sun by themselves (Sun's child helps), Li's turn comes later, Zhang and Liu share a phone, Zhao's
and Zhou's employers collect for them, and Qian has no phone."""

EMPLOYERS = {"e001": "文登纺织厂", "e002": "文登机械厂"}


def short_season() -> Season:
    """The configured season, cut to four weeks and to one window, without reserved places or walk-ins."""
    season = load_season(CONFIG)
    opens = {"may": FIRST_DAY, "june": date(2018, 6, 11), "july": SWEEP_DAY}
    return replace(
        season,
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        waves=tuple(replace(wave, opens=opens[wave.id]) for wave in season.waves),
        sweep=replace(season.sweep, date=SWEEP_DAY, repeat_every_days=3, last_call=LAST_CALL),
        capacity=replace(
            season.capacity,
            windows=1,
            slot_minutes=30,
            service_minutes=5,
            load=1.0,
            show_rate=1.0,
            first_slot_factor=1.0,
            walk_ins_per_day=0,
            walk_in_places_per_day=8,
        ),
        reserves=Reserves(overflow_hours_before=24),
    )


def wave(season: Season, name: str) -> Wave:
    """A wave of a season."""
    return season.wave(name)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now

    def at(self, text: str) -> datetime:
        """Set it: "06-05 09:00"."""
        self.now = moment(text)
        return self.now

    def forward(self, **amount: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**amount)
        return self.now


def moment(text: str) -> datetime:
    """ "06-05 09:00" of 2018."""
    return datetime.strptime(f"2018-{text}", "%Y-%m-%d %H:%M")


@dataclass
class Branch:
    """An open branch and its phones."""

    system: System
    clock: Clock
    projector: Projector
    gateway: Gateway
    _sids: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def now(self) -> datetime:
        return self.clock.now

    # --- what happens ---

    def ask(self, command: Command, via: str = "counter", by: str = "staff:lin") -> Outcome:
        """Have something decided now."""
        return self.system.desk.handle(command, by=by, via=via, now=self.now)

    def book(self, who: Somebody, slot: str, via: str = "web") -> None:
        """A holder takes a place."""
        self.ask(BookSlot(who.card, slot), via=via, by="holder")

    def run(self, *policies: str) -> int:
        """Run policies (all when none is named); how many events followed."""
        if not policies:
            return sum(runner.run_all(self.system, self.now).values())
        return sum(runner.run(self.system, name, self.now) for name in policies)

    def pump(self) -> Counter[str]:
        """What follows from the facts: the read models catch up, and what is due is sent."""
        self.projector.catch_up()
        return send_all(self.system, self.gateway, self.now)

    def day(self, text: str) -> None:
        """A day of the schedule: every policy once an hour from 7 to 21, and what is due leaves."""
        for hour in range(7, 22):
            self.clock.now = moment(f"{text} {hour:02}:00")
            self.run()
            self.pump()

    # --- messages ---

    def hears(self, phone: str, text: str, sid: str = "") -> str | None:
        """A message comes in."""
        return receive(self.system, phone, text, sid or f"sid{next(self._sids)}", self.now)

    def sms(self, phone: str, text: str, sid: str = "") -> list[str]:
        """Somebody writes; what their phone shows as new after it."""
        cards = self.system.vault.find_by_phone(phone)
        before = len(self.inbox(*cards))
        self.hears(phone, text, sid)
        self.pump()
        return self.inbox(*cards)[before:]

    def inbox(self, *cards: str) -> list[str]:
        """What the branch wrote to the phone of these cards, without the signature."""
        with self.system.pool.connection() as connection:
            bubbles = messages_of(connection, cards)
        return [one.text.removeprefix("【工行昆仑所】") for one in bubbles if one.direction == "out"]

    def outbox(self, who: Somebody | str) -> list[tuple[str, str, str]]:
        """(template, state, reason) of the messages to somebody or to an employer, by the order of facts."""
        name = who if isinstance(who, str) else who.card
        return [
            (str(row[0]), str(row[1]), str(row[2]))
            for row in self.rows(
                "SELECT template, state, reason FROM messages WHERE card = %s OR employer = %s"
                " ORDER BY created, position, due_at, template",
                name,
                name,
            )
        ]

    def sent(self, who: Somebody | str) -> list[str]:
        """The templates of what left for somebody."""
        return [template for template, state, _ in self.outbox(who) if state == "accepted"]

    # --- looking ---

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with self.system.pool.connection() as connection:
            return connection.execute(statement, values).fetchall()  # type: ignore[arg-type]

    def run_sql(self, statement: str, *values: Any) -> None:
        """Change the database."""
        with self.system.pool.connection() as connection:
            connection.execute(statement, values or None)  # type: ignore[arg-type]

    def card(self, who: Somebody) -> Card:
        """What the desk knows of a card."""
        with self.system.desk.view() as state:
            return state.cards[who.card]

    def state(self) -> State:
        """What the desk knows."""
        with self.system.desk.view() as state:
            return state

    def facts(self, *kinds: type[Event]) -> list[Any]:
        """The events of these kinds (all when none is named), in order."""
        return [event for _, event in self.system.log.read_all() if not kinds or isinstance(event, kinds)]


def settings(url: str, var_dir: Path, **environment: str) -> Settings:
    """The settings of a test's installation."""
    return Settings.from_env(
        {"DATABASE_URL": url, "VAR_DIR": str(var_dir), "MASTER_KEY": MASTER_KEY, **environment}
    )


def enrol(system: System, people: Sequence[Somebody], first_seq: int = 1) -> None:
    """Put people into the vault and their cards into the log."""
    cards = iter([one.card for one in people])
    for seq, one in enumerate(people, first_seq):
        system.vault.put_many([one.record(seq)], lambda: next(cards))
    system.desk.handle(RegisterCards(tuple(one.new_card() for one in people)), by="system", via="system")


def prepare(url: str, var_dir: Path) -> None:
    """Open the short season with its employers and people in an empty database."""
    migrate(url)
    system = open_system(settings(url, var_dir), clock=Clock(moment("06-03 12:00")), season=short_season())
    try:
        system.desk.handle(opening(system.season), by="system", via="system")
        system.desk.handle(RegisterEmployers(tuple(EMPLOYERS.items())), by="system", via="system")
        contacts = (
            EmployerContact(employer=e, name="孙经办", phone=f"1540000009{n}")
            for n, e in enumerate(EMPLOYERS)
        )
        system.vault.put_employer_contacts(contacts)
        enrol(system, PEOPLE)
    finally:
        system.close()


def on_server(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def database(server: str, template: str = "template0") -> Iterator[str]:
    """A database of its own, a copy of another one."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield on_server(server, name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def opened(
    url: str,
    var_dir: Path,
    clock: Clock | None = None,
    season: Season | None = None,
    **environment: str,
) -> Iterator[Branch]:
    """The branch of a prepared database."""
    clock = clock or Clock()
    season = season or short_season()
    system = open_system(settings(url, var_dir, **environment), clock=clock, season=season)
    try:
        with closing(Projector(url, all_projections(season), system.log)) as projector:
            yield Branch(system, clock, projector, gateway(system))
    finally:
        system.close()


@pytest.fixture(scope="session")
def prepared(pg_server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database with the short season, to be copied."""
    with database(pg_server_url) as url:
        prepare(url, tmp_path_factory.mktemp("prepared"))
        yield urlsplit(url).path.removeprefix("/")


@pytest.fixture
def branch_url(pg_server_url: str, prepared: str) -> Iterator[str]:
    """A fresh database with the short season open."""
    with database(pg_server_url, prepared) as url:
        yield url


@pytest.fixture
def branch(branch_url: str, tmp_path: Path) -> Iterator[Branch]:
    """The branch on its second morning: the first wave's turn has come."""
    with opened(branch_url, tmp_path) as branch:
        branch.projector.catch_up()
        yield branch


def at_noon(day: date) -> datetime:
    """A moment of a day."""
    return datetime.combine(day, time(12))


def crowd(
    branch: Branch, size: int, cohort: str = "getihu", prefix: str = "c-g", employer: str = ""
) -> list[Somebody]:
    """So many more holders of a cohort."""
    kind = sum(ord(letter) for letter in prefix + cohort) % 90 + 10
    people = [
        Somebody(
            f"{prefix}{number:03d}",
            f"王{'一二三四五六七八九十'[number % 10]}{'兰英芳秀桂玉凤莲珍梅'[number // 10 % 10]}",
            f"154{kind}{number:06d}",
            cohort=cohort,
            employer=employer,
        )
        for number in range(size)
    ]
    enrol(branch.system, people, first_seq=100 + kind * 8)
    return people
