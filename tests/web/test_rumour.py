"""A calm word against a rumour: chosen, previewed, confirmed, and once a day."""

import re
from datetime import datetime, timedelta

from queueing.domain import events as e
from queueing.domain.booking import BookSlot, CancelBooking
from queueing.domain.holders import OptOut
from queueing.sms.gateways.local import LocalGateway, messages_of
from queueing.sms.outbox import send_all
from tests.web.world import World


def told(world: World, card: str, words: str = "人人都有") -> list[str]:
    world.projector.catch_up()
    send_all(world.system, LocalGateway(world.system.pool, world.clock), world.clock.now)
    with world.system.pool.connection() as conn:
        return [one.text for one in messages_of(conn, [card]) if words in one.text]


def test_it_is_sent_to_those_it_concerns_only_after_it_was_seen_and_confirmed(world: World) -> None:
    card, out = world.person(), world.person()
    world.do(OptOut(out))
    manager = world.signed_in("manager")
    manager.get("/rumour")
    manager.post("/rumour/preview", {"group": "waiting"})
    count = re.search(r"确认发给(\d+)人", manager.text)
    assert count is not None
    assert "人人都有，旧卡照常能用" in manager.text
    assert "收不到短信" in manager.text
    assert told(world, card) == []

    manager.post("/rumour/send", {"group": "waiting"})
    assert "还没有确认" in manager.text
    assert told(world, card) == []

    manager.post("/rumour/preview", {"group": "waiting"})
    manager.post("/rumour/send", {"group": "waiting", "sure": "1"})
    assert f"{count.group(1)}人会收到" in manager.text
    assert len(told(world, card)) == 1
    assert told(world, out) == []

    manager.post("/rumour/send", {"group": "waiting", "sure": "1"})
    assert "已经发过了" in manager.text
    assert len(told(world, card)) == 1
    facts = [event for _, event in world.system.log.history(f"card:{card}")]
    (by,) = [event.by for event in facts if isinstance(event, e.HolderReassured)]
    assert by.startswith("staff:manager")


def test_at_night_it_says_when_it_leaves_and_waits_for_the_morning(world: World) -> None:
    world.at(datetime(2018, 6, 5, 21))
    card = world.person()
    manager = world.signed_in("manager")
    manager.get("/rumour")
    manager.post("/rumour/preview", {"group": "waiting"})
    assert "现在是夜里，6月6日 星期三 上午8:00 开始发" in manager.text.replace("， ", "，")
    manager.post("/rumour/send", {"group": "waiting", "sure": "1"})
    assert told(world, card) == []
    world.at(datetime(2018, 6, 6, 8) + timedelta(minutes=1))
    assert len(told(world, card)) == 1


def test_only_a_manager_may(world: World) -> None:
    assert world.signed_in("counter").get("/rumour").status_code == 403


def test_all_messages_are_shown_as_bubbles(world: World) -> None:
    clerk = world.signed_in("counter")
    clerk.get("/sms/templates")
    assert clerk.page.text.count('class="bubble"') >= 45
    assert "【工行昆仑所】" in clerk.text


def test_who_is_booked_for_later_today_is_asked_once_whether_another_time_would_suit(world: World) -> None:
    card, away, early = world.person(), world.person(), world.person()
    for one, slot in ((card, "20180605-1500"), (away, "20180605-1500"), (early, "20180605-0930")):
        world.do(BookSlot(one, slot), via="sms")
    manager = world.signed_in("manager")
    manager.get("/rumour")
    manager.post("/rumour/preview", {"group": "today"})
    count = re.search(r"确认发给(\d+)人", manager.text)
    assert count is not None and "不换不用回" in manager.text
    manager.post("/rumour/send", {"group": "today"})
    assert "还没有确认" in manager.text
    manager.post("/rumour/send", {"group": "today", "sure": "1"})
    assert f"{count.group(1)}人会收到问改期的短信" in manager.text
    world.do(CancelBooking(away), via="sms")
    assert [len(told(world, one, "不换不用回")) for one in (card, away, early)] == [1, 0, 0]
    manager.post("/rumour/send", {"group": "today", "sure": "1"})
    assert "已经发过了" in manager.text
