"""A branch with a running web server on a real database, a clock to set, and browsers to visit it."""

import base64
import hashlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psycopg
import uvicorn

from queueing.domain import Command
from queueing.domain.employers import HandToEmployer, RegisterEmployers
from queueing.domain.holders import NewCard, RegisterCards
from queueing.log.desk import Outcome
from queueing.people.idnumber import make_id_number
from queueing.people.person import PersonRecord
from queueing.policies.opening import opening
from queueing.projections.registry import all_projections
from queueing.projections.runner import Projector
from queueing.season.load import default_directory, load_season
from queueing.settings import Settings
from queueing.system import System, open_system
from queueing.tables import migrate
from queueing.web import staff, tables
from queueing.web.app import create_app
from tests.patience import PATIENCE, eventually

TUESDAY = datetime(2018, 6, 5, 9, 0)
PASSWORD = "a long enough one"
KEY = base64.b64encode(hashlib.sha256(b"web tests").digest()).decode()
TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


@dataclass
class Clock:
    """Stands still until it is set."""

    now: datetime = TUESDAY

    def __call__(self) -> datetime:
        return self.now


class Browser:
    """Keeps cookies, follows redirects, and sends forms as the last page allows."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, follow_redirects=True, timeout=PATIENCE)
        self.page = httpx.Response(200, text="")

    def get(self, path: str, **query: Any) -> httpx.Response:
        self.page = self.http.get(path, params=query or None)
        return self.page

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        if not TOKEN.search(self.page.text):
            self.get("/staff" if not path.startswith(("/book", "/my")) else "/book")
        found = TOKEN.search(self.page.text)
        token = found.group(1) if found else ""
        self.page = self.http.post(path, data={"form_token": token, **(data or {})}, **more)
        return self.page

    @property
    def text(self) -> str:
        """The page as read: without tags, with single blanks."""
        body = re.sub(r"<(script|style)\b.*?</\1>", " ", self.page.text, flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.page.text, re.DOTALL)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", found.group(1)))).strip() if found else ""

    def values(self, name: str) -> list[str]:
        """The values of all fields and buttons of a name."""
        return re.findall(rf'name="{name}"[^>]*? value="([^"]*)"', self.page.text)

    def close(self) -> None:
        self.http.close()


@dataclass
class World:
    """Everything a test needs. Each test takes people of its own."""

    system: System
    projector: Projector
    clock: Clock
    url: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    browsers: list[Browser] = field(default_factory=list)

    def at(self, now: datetime) -> None:
        self.clock.now = now

    def person(self, name: str = "王小兰", cohort: str = "tuoguan", **fields: Any) -> str:
        """A new holder's card. `phone` is made up unless given; `employer` makes it an employer's."""
        number = next(self.numbers)
        day = date(1948, 1 + number % 12, 1 + number % 28)
        record = PersonRecord(
            id_number=make_id_number("999999", day, number % 1000),
            name=name,
            phone=fields.pop("phone", f"154{number:08d}"),
            contact_phone=fields.pop("contact_phone", ""),
        )
        card = self.system.vault.put_many([record])[0].card
        employer = fields.pop("employer", "")
        channel = "employer" if employer else "self"
        self.do(RegisterCards((NewCard(card, cohort, channel, employer=employer, **fields),)))
        return card

    def phone(self, card: str) -> str:
        person = self.system.vault.get(card)
        assert person is not None
        return person.phone

    def employer(self, employer: str, *names: str, handed: bool = False) -> list[str]:
        """An employer and its retirees' cards."""
        self.do(RegisterEmployers(((employer, f"文登{employer}厂"),)))
        cards = [self.person(name, cohort="danwei", employer=employer) for name in names]
        if handed:
            self.do(HandToEmployer(employer, clerk_id_seen=True, seal="company"))
        return cards

    def do(self, command: Command, by: str = "staff:test", via: str = "counter") -> Outcome:
        return self.system.desk.handle(command, by=by, via=via)

    def card(self, card: str) -> Any:
        with self.system.desk.view() as state:
            return state.cards[card]

    def catch_up(self) -> None:
        while self.projector.catch_up():
            pass

    def browser(self) -> Browser:
        browser = Browser(self.url)
        self.browsers.append(browser)
        return browser

    def close_browsers(self) -> None:
        while self.browsers:
            self.browsers.pop().close()

    def signed_in(self, role: str, employer: str = "") -> Browser:
        """A browser in which somebody of this role signed in."""
        login = f"{role}{employer}{next(self.numbers)}"
        with psycopg.connect(self.system.url, autocommit=True) as conn:
            staff.add_account(conn, login, role, PASSWORD, employer)
        browser = self.browser()
        browser.get("/staff")
        browser.post("/staff", {"login": login, "password": PASSWORD})
        assert browser.page.status_code == 200, browser.text
        return browser

    def code_for(self, phone: str) -> str:
        """The last code that is on its way to a phone."""
        cards = self.system.vault.find_by_phone(phone)
        with psycopg.connect(self.system.url) as conn:
            row = conn.execute(
                "SELECT params ->> 'code' FROM messages WHERE template = 'code' AND card = ANY(%s)"
                " ORDER BY ctid DESC LIMIT 1",
                (cards,),
            ).fetchone()
        return str(row[0]) if row else ""

    def holder(self, card: str) -> Browser:
        """A browser in which the holder of a card told who they are."""
        browser = self.browser()
        phone = self.phone(card)
        browser.get("/book")
        browser.post("/book", {"phone": phone})
        browser.post("/book/code", {"code": self.code_for(phone)})
        return browser


@contextmanager
def running_world(pg_url: str, directory: Path, *, demo: bool = False) -> Iterator[World]:
    """An open season at its third week, and the web in front of it."""
    migrate(pg_url)
    tables.migrate(pg_url)
    clock = Clock()
    season = load_season(default_directory())
    settings = Settings.from_env({"VAR_DIR": str(directory), "DATABASE_URL": pg_url, "MASTER_KEY": KEY})
    system = open_system(settings, clock=clock, season=season)
    try:
        system.desk.handle(opening(season), by="system", via="system")
        projector = Projector(pg_url, all_projections(season), system.log)
        projector.migrate()
        with serving(create_app(system, demo=demo)) as url:
            yield World(system, projector, clock, url)
        projector.close()
    finally:
        system.close()


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port that nobody else gets for the length of a block, though nobody listens on it: a server may."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@contextmanager
def serving(app: Any, port: int = 0) -> Iterator[str]:
    """The app on a free port (or this one), in a thread."""
    config = uvicorn.Config(
        app, log_level="warning", ws="none", access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", port)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        eventually(lambda: server.started or not thread.is_alive())
        assert server.started, "the web did not start"
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the web did not end"
