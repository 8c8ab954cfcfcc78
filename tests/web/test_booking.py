"""Booking on the web: the calm path, changing and cancelling, and a page that helps for every refusal."""

from datetime import date, datetime, timedelta

import pytest

from queueing.domain.booking import BookSlot
from queueing.domain.handover import HandOver, SetAside
from queueing.domain.holders import EraseHolder
from queueing.domain.season import ChangeCapacity, CloseSlots
from tests.web.world import TUESDAY, World

SLOT = "20180612-0930"


def test_three_calm_places_then_check_then_done(world: World) -> None:
    card = world.person()
    browser = world.holder(card)
    offer = world.card(card).offer
    assert offer and len(offer.slots) == 3
    for slot in offer.slots:
        assert f"/my/check?slot={slot}" in browser.page.text
    browser.get("/my/check", slot=offer.slots[0])
    assert browser.heading == "这样对吗？" and "王*兰" in browser.text and "昆崙路37-4号" in browser.text
    assert world.card(card).booking is None
    browser.post("/my/book", {"slot": browser.values("slot")[0], "instead": browser.values("instead")[0]})
    booking = world.card(card).booking
    assert booking and booking.told == offer.told[0] and booking.via == "web"
    assert browser.heading == "约好了"
    for text in ("星期", "身份证原件", "两个人的身份证原件", "昆崙路37-4号", "改时间", "取消预约"):
        assert text in browser.text


def test_looking_again_keeps_the_same_three(world: World) -> None:
    card = world.person()
    browser = world.holder(card)
    before = world.card(card).offer
    browser.get("/my/when")
    assert world.card(card).offer == before
    browser.post("/my/more")
    after = world.card(card).offer
    assert after and before and not set(after.slots) & set(before.slots)


def test_a_choice_works_after_the_offer_has_lapsed(world: World) -> None:
    card = world.person()
    browser = world.holder(card)
    offer = world.card(card).offer
    assert offer
    world.at(offer.until + timedelta(hours=2))
    browser.post("/my/book", {"slot": offer.slots[-1]})
    assert world.card(card).booking.slot == offer.slots[-1]


def test_a_day_and_a_time_of_ones_own(world: World) -> None:
    world.catch_up()
    card = world.person()
    browser = world.holder(card)
    browser.get("/my/days")
    assert browser.heading == "挑哪一天？" and "/my/day/2018-06-12" in browser.page.text
    assert "2018-06-10" not in browser.page.text, "a Sunday is no choice"
    assert "不挤" in browser.text and "平静" not in browser.text
    browser.get("/my/days", after=date(2018, 6, 20))
    assert "/my/day/2018-06-12" not in browser.page.text and "/my/day/2018-06-21" in browser.page.text
    browser.get("/my/day/2018-06-12")
    assert "/my/check?slot=20180612-0930" in browser.page.text
    browser.get("/my/check", slot=SLOT)
    browser.post("/my/book", {"slot": SLOT, "instead": ""})
    assert world.card(card).booking.slot == SLOT


def test_a_double_click_is_one_booking(world: World) -> None:
    card = world.person()
    browser = world.holder(card)
    for _ in range(2):
        browser.post("/my/book", {"slot": SLOT, "instead": ""})
        assert browser.heading == "约好了"
    assert world.card(card).booking.version == 1


def test_a_second_tab_does_not_move_the_booking_silently(world: World) -> None:
    card = world.person()
    browser = world.holder(card)
    browser.post("/my/book", {"slot": SLOT, "instead": ""})
    browser.post("/my/book", {"slot": "20180613-0930", "instead": ""})
    assert browser.page.status_code == 409 and browser.heading == "您已经约好了"
    assert "6月12日 星期二" in browser.text and world.card(card).booking.slot == SLOT


def test_changing_keeps_the_old_place_until_the_new_is_taken(world: World) -> None:
    card = world.person()
    browser = world.holder(card)
    browser.post("/my/book", {"slot": SLOT, "instead": ""})
    browser.get("/my/when")
    assert browser.heading == "改到什么时候？" and "6月12日 星期二" in browser.text
    browser.get("/my/check", slot="20180613-1030")
    assert "原来的时间" in browser.text and world.card(card).booking.slot == SLOT
    browser.post("/my/book", {"slot": "20180613-1030", "instead": browser.values("instead")[0]})
    booking = world.card(card).booking
    assert booking.slot == "20180613-1030" and booking.version == 2


def test_cancelling_takes_two_touches_and_can_be_done_twice(world: World) -> None:
    card = world.person()
    browser = world.holder(card)
    browser.post("/my/book", {"slot": SLOT})
    browser.get("/my/cancel")
    assert browser.heading == "要取消吗？"
    browser.post("/my/cancel")
    assert browser.heading == "已经取消了" and world.card(card).booking is None
    assert browser.post("/my/cancel").status_code == 409
    assert browser.heading == "现在没有预约" and "重新选时间" in browser.text


def test_too_early_is_a_date_and_no_hurry(world: World) -> None:
    world.at(datetime(2018, 5, 20, 10))
    browser = world.holder(world.person(cohort="tuoguan"))
    assert browser.page.status_code == 409 and browser.heading == "还没轮到您，不用着急"
    assert "6月1日 星期五" in browser.text


def test_a_full_slot_leads_to_the_nearest_ones_and_costs_nothing(world: World) -> None:
    slot = "20180614-0930"
    world.do(ChangeCapacity({slot: (0, 0)}, "test"))
    card = world.person()
    browser = world.holder(card)
    browser.post("/my/book", {"slot": "20180614-0900"})
    browser.post("/my/book", {"slot": slot, "instead": "20180614-0900"})
    assert browser.page.status_code == 409 and browser.heading == "这个时间刚刚约满了"
    offer = world.card(card).offer
    assert offer and all(s.startswith("20180614") for s in offer.slots)
    assert f"/my/check?slot={offer.slots[0]}" in browser.page.text and "您原来的预约还在" in browser.text
    assert world.card(card).booking.slot == "20180614-0900"


def test_a_closed_slot_a_past_slot_and_an_unknown_one_are_told_apart(world: World) -> None:
    world.do(CloseSlots(("20180615-0900",), "停电"))
    browser = world.holder(world.person())
    for slot, heading in (
        ("20180615-0900", "这个时间不办理了"),
        ("20180605-0830", "这个时间已经过了"),
        ("20180615-0333", "没有这个时间"),
        ("nonsense", "没有这个时间"),
    ):
        browser.post("/my/book", {"slot": slot})
        assert (browser.page.status_code, browser.heading) == (409, heading)
        browser.get("/my/check", slot=slot)
        assert (browser.page.status_code, browser.heading) == (409, heading)


def test_a_collected_card_says_when_and_what_is_next(world: World) -> None:
    card = world.person()
    world.do(HandOver(card, "proxy", holder_id_seen=True, proxy_id_seen=True))
    browser = world.holder(card)
    assert browser.page.status_code == 409 and browser.heading == "您的卡已经领走了"
    assert (
        "6月5日 星期二 上午9:00" in browser.text and "家人代领" in browser.text and "消费密码" in browser.text
    )


@pytest.mark.parametrize(("handed", "heading"), [(True, "您的卡在单位"), (False, "您的卡由单位发")])
def test_an_employers_card_names_the_employer(world: World, handed: bool, heading: str) -> None:
    (card,) = world.employer(f"e9{handed:d}", "林淑珍", handed=handed)
    browser = world.holder(card)
    assert browser.page.status_code == 409 and browser.heading == heading
    assert f"文登e9{handed:d}厂" in browser.text


def test_a_defective_card_is_being_seen_to(world: World) -> None:
    card = world.person()
    browser = world.holder(card)
    world.do(SetAside(card))
    assert browser.get("/my").status_code == 409 and browser.heading == "您的卡正在处理"
    browser.post("/my/call-back")
    assert browser.heading == "已经登记了" and world.card(card).phone_list == "asked"


def test_an_erased_holder_is_told_where_to_go(world: World) -> None:
    card = world.person()
    browser = world.holder(card)
    world.do(EraseHolder(card))
    assert browser.get("/my").status_code == 409 and "柜台" in browser.text


def test_after_the_season_nobody_is_left_alone(world: World) -> None:
    world.at(datetime(2018, 8, 2, 10))
    browser = world.holder(world.person())
    assert browser.heading == "集中发放已经结束" and "95588" in browser.text


def test_who_cannot_come_may_ask_for_a_visit(world: World) -> None:
    world.at(datetime(2018, 5, 20, 10))
    card = world.person(cohort="jumin")
    browser = world.holder(card)
    browser.post("/my/home-visit")
    assert world.card(card).home_visit and "上门" in browser.text


def test_a_calendar_file_follows_the_booking(world: World) -> None:
    card = world.person()
    browser = world.holder(card)
    browser.post("/my/book", {"slot": SLOT})
    told = world.card(card).booking.told
    answer = browser.http.get("/my/appointment.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    lines = answer.text.split("\r\n")
    assert f"DTSTART;TZID=Asia/Shanghai:{told:%Y%m%dT%H%M%S}" in lines and "SEQUENCE:0" in lines
    assert all(len(line.encode()) <= 75 for line in lines)


def test_a_form_without_our_token_changes_nothing(world: World) -> None:
    card = world.person()
    browser = world.holder(card)
    for token in ("", "forged", "非法"):
        answer = browser.http.post("/my/book", data={"form_token": token, "slot": SLOT})
        assert answer.status_code == 403 and "没有生效" in answer.text
    other = world.browser()
    other.get("/book")
    (foreign,) = set(other.values("form_token"))
    assert browser.http.post("/my/book", data={"form_token": foreign, "slot": SLOT}).status_code == 403
    assert world.card(card).booking is None


def test_nobody_books_for_a_card_that_is_not_theirs(world: World) -> None:
    mine, other = world.person(), world.person()
    browser = world.holder(mine)
    browser.post("/book/whose", {"card": other})
    browser.post("/my/book", {"slot": SLOT, "card": other})
    assert world.card(other).booking is None and world.card(mine).booking


def test_the_last_place_goes_to_one_of_two(world: World) -> None:
    slot = "20180620-0930"
    world.at(datetime(2018, 6, 19, 12))  # what was kept for other channels is everybody's by now
    world.do(ChangeCapacity({slot: (1, 0)}, "test"))
    first, second = world.person(), world.person()
    one, two = world.holder(first), world.holder(second)
    one.post("/my/book", {"slot": slot})
    two.post("/my/book", {"slot": slot})
    assert one.heading == "约好了" and two.heading == "这个时间刚刚约满了"


def test_a_day_without_room_says_so(world: World) -> None:
    day = date(2018, 6, 19)
    with world.system.desk.view() as state:
        slots = state.days[day]
    world.do(ChangeCapacity(dict.fromkeys(slots, (0, 0)), "test"))
    browser = world.holder(world.person())
    browser.get("/my/days")
    assert "6月19日 星期二 约满" in browser.text and "/my/day/2018-06-19" not in browser.page.text
    browser.get("/my/day/2018-06-19")
    assert "约满" in browser.text and "/my/check?slot=20180619" not in browser.page.text


def test_when_every_place_is_gone_staff_phone(world: World) -> None:
    with world.system.desk.view() as state:
        rest = {s: (0, 0) for s, slot in state.slots.items() if slot.start > world.clock.now}
    world.at(TUESDAY + timedelta(minutes=1))
    browser = world.browser()
    card = world.person()
    world.do(ChangeCapacity(rest, "test"))
    browser = world.holder(card)
    assert browser.page.status_code == 409 and browser.heading == "这些天都约满了"
    browser.post("/my/call-back")
    assert world.card(card).phone_list == "asked"


def test_booking_on_behalf_stays_possible_at_the_counter(world: World) -> None:
    """The pages show what the desk knows, whoever did it."""
    card = world.person()
    with world.system.desk.view() as state:
        slot = next(s for s, one in sorted(state.slots.items()) if one.start > world.clock.now)
    world.do(ChangeCapacity({slot: (5, 5)}, "test"))
    world.do(BookSlot(card, slot), via="phone")
    browser = world.holder(card)
    assert browser.heading == "我的预约"
