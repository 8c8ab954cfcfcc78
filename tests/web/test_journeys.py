"""Whole journeys of retirees, and of their children, in a real Chromium: on a small phone and on a desktop,
without scripts, with the keyboard alone, and two at once for the last place."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, Route, expect

from queueing.domain.booking import BookSlot, RecordNoShow
from queueing.domain.handover import HandOver
from queueing.domain.season import ChangeCapacity, CloseSlots
from queueing.web.personal_code import personal_code
from tests.patience import eventually
from tests.web.eyes import DESKTOP, PHONE
from tests.web.windows import Open, enter, heading, press
from tests.web.world import World

pytestmark = pytest.mark.browser
EVERYWHERE = pytest.mark.parametrize(
    ("size", "scripts"), [(PHONE, False), (DESKTOP, True)], ids=["phone without scripts", "desktop"]
)


@EVERYWHERE
def test_a_retiree_books(world: World, visit: Open, size: dict[str, int], scripts: bool) -> None:
    card = world.person()
    page = visit("/", size, scripts=scripts)
    press(page, "预约")
    enter(page, world, world.phone(card))
    heading(page, "什么时候来？")
    page.locator("a.pick").nth(1).click()
    heading(page, "这样对吗？")
    assert world.card(card).booking is None
    press(page, "对，就约这个时间")
    heading(page, "约好了")
    assert world.card(card).booking.via == "web"
    for text in ("本人身份证原件", "两个人的身份证原件", "昆崙路37-4号"):
        expect(page.locator("main")).to_contain_text(text)
    expect(page.locator(".map svg")).to_be_visible()
    press(page, "办完了，退出")
    heading(page, "先约时间，再来领卡")
    page.goto("/my")
    heading(page, "请填手机号")


@EVERYWHERE
def test_a_day_and_a_time_of_ones_own(world: World, visit: Open, size: dict[str, int], scripts: bool) -> None:
    world.catch_up()
    card = world.person()
    page = visit("/", size, scripts=scripts)
    enter(page, world, world.phone(card))
    press(page, "另选时间")
    day = page.locator("a.day").nth(5)
    expect(day).to_contain_text("6月12日")
    expect(day).to_contain_text("不挤")
    day.click()
    heading(page, "6月12日 星期二，几点来？")
    page.locator("a.time").nth(6).click()
    press(page, "对，就约这个时间")
    heading(page, "约好了")
    assert world.card(card).booking.slot == "20180612-1000"


@EVERYWHERE
def test_two_touches_change_and_two_cancel(
    world: World, visit: Open, size: dict[str, int], scripts: bool
) -> None:
    card = world.person()
    world.do(BookSlot(card, "20180613-0930"), by="holder", via="web")
    page = visit("/my", size, scripts=scripts)
    enter(page, world, world.phone(card))
    heading(page, "我的预约")
    press(page, "改时间")
    page.locator("button.pick").first.click()
    heading(page, "约好了")
    expect(page.get_by_role("status")).to_contain_text("原来的6月13日 星期三")
    booking = world.card(card).booking
    assert booking.version == 2 and booking.slot != "20180613-0930"
    press(page, "取消预约")
    press(page, "是的，取消")
    heading(page, "已经取消了")
    assert world.card(card).booking is None
    press(page, "重新约一个时间")
    heading(page, "什么时候来？")


@EVERYWHERE
def test_a_child_sees_to_both_parents(world: World, visit: Open, size: dict[str, int], scripts: bool) -> None:
    child = f"159{next(world.numbers):08d}"
    parents = [world.person(name, phone="", contact_phone=child) for name in ("孙福成", "周秀芳")]
    page = visit("/", size, scripts=scripts)
    enter(page, world, child)
    heading(page, "给哪一位办？")
    for name in ("孙*成", "周*芳"):
        page.get_by_role("button", name=name).click()
        page.locator("a.pick").first.click()
        expect(page.locator("main")).to_contain_text(name)
        press(page, "对，就约这个时间")
        press(page, "给另一位办")
    assert all(world.card(card).booking for card in parents)
    expect(page.locator("button.pick").first).to_contain_text("已约6月5日 星期二")


def test_a_child_with_both_letters(world: World, visit: Open) -> None:
    parents = {
        card: world.system.vault.get(card) for card in (world.person("于桂兰"), world.person("丛德山"))
    }
    page = visit("/book", scripts=False)
    for card, person in parents.items():
        press(page, "信上有8位数字？点这里")
        page.get_by_label("领卡人姓名").fill(person.name)
        page.get_by_label("信上的8位数字").fill(personal_code(world.system.vault, card))
        press(page, "下一步")
        page.locator("a.pick").first.click()
        press(page, "对，就约这个时间")
        heading(page, "约好了")
        press(page, "给另一位办")
        heading(page, "请填手机号")
    assert all(world.card(card).booking for card in parents)


def test_everything_works_with_the_keyboard_alone(world: World, visit: Open) -> None:
    card = world.person()
    phone = world.phone(card)
    page = visit("/", DESKTOP)
    tab_to(page, "预约")
    page.keyboard.press("Enter")
    heading(page, "请填手机号")
    tab_to(page, field="phone")
    page.keyboard.type(phone)
    page.keyboard.press("Enter")
    heading(page, "请填短信里的6位数字")
    tab_to(page, field="code")
    page.keyboard.type(world.code_for(phone))
    page.keyboard.press("Enter")
    heading(page, "什么时候来？")
    tab_to(page, "另选时间")
    page.keyboard.press("Enter")
    heading(page, "挑哪一天？")
    tab_to(page, "6月13日 星期三 不挤")
    page.keyboard.press("Enter")
    heading(page, "6月13日 星期三，几点来？")
    tab_to(page, "上午9:30 不挤")
    page.keyboard.press("Enter")
    heading(page, "这样对吗？")
    tab_to(page, "对，就约这个时间")
    page.keyboard.press("Enter")
    heading(page, "约好了")
    tab_to(page, "取消预约")
    page.keyboard.press("Enter")
    heading(page, "要取消吗？")
    tab_to(page, "是的，取消")
    page.keyboard.press("Space")
    heading(page, "已经取消了")


def tab_to(page: Page, words: str = "", field: str = "") -> None:
    """Press Tab until what has these words, or the field of this name, has the focus, and shows it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        text, name, outline = page.evaluate(
            "() => { const at = document.activeElement; return [at.innerText ?? '', at.name ?? '',"
            " getComputedStyle(at).outlineStyle]; }"
        )
        if (words and "".join(text.split()) == "".join(words.split())) or (field and name == field):
            assert outline == "solid", f"one does not see the focus on {words or field}"
            return
    raise AssertionError(f"Tab never comes to {words or field}")


def test_two_browsers_at_once_want_the_last_place(world: World, visit: Open) -> None:
    """Both requests stand at the door until both are there; then they are let in together."""
    slot = "20180606-1000"
    world.at(datetime(2018, 6, 5, 14, 0))  # what was kept for other channels is everybody's by now
    world.do(ChangeCapacity({slot: (1, 0)}, "test"))
    cards = [world.person(), world.person()]
    pages, waiting = [visit("/book"), visit("/book")], list[Route]()
    for page, card in zip(pages, cards, strict=True):
        enter(page, world, world.phone(card))
        page.goto(f"/my/check?slot={slot}")
        page.route("**/my/book", lambda route: waiting.append(route))
        page.get_by_role("button", name="对，就约这个时间").click(no_wait_after=True)
    eventually(lambda: len(waiting) == 2, rest=lambda: pages[0].wait_for_timeout(20))
    assert not any(world.card(card).booking for card in cards)
    for route in waiting:
        route.continue_()
    for page in pages:
        page.wait_for_selector("h1:has-text('约')")
    said = {page.locator("h1").inner_text().strip(): page for page in pages}
    assert set(said) == {"约好了", "这个时间刚刚约满了"}
    assert sum(bool(world.card(card).booking) for card in cards) == 1
    loser = said["这个时间刚刚约满了"]
    loser.unroute("**/my/book")
    loser.locator("a.pick").first.click()
    press(loser, "对，就约这个时间")
    heading(loser, "约好了")
    assert all(world.card(card).booking for card in cards)


def test_too_early_is_a_date_and_a_visit_at_home_for_who_cannot_come(world: World, visit: Open) -> None:
    world.at(datetime(2018, 5, 21, 10, 0))
    card = world.person()
    page = visit("/book", scripts=False)
    enter(page, world, world.phone(card))
    heading(page, "还没轮到您，不用着急")
    expect(page.locator("main")).to_contain_text("6月1日 星期五")
    press(page, "看各批次的安排")
    expect(page.locator("#turns")).to_be_in_viewport()
    page.go_back()
    press(page, "走不动，请人上门")
    heading(page, "已经登记了")
    assert world.card(card).home_visit


def test_everything_full_ends_in_a_call(world: World, visit: Open) -> None:
    world.at(datetime(2018, 7, 31, 16, 50))
    card = world.person()
    page = visit("/book", scripts=False)
    enter(page, world, world.phone(card))
    heading(page, "这些天都约满了")
    press(page, "请给我打电话")
    heading(page, "已经登记了")
    assert world.card(card).phone_list == "asked"


def test_a_collected_card_says_what_comes_next(world: World, visit: Open) -> None:
    card = world.person()
    world.do(HandOver(card, "proxy", holder_id_seen=True, proxy_id_seen=True))
    page = visit("/book", scripts=False)
    enter(page, world, world.phone(card))
    heading(page, "您的卡已经领走了")
    for text in ("家人代领", "消费密码", "任一工行网点办理激活", "余额自动转到二代卡"):
        expect(page.locator("main")).to_contain_text(text)


def test_a_card_with_the_employer_names_it(world: World, visit: Open) -> None:
    (card,) = world.employer("e650", "林淑珍", handed=True)
    page = visit("/book", scripts=False)
    enter(page, world, world.phone(card))
    heading(page, "您的卡在单位")
    expect(page.locator("main")).to_contain_text("文登e650厂")


@EVERYWHERE
def test_a_closure_that_moved_a_booking_is_explained(
    world: World, visit: Open, size: dict[str, int], scripts: bool
) -> None:
    slot = "20180628-0900" if scripts else "20180627-0900"
    card = world.person()
    world.do(BookSlot(card, slot), by="holder", via="web")
    world.do(CloseSlots((slot,), "停电"))
    page = visit("/book", size, scripts=scripts)
    enter(page, world, world.phone(card))
    heading(page, "我的预约")
    expect(page.locator(".said")).to_contain_text("网点临时办不了，已经替您改到下面这个时间")
    press(page, "改时间")
    page.locator("button.pick").first.click()
    heading(page, "约好了")
    expect(page.get_by_text("网点临时办不了")).to_have_count(0)


def test_a_no_show_is_no_reproach(world: World, visit: Open) -> None:
    card = world.person()
    world.do(BookSlot(card, "20180605-1000"), by="holder", via="web")
    world.at(datetime(2018, 6, 5, 14, 0))
    world.do(RecordNoShow(card, world.card(card).booking.number))
    page = visit("/book", scripts=False)
    enter(page, world, world.phone(card))
    heading(page, "什么时候来？")
    expect(page.get_by_role("status")).to_contain_text("没关系，卡给您留着")


def test_the_look_is_kept_also_from_the_answer_to_a_form(world: World, visit: Open) -> None:
    page = visit("/book", scripts=False)
    page.get_by_label("手机号").fill("12")
    press(page, "发短信给我")
    expect(page.get_by_role("alert")).to_be_visible()
    press(page, "特大")
    heading(page, "请填手机号")
    press(page, "反色")
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "30px"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(0, 0, 0)"


def test_the_browser_reads_the_page_aloud(world: World, visit: Open) -> None:
    page = visit("/")
    page.add_init_script(
        "window.said = [];"
        "const voice = {cancel() {}, speak: (one) => said.push(one)};"
        "Object.defineProperty(window, 'speechSynthesis', {value: voice});"
    )
    page.reload()
    press(page, "朗读")
    said = page.evaluate("said.map((one) => [one.text, one.lang])")
    assert ["先约时间，再来领卡", "zh-CN"] in said and len(said) > 10
    press(page, "停")
    expect(page.get_by_role("button", name="朗读")).to_be_visible()


def test_an_appointment_is_one_sheet_of_paper_and_a_calendar_entry(world: World, visit: Open) -> None:
    card = world.person()
    world.do(BookSlot(card, "20180614-0900"), by="holder", via="web")
    page = visit("/book")
    enter(page, world, world.phone(card))
    with page.expect_download() as loading:
        press(page, "存到手机日历")
    assert "BEGIN:VEVENT" in loading.value.path().read_text()
    press(page, "打印出来")
    heading(page, "领社保卡 预约单")
    page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    press(page, "打印")
    assert page.evaluate("window.printed")
    sheet = page.pdf(format="A4")
    assert sheet.count(b"/Type /Page\n") == 1
    page.emulate_media(media="print")
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('main dd, main p, main li')]"
        ".map((one) => parseFloat(getComputedStyle(one).fontSize)))"
    )
    assert smallest >= 20
