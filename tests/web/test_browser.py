"""Whole journeys of staff in a real Chromium: with the keyboard, and what moves by itself."""

import psycopg
import pytest
from playwright.sync_api import Page, expect

from queueing.domain.booking import BookSlot
from queueing.domain.counter import TicketWalkIn
from queueing.web import staff
from tests.web.eyes import DESKTOP
from tests.web.windows import Open
from tests.web.world import PASSWORD, World

pytestmark = pytest.mark.browser


def sign_in(page: Page, world: World, role: str, employer: str = "") -> None:
    login = f"browser{role}{employer}{next(world.numbers)}"
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        staff.add_account(conn, login, role, PASSWORD, employer)
    page.goto("/staff")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def test_a_walk_in_day_at_the_counter_by_keys(world: World, visit: Open) -> None:
    card = world.person(name="鞠桂英")
    page = visit("/staff", DESKTOP)
    sign_in(page, world, "counter")
    page.get_by_label("我在").fill("5")
    page.get_by_role("button", name="定").click()
    page.goto("/counter")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("鞠桂英")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="鞠桂英")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.get_by_role("status")).to_contain_text("已取号 B")
    page.keyboard.press("c")
    expect(page.get_by_role("status")).to_contain_text("已叫到5号窗口")
    page.keyboard.press("g")
    expect(page.get_by_role("alert")).to_contain_text("已看原件")
    page.get_by_label("家人代领").check()
    page.get_by_label("已看领卡人身份证原件").check()
    page.get_by_label("已看代领人身份证原件（代领时）").check()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    expect(page.get_by_role("status")).to_contain_text("卡已交付")
    assert world.card(card).collected.how == "proxy" and world.card(card).collected.by.startswith("staff:")


def test_the_queue_at_the_counter_moves_by_itself(world: World, visit: Open) -> None:
    page = visit("/staff", DESKTOP)
    sign_in(page, world, "counter")
    expect(page.locator("[data-live]")).not_to_contain_text("毕荣花")
    world.do(TicketWalkIn(world.person(name="毕荣花")))
    expect(page.locator("[data-live]")).to_contain_text("毕荣花")


def test_the_board_moves_by_itself_and_is_complete_without_scripts(world: World, visit: Open) -> None:
    world.do(BookSlot(world.person(), "20180605-1100"))
    world.catch_up()
    still = visit("/staff", DESKTOP, scripts=False)
    sign_in(still, world, "manager")
    assert still.locator("svg.slots g.slot").count() >= 20
    page = visit("/staff", DESKTOP)
    sign_in(page, world, "manager")
    heads = page.locator(".heads")
    before = heads.inner_text()
    world.do(TicketWalkIn(world.person()))
    world.catch_up()
    expect(heads).not_to_have_text(before)


def test_an_employers_roster_that_does_not_add_up(world: World, visit: Open) -> None:
    one, two = world.employer("e800", "周洪福", "吕爱华", handed=True)
    page = visit("/staff", DESKTOP)
    sign_in(page, world, "counter")
    page.goto("/employers/e800")
    page.locator(f"input[name=card-{one}][value=issued]").check()
    page.get_by_role("button", name="交回执", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("吕爱华")
    expect(page.get_by_role("alert")).not_to_contain_text("周洪福")
    page.locator(f"input[name=card-{two}][value=returned]").check()
    page.get_by_role("button", name="交回执", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("数目相符")
    assert world.card(two).place == "returned"


def test_nothing_breaks_the_policy_of_the_pages(world: World, visit: Open) -> None:
    card = world.person()
    page = visit("/", DESKTOP)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 400 else None)
    sign_in(page, world, "admin")
    for path in (
        "/",
        "/faq",
        "/book",
        "/counter",
        f"/counter?card={card}",
        "/employers",
        "/board",
        "/changes",
        "/lobby",
        "/accounts",
        "/lists/phone",
        "/phone",
        f"/phone?card={card}",
    ):
        page.goto(path)
        page.evaluate("new Promise((done) => requestIdleCallback(done))")
    assert complaints == []
