"""Guessing codes and passwords is cut short, by phone, by login and by address, however many try at once in
however many processes; and what else a stranger may try at the web's doors."""

import asyncio
import io
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import psycopg
import pytest
from fastapi.routing import APIRoute

from queueing.errors import UserError
from queueing.web import guard, limits, login_codes, sessions, staff
from queueing.web.app import ROUTERS
from queueing.web.headers import SecurityHeaders
from queueing.web.limits import Limit
from queueing.web.roster_file import LARGEST_INSIDE, read_roster, write_xlsx
from queueing.web.routes import hooks, public, signin, who
from tests.web.world import PASSWORD, TOKEN, TUESDAY, World

FEW = Limit(5, timedelta(minutes=15))


def test_of_attempts_that_come_together_no_more_pass_than_may(world: World) -> None:
    """Each on a connection of its own, as those of many processes are."""

    def attempt(_: int) -> bool:
        with psycopg.connect(world.system.url, autocommit=True) as conn:
            return limits.take(conn, {"together": FEW, "other": Limit(100, FEW.within)}, TUESDAY)

    with ThreadPoolExecutor(12) as crew:
        assert sum(crew.map(attempt, range(40))) == FEW.most


def test_looking_first_and_counting_later_lets_all_pass(world: World) -> None:
    """The control: what `take` is for."""
    with (
        psycopg.connect(world.system.url, autocommit=True) as one,
        psycopg.connect(world.system.url, autocommit=True) as other,
    ):
        for _ in range(FEW.most - 1):
            limits.count(one, "apart", TUESDAY)
        assert not limits.reached(one, "apart", FEW, TUESDAY)
        assert not limits.reached(other, "apart", FEW, TUESDAY)


def test_codes_asked_for_at_the_same_moment_are_counted(world: World) -> None:
    phone = world.phone(world.person())
    browsers = [world.browser() for _ in range(10)]
    for browser in browsers:
        browser.get("/book")
    with ThreadPoolExecutor(10) as crew:
        pages = list(crew.map(lambda one: one.post("/book", {"phone": phone}).status_code, browsers))
    assert pages.count(200) == login_codes.PER_PHONE.most and pages.count(422) == 10 - pages.count(200)


def test_a_phone_gets_so_many_codes_a_day(world: World) -> None:
    phone = world.phone(world.person())
    sent = 0
    for half_hours in range(8):
        world.at(TUESDAY + half_hours * (login_codes.PER_PHONE.within + timedelta(seconds=1)))
        for _ in range(3):
            browser = world.browser()
            browser.get("/book")
            sent += browser.post("/book", {"phone": phone}).status_code == 200
    assert sent == login_codes.PER_PHONE_DAY.most


def test_known_and_unknown_numbers_are_answered_alike_and_not_sooner(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(who, "EVENLY", 0.4)
    found = []
    for phone in (world.phone(world.person()), "15499999999"):
        browser = world.browser()
        browser.get("/book")
        token = TOKEN.search(browser.page.text)
        assert token
        begun = time.monotonic()
        answer = browser.http.post(
            "/book", data={"form_token": token[1], "phone": phone}, follow_redirects=False
        )
        assert time.monotonic() - begun >= who.EVENLY
        cookie = answer.headers.pop("set-cookie")
        answer.headers.pop("date")
        found.append((answer.status_code, dict(answer.headers), answer.content, len(cookie)))
    assert found[0] == found[1]


def test_letters_of_one_name_are_tried_so_often_from_wherever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(who, "PER_NAME", Limit(3, timedelta(hours=1)))
    addresses = iter(range(100))
    monkeypatch.setattr(who, "_address", lambda request: f"10.9.9.{next(addresses)}")
    browser = world.browser()
    for _ in range(3):
        browser.get("/book/letter")
        browser.post("/book/letter", {"name": "尉迟试", "code": "12345678"})
        assert "对不上" in browser.text
    browser.post("/book/letter", {"name": "尉迟 试", "code": "12345678"})
    assert "试的次数太多" in browser.text
    browser.post("/book/letter", {"name": "尉迟别人", "code": "12345678"})
    assert "对不上" in browser.text


def test_passwords_tried_at_the_same_moment_are_counted(world: World) -> None:
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        staff.add_account(conn, "hurried", "counter", PASSWORD)
    browsers = [world.browser() for _ in range(12)]
    for browser in browsers:
        browser.get("/staff")
    with ThreadPoolExecutor(12) as crew:
        wrong = {"login": "hurried", "password": "wrong"}
        pages = list(crew.map(lambda one: one.post("/staff", wrong).status_code, browsers))
    assert pages.count(422) == signin.PER_LOGIN_HERE.most and pages.count(429) == 12 - pages.count(422)


def test_guesses_from_elsewhere_do_not_shut_out_the_browser_that_was_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.at(TUESDAY + timedelta(days=300))
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        staff.add_account(conn, "wanted", "counter", PASSWORD)
        known, stranger = world.browser(), world.browser()
        good = {"login": "wanted", "password": PASSWORD}
        for browser in (known, stranger):
            browser.get("/staff")
        known.post("/staff", good)
        known.post("/staff/leave")
        for _ in range(signin.PER_LOGIN.most):
            assert limits.take(conn, {"sign-in:wanted": signin.PER_LOGIN}, world.clock.now)
    assert stranger.post("/staff", good).status_code == 429
    known.get("/staff")
    assert known.post("/staff", good).url.path == "/counter"
    forged = world.browser()
    forged.get("/staff")
    forged.http.cookies.set(signin.DEVICE, "0" * 64)
    assert forged.post("/staff", good).status_code == 429


def test_signing_in_again_ends_the_session_before(world: World) -> None:
    browser = world.signed_in("counter")
    before = browser.http.cookies.get(guard.STAFF_COOKIE)
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        staff.add_account(conn, "second", "counter", PASSWORD)
        other = world.browser()
        other.get("/staff")
        token = TOKEN.search(other.page.text)
        assert token and before
        other.http.cookies.set(guard.STAFF_COOKIE, before)
        other.http.post("/staff", data={"form_token": token[1], "login": "second", "password": PASSWORD})
        assert sessions.find(conn, before, world.clock.now) is None


def test_a_session_ends_after_a_week_however_busy(world: World) -> None:
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        token = sessions.begin(conn, TUESDAY, login="x")
        for hours in range(0, 7 * 24, 6):
            assert sessions.find(conn, token, TUESDAY + timedelta(hours=hours))
        assert sessions.find(conn, token, TUESDAY + timedelta(days=7, seconds=1)) is None


@pytest.mark.parametrize(
    "password",
    ["12345678", "20180605", "aaaaaaaa", "Password1", "wanglei1", "wanglei-1", "qwerty123", "88888888888888"],
)
def test_a_password_that_is_tried_first_is_refused(world: World, password: str) -> None:
    with (
        psycopg.connect(world.system.url, autocommit=True) as conn,
        pytest.raises(UserError, match="太好猜"),
    ):
        staff.add_account(conn, "wanglei", "counter", password)


def test_the_old_password_is_not_guessed_at_an_open_page(world: World) -> None:
    clerk = world.signed_in("counter")
    for _ in range(5):
        clerk.get("/password")
        clerk.post("/password", {"old": "wrong", "new": "a very good one"})
        assert "原来的密码不对" in clerk.text
    clerk.post("/password", {"old": PASSWORD, "new": "a very good one"})
    assert clerk.page.status_code == 422 and "试错的次数太多" in clerk.text


def test_a_crowd_at_the_sign_in_page_is_asked_to_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff, "PATIENCE", 0.0)
    for _ in range(4):
        staff._AT_ONCE.acquire()
    try:
        browser = world.browser()
        browser.get("/staff")
        assert browser.post("/staff", {"login": "crowd", "password": "x"}).status_code == 503
    finally:
        for _ in range(4):
            staff._AT_ONCE.release()


def test_every_form_of_every_page_is_checked() -> None:
    """But those of gateways, which sign; and /look and the like, which change nothing, are GET."""
    for router in ROUTERS:
        checked = any(one.dependency is guard.check_form for one in router.dependencies)
        changing = [
            route.path
            for route in router.routes
            if isinstance(route, APIRoute) and route.methods - {"GET", "HEAD"}
        ]
        assert checked or not changing or router is hooks.router, changing
    assert not any(one.dependency is guard.check_form for one in public.router.dependencies)


def test_behind_https_no_cookie_goes_in_the_clear() -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        cookies = [(b"set-cookie", b"said=x; HttpOnly"), (b"Set-Cookie", b"a=b; Secure")]
        await send({"type": "http.response.start", "status": 200, "headers": cookies})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    answers = {}
    for https in (True, False):
        transport = httpx.ASGITransport(SecurityHeaders(app, https=https))  # type: ignore[arg-type]

        async def ask(transport: httpx.ASGITransport = transport) -> list[str]:
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
                return (await client.get("/")).headers.get_list("set-cookie")

        answers[https] = asyncio.run(ask())
    assert answers[True] == ["said=x; HttpOnly; Secure", "a=b; Secure"]
    assert answers[False] == ["said=x; HttpOnly", "a=b; Secure"]


def bomb(part: str, content: bytes) -> bytes:
    """A workbook one part of which is replaced."""
    good, out = zipfile.ZipFile(io.BytesIO(write_xlsx("x", []))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in good.namelist():
            made.writestr(name, content if name == part else good.read(name))
        if part not in good.namelist():
            made.writestr(part, content)
    return out.getvalue()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "' + b"ha" * 1000 + b'">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 100) for n in range(4)
) + b"]><worksheet>&e;</worksheet>"  # fmt: skip


@pytest.mark.parametrize(
    ("part", "content", "said"),
    [
        ("xl/sharedStrings.xml", b"<sst>" + b"<si/>" * (LARGEST_INSIDE // 5), "打开后太大"),
        ("xl/worksheets/sheet1.xml", b" " * (LARGEST_INSIDE + 1), "打开后太大"),
        ("xl/worksheets/sheet1.xml", LAUGHS, "读不出来"),
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row r='x'/></sheetData>", "读不出来"),
        ("xl/workbook.xml", b"<workbook/>", "读不出来"),
        ("xl/workbook.xml", b"\x00\x01", "读不出来"),
    ],
)
def test_a_file_made_to_burst_is_refused(part: str, content: bytes, said: str) -> None:
    data = bomb(part, content)
    assert len(data) < 2_000_000
    with pytest.raises(UserError, match=said):
        read_roster(data, "r.xlsx")


@pytest.mark.parametrize("data", [b'"' + b"x" * 200_000, b"PK\x03\x04" + b"x" * 100, b""])
def test_a_file_that_is_none_is_refused(data: bytes) -> None:
    for name in ("r.csv", "r.xlsx"):
        with pytest.raises(UserError):
            read_roster(data, name)
