"""The manager's journeys in a real Chromium: a closure and its undo, the board while somebody else works, and
a day as a film."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from queueing.domain.booking import BookSlot
from queueing.domain.counter import TicketWalkIn
from queueing.domain.handover import HandOver
from tests.web.eyes import DESKTOP, PHONE
from tests.web.test_browser import sign_in
from tests.web.windows import Open
from tests.web.world import World

pytestmark = pytest.mark.browser


def manager_at(world: World, visit: Open, path: str, size: dict[str, int] = DESKTOP, **more: bool) -> Page:
    page = visit("/staff", size, **more)
    sign_in(page, world, "manager")
    page.goto(path)
    return page


def shown(page: Page, label: str) -> int:
    """A number of the board's first line."""
    text = page.locator(".head", has_text=label).locator("strong").inner_text()
    return int(text.split("/")[0])


def test_a_closure_is_previewed_done_and_undone(world: World, visit: Open) -> None:
    card = world.person(name="慕桂芝")
    world.do(BookSlot(card, "20180621-0900"))
    world.catch_up()
    page = manager_at(world, visit, "/changes?day=2018-06-21", scripts=False)
    page.locator("input[name=slot][value='20180621-0900']").check()
    page.locator("#reason").fill("停电检修")
    page.get_by_role("button", name="先看会影响谁").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("确认停办")
    expect(page.locator("tbody")).to_contain_text("慕桂芝")
    expect(page.locator("tbody")).to_contain_text("6月21日 星期四 上午9:15")
    expect(page.locator(".script")).to_contain_text("您约的时间不能办理")
    assert world.card(card).booking.slot == "20180621-0900"
    page.get_by_role("button", name="确认停办").click()
    expect(page.get_by_role("status")).to_contain_text("停办已生效：1个时间段，1人改到别的时间")
    assert world.card(card).booking.slot == "20180621-0915"
    page.get_by_role("link", name="撤销第").first.click()
    expect(page.locator("tbody")).to_contain_text("慕桂芝")
    page.get_by_label("为什么撤销").fill("来电了")
    page.get_by_role("button", name="确认撤销").click()
    expect(page.get_by_role("status")).to_contain_text("已撤销，1人改到别的时间")
    assert world.card(card).booking.slot == "20180621-0900"


def test_fewer_windows_for_a_week_on_a_small_phone(world: World, visit: Open) -> None:
    page = manager_at(world, visit, "/changes", PHONE)
    page.locator("#first").fill("2018-07-09")
    page.locator("#last").fill("2018-07-13")
    page.get_by_label("窗口数").fill("3")
    page.locator("#why").fill("暑期轮休")
    page.locator("#days").get_by_role("button", name="先看会影响谁").click()
    expect(page.locator("main")).to_contain_text("5天每天开3个窗口")
    page.get_by_role("button", name="确认改窗口").click()
    expect(page.get_by_role("status")).to_contain_text("改窗口已生效")


def test_the_board_follows_a_clerk_in_another_browser(world: World, visit: Open) -> None:
    card = world.person(name="丛树芳")
    world.do(BookSlot(card, "20180605-0915"))
    world.catch_up()
    board = manager_at(world, visit, "/board")
    clerk = visit("/staff", DESKTOP)
    sign_in(clerk, world, "counter")
    waiting = shown(board, "大厅在等")
    clerk.goto(f"/counter?card={card}")
    clerk.keyboard.press("Escape")
    clerk.keyboard.press("a")
    expect(clerk.get_by_role("status")).to_contain_text("到店")
    world.catch_up()
    expect(board.locator(".head", has_text="大厅在等").locator("strong")).to_have_text(str(waiting + 1))
    served = shown(board, "今天已领")
    world.do(HandOver(card, "self", holder_id_seen=True))
    world.catch_up()
    expect(board.locator(".head", has_text="今天已领").locator("strong")).to_have_text(str(served + 1))


def test_a_day_is_looked_through_with_a_slider_and_as_a_film(world: World, visit: Open) -> None:
    world.at(datetime(2018, 6, 22, 8, 35))
    world.do(TicketWalkIn(world.person()))
    card = world.person()
    world.do(TicketWalkIn(card))
    world.at(datetime(2018, 6, 22, 8, 50))
    world.do(HandOver(card, "self", holder_id_seen=True))
    world.at(datetime(2018, 6, 22, 11, 0))
    page = manager_at(world, visit, "/board/past?at=2018-06-22T08:30")
    page.wait_for_selector("[data-slider]:not([hidden])")
    head = page.locator(".head", has_text="大厅在等").locator("strong")
    before = int(head.inner_text())
    slider = page.get_by_role("slider", name="时刻")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(head).to_have_text(str(before + 2))
    expect(page.locator("[data-clock]")).to_have_text("6月22日 星期五 上午8:35")
    page.get_by_label("快慢").select_option("快")
    page.get_by_role("button", name="播放").click()
    expect(page.locator(".head", has_text="今天已领").locator("strong")).to_have_text("1")
    page.get_by_role("button", name="暂停").click()
    stopped = page.locator("[data-clock]").inner_text()
    page.wait_for_timeout(400)
    assert page.locator("[data-clock]").inner_text() == stopped
    assert "at=2018-06-22T" in page.url


def test_the_past_is_looked_through_by_links_without_scripts(world: World, visit: Open) -> None:
    world.at(datetime(2018, 6, 22, 11, 0))
    page = manager_at(world, visit, "/board/past?at=2018-06-22T08:30", scripts=False)
    page.wait_for_selector(".watermark")
    assert page.locator("[data-slider]").is_hidden()
    page.get_by_role("link", name="+5分钟").click()
    expect(page.locator(".reel strong")).to_contain_text("上午8:35")
    page.get_by_role("link", name="回到现在").click()
    expect(page).to_have_title("看板 · 工商银行昆崙所")


def test_notices_are_paused_and_go_on_again(world: World, visit: Open) -> None:
    page = manager_at(world, visit, "/board", scripts=False)
    page.get_by_role("link", name="人流").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("通知节奏")
    page.locator("#why-pause").fill("大厅太挤")
    page.get_by_role("button", name="暂停", exact=True).click()
    expect(page.get_by_role("heading", name="恢复通知")).to_be_visible()
    with world.system.desk.view() as state:
        assert state.facts.paused
    page.locator("#why-pause").fill("人散了")
    page.get_by_role("button", name="恢复", exact=True).click()
    expect(page.get_by_role("heading", name="暂停通知")).to_be_visible()
    with world.system.desk.view() as state:
        assert not state.facts.paused


def test_a_window_less_is_tried_out_before_it_is_decided(world: World, visit: Open) -> None:
    page = manager_at(world, visit, "/whatif?day=2018-06-06")
    page.get_by_label("当作全部约满").check()
    page.get_by_label("窗口", exact=True).fill("2")
    page.get_by_label("没预约就来的人").fill("300")
    page.get_by_role("button", name="算一算").click()
    expect(page.locator("figure")).to_have_count(2)
    expect(page.locator("thead").first).to_contain_text("改了以后")
    assert "差些" in page.locator("tbody").first.inner_text()
    page.get_by_label("窗口", exact=True).fill("999")
    assert not page.evaluate("document.querySelector('#windows').validity.valid")
