"""Whole journeys in a real Chromium: without scripts, on a small phone, with a keyboard, and two at once."""

from collections.abc import Callable, Iterator
from datetime import datetime

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from queueing.domain.booking import BookSlot
from queueing.domain.counter import TicketWalkIn
from queueing.domain.season import ChangeCapacity
from queueing.web import staff
from tests.web.world import PASSWORD, World

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
Open = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, world: World) -> Iterator[Open]:
    """Open a page in a browser of its own."""
    contexts: list[BrowserContext] = []

    def open_page(path: str, size: dict[str, int] = PHONE, *, scripts: bool = True) -> Page:
        context = browser.new_context(viewport=size, base_url=world.url, java_script_enabled=scripts)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def enter(page: Page, world: World, card: str) -> None:
    """Say who one is, by SMS."""
    phone = world.phone(card)
    page.goto("/book")
    page.get_by_label("手机号").fill(phone)
    page.get_by_role("button", name="发短信给我").click()
    page.get_by_label("6位数字").fill(world.code_for(phone))
    page.get_by_role("button", name="下一步").click()


def sign_in(page: Page, world: World, role: str, employer: str = "") -> None:
    login = f"browser{role}{employer}{next(world.numbers)}"
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        staff.add_account(conn, login, role, PASSWORD, employer)
    page.goto("/staff")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def test_a_retiree_books_changes_and_cancels_on_a_small_phone_without_scripts(
    world: World, visit: Open
) -> None:
    card = world.person()
    page = visit("/", scripts=False)
    page.get_by_role("link", name="预约", exact=True).click()
    enter(page, world, card)
    expect(page.get_by_role("heading", level=1)).to_have_text("什么时候来？")
    page.locator("a.pick").nth(1).click()
    page.get_by_role("button", name="对，就约这个时间").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("约好了")
    first = world.card(card).booking
    assert first
    page.get_by_role("link", name="改时间").click()
    page.get_by_role("link", name="自己挑日子").click()
    page.locator("a.row").nth(2).click()
    page.locator("a.time").nth(3).click()
    page.get_by_role("button", name="对，就改到这个时间").click()
    second = world.card(card).booking
    assert second.slot != first.slot and second.version == 2
    page.get_by_role("link", name="取消预约").click()
    page.get_by_role("button", name="是的，取消").click()
    assert world.card(card).booking is None
    page.get_by_role("button", name="办完了，退出").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("先约时间，再来领卡")


def test_a_retiree_books_with_the_keyboard_alone(world: World, visit: Open) -> None:
    card = world.person()
    page = visit("/", DESKTOP)
    enter(page, world, card)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('pick')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/my/check*")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "BUTTON" and page.evaluate(
            "document.activeElement.textContent.includes('就约这个时间')"
        ):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("约好了")


def test_two_browsers_want_the_last_place(world: World, visit: Open) -> None:
    slot = "20180606-1000"
    world.at(datetime(2018, 6, 5, 14, 0))
    world.do(ChangeCapacity({slot: (1, 0)}, "test"))
    cards = [world.person(), world.person()]
    pages = [visit("/book"), visit("/book")]
    for page, card in zip(pages, cards, strict=True):
        enter(page, world, card)
        page.goto(f"/my/check?slot={slot}")
        expect(page.get_by_role("heading", level=1)).to_have_text("这样对吗？")
    for page in pages:
        page.get_by_role("button", name="对，就约这个时间").click()
    expect(pages[0].get_by_role("heading", level=1)).to_have_text("约好了")
    expect(pages[1].get_by_role("heading", level=1)).to_have_text("这个时间刚刚约满了")
    pages[1].locator("a.pick").first.click()
    pages[1].get_by_role("button", name="对，就约这个时间").click()
    expect(pages[1].get_by_role("heading", level=1)).to_have_text("约好了")
    assert [bool(world.card(card).booking) for card in cards] == [True, True]


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
    expect(page.locator("[data-live]")).to_contain_text("毕荣花", timeout=5000)


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
    expect(heads).not_to_have_text(before, timeout=5000)


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
        page.wait_for_timeout(50)
    assert complaints == []
