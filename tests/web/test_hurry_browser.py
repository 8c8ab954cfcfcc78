"""Who is faster than the answers at the counter, or than the network: nothing is lost, and nothing is done to
somebody else."""

import pytest
from playwright.sync_api import Page, expect

from queueing.domain.booking import BookSlot
from queueing.domain.counter import CallHolder, TicketWalkIn
from tests.web.test_counter_browser import Desk, desk, focused, opened, says, scan
from tests.web.world import World

pytestmark = pytest.mark.browser
__all__ = ["desk"]


def slow_answers(page: Page, milliseconds: int = 300) -> None:
    """Let answers take their time from here on."""
    page.evaluate(
        "late => { const fast = window.fetch;"
        " window.fetch = (...asked) => new Promise(go => setTimeout(go, late)).then(() => fast(...asked)); }",
        milliseconds,
    )


def hold_answers(page: Page) -> None:
    """Let no answer come before `let_go`."""
    page.evaluate(
        "() => { const fast = window.fetch; const gate = new Promise(go => { window.letGo = go; });"
        " window.fetch = (...asked) => gate.then(() => fast(...asked)); }"
    )


def let_go(page: Page) -> None:
    page.evaluate("window.letGo()")
    expect(page.locator("#main:not([aria-busy])")).to_be_visible()


def test_filters_set_faster_than_the_answers_are_all_kept(world: World, desk: Desk) -> None:
    world.do(BookSlot(world.person(name="快桂花"), "20180605-0930"))
    world.catch_up()
    page = desk(8)
    listed = page.locator(".today .list")
    page.locator(".today .filters a", has_text="晚了").click()
    expect(listed).to_contain_text("没有人")

    slow_answers(page)
    page.locator(".today .filters a", has_text="要办的").click()
    page.get_by_label("时段").select_option("20180605-0930")
    page.locator(".today .filters a", has_text="全部").click()
    page.locator(".today .filters a", has_text="要办的").click()
    expect(page.locator("#main:not([aria-busy])")).to_be_visible()
    expect(listed).to_contain_text("快桂花")
    assert page.get_by_label("时段").input_value() == "20180605-0930"


def test_what_is_entered_while_an_answer_is_on_its_way_is_kept(world: World, desk: Desk) -> None:
    card = world.person(name="盖桂云")
    world.do(TicketWalkIn(card))
    world.do(CallHolder(card, "4"))
    page = desk(4)
    page.goto(f"/counter?card={card}")
    page.locator("summary", has_text="上门、电话").click()
    hold_answers(page)
    page.locator(".today .filters a", has_text="全部").click()
    page.get_by_label("已看领卡人身份证原件").first.check()
    page.locator("#p3").click()
    page.keyboard.type("示例路8号")
    let_go(page)
    expect(page.locator(".today .filters a", has_text="全部")).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("已看领卡人身份证原件").first).to_be_checked()
    expect(page.locator("#p3")).to_have_value("示例路8号")
    assert focused(page) == "p3"


def test_what_was_entered_about_one_person_never_comes_to_another(world: World, desk: Desk) -> None:
    first, second = world.person(name="盖福海"), world.person(name="盖玉珍")
    world.do(TicketWalkIn(second))
    page = desk(4)
    page.goto(f"/counter?card={first}")
    page.locator("summary", has_text="上门、电话").click()
    hold_answers(page)
    page.locator(f"[data-live] a[href$='{second}']").click()
    page.locator("#p3").fill("示例路9号")
    let_go(page)
    opened(page, "盖玉珍")
    expect(page.locator("#p3")).to_have_value("")


def test_a_second_search_does_not_wait_for_the_answer_of_the_first(world: World, desk: Desk) -> None:
    first, second = world.person(name="车桂英"), world.person(name="车德福")
    page = desk(6)
    hold_answers(page)
    scan(page, first)
    scan(page, second)
    let_go(page)
    opened(page, "车德福")


def test_keys_after_a_scan_are_for_the_person_it_finds(world: World, desk: Desk) -> None:
    card = world.person(name="苑桂兰")
    page = desk(6)
    hold_answers(page)
    scan(page, card)
    page.keyboard.press("t")
    let_go(page)
    says(page, "已取号 B")
    assert world.card(card).visit


def test_keys_after_a_refusal_are_done_to_nobody(world: World, desk: Desk) -> None:
    """Who calls the next one and is refused must not send home whom they still see."""
    mine, other = world.person(name="鹿桂香"), world.person(name="鹿德全")
    for card in (mine, other):
        world.do(TicketWalkIn(card))
    world.do(CallHolder(mine, "4"))
    page = desk(4)
    page.goto(f"/counter?card={other}")
    hold_answers(page)
    for key in "nl":
        page.keyboard.press(key)
    let_go(page)
    says(page, "还在办理上一位")
    assert world.card(other).visit, "the second key would have sent them home"


def test_a_lost_answer_is_said_and_what_was_typed_after_it_is_forgotten(world: World, desk: Desk) -> None:
    card = world.person(name="栾桂珍")
    page = desk(7)
    page.goto(f"/counter?card={card}")
    page.route("**/counter/do/ticket", lambda route: route.abort())
    slow_answers(page)
    for key in "tc":
        page.keyboard.press(key)
    says(page, "网络断了")
    page.unroute("**/counter/do/ticket")
    page.keyboard.press("t")
    says(page, "已取号 B")
    assert not world.card(card).visit.window


def test_a_button_pressed_twice_is_done_once(world: World, desk: Desk) -> None:
    for name in ("牟桂云", "牟德海"):
        world.do(TicketWalkIn(world.person(name=name)))
    page = desk(8)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    slow_answers(page)
    page.get_by_role("button", name="叫下一位").dblclick()
    says(page, "已叫到8号窗口")
    expect(page.locator("#main:not([aria-busy])")).to_be_visible()
    assert len(asked) == 1


def test_a_word_half_typed_in_chinese_is_not_cut_off_by_an_answer(world: World, desk: Desk) -> None:
    page = desk(8)
    hold_answers(page)
    page.locator(".today .filters a", has_text="全部").click()
    page.keyboard.press("/")
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "lian", "selectionStart": 4, "selectionEnd": 4})
    page.evaluate("window.letGo()")
    keyboard.send("Input.imeSetComposition", {"text": "lian'gui", "selectionStart": 8, "selectionEnd": 8})
    keyboard.send("Input.insertText", {"text": "连桂"})
    expect(page.locator(".today .filters a", has_text="全部")).to_have_attribute("aria-current", "true")
    expect(page.locator("#q")).to_have_value("连桂")
    assert focused(page) == "q"


def test_going_back_shows_what_the_address_says(world: World, desk: Desk) -> None:
    """Also when an answer to something else was still on its way."""
    first, second, third = (world.person(name=name) for name in ("巩桂英", "巩德福", "巩玉莲"))
    page = desk(9)
    page.goto(f"/counter?card={first}")
    scan(page, second)
    opened(page, "巩德福")
    page.keyboard.press("t")
    says(page, "已取号 B")
    hold_answers(page)
    scan(page, third)
    page.evaluate("history.back()")
    page.wait_for_url(f"**/counter?card={first}")
    let_go(page)
    opened(page, "巩桂英")
    assert page.url.endswith(first)


def test_the_queue_does_not_move_under_a_finger(world: World, desk: Desk) -> None:
    """A click is a press and a release on the same thing: what comes in between waits."""
    card = world.person(name="姬桂兰")
    world.do(TicketWalkIn(card))
    page = desk(3)
    page.locator("[data-live] a", has_text="姬桂兰").hover()
    page.mouse.down()
    page.evaluate(
        "() => { const source = document.querySelector('[data-live]');"
        " window.came = new Promise(go => new EventSource(source.dataset.live).addEventListener('message',"
        " event => { if (event.data.includes('姬德海')) setTimeout(go, 50); })); }"
    )
    world.do(TicketWalkIn(world.person(name="姬德海")))
    page.evaluate("window.came")
    expect(page.locator("[data-live]")).not_to_contain_text("姬德海")
    page.mouse.up()
    opened(page, "姬桂兰")
    expect(page.locator("[data-live]")).to_contain_text("姬德海")


def test_a_page_nobody_looks_at_leaves_its_connection_to_others(world: World, desk: Desk) -> None:
    page = desk(3)
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, True)
    world.do(TicketWalkIn(world.person(name="封桂芝")))
    with page.expect_request("**/counter/live*"):
        page.evaluate(hide, False)
    expect(page.locator("[data-live]")).to_contain_text("封桂芝")
