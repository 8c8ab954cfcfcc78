"""A phone on the screen: messages as bubbles, and answering as the holder would."""

from queueing.domain.handover import HandOver
from queueing.sms.gateways.local import messages_of
from queueing.web import staff
from queueing.web.app import create_app
from tests.web.world import Browser, World, serving


def test_what_is_written_is_heard_and_shown(world: World) -> None:
    card = world.person(name="初玉梅")
    manager = world.signed_in("manager")
    manager.post("/phone/find", {"q": "初玉梅"})
    assert (
        f"card={card}" in manager.page.text
        and "初*梅" in manager.text
        and "初玉梅" not in manager.text.split("找")[0]
    )
    manager.get("/phone", card=card)
    assert "还没有短信" in manager.text
    manager.post("/phone", {"card": card, "text": "预约"})
    assert "预约" in manager.text and world.card(card).offer is not None
    with world.system.pool.connection() as conn:
        assert [m.direction for m in messages_of(conn, [card])] == ["in"]


def test_an_unknown_card_is_a_page_and_nothing_is_sent_for_nothing(world: World) -> None:
    manager = world.signed_in("manager")
    assert manager.get("/phone", card="nobody").status_code == 404
    card = world.person(phone="")
    manager.get("/phone", card=card)
    manager.post("/phone", {"card": card, "text": "预约"})
    assert "没有能收短信的手机" in manager.text


def test_only_managers_look_at_phones(world: World) -> None:
    card = world.person()
    browser = world.browser()
    browser.get("/phone", card=card)
    assert browser.heading == "工作人员登录"
    assert world.signed_in("counter").get("/phone", card=card).status_code == 403


def test_in_a_demonstration_everybody_may_look_and_sign_in(world: World) -> None:
    staff.ensure_demo_accounts(world.system.url)
    with serving(create_app(world.system, demo=True)) as url:
        browser = Browser(url)
        assert browser.get("/phone", card=world.person()).status_code == 200
        browser.get("/staff")
        assert "演示账号" in browser.text and "counter1" in browser.text
        browser.close()


def test_whoever_has_the_card_comes_last(world: World) -> None:
    manager = world.signed_in("manager")
    waiting, served = world.person(), world.person()
    for card in (waiting, served):
        manager.get("/phone", card=card)
        manager.post("/phone", {"card": card, "text": "地址"})
    manager.get("/phone")
    assert manager.page.text.index(served) < manager.page.text.index(waiting), "the last to hear comes first"
    world.do(HandOver(served, "self", holder_id_seen=True))
    manager.get("/phone")
    assert manager.page.text.index(waiting) < manager.page.text.index(served)
