"""The staff's inbox: who wrote and needs a person, the conversation, and what can be done about it."""

from datetime import timedelta
from typing import Any

import pytest

from queueing.domain import events as e
from queueing.domain.booking import BookSlot
from queueing.domain.holders import FinishPhoneCall, ListForPhone
from queueing.sms.gateways.local import LocalGateway
from queueing.sms.inbound import receive
from queueing.sms.outbox import enqueue_reply, send_all
from tests.web.world import World

NONSENSE = ("嗯呐老张说的那个啥", "那个啥呀到底")


def write(world: World, card: str, *texts: str) -> None:
    """The person writes; answers leave at once."""
    for number, text in enumerate(texts):
        sid = f"{card}-{world.clock.now:%d%H%M%S}-{number}"
        receive(world.system, world.phone(card), text, sid, world.clock.now)
        settle(world)
        world.clock.now += timedelta(seconds=30)


def settle(world: World) -> None:
    world.projector.catch_up()
    send_all(world.system, LocalGateway(world.system.pool, world.clock), world.clock.now)


def facts(world: World, card: str, kind: type[e.Event]) -> list[Any]:
    return [event for _, event in world.system.log.history(f"card:{card}") if isinstance(event, kind)]


def test_two_misses_bring_somebody_into_the_inbox_and_onto_every_page(world: World) -> None:
    card = world.person(name="初玉梅")
    clerk = world.signed_in("counter")
    write(world, card, NONSENSE[0])
    clerk.get("/inbox")
    assert "初玉梅" not in clerk.text
    write(world, card, NONSENSE[1])
    clerk.get("/inbox")
    assert "初玉梅" in clerk.text
    assert "短信没看懂" in clerk.text
    clerk.get("/counter")
    assert 'class="count">' in clerk.page.text


def test_the_newest_stand_first(world: World) -> None:
    early, late = world.person(name="鞠连英"), world.person(name="于得水")
    write(world, early, "9")
    world.clock.now += timedelta(minutes=5)
    write(world, late, "9")
    clerk = world.signed_in("counter")
    clerk.get("/inbox")
    assert clerk.text.index("于得水") < clerk.text.index("鞠连英")
    world.clock.now += timedelta(minutes=5)
    write(world, early, "在吗")
    clerk.get("/inbox")
    assert clerk.text.index("鞠连英") < clerk.text.index("于得水")


def test_the_whole_conversation_is_there_in_order(world: World) -> None:
    card = world.person()
    write(world, card, "预约", *NONSENSE)
    clerk = world.signed_in("counter")
    clerk.get(f"/inbox/{card}")
    said = ["预约", "回复它的数字", NONSENSE[0], "没看懂您的意思", NONSENSE[1], "工作人员上班时会给您打电话"]
    places = [clerk.text.index(piece) for piece in said]
    assert places == sorted(places)


def test_a_code_to_sign_in_is_nobody_elses_to_read(world: World) -> None:
    card = world.person()
    write(world, card, "9")
    code = "482913"
    with world.system.pool.connection() as conn:
        enqueue_reply(conn, world.system, card=card, template="code", params={"code": code}, sid="x1")
    settle(world)
    clerk = world.signed_in("counter")
    clerk.get(f"/inbox/{card}")
    assert code not in clerk.page.text


def test_addresses_hold_no_names_and_no_numbers_and_the_list_masks_them(world: World) -> None:
    card = world.person(name="宫本善")
    write(world, card, "9")
    clerk = world.signed_in("counter")
    clerk.get("/inbox")
    phone = world.phone(card)
    assert phone not in clerk.page.text
    assert f"/inbox/{card}" in clerk.page.text
    clerk.get(f"/inbox/{card}")
    assert phone in clerk.text, "to be called"


def test_who_read_a_conversation_is_written_down(world: World) -> None:
    card = world.person()
    write(world, card, "9")
    clerk = world.signed_in("counter")
    clerk.get(f"/inbox/{card}")
    assert "看过的人" not in clerk.text
    world.signed_in("manager").get(f"/inbox/{card}")
    clerk.get(f"/inbox/{card}")
    with world.system.pool.connection() as conn:
        rows = conn.execute(
            "SELECT count(DISTINCT who), count(*) FROM conversations_read WHERE card = %s", (card,)
        )
        assert rows.fetchone() == (2, 3)
    assert "看过的人" in clerk.text
    manager = world.signed_in("manager")
    login = clerk.page.text.split('href="/password">')[1].split("<")[0]
    assert f"看短信往来：{card}" in manager.get(f"/audit/staff/{login}").text


@pytest.mark.parametrize(("outcome", "stays"), [("told", False), ("booked", False), ("no_answer", True)])
def test_a_call_is_recorded_and_ends_the_matter_unless_nobody_answered(
    world: World, outcome: str, stays: bool
) -> None:
    card = world.person(name="丛树森")
    write(world, card, "9")
    clerk = world.signed_in("counter")
    clerk.get(f"/inbox/{card}")
    clerk.post(f"/inbox/{card}/called", {"outcome": outcome})
    (done,) = facts(world, card, e.PhoneCallDone)
    assert (done.outcome, done.via) == (outcome, "phone")
    world.projector.catch_up()
    clerk.get("/inbox")
    assert ("丛树森" in clerk.text) is stays


def test_an_answer_from_the_templates_reaches_the_phone_once(world: World) -> None:
    card = world.person()
    world.do(BookSlot(card, "20180607-0900"))
    write(world, card, "9")
    clerk = world.signed_in("counter")
    clerk.get(f"/inbox/{card}")
    (once,) = clerk.values("once")
    for _ in range(2):
        clerk.post(f"/inbox/{card}/answer", {"key": "status", "once": once})
    settle(world)
    clerk.get(f"/inbox/{card}")
    bubbles = clerk.page.text.split('class="bubbles')[1].split("</div>")[0]
    assert bubbles.count("您约的是6月7日星期四上午9:00") == 1


def test_an_answer_nobody_offered_is_not_sent(world: World) -> None:
    card = world.person()
    write(world, card, "9")
    clerk = world.signed_in("counter")
    clerk.get(f"/inbox/{card}")
    for key in ("code", "booked", "faq:没有", ""):
        clerk.post(f"/inbox/{card}/answer", {"key": key, "once": "1"})
        assert "请先选一条" in clerk.text


def test_whoever_asked_on_the_web_or_has_no_phone_is_in_the_inbox_too(world: World) -> None:
    card = world.person(name="邵桂兰", phone="", reach=False)
    world.do(ListForPhone(card, "asked"))
    world.projector.catch_up()
    clerk = world.signed_in("counter")
    clerk.get("/inbox")
    assert "邵桂兰" in clerk.text
    clerk.get(f"/inbox/{card}")
    assert "没有能收短信的手机" in clerk.text
    world.do(FinishPhoneCall(card, "told"))


def test_the_inbox_is_for_staff_only(world: World) -> None:
    browser = world.browser()
    browser.get("/inbox")
    assert browser.heading == "工作人员登录"
    assert world.signed_in("counter").get("/inbox/nobody").status_code == 404
