"""The counter's one screen: finding people, and each action with what can refuse it."""

import re
from datetime import datetime, timedelta

import httpx
import pytest

from queueing.domain.booking import BookSlot
from queueing.domain.counter import ArriveHolder, EndVisit, TicketWalkIn
from queueing.domain.season import ChangeCapacity
from tests.web.world import TUESDAY, Browser, World

SOON = "20180605-0930"


@pytest.fixture
def clerk(world: World) -> Browser:
    """A clerk at window 3, with an empty hall."""
    with world.system.desk.view() as state:
        here = list(state.visits)
    for card in here:
        world.do(EndVisit(card))
    browser = world.signed_in("counter")
    browser.post("/counter/window", {"window": "3"})
    return browser


def act(browser: Browser, action: str, card: str = "", **fields: str) -> str:
    """Press the button; what the screen says."""
    browser.post(f"/counter/do/{action}", {"card": card, **fields})
    return browser.text


def booked(world: World, slot: str = SOON, **fields: str) -> str:
    card = world.person(**fields)
    world.do(BookSlot(card, slot), via="sms")
    return card


def test_a_person_is_found_by_whatever_they_bring(world: World, clerk: Browser) -> None:
    card = booked(world, "20180612-1000", name="隋玉珍")
    person = world.system.vault.get(card)
    assert person
    number = world.card(card).booking.number
    for wanted in (
        "隋玉珍",
        person.phone,
        person.phone[-4:],
        person.id_number,
        person.id_number[-4:],
        str(number),
        f"A{number}",
    ):
        clerk.post("/counter/find", {"q": wanted})
        assert f"card={card}" in clerk.page.text or f"card={card}" in str(clerk.page.url), wanted
        assert clerk.page.url.path in ("/counter", "/counter/find")
        assert set(clerk.page.url.params) <= {"card"}, "what is searched for stays out of addresses"
    clerk.post("/counter/find", {"q": "没有这个人"})
    assert "没有找到" in clerk.text


def test_several_who_fit_are_listed(world: World, clerk: Browser) -> None:
    cards = [world.person(name="同名同") for _ in range(2)]
    clerk.post("/counter/find", {"q": "同名同"})
    assert "找到2人" in clerk.text and all(f"card={card}" in clerk.page.text for card in cards)


def test_arrive_call_hand_over_and_after_care(world: World, clerk: Browser) -> None:
    card = booked(world)
    world.at(datetime(2018, 6, 5, 9, 31))
    assert "已登记到店" in act(clerk, "arrive", card)
    assert world.card(card).visit
    act(clerk, "next")
    assert f"card={card}" in str(clerk.page.url) and world.card(card).visit.window == "3"
    assert "已看原件" in act(clerk, "hand_over", card, how="self")
    assert not world.card(card).done
    text = act(clerk, "hand_over", card, how="self", holder_id="1")
    assert "卡已交付" in text and "医保密码" in text and world.card(card).done
    assert world.card(card).collected.by.startswith("staff:counter")
    assert "已启用" in act(clerk, "activate", card)


def test_a_proxy_needs_both_ids(world: World, clerk: Browser) -> None:
    card = world.person()
    assert "两个人的身份证" in act(clerk, "hand_over", card, how="proxy", holder_id="1")
    act(clerk, "hand_over", card, how="proxy", holder_id="1", proxy_id="1")
    assert world.card(card).collected.how == "proxy" and "家人代领" in clerk.text


def test_a_walk_in_gets_a_ticket_or_the_earliest_slots(world: World, clerk: Browser) -> None:
    card, unlucky = world.person(), world.person()
    assert "已取号 B" in act(clerk, "ticket", card)
    with world.system.desk.view() as state:
        today = {
            s: (0, 0) for s in state.days[world.clock.now.date()] if state.slots[s].end > world.clock.now
        }
        before = {s: (state.slots[s].capacity, state.slots[s].walk_in_room) for s in today}
    world.do(ChangeCapacity(today, "test"))
    assert "今天的号满了" in act(clerk, "ticket", unlucky)
    offer = world.card(unlucky).offer
    assert offer and offer.slots[0] in clerk.page.text
    act(clerk, "book", unlucky, slot=offer.slots[0], on="counter")
    assert world.card(unlucky).booking.via == "counter"
    world.do(ChangeCapacity(before, "test"))


def test_a_late_person_is_never_sent_home(world: World, clerk: Browser) -> None:
    card = booked(world)
    world.at(datetime(2018, 6, 5, 10, 30))
    assert "按现场顺序等候" in act(clerk, "arrive", card)


def test_two_clerks_never_serve_the_same_person(world: World, clerk: Browser) -> None:
    card, other = world.person(), world.person()
    world.do(TicketWalkIn(card))
    act(clerk, "call", card)
    second = world.signed_in("counter")
    second.post("/counter/window", {"window": "4"})
    assert "正由3号窗口办理" in act(second, "call", card)
    assert "正由3号窗口办理" in act(second, "hand_over", card, holder_id="1")
    world.do(TicketWalkIn(other))
    assert "还在办理上一位" in act(clerk, "call", other)
    assert "已退回等候" in act(clerk, "withdraw", card)
    act(second, "call", card)
    assert world.card(card).visit.window == "4"


def test_calling_needs_a_window_and_somebody(world: World, clerk: Browser) -> None:
    assert "没有人在等候" in act(clerk, "next")
    clerk.post("/counter/window", {"window": ""})
    assert "先在上面选好自己的窗口号" in act(clerk, "next")


def test_doing_something_twice_is_doing_it_once(world: World, clerk: Browser) -> None:
    card = booked(world)
    act(clerk, "arrive", card)
    assert "没有变化" in act(clerk, "arrive", card)
    act(clerk, "hand_over", card, holder_id="1")
    assert "已在6月5日 星期二 上午9:00领走" in act(clerk, "hand_over", card, holder_id="1")


def test_a_slip_is_undone_with_a_reason_and_not_for_long(world: World, clerk: Browser) -> None:
    card = world.person()
    world.do(TicketWalkIn(card))
    act(clerk, "hand_over", card, holder_id="1")
    assert "写明原因" in act(clerk, "undo", card, reason=" ")
    assert "已撤销" in act(clerk, "undo", card, reason="拿错了卡")
    assert not world.card(card).done and world.card(card).visit and "拿错了卡" in clerk.text
    act(clerk, "hand_over", card, holder_id="1")
    world.at(TUESDAY + timedelta(minutes=31))
    assert "不能撤销" in act(clerk, "undo", card, reason="太晚了")
    assert "没有可以撤销的领取记录" in act(clerk, "undo", world.person(), reason="弄错了")


def test_a_no_show_is_written_down_late_enough_and_can_be_taken_back(world: World, clerk: Browser) -> None:
    card = booked(world)
    number = str(world.card(card).booking.number)
    assert "还没到可以记未到的时候" in act(clerk, "no_show", card, booking=number)
    world.at(datetime(2018, 6, 5, 10, 30))
    assert "已记未到（第1次）" in act(clerk, "no_show", card, booking=number)
    assert "没有有效的预约" in act(clerk, "no_show", card, booking=number)
    assert "未到记录已撤销" in act(clerk, "undo_no_show", card, reason="人早就到了")
    assert "没有可以撤销的未到记录" in act(clerk, "undo_no_show", card, reason="人早就到了")


def test_staff_book_move_and_cancel_for_somebody_on_the_phone(world: World, clerk: Browser) -> None:
    card = world.person()
    assert "已留下面几个时间" in act(clerk, "offer", card)
    offer = world.card(card).offer
    assert "已约好" in act(clerk, "book", card, slot=offer.slots[0], on="phone")
    assert world.card(card).booking.via == "phone"
    clerk.get("/counter/times", card=card, day="2018-06-13")
    assert "20180613-0930" in clerk.page.text
    assert "已改到6月13日" in act(clerk, "book", card, slot="20180613-0930")
    assert "预约已取消" in act(clerk, "cancel", card)
    assert "没有有效的预约" in act(clerk, "cancel", card)


@pytest.mark.parametrize(
    ("slot", "said"),
    [("20180605-0830", "已经开始或过去"), ("20180609-0900", "没有这个时间段"), ("20180613-1100", "刚刚约满")],
)
def test_a_slot_that_cannot_be_had_is_said_in_place(
    world: World, clerk: Browser, slot: str, said: str
) -> None:
    world.do(ChangeCapacity({"20180613-1100": (0, 0)}, "test"))
    assert said in act(clerk, "book", world.person(), slot=slot)


def test_an_employers_card_is_not_handed_out_here(world: World, clerk: Browser) -> None:
    (card,) = world.employer("e700", "毕淑芳", handed=True)
    for action in ("arrive", "ticket", "offer"):
        assert "已交给文登e700厂" in act(clerk, action, card)
    assert "已交给文登e700厂" in act(clerk, "hand_over", card, holder_id="1")


def test_who_is_not_here_and_what_is_for_another_day(world: World, clerk: Browser) -> None:
    card = booked(world, "20180612-1030")
    assert "不是今天" in act(clerk, "arrive", card)
    assert "不在等候名单里" in act(clerk, "call", card)
    assert "不在等候名单里" in act(clerk, "leave", card)
    assert "没有找到这张卡" in act(clerk, "arrive", "nobody")


def test_too_early_is_told_with_the_date(world: World, clerk: Browser) -> None:
    world.at(datetime(2018, 5, 20, 9))
    assert "从6月1日 星期五起" in act(clerk, "offer", world.person())


def test_home_visit_phone_list_and_messages(world: World, clerk: Browser) -> None:
    card = world.person()
    act(clerk, "home", card)
    act(clerk, "call_back", card)
    assert world.card(card).home_visit and world.card(card).phone_list == "asked"
    assert "填得不对" in act(clerk, "called", card, outcome="whatever")
    act(clerk, "called", card, outcome="told")
    assert not world.card(card).phone_list
    act(clerk, "opt_out", card)
    assert world.card(card).opted_out
    act(clerk, "opt_in", card)
    assert not world.card(card).opted_out
    assert "卡已交付" in act(clerk, "hand_over", card, how="home", holder_id="1")
    assert world.card(card).collected.how == "home"


def test_a_defective_card_waits_for_a_new_one(world: World, clerk: Browser) -> None:
    card = world.person()
    act(clerk, "defective", card)
    assert "正在更换" in act(clerk, "hand_over", card, holder_id="1")
    assert "可以领取" in act(clerk, "replace", card)


def test_an_outages_hand_over_keeps_its_time_and_a_conflict_is_named(world: World, clerk: Browser) -> None:
    card = world.person()
    assert "填得不对" in act(clerk, "hand_over", card, holder_id="1", happened="昨天")
    assert "填得不对" in act(clerk, "hand_over", card, holder_id="1", happened="2018-06-06T09:00")
    assert "卡已交付" in act(clerk, "hand_over", card, holder_id="1", happened="2018-06-04T15:20")
    assert "实际时间6月4日 星期一 下午3:20" in clerk.text
    assert "不能再办" in act(clerk, "hand_over", card, holder_id="1", happened="2018-06-04T15:20")


def test_a_new_number_goes_to_the_vault_and_a_wrong_one_is_refused(world: World, clerk: Browser) -> None:
    card = world.person(phone="", reach=False)
    clerk.post("/counter/contact", {"card": card, "phone": "12", "contact_phone": "", "address": ""})
    assert "手机号" in clerk.text
    clerk.post(
        "/counter/contact",
        {"card": card, "phone": "154 6000 0001", "contact_phone": "", "address": "示例路1号"},
    )
    person = world.system.vault.get(card)
    assert person and person.phone == "15460000001" and world.card(card).reach
    assert "15460000001" not in clerk.text.split("联系方式已更新")[0]


def test_only_an_admin_erases_and_only_with_the_tick(world: World, clerk: Browser) -> None:
    card = world.person()
    clerk.post("/counter/erase", {"card": card, "sure": "1"})
    assert "只能由管理员" in clerk.text
    admin = world.signed_in("admin")
    admin.post("/counter/erase", {"card": card})
    assert "请先勾选" in admin.text and world.system.vault.get(card)
    admin.post("/counter/erase", {"card": card, "sure": "1"})
    assert world.system.vault.get(card) is None and world.card(card).erased
    assert "已按要求删除" in act(clerk, "ticket", card)


def test_the_days_list_has_filters_and_can_be_printed(world: World, clerk: Browser) -> None:
    due, here = booked(world, "20180605-1000", name="车桂云"), booked(world, "20180605-1000", name="邵福山")
    world.do(ArriveHolder(here))
    world.catch_up()
    clerk.get("/counter")
    assert "车桂云" in clerk.text and "邵福山" in clerk.text
    clerk.get("/counter", show="due")
    listed = clerk.page.text.split("今天的名单")[1]
    assert due in listed and here not in listed
    clerk.get("/counter/manifest")
    assert clerk.page.status_code == 200 and "车桂云" in clerk.text and "签名" in clerk.text


def test_slips_are_printed_for_a_ticket_a_booking_and_the_letters_code(world: World, clerk: Browser) -> None:
    walk_in, later, neither = world.person(), booked(world, "20180612-1100"), world.person()
    world.do(TicketWalkIn(walk_in))
    assert "B" in (clerk.get("/counter/slip", card=walk_in), clerk.heading)[1]
    clerk.get("/counter/slip", card=later)
    assert "6月12日 星期二" in clerk.heading and "两个人的身份证原件" in clerk.text
    clerk.get("/counter/slip", card=neither)
    assert "8位数字" in clerk.text


def test_the_queue_puts_the_booked_before_walk_ins_and_tells_the_wait(world: World, clerk: Browser) -> None:
    walk_in, bookd = world.person(name="先来的"), booked(world, name="预约的")
    world.do(TicketWalkIn(walk_in))
    world.at(datetime(2018, 6, 5, 9, 40))
    world.do(ArriveHolder(bookd))
    clerk.get("/counter")
    queue = clerk.page.text.split("等候 <small>")[1]
    assert "2人" in queue.split("</small>")[0]
    world.at(datetime(2018, 6, 5, 9, 42))
    act(clerk, "next")
    assert world.card(walk_in).visit.window == "3", "who waited 42 minutes is before the newcomer"


def test_an_unknown_action_and_an_unknown_card_are_pages(world: World, clerk: Browser) -> None:
    assert clerk.post("/counter/do/nothing", {"card": "x"}).status_code == 404
    clerk.get("/counter", card="nobody")
    assert "没有找到这张卡" in clerk.text
    assert clerk.get("/counter/slip", card="nobody").status_code == 404


MAIN = re.compile(r'<main id="main">.*</main>', re.DOTALL)
SCRIPT = {"X-In-Place": "1"}
SAID = re.compile(r'<p class="said .*?</p>\n?')


def main_of(page: httpx.Response) -> str:
    found = MAIN.search(page.text)
    assert found
    return found.group()


def test_the_page_s_script_gets_the_screen_itself_and_other_browsers_are_sent_to_it(
    world: World, clerk: Browser
) -> None:
    card = booked(world)
    page = clerk.post("/counter/do/arrive", {"card": card}, headers=SCRIPT)
    assert page.status_code == 200 and not page.history
    assert page.headers["Content-Location"] == f"/counter?card={card}"
    assert "已登记到店" in clerk.text
    assert 'aria-label="页面"' not in page.text and "<script" not in page.text
    again = clerk.get("/counter", card=card)
    assert main_of(again) == main_of(page).replace(SAID.search(page.text).group(), "")  # type: ignore[union-attr]
    page = clerk.post("/counter/do/call", {"card": card, "on": "phone"})
    assert [one.status_code for one in page.history] == [303]
    assert (page.url.path, dict(page.url.params)) == ("/counter", {"card": card, "on": "phone"})
    assert "<script" in page.text


def test_what_was_refused_comes_back_in_place_too(world: World, clerk: Browser) -> None:
    card = booked(world)
    page = clerk.post("/counter/do/call", {"card": card}, headers=SCRIPT)
    assert page.status_code == 200 and 'role="alert"' in page.text
    assert "不在等候名单里" in clerk.text


def test_a_single_hit_is_opened_in_place(world: World, clerk: Browser) -> None:
    card = booked(world, name="单于桂英")
    page = clerk.post("/counter/find", {"q": "单于桂英"}, headers=SCRIPT)
    assert page.headers["Content-Location"] == f"/counter?card={card}" and "单于桂英" in clerk.text


def test_who_is_erased_is_gone_from_the_list_at_once(world: World, clerk: Browser) -> None:
    card = booked(world, name="欧阳忘川")
    world.catch_up()
    assert "欧阳忘川" in clerk.get("/counter").text
    world.system.vault.erase(card, world.system.clock())
    assert "欧阳忘川" not in clerk.get("/counter").text
