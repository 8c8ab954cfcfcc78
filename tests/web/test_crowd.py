"""The pages of walk-ins, limits and waits."""

from datetime import datetime

import pytest

from queueing.crowd.told import for_holder, stated
from queueing.domain.booking import BookSlot
from queueing.domain.counter import CallHolder, TicketWalkIn
from queueing.domain.holders import TellWait
from tests.web.world import TUESDAY, Browser, World


@pytest.fixture
def manager(world: World) -> Browser:
    return world.signed_in("manager")


def test_walk_ins_are_shown_beside_the_usual_and_the_alarm_with_its_measures(
    world: World, manager: Browser
) -> None:
    manager.get("/walkins")
    assert "没有传言的迹象" in manager.text
    for _ in range(30):
        world.do(TicketWalkIn(world.person()))
    manager.get("/walkins")
    assert "可能有传言" in manager.text and "加开窗口" in manager.text
    assert manager.page.text.count('class="bar-seen"') == 26


def test_the_manager_sets_today_s_quota_and_the_next_one_gets_another_day(world: World) -> None:
    world.at(datetime(2018, 6, 7, 9))
    manager = world.signed_in("manager")
    manager.get("/walkins")
    manager.post("/walkins/quota", {"quota": "0", "reason": "传言"})
    assert "今天最多发0个号" in manager.text
    outcome = world.do(TicketWalkIn(world.person()))
    assert type(outcome.events[0]).__name__ == "SlotsOffered"
    manager.post("/walkins/quota", {"quota": "45", "reason": ""})
    assert "原因" in manager.text


def test_each_limit_says_why_and_can_be_pinned_and_released(world: World, manager: Browser) -> None:
    manager.get("/limits", day="2018-06-08")
    assert "窗口能办 15 人" in manager.text and "给没预约的人留" in manager.text
    form = {"day": "2018-06-08", "slot": ["20180608-1000"], "reason": "照顾高龄"}
    manager.post("/limits/pin", form)
    assert "固定了" in manager.text and "由负责人固定为" in manager.text
    manager.post("/limits/release", form)
    assert "由负责人固定为" not in manager.text
    manager.post("/limits/off", {"reason": "大厅太满"})
    assert "超额预约：关" in manager.text and "不超额预约" in manager.text
    manager.post("/limits/on", {"reason": "恢复"})


def test_waits_told_are_scored_when_people_are_called(world: World) -> None:
    world.at(datetime(2018, 6, 12, 9))
    card, walker = world.person(), world.person(priority=True)
    world.do(BookSlot(card, "20180612-0930"), via="sms")
    clerk = world.signed_in("counter")
    clerk.get("/counter", card=walker)
    clerk.post("/counter/do/ticket", {"card": walker})
    assert "预计等" in clerk.text
    world.at(datetime(2018, 6, 12, 9, 3))
    world.do(CallHolder(walker, "7"))
    world.at(datetime(2018, 6, 12, 9, 30))
    clerk.get("/counter", card=card)
    clerk.post("/counter/do/arrive", {"card": card})
    world.at(datetime(2018, 6, 12, 9, 50))
    world.do(CallHolder(card, "8"))
    world.catch_up()
    manager = world.signed_in("manager")
    manager.get("/waits", days="1")
    assert "9点 2 50% 50%" in manager.text, "one as told, one longer"
    assert "有预约 1 20.0 20 20 0 0" in manager.text
    assert "没预约取号（优先） 1 3.0 3 3 0 0" in manager.text


def test_a_wait_told_by_message_is_scored_once_who_asked_has_come(world: World) -> None:
    world.at(datetime(2018, 6, 14, 9))
    booked, walker, away = world.person(), world.person(), world.person()
    world.do(BookSlot(booked, "20180614-0930"), via="sms")
    for card in (booked, walker, away):
        world.do(TellWait(card, 0, 5), via="sms")
    clerk = world.signed_in("counter")
    clerk.get("/counter", card=walker)
    clerk.post("/counter/do/ticket", {"card": walker})
    world.at(datetime(2018, 6, 14, 9, 3))
    world.do(CallHolder(walker, "5"))
    world.at(datetime(2018, 6, 14, 9, 30))
    clerk.get("/counter", card=booked)
    clerk.post("/counter/do/arrive", {"card": booked})
    world.at(datetime(2018, 6, 14, 9, 50))
    world.do(CallHolder(booked, "6"))
    world.catch_up()
    manager = world.signed_in("manager")
    manager.get("/waits", days="1")
    asked = manager.text.split("短信里问了以后来的人")[1]
    assert "9点 2 50% 50%" in asked, "one as told, one longer; who did not come does not count"


def test_a_slip_says_the_wait_or_when_to_come_back(world: World) -> None:
    world.at(datetime(2018, 6, 13, 9))
    with world.system.desk.view() as state:
        told = stated(for_holder(state, world.clock.now, ""))
    first = world.person()
    world.do(TicketWalkIn(first, told))
    clerk = world.signed_in("counter")
    clerk.get("/counter/slip", card=first)
    assert "预计等" in clerk.text
    for _ in range(5):
        last = world.person()
        world.do(TicketWalkIn(last, told))
    clerk.get("/counter/slip", card=last)
    assert "再来，到时先叫您" in clerk.text
    assert "现在人多" not in clerk.text, "it may also be that the door is still shut"


@pytest.mark.parametrize("path", ["/walkins", "/limits", "/waits"])
def test_the_pages_are_the_manager_s(world: World, path: str) -> None:
    world.at(TUESDAY)
    assert world.signed_in("counter").get(path).status_code == 403
