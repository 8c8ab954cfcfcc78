"""Who did what, when: every fact about a thing, and everything a person of staff did, by day and by page."""

from datetime import date, datetime

import pytest

from queueing.domain.booking import BookSlot, CancelBooking
from queueing.domain.counter import ArriveHolder
from queueing.domain.handover import HandOver, UndoCollection
from queueing.domain.holders import OptIn, OptOut
from queueing.domain.plans import ChangePlan
from queueing.projections import audit
from tests.web.world import PASSWORD, TUESDAY, Browser, World

LATER = datetime(2018, 6, 6, 9, 30)


@pytest.fixture
def manager(world: World) -> Browser:
    return world.signed_in("manager")


def served(world: World, login: str) -> str:
    """A card booked by its holder, handed over and taken back by one clerk."""
    card = world.person(name="于桂兰")
    world.do(BookSlot(card, "20180605-1000"), by="holder", via="sms")
    by = f"staff:{login}"
    world.do(ArriveHolder(card), by=by)
    world.do(HandOver(card, "self", holder_id_seen=True), by=by)
    world.do(UndoCollection(card, "交错了"), by=by)
    return card


def test_a_card_s_trail_tells_everything_in_words(world: World, manager: Browser) -> None:
    card = served(world, "xiaoli")
    world.catch_up()
    manager.get(f"/audit/card/{card}")
    assert "于桂兰的卡的记录" in manager.heading
    for said in (
        "卡已登记",
        "预约6月5日",
        "到店",
        "卡已领走（本人领取）",
        "撤销领取记录，卡回到银行（交错了）",
    ):
        assert said in manager.text
    assert "本人或家属" in manager.text and "工作人员 xiaoli" in manager.text
    assert manager.text.index("撤销领取记录") < manager.text.index("卡已登记"), "latest first"


def test_what_a_clerk_did_on_a_day(world: World) -> None:
    served(world, "xiaowang")
    world.at(LATER)
    manager = world.signed_in("manager")
    other = world.person(name="丛日滋")
    world.do(BookSlot(other, "20180607-1000"), by="staff:xiaowang", via="phone")
    world.catch_up()
    manager.get("/audit/staff/xiaowang", day="2018-06-05")
    assert "3件" in manager.heading and "于桂兰" in manager.text and "丛日滋" not in manager.text
    manager.get("/audit/staff/xiaowang", day="2018-06-06")
    assert "1件" in manager.heading and "丛日滋" in manager.text and "电话" in manager.text
    manager.get("/audit/staff/xiaowang")
    assert "4件" in manager.heading and "6月5日（3）" in manager.text and "6月6日（1）" in manager.text
    manager.get("/audit/staff/xiaowang", day="2018-06-07")
    assert "这一天没有记录" in manager.text


def test_a_long_trail_comes_in_pages(world: World, manager: Browser) -> None:
    card = world.person()
    for _ in range(35):  # each time out of the messages is also a line on the phone list
        world.do(OptOut(card), by="staff:busy")
        world.do(OptIn(card), by="staff:busy")
    world.catch_up()
    for path, extra in ((f"/audit/card/{card}", 1), ("/audit/staff/busy", 0)):
        manager.get(path)
        assert "第1页，共3页" in manager.text and manager.page.text.count("<tr><td class=") == audit.PAGE
        manager.get(path, page="3")
        assert manager.page.text.count("<tr><td class=") == 105 + extra - 2 * audit.PAGE


def test_a_slot_a_change_and_an_employer_have_trails(world: World, manager: Browser) -> None:
    world.employer("e901", "吕爱华", handed=True)
    card = world.person(name="鞠洪海")
    world.do(BookSlot(card, "20180611-0900"))
    world.do(ChangePlan("停电", closing=("20180611-0900",)), by="staff:boss")
    world.catch_up()
    manager.get("/audit/slot/20180611-0900")
    assert "开放时间段" in manager.text and "鞠洪海" in manager.text and "停办（停电）" in manager.text
    manager.get("/audit/employer/e901")
    assert "文登e901厂的记录" in manager.heading and "交给单位经办人" in manager.text
    with world.system.desk.view() as state:
        change = max(state.plans, key=int)
    manager.get(f"/audit/plan/{change}")
    assert "1人受影响（停电）" in manager.text
    assert manager.get("/audit/slot/20190101-0900").status_code == 404
    assert manager.get("/audit/slot/soon").status_code == 404
    assert manager.get("/audit/weather/1").status_code == 404


def test_a_card_is_found_by_name_and_a_slot_by_its_time(world: World, manager: Browser) -> None:
    card = world.person(name="殷淑珍")
    manager.get("/audit")
    manager.post("/audit", {"q": "殷淑珍"})
    assert str(manager.page.url).endswith(f"/audit/card/{card}")
    manager.get("/audit", slot="2018-06-05T10:00")
    assert manager.page.url.path == "/audit/slot/20180605-1000"
    manager.get("/audit")
    assert 'method="post"' in manager.page.text.split('name="q"')[0].rpartition("<form")[2]
    manager.post("/audit", {"q": "无此人"})
    assert "没有找到" in manager.text and str(manager.page.url).endswith("/audit"), "no name in an address"


def test_signing_in_and_taking_a_list_with_names_are_on_record(world: World) -> None:
    manager = world.signed_in("manager")
    login = manager.page.text.split('href="/password">')[1].split("<")[0]
    manager.http.get("/lists/phone.csv")
    manager.get(f"/audit/staff/{login}")
    assert "登录" in manager.text and "导出：电话名单" in manager.text


def test_accounts_are_changed_and_every_change_is_on_record(world: World) -> None:
    admin, clerk = world.signed_in("admin"), world.signed_in("counter")
    who = clerk.page.text.split('href="/password">')[1].split("<")[0]
    me = admin.page.text.split('href="/password">')[1].split("<")[0]
    admin.get("/accounts")
    assert f"{who} 柜员 6月5日 星期二 上午9:00 使用中 登录着1处" in admin.text
    admin.post("/accounts/change", {"login": who, "what": "role", "role": "manager"})
    assert f"账号 {who}（主管） 已更新" in admin.text
    assert clerk.get("/board").url.path == "/staff", "whoever gets another role signs in again"
    clerk.post("/staff", {"login": who, "password": PASSWORD})
    assert clerk.get("/board").status_code == 200
    admin.get("/accounts")
    admin.post("/accounts/change", {"login": who, "what": "sessions"})
    assert clerk.get("/board").url.path == "/staff"
    admin.post("/accounts/change", {"login": who, "what": "close"})
    admin.get(f"/audit/staff/{me}")
    for said in (f"改角色：{who}（主管）", f"让账号退出登录：{who}（1处）", f"停用账号：{who}"):
        assert said in admin.text


def test_an_administrator_can_t_lock_everybody_out(world: World) -> None:
    admin = world.signed_in("admin")
    me = admin.page.text.split('href="/password">')[1].split("<")[0]
    admin.get("/accounts")
    admin.post("/accounts/change", {"login": me, "what": "role", "role": "counter"})
    assert "不能停用自己的账号" in admin.text
    admin.post("/accounts/change", {"login": me, "what": "paint"})
    assert "没有这种更改" in admin.text
    admin.post("/accounts/change", {"login": me, "what": "role", "role": "king"})
    assert admin.page.status_code == 200


def test_the_trail_of_a_person_agrees_with_the_log(world: World) -> None:
    served(world, "exact")
    world.catch_up()
    by_log = [one for one in world.system.log.read_all() if one.event.by == "staff:exact"]
    with world.system.pool.connection() as conn:
        trail = audit.done_by(conn, world.system.log, "staff:exact", None, 1)
        counts = audit.active(conn, date(2018, 6, 5))
    assert [line.position for line in trail.lines] == [one.position for one in reversed(by_log)]
    assert counts["staff:exact"] == len(by_log)


def test_the_trail_is_for_managers(world: World) -> None:
    world.at(TUESDAY)
    assert world.signed_in("counter").get("/audit").status_code == 403
    card = world.person()
    world.do(BookSlot(card, "20180605-1100"))
    world.do(CancelBooking(card))
    assert world.browser().get(f"/audit/card/{card}").url.path == "/staff"
