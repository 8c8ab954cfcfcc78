"""Who may see what: passwords, roles, forms from elsewhere, and guessing."""

from datetime import timedelta

import psycopg
import pytest

from queueing.errors import UserError
from queueing.web import sessions, staff
from queueing.web.routes import signin
from tests.web.world import PASSWORD, TUESDAY, World

PAGES = {
    "/counter": {"counter", "manager", "admin"},
    "/counter/manifest": {"counter", "manager", "admin"},
    "/employers": {"counter", "manager", "admin"},
    "/lists/phone": {"counter", "manager", "admin"},
    "/lists/phone.csv": {"manager", "admin"},
    "/board": {"manager", "admin"},
    "/board/slots.csv": {"manager", "admin"},
    "/board/days.csv": {"manager", "admin"},
    "/changes": {"manager", "admin"},
    "/phone": {"manager", "admin"},
    "/accounts": {"admin"},
    "/employer": {"employer"},
    "/password": {"counter", "manager", "admin", "employer"},
}


@pytest.mark.parametrize("role", staff.ROLES)
def test_each_role_sees_its_pages_and_no_others(world: World, role: str) -> None:
    world.employer("e001", "于德海")
    world.catch_up()
    browser = world.signed_in(role, "e001" if role == "employer" else "")
    for path, roles in PAGES.items():
        status = browser.get(path).status_code
        assert status == (200 if role in roles else 403), path


def test_without_a_sign_in_every_staff_page_asks_for_one(world: World) -> None:
    browser = world.browser()
    for path in PAGES:
        browser.get(path)
        assert browser.heading == "工作人员登录" and str(browser.page.url).startswith(f"{world.url}/staff"), (
            path
        )


def test_signing_in_leads_back_to_the_page_that_was_asked_for(world: World) -> None:
    login = world.signed_in("manager").http
    del login
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        staff.add_account(conn, "back", "manager", PASSWORD)
    browser = world.browser()
    browser.get("/changes")
    browser.post("/staff", {"login": "back", "password": PASSWORD, "next": browser.values("next")[0]})
    assert browser.page.url.path == "/changes"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_nowhere_else(world: World, address: str) -> None:
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        if staff.account(conn, "astray") is None:
            staff.add_account(conn, "astray", "counter", PASSWORD)
    browser = world.browser()
    browser.get("/staff")
    browser.post("/staff", {"login": "astray", "password": PASSWORD, "next": address})
    assert browser.page.url.path == "/counter" and str(browser.page.url).startswith(world.url)


def test_a_wrong_password_and_an_unknown_login_read_the_same(world: World) -> None:
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        staff.add_account(conn, "known", "counter", PASSWORD)
    texts = []
    for login in ("known", "unknown"):
        browser = world.browser()
        browser.get("/staff")
        assert browser.post("/staff", {"login": login, "password": "wrong"}).status_code == 422
        texts.append(browser.text)
    assert texts[0] == texts[1]


def test_after_a_few_wrong_passwords_even_the_right_one_has_to_wait(world: World) -> None:
    world.at(TUESDAY + timedelta(hours=2))
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        staff.add_account(conn, "guessed", "counter", PASSWORD)
    browser = world.browser()
    browser.get("/staff")
    for blanks in range(signin.PER_LOGIN_HERE.most):
        browser.post("/staff", {"login": "guessed" + " " * blanks, "password": "wrong"})
    assert browser.post("/staff", {"login": "guessed", "password": PASSWORD}).status_code == 429
    assert "次数太多" in browser.text
    world.at(world.clock.now + signin.PER_LOGIN_HERE.within)
    browser.post("/staff", {"login": "guessed", "password": PASSWORD})
    assert browser.page.url.path == "/counter"


def test_a_form_without_our_token_does_nothing(world: World) -> None:
    browser = world.signed_in("manager")
    for path in (
        "/counter/do/next",
        "/board/windows",
        "/changes/apply",
        "/employers/e001/call",
        "/staff/leave",
    ):
        assert browser.http.post(path, data={"form_token": "forged"}).status_code == 403
        assert browser.http.post(path).status_code == 403
    assert browser.get("/board").status_code == 200


def test_cookies_are_out_of_reach_for_scripts_and_other_sites(world: World) -> None:
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        staff.add_account(conn, "cookie", "counter", PASSWORD)
    browser = world.browser()
    browser.http.follow_redirects = False
    answers = [browser.get("/staff"), browser.post("/staff", {"login": "cookie", "password": PASSWORD})]
    given = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    assert [cookie for cookie in given if cookie.startswith("staff=")]
    for cookie in given:
        assert "HttpOnly" in cookie and "samesite=lax" in cookie.lower()


def test_signing_out_and_a_new_password_end_sessions(world: World) -> None:
    browser = world.signed_in("counter")
    other = world.signed_in("counter")
    browser.post("/staff/leave")
    assert browser.get("/counter").url.path == "/staff"
    assert other.get("/counter").url.path == "/counter"
    other.get("/password")
    assert other.post("/password", {"old": "wrong", "new": "another long one"}).status_code == 422
    other.post("/password", {"old": PASSWORD, "new": "another long one"})
    assert other.get("/counter").url.path == "/staff"


def test_a_session_ends_half_a_day_after_the_last_visit(world: World) -> None:
    browser = world.signed_in("counter")
    world.at(TUESDAY + sessions.LASTS - timedelta(minutes=1))
    assert browser.get("/counter").url.path == "/counter"
    world.at(TUESDAY + 2 * sessions.LASTS - timedelta(minutes=2))
    assert browser.get("/counter").url.path == "/counter"
    world.at(world.clock.now + sessions.LASTS + timedelta(minutes=1))
    assert browser.get("/counter").url.path == "/staff"


def test_passwords_are_kept_as_argon2_and_tokens_as_hashes(world: World) -> None:
    browser = world.signed_in("counter")
    token = browser.http.cookies["staff"]
    with psycopg.connect(world.system.url) as conn:
        passwords = [row[0] for row in conn.execute("SELECT password FROM staff_accounts")]
        tokens = [bytes(row[0]) for row in conn.execute("SELECT token FROM web_sessions")]
    assert all(password.startswith("$argon2id$") for password in passwords)
    assert token.encode() not in tokens


def test_the_admin_adds_closes_and_opens_accounts(world: World) -> None:
    admin = world.signed_in("admin")
    admin.post("/accounts/add", {"login": "newone", "role": "counter", "password": "short"})
    assert "至少要8位" in admin.text
    admin.post("/accounts/add", {"login": "newone", "role": "counter", "password": PASSWORD})
    assert "已添加账号 newone" in admin.text
    admin.post("/accounts/add", {"login": "newone", "role": "counter", "password": PASSWORD})
    assert "已有人用" in admin.text
    browser = world.browser()
    browser.get("/staff")
    browser.post("/staff", {"login": "newone", "password": PASSWORD})
    assert browser.page.url.path == "/counter"
    admin.post("/accounts/change", {"login": "newone", "what": "close"})
    assert browser.get("/counter").url.path == "/staff"
    admin.post("/accounts/change", {"login": "newone", "what": "open"})
    admin.post("/accounts/change", {"login": "newone", "what": "password", "password": "yet another one"})
    browser.post("/staff", {"login": "newone", "password": "yet another one"})
    assert browser.page.url.path == "/counter"


def test_accounts_that_make_no_sense_are_refused(world: World) -> None:
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        for login, role, employer in (
            ("", "counter", ""),
            ("a b", "counter", ""),
            ("x", "boss", ""),
            ("x", "employer", ""),
        ):
            with pytest.raises(UserError):
                staff.add_account(conn, login, role, PASSWORD, employer)
        with pytest.raises(UserError):
            staff.set_password(conn, "nobody", PASSWORD)


def test_demo_accounts_are_made_once_and_work(world: World) -> None:
    made = staff.ensure_demo_accounts(world.system.url)
    assert made == staff.ensure_demo_accounts(world.system.url)
    assert {role for _, _, role in made} == set(staff.ROLES)
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        for login, password, role in made:
            found = staff.check_password(lambda: psycopg.connect(world.system.url), login, password)
            assert found and found.role == role
        assert len(staff.demo_sign_ins(conn)) == len(made)
        staff.set_password(conn, "manager", "not the shown one")
        assert "manager" not in [login for login, _, _ in staff.demo_sign_ins(conn)]


def test_passwords_are_shown_in_a_demonstration_only(world: World) -> None:
    staff.ensure_demo_accounts(world.system.url)
    browser = world.browser()
    browser.get("/staff")
    assert "演示账号" not in browser.text
