"""A day at the counter in a real Chromium: by keys, by scanner, by two clerks at once, without scripts."""

from collections.abc import Callable, Iterator
from datetime import datetime

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from queueing.domain.booking import BookSlot
from queueing.domain.counter import EndVisit, TicketWalkIn
from queueing.web import staff
from queueing.web.codes import code_text
from tests.web.eyes import DESKTOP
from tests.web.windows import own_browser
from tests.web.world import PASSWORD, World

pytestmark = pytest.mark.browser
Desk = Callable[..., Page]


@pytest.fixture
def desk(browser: Browser, world: World) -> Iterator[Desk]:
    """A clerk at a window, in a browser of their own; the hall is empty."""
    with world.system.desk.view() as state:
        here = list(state.visits)
    for card in here:
        world.do(EndVisit(card))
    contexts = []

    def sit_down(window: int, *, scripts: bool = True) -> Page:
        context = own_browser(browser, world, DESKTOP, scripts=scripts)
        contexts.append(context)
        login = f"clerk{next(world.numbers)}"
        with psycopg.connect(world.system.url, autocommit=True) as conn:
            staff.add_account(conn, login, "counter", PASSWORD)
        page = context.new_page()
        page.goto("/staff")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.get_by_label("我在").fill(str(window))
        page.get_by_role("button", name="定").click()
        expect(page.locator(f"[data-live$='window={window}']")).to_be_visible()
        return page

    yield sit_down
    for context in contexts:
        context.close()


def says(page: Page, text: str) -> None:
    expect(page.locator("main > .said")).to_contain_text(text)


def scan(page: Page, card: str) -> None:
    """What a scanner does: it types the code, fast, and Enter."""
    page.keyboard.type(code_text(card))
    page.keyboard.press("Enter")


def opened(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.dataset.key || document.activeElement.id"))


def test_a_walk_in_is_served_without_a_mouse_and_the_cursor_is_where_it_is_needed(
    world: World, desk: Desk
) -> None:
    card = world.person(name="鞠桂英")
    page = desk(5)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("鞠桂英")
    page.keyboard.press("Enter")
    opened(page, "鞠桂英")
    assert focused(page) == "t", "a ticket is what comes next"
    page.keyboard.press("Enter")
    says(page, "已取号 B")
    assert focused(page) == "c"
    page.keyboard.press("c")
    says(page, "已叫到5号窗口")
    assert focused(page) == "y", "now the ID is looked at"
    page.keyboard.press("g")
    says(page, "已看原件")
    for key in ("d", "y", "u", "g"):
        page.keyboard.press(key)
    says(page, "卡已交付")
    assert world.card(card).collected.how == "proxy" and world.card(card).collected.by.startswith("staff:")
    expect(page.get_by_role("heading", name="请说三句话")).to_be_visible()
    assert focused(page) == "n", "and then the next one"
    page.keyboard.press("z")
    says(page, "已撤销")
    assert not world.card(card).done and world.card(card).visit, "the slip is undone and the person waits on"
    page.keyboard.press("l")
    says(page, "已结束等候")


def test_nothing_is_loaded_anew_when_a_key_is_pressed(world: World, desk: Desk) -> None:
    card = world.person(name="连桂芝")
    page = desk(5)
    page.goto(f"/counter?card={card}")
    page.evaluate("window.sameOne = true")
    page.keyboard.press("t")
    says(page, "已取号 B")
    page.keyboard.press("c")
    says(page, "已叫到5号窗口")
    assert page.evaluate("window.sameOne") is True
    expect(page.locator("[data-live]")).to_contain_text("连桂芝")
    scan(page, world.person(name="连桂荣"))
    opened(page, "连桂荣")
    page.go_back()
    opened(page, "连桂芝")
    assert page.evaluate("window.sameOne") is True


def test_a_scan_finds_the_person_wherever_the_cursor_is(world: World, desk: Desk) -> None:
    booked, other = world.person(name="丛培芝"), world.person(name="曲仁德")
    world.do(BookSlot(booked, "20180605-0930"))
    page = desk(6)
    scan(page, booked)
    opened(page, "丛培芝")
    assert focused(page) == "a", "who is booked for now has arrived with one more key"
    page.keyboard.press("a")
    says(page, "已登记到店")
    scan(page, other)
    opened(page, "曲仁德")
    page.locator("summary", has_text="上门、电话").click()
    page.locator("#p3").click()
    scan(page, booked)
    opened(page, "丛培芝")
    with world.system.desk.view() as state:
        assert not state.cards[other].visit, "the letters of a code are no keys"
    person = world.system.vault.get(other)
    assert person and person.address == ""


def test_digits_typed_anywhere_are_searched_for(world: World, desk: Desk) -> None:
    card = world.person(name="于永芹")
    person = world.system.vault.get(card)
    page = desk(6)
    page.goto(f"/counter?card={world.person()}")
    page.keyboard.type(person.id_number)  # type: ignore[union-attr]
    page.keyboard.press("Enter")
    opened(page, "于永芹")


def test_two_clerks_at_once_never_serve_the_same_person(world: World, desk: Desk) -> None:
    cards = [world.person(name=name) for name in ("宫淑珍", "侯文斌", "邢玉莲")]
    for minute, card in enumerate(cards):
        world.at(datetime(2018, 6, 5, 9, minute))
        world.do(TicketWalkIn(card))
    first, second = desk(1), desk(2)
    for page in (first, second):
        page.keyboard.press("Escape")
    first.keyboard.press("n")
    second.keyboard.press("n")
    says(first, "已叫到1号窗口")
    says(second, "已叫到2号窗口")
    served = {page.locator(".person h2").inner_text()[:3] for page in (first, second)}
    assert served == {"宫淑珍", "侯文斌"}, "the two who came first, one each"
    expect(first.locator("[data-live]")).to_contain_text("2号窗")
    mine = next(card for card in cards if world.card(card).visit.window == "1")
    second.goto(f"/counter?card={mine}")
    expect(second.locator("[data-key=g]")).to_have_count(0)
    second.keyboard.press("n")
    says(second, "还在办理上一位")
    waiting = cards[2]
    for page in (first, second):
        page.goto(f"/counter?card={waiting}")
    first.goto(f"/counter?card={mine}")
    first.keyboard.press("y")
    first.keyboard.press("g")
    says(first, "卡已交付")
    first.keyboard.press("n")
    says(first, "已叫到1号窗口")
    second.keyboard.press("c")
    says(second, "正由1号窗口办理")
    assert world.card(waiting).visit.window == "1"


def test_what_is_done_on_the_phone_or_by_letter_is_recorded_as_such(world: World, desk: Desk) -> None:
    card = world.person(name="时桂香")
    page = desk(3)
    page.goto(f"/counter?card={card}")
    page.get_by_role("link", name="在电话里").click()
    expect(page.get_by_text("办的事都记为“电话”")).to_be_visible()
    page.keyboard.press("o")
    says(page, "已留下面几个时间")
    page.keyboard.press("j")
    says(page, "已约好")
    assert world.card(card).booking.via == "phone"
    page.get_by_role("link", name="来信来条").click()
    page.keyboard.press("h")
    says(page, "已登记上门")
    page.get_by_role("button", name="不再发短信").click()
    says(page, "不再给他发短信")
    page.locator("#p3").fill("示例路2号")
    page.get_by_role("button", name="更新联系方式").click()
    says(page, "联系方式已更新")
    page.keyboard.press("x")
    says(page, "预约已取消")
    paper = [line for line in page.locator(".story li").all_inner_texts() if "来信来条" in line]
    assert len(paper) == 4, "the visit, the messages, the contact, the cancellation"


def test_the_counter_works_without_scripts(world: World, desk: Desk) -> None:
    card = world.person(name="初桂兰")
    page = desk(7, scripts=False)
    page.get_by_label("找人").fill("初桂兰")
    page.get_by_role("button", name="找", exact=True).click()
    for button in ("现场取号", "叫到7号窗口"):
        page.get_by_role("button", name=button).click()
    page.get_by_label("已看领卡人身份证原件").first.check()
    page.get_by_role("button", name="交卡 G", exact=True).click()
    says(page, "卡已交付")
    assert world.card(card).done


def test_the_days_list_is_narrowed_by_state_and_slot(world: World, desk: Desk) -> None:
    early, late = world.person(name="迟桂花"), world.person(name="原福来")
    world.do(BookSlot(early, "20180605-0915"))
    world.do(BookSlot(late, "20180605-1030"))
    world.at(datetime(2018, 6, 5, 9, 45))
    world.catch_up()
    page = desk(8)
    listed = page.locator(".today .list")
    page.locator(".today .filters a", has_text="晚了").click()
    expect(listed).to_contain_text("迟桂花")
    expect(listed).not_to_contain_text("原福来")
    page.locator(".today .filters a", has_text="要办的").click()
    page.get_by_label("时段").select_option("20180605-1030")
    expect(listed).to_contain_text("原福来")
    expect(listed).not_to_contain_text("迟桂花")


def test_a_slip_is_printed_with_a_code_that_is_no_name(world: World, desk: Desk) -> None:
    card = world.person(name="阎桂珍")
    world.do(BookSlot(card, "20180612-1000"))
    page = desk(9)
    page.goto(f"/counter?card={card}")
    page.context.add_init_script("window.print = () => { document.documentElement.dataset.printed = '1' }")
    with page.context.expect_page() as waiting:
        page.keyboard.press("p")
    paper = waiting.value
    expect(paper.locator("html")).to_have_attribute("data-printed", "1")
    expect(paper.locator("svg.code-picture")).to_be_visible()
    assert "阎桂珍" not in paper.content()
