"""Takes the screenshots in this folder: the real web on a real database, with a season of made-up people
played up to a Wednesday morning in June.

    python docs/screens/make.py [NAME …]

Needs Chromium; makes the pictures small where `pngquant` is installed.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from queueing.domain import Refusal
from queueing.domain.counter import ArriveHolder, CallNext, TicketWalkIn
from queueing.domain.season import ChangeCapacity, CloseSlots
from queueing.policies.foresight import foresee
from queueing.projections.registry import all_projections
from queueing.projections.runner import Projector
from queueing.rehearsal.rehearse import Plan, prepare_play
from queueing.rehearsal.stage import RehearsalClock
from queueing.runtime import embedded
from queueing.season.load import default_directory, load_season
from queueing.settings import Settings
from queueing.sms.gateways.local import LocalGateway
from queueing.sms.inbound import receive
from queueing.sms.outbox import send_all
from queueing.system import System, open_system
from queueing.tables import migrate
from queueing.web import sessions, staff, tables
from queueing.web.app import create_app

HERE = Path(__file__).parent
NOW = datetime(2018, 6, 6, 10, 20)
HOLDERS = 9000
SEED = 7
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
TELEVISION = {"width": 1920, "height": 1080}
WALL = {"width": 1920, "height": 1080}
TALLEST = 1700
FOUR_DAYS = timedelta(days=4)
Shot = Callable[["Studio"], None]
SHOTS: dict[str, Shot] = {}


class Studio:
    """A running web, a browser, and people to show."""

    def __init__(self, system: System, url: str, browser: Browser, wanted: set[str]) -> None:
        self.system = system
        self.url = url
        self.browser = browser
        self.wanted = wanted
        self.accounts = {
            role: (login, password) for login, password, role in staff.ensure_demo_accounts(system.url)
        }

    @contextmanager
    def page(self, size: dict[str, int], **more: Any) -> Iterator[Page]:
        context = self.browser.new_context(viewport=size, base_url=self.url, locale="zh-CN", **more)  # type: ignore[arg-type]
        try:
            yield context.new_page()
        finally:
            context.close()

    def keep(self, page: Page, name: str, *, whole: bool = True) -> None:
        """Store what the page shows."""
        if self.wanted and name.split("-")[0] not in self.wanted and name not in self.wanted:
            return
        page.wait_for_timeout(250)
        height = page.evaluate("document.documentElement.scrollHeight")
        size = page.viewport_size or PHONE
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(max(height, size["height"]), TALLEST)}
        path = HERE / f"{name}.png"
        page.screenshot(path=path, full_page=whole, clip=clip if whole else None)  # type: ignore[arg-type]
        if tool := shutil.which("pngquant"):
            subprocess.run(
                [tool, "--force", "--skip-if-larger", "--ext", ".png", "48", str(path)], check=False
            )
        sys.stdout.write(f"{name}.png {path.stat().st_size // 1024} kB\n")

    def sign_in(self, page: Page, role: str) -> None:
        login, password = self.accounts[role]
        page.goto("/staff")
        page.fill("#login", login)
        page.fill("#password", password)
        page.click("main form button")

    def as_holder(self, page: Page, *cards: str) -> None:
        """Enter as whoever has these cards."""
        with self.system.pool.connection() as conn:
            token = sessions.begin(conn, self.system.clock(), cards=cards)
        page.context.add_cookies([{"name": "holder", "value": token, "url": self.url}])

    @contextmanager
    def at(self, now: datetime) -> Iterator[None]:
        """Another moment, for a while."""
        clock: Any = self.system.clock
        before, clock.now = clock.now, now
        try:
            yield
        finally:
            clock.now = before

    def card(self, fits: Callable[[Any], bool]) -> str:
        with self.system.desk.view() as state:
            return next(card for card, one in sorted(state.cards.items()) if fits(one))


def fill_the_hall(system: System) -> None:
    """Let some of those who are booked for now arrive, some others come unasked, and call two."""
    with system.desk.view() as state:
        due = [
            card
            for card, one in sorted(state.cards.items())
            if one.booking and not one.visit and abs(one.booking.told - NOW) < timedelta(minutes=25)
        ]
        others = [card for card, one in sorted(state.cards.items()) if free_holder(one)][200:]
    for card in due[:7]:
        system.desk.handle(ArriveHolder(card), by="staff:counter1", via="counter")
    for card in others[:3]:
        system.desk.handle(TicketWalkIn(card), by="staff:counter1", via="counter")
    for window in ("1", "2", "3"):
        with suppress(Refusal):  # the play may have left somebody at this window
            system.desk.handle(CallNext(window), by="staff:counter1", via="counter")


def shot(name: str) -> Callable[[Shot], Shot]:
    def register(function: Shot) -> Shot:
        SHOTS[name] = function
        return function

    return register


def free_holder(one: Any) -> bool:
    """May book, has not."""
    return (
        one.place == "bank"
        and one.cohort == "jumin"
        and not one.booking
        and not one.visit
        and not one.offer
        and one.reach
    )


def booked_holder(one: Any) -> bool:
    return bool(one.booking and one.booking.told.date() > NOW.date() and not one.visit)


@shot("public")
def public(studio: Studio) -> None:
    for path, name in (("/", "home"), ("/faq", "faq")):
        with studio.page(PHONE) as page:
            page.goto(path)
            studio.keep(page, f"public-{name}-phone")
        with studio.page(DESKTOP) as page:
            page.goto(path)
            studio.keep(page, f"public-{name}-desktop")
    with studio.page(PHONE) as page:
        page.goto("/look?size=30&contrast=high&back=/")
        studio.keep(page, "public-home-large-dark-phone")
    with studio.page(PHONE) as page, studio.at(NOW.replace(hour=19)):
        page.goto("/")
        studio.keep(page, "public-home-closed-phone")


@shot("holder")
def holder(studio: Studio) -> None:
    with studio.page(PHONE, java_script_enabled=False) as page:
        page.goto("/book")
        studio.keep(page, "holder-1-phone-number")
        page.fill("#phone", "15400000000")
        page.click("main form button")
        studio.keep(page, "holder-2-code")
        page.goto("/book/letter")
        studio.keep(page, "holder-2-letter")
        card = studio.card(free_holder)
        studio.as_holder(page, card, studio.card(booked_holder))
        page.goto("/book/whose")
        studio.keep(page, "holder-3-whose")
        page.goto("/my")
        studio.keep(page, "holder-4-when")
        page.goto("/my/days")
        studio.keep(page, "holder-4-days")
        page.click("a.day >> nth=2")
        studio.keep(page, "holder-4-day")
        page.goto("/my/when")
        page.click("a.pick >> nth=1")
        studio.keep(page, "holder-5-check")
        page.click("main form button")
        studio.keep(page, "holder-6-done")
        page.goto("/my/print")
        studio.keep(page, "holder-6-print")
        page.goto("/my/when")
        studio.keep(page, "holder-7-change")
        page.click("button.pick >> nth=0")
        studio.keep(page, "holder-7-changed")
        page.goto("/my/cancel")
        studio.keep(page, "holder-7-cancel")
        page.click("main form button")
        studio.keep(page, "holder-7-cancelled")
    with studio.page(DESKTOP) as page:
        studio.as_holder(page, studio.card(free_holder))
        page.goto("/my")
        studio.keep(page, "holder-4-when-desktop")
        page.goto("/my/days")
        studio.keep(page, "holder-4-days-desktop")
        page.click("a.day >> nth=2")
        studio.keep(page, "holder-4-day-desktop")
        studio.as_holder(page, studio.card(booked_holder))
        page.goto("/my")
        studio.keep(page, "holder-6-done-desktop")


@shot("refused")
def refused(studio: Studio) -> None:
    cases = {
        "collected": lambda one: one.place == "handed" and one.collected.how == "self",
        "at-employer": lambda one: one.place == "employer",
    }
    for name, fits in cases.items():
        with studio.page(PHONE) as page:
            studio.as_holder(page, studio.card(fits))
            page.goto("/my")
            studio.keep(page, f"refused-{name}")
    with studio.page(PHONE) as page:
        card = studio.card(free_holder)
        studio.as_holder(page, card)
        slot = "20180611-0900"
        page.goto(f"/my/check?slot={slot}")
        with studio.system.desk.view() as state:
            before = (state.slots[slot].capacity, state.slots[slot].walk_in_room)
        studio.system.desk.handle(ChangeCapacity({slot: (0, 0)}, "x"), by="system", via="system")
        page.click("main form button")
        studio.keep(page, "refused-full")
        studio.system.desk.handle(ChangeCapacity({slot: before}, "x"), by="system", via="system")
    for name, now in (
        ("too-early", datetime(2018, 5, 21, 10, 0)),
        ("everything-full", datetime(2018, 7, 31, 16, 50)),
        ("over", datetime(2018, 8, 2, 10, 0)),
    ):
        with studio.page(PHONE) as page, studio.at(now):
            studio.as_holder(page, studio.card(free_holder))
            page.goto("/my")
            studio.keep(page, f"refused-{name}")
    with studio.page(PHONE) as page:
        later = NOW + FOUR_DAYS
        card = studio.card(lambda one: booked_holder(one) and one.booking.told > later)
        with studio.system.desk.view() as state:
            slot = state.cards[card].booking.slot  # type: ignore[union-attr]
        studio.system.desk.handle(CloseSlots((slot,), "停电检修"), by="system", via="system")
        studio.as_holder(page, card)
        page.goto("/my")
        studio.keep(page, "moved-by-the-branch")


@shot("staff")
def sign_in(studio: Studio) -> None:
    with studio.page(DESKTOP) as page:
        page.goto("/staff")
        studio.keep(page, "staff-sign-in")
        studio.sign_in(page, "admin")
        page.goto("/accounts")
        studio.keep(page, "staff-accounts")
        page.goto("/keys")
        page.fill("#name", "call-centre")
        page.check("input[value=read]")
        page.check("input[value=book]")
        page.click("form[action='/keys/add'] button")
        studio.keep(page, "staff-keys")
        page.goto("/api/v1/docs#bookings")
        page.click("[id='post-v1-bookings'] summary")
        studio.keep(page, "api-reference")


def stand_at(page: Page, window: str) -> None:
    """This browser's window at the counter."""
    page.fill("#window", window)
    page.click("form[action='/counter/window'] button")
    page.wait_for_selector(f"[data-live$='window={window}']")


def after_an_outage(page: Page) -> None:
    """Three lines of paper: one that is right, one served already, one nobody can read."""
    rows = page.locator(".rows-form tbody tr")
    for number, at in ((0, "9:05"), (1, "9点"), (2, "早上")):
        rows.nth(number).locator("input[name^=at]").fill(at)
    page.locator(".rows-form input[name=seen]").check()
    page.locator(".rows-form button").click()
    page.wait_for_load_state()


@shot("counter")
def counter(studio: Studio) -> None:
    with studio.page(DESKTOP) as page:
        studio.sign_in(page, "counter")
        stand_at(page, "2")
        studio.keep(page, "counter-start")
        waiting = studio.card(lambda one: one.visit and not one.visit.window)
        page.goto(f"/counter?card={waiting}")
        studio.keep(page, "counter-waiting")
        served = studio.card(lambda one: one.visit and one.visit.window)
        with studio.system.desk.view() as state:
            window = state.cards[served].visit.window  # type: ignore[union-attr]
        stand_at(page, window)
        page.goto(f"/counter?card={served}")
        studio.keep(page, "counter-hand-over")
        for key in ("y", "g"):
            page.keyboard.press(key)
        page.wait_for_selector(".after")
        studio.keep(page, "counter-handed-over")
        page.goto(f"/counter?card={studio.card(free_holder)}&on=phone")
        page.keyboard.press("o")
        page.wait_for_selector("[data-key=q]")
        studio.keep(page, "counter-booking")
        page.fill("#q", "0001")
        page.keyboard.press("Enter")
        page.wait_for_selector(".hits, .person")
        studio.keep(page, "counter-found")
        page.goto("/counter/outage")
        after_an_outage(page)
        studio.keep(page, "counter-outage")
        page.goto("/counter/manifest")
        studio.keep(page, "counter-manifest")
        page.goto(f"/counter/slip?card={studio.card(booked_holder)}")
        studio.keep(page, "counter-slip")
        page.goto(f"/counter/slip?card={waiting}")
        studio.keep(page, "counter-ticket")
    with studio.page(PHONE) as page:
        studio.sign_in(page, "counter")
        page.goto(f"/counter?card={waiting}")
        studio.keep(page, "counter-waiting-phone")


@shot("employers")
def employers(studio: Studio) -> None:
    with studio.system.desk.view() as state:
        held = next(name for name, one in sorted(state.employers.items()) if 3 <= len(one.held) <= 12)
        first = next(
            (n for n, one in sorted(state.employers.items()) if len(one.cards) > 3 and not one.handed), ""
        )
    with studio.page(DESKTOP) as page:
        studio.sign_in(page, "counter")
        page.goto("/employers")
        studio.keep(page, "employers-all")
        page.goto(f"/employers/{held}")
        studio.keep(page, "employers-roster")
        page.click("input[value=issued] >> nth=0")
        page.click("button[value=return]")
        studio.keep(page, "employers-roster-differs")
        page.goto(f"/roster/{held}/print")
        studio.keep(page, "employers-print")
        if first:
            page.goto(f"/employers/{first}")
            studio.keep(page, "employers-hand-over")
    with studio.system.pool.connection() as conn:
        if staff.account(conn, "shown") is None:
            staff.add_account(conn, "shown", "employer", "shown in pictures", held)
    for size, name in ((DESKTOP, "employers-own"), (PHONE, "employers-own-phone")):
        with studio.page(size) as page:
            page.goto("/staff")
            page.fill("#login", "shown")
            page.fill("#password", "shown in pictures")
            page.click("main form button")
            studio.keep(page, name)


@shot("crowd")
def crowd(studio: Studio) -> None:
    with studio.page(DESKTOP) as page:
        studio.sign_in(page, "manager")
        for name in ("pacing", "walkins", "limits", "waits"):
            page.goto(f"/{name}")
            studio.keep(page, f"crowd-{name}")
        page.goto("/whatif?day=2018-06-08&full=true&windows=3&walk_ins=200")
        studio.keep(page, "crowd-whatif")


@shot("board")
def board(studio: Studio) -> None:
    with studio.page(DESKTOP) as page:
        studio.sign_in(page, "manager")
        page.goto("/board")
        studio.keep(page, "board")
        page.goto("/board/past?at=2018-06-05T10:05")
        page.wait_for_selector("[data-frame]", timeout=60_000)
        studio.keep(page, "board-past")
        page.goto("/changes?day=2018-06-08")
        for number in range(4):
            page.check(f"input[name=slot] >> nth={number}")
        page.fill("#reason", "停电检修")
        studio.keep(page, "board-changes")
        page.click("#slots button")
        studio.keep(page, "board-preview")
        page.click("button:has-text('确认停办')")
        page.click("text=撤销…")
        studio.keep(page, "board-undo")
        page.fill("#reason", "来电了")
        page.click("button:has-text('确认撤销')")
        page.goto("/settings")
        studio.keep(page, "board-settings")
        page.goto("/audit")
        studio.keep(page, "board-audit")
        card = studio.card(lambda one: one.collected and one.collected.how == "proxy")
        page.goto(f"/audit/card/{card}")
        studio.keep(page, "board-audit-card")
        with studio.system.desk.view() as state:
            clerk = state.cards[card].collected.by.partition(":")[2]  # type: ignore[union-attr]
        page.goto(f"/audit/staff/{clerk}?day=2018-06-05")
        studio.keep(page, "board-audit-staff")
        for name in ("phone", "home", "closing"):
            page.goto(f"/lists/{name}")
            studio.keep(page, f"board-list-{name}")
    with studio.page(WALL) as page:
        studio.sign_in(page, "manager")
        studio.keep(page, "board-wall", whole=False)
    with studio.page(PHONE) as page:
        studio.sign_in(page, "manager")
        studio.keep(page, "board-phone")


@shot("lobby")
def lobby(studio: Studio) -> None:
    with studio.page(TELEVISION) as page:
        page.goto("/lobby")
        studio.keep(page, "lobby", whole=False)


TALK = (
    "你好，我想约下周三上午，谢谢",
    "都不行，有下午的吗",
    "第二个吧",
    "我那天要去医院，改到周五行吗",
    "1",
    "带什么",
)
"""A whole conversation, as somebody of seventy-five writes."""
LOST = ("嗯呐老张说的那个啥", "俺说那个啥来着")


def converse(studio: Studio, card: str, texts: Sequence[str]) -> None:
    """Somebody writes, and is answered."""
    system = studio.system
    person = system.vault.get(card)
    number = person.sms_number if person else None
    if number is None:
        raise LookupError(card)
    at = system.clock()
    gateway = LocalGateway(system.pool, lambda: at)
    with closing(Projector(system.url, all_projections(system.season), system.log)) as projector:
        for nth, text in enumerate(texts):
            receive(system, number, text, f"screens-{card}-{nth}", at)
            projector.catch_up()
            at += timedelta(seconds=20)
            send_all(system, gateway, at)
            at += timedelta(seconds=70)


def alone(studio: Studio) -> str:
    """Somebody free whose phone speaks for nobody else, so that nobody is asked whose card is meant."""
    vault = studio.system.vault
    with studio.system.desk.view() as state:
        free = [card for card, one in sorted(state.cards.items()) if free_holder(one)]
    for card, person in vault.get_many(free).items():
        if person.sms_number and vault.find_by_phone(person.sms_number) == [card]:
            return card
    raise LookupError("nobody has a phone of their own")


@shot("messages")
def messages(studio: Studio) -> None:
    talker = alone(studio)
    converse(studio, talker, TALK)
    with studio.page({"width": 420, "height": 1500}, bypass_csp=True) as page:
        page.goto(f"/phone?card={talker}")
        page.add_style_tag(content=".bubbles{height:auto!important}")
        studio.keep(page, "messages-conversation")
    with studio.page(DESKTOP) as page:
        page.goto("/phone")
        studio.keep(page, "messages-pick")
        studio.sign_in(page, "manager")
        page.goto("/sms?days=30")
        studio.keep(page, "messages-status")
    with studio.page(PHONE) as page:
        page.goto(f"/phone?card={studio.card(booked_holder)}")
        studio.keep(page, "messages-phone")


@shot("inbox")
def inbox(studio: Studio) -> None:
    with studio.system.desk.view() as state:
        some = [card for card, one in sorted(state.cards.items()) if free_holder(one)][40:44]
    converse(studio, some[0], ("9",))
    converse(studio, some[1], ("我已经领了",))
    converse(studio, some[2], ("预约", *LOST))
    for size, name in ((DESKTOP, ""), (PHONE, "-phone")):
        with studio.page(size) as page:
            studio.sign_in(page, "counter")
            page.goto("/inbox")
            studio.keep(page, f"inbox-list{name}")
            page.goto(f"/inbox/{some[2]}")
            studio.keep(page, f"inbox-one{name}")
    with studio.page(DESKTOP) as page:
        studio.sign_in(page, "manager")
        page.goto("/sms/templates")
        studio.keep(page, "inbox-templates")
        page.goto("/rumour")
        studio.keep(page, "inbox-rumour")
        page.check("input[value=waiting]")
        page.click("main form button")
        studio.keep(page, "inbox-rumour-preview")


@shot("wrong")
def wrong(studio: Studio) -> None:
    with studio.page(PHONE) as page:
        page.goto("/nothing")
        studio.keep(page, "wrong-address")


@contextmanager
def played(directory: Path) -> Iterator[System]:
    """A season up to `NOW`."""
    with embedded.postgres(directory) as server:
        migrate(server.url)
        tables.migrate(server.url)
        season = load_season(default_directory())
        clock = RehearsalClock(datetime.combine(season.first_day, time_of_day()))
        settings = Settings.from_env({"VAR_DIR": str(directory), "DATABASE_URL": server.url})
        key = base64.b64encode(hashlib.sha256(b"screens").digest()).decode()
        system = open_system(replace(settings, master_key=key), clock=clock, season=season, alone=True)
        try:
            play = prepare_play(system, clock, Plan(HOLDERS, SEED, season))
            play.until(NOW)
            clock.now = NOW
            yield system
        finally:
            system.close()


@contextmanager
def serving(system: System) -> Iterator[str]:
    """The web, and a projector behind it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(create_app(system, demo=True), port=port, log_level="warning", access_log=False)
    server, stop = uvicorn.Server(config), threading.Event()
    projector = Projector(system.url, all_projections(system.season), system.log)
    threads = [threading.Thread(target=server.run), threading.Thread(target=projector.run, args=(stop,))]
    for thread in threads:
        thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        stop.set()
        for thread in threads:
            thread.join()
        projector.close()


def main(wanted: set[str]) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium on this machine")
    with (
        tempfile.TemporaryDirectory(prefix="queueing-screens-") as directory,
        played(Path(directory)) as system,
        serving(system) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--lang=zh-CN"])
        fill_the_hall(system)
        foresee(system, NOW, seconds=600.0)
        studio = Studio(system, url, browser, wanted)
        for name, take in SHOTS.items():
            if not wanted or name in wanted or any(one.startswith(name) for one in wanted):
                take(studio)
        browser.close()


if __name__ == "__main__":
    main(set(sys.argv[1:]))
