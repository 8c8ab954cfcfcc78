"""How crowded it will be, and whether a place is left: two questions with words of their own, answered alike
on every page, in exports and by the API, from the simulation once there is one."""

from datetime import date, datetime, timedelta

from queueing.domain.booking import BookSlot
from queueing.domain.counter import EndVisit, TicketWalkIn
from queueing.domain.season import ChangeCapacity, ChangeWindows
from queueing.policies.foresight import foresee
from queueing.projections.foreseen import foreseen
from queueing.projections.queries import LEVELS, ROOMS, room
from queueing.web import calm
from queueing.web.sheets import sheet
from queueing.web.site import make_site
from tests.web.api.client import Api
from tests.web.world import World

DAY = date(2018, 6, 20)


def look(world: World) -> None:
    """The worker's look at the days, with all the time it needs."""
    foresee(world.system, world.clock.now, seconds=600, days=20)
    world.catch_up()


def names(world: World, day: date) -> list[str]:
    with world.system.desk.view() as state:
        return list(state.days[day])


def fill(world: World, day: date, left: int = 0) -> None:
    """Nobody can book that day any more, but for so many places."""
    limits = {name: (int(number < left), 0) for number, name in enumerate(names(world, day))}
    world.do(ChangeCapacity(limits, "少一个人手"))
    world.catch_up()


def test_a_place_is_left_by_one_definition() -> None:
    assert [room(free, 20) for free in (0, 1, 3, 4, 20)] == ["full", "few", "few", "free", "free"]
    assert room(0, 0) == "full" and room(1, 2) == "few"


def test_what_is_simulated_is_the_same_on_the_page_the_board_the_export_and_the_api(world: World) -> None:
    world.at(datetime(2018, 6, 5, 8, 0))
    for _ in range(4):
        world.do(BookSlot(world.person(), "20180606-1015"))
    look(world)
    site, tomorrow = make_site(world.system, demo=False), date(2018, 6, 6)
    slots = {one.slot: one for one in calm.slots(site, tomorrow)}
    assert all(one.simulated for one in slots.values())
    rows = {row[0]: row for row in sheet(site, "slots", tomorrow).rows}
    answer = Api.of(world).get("/slots", **{"from": "2018-06-06", "to": "2018-06-06"}).json()
    api = {one["slot"]: one for one in answer["slots"]}
    for name, one in slots.items():
        row = rows[f"{one.start:%Y-%m-%d %H:%M}"]
        assert (row[9], row[10], row[12]) == (one.room_text, one.level_text, one.p95)
        for field in ("level", "level_text", "room", "room_text", "p95", "waiting", "simulated"):
            assert api[name][field] == getattr(one, field), field
    (load,) = calm.days(site, tomorrow, tomorrow)
    (of_api,) = (
        Api.of(world).get("/statistics/days", **{"from": "2018-06-06", "to": "2018-06-06"}).json()["days"]
    )
    assert (of_api["level"], of_api["room"]) == (load.level, load.room)
    manager = world.signed_in("manager")
    manager.get("/board")
    assert manager.text.count("模拟500天") == 2
    with site.db() as conn:
        peak = foreseen(conn, tomorrow, tomorrow, world.clock.now)[tomorrow].peak
    assert f"明天高峰预计等候 {peak:.0f} 人" in manager.text
    assert peak >= max(one.p95 for one in slots.values())


def test_today_s_levels_know_who_waits_now(world: World) -> None:
    """Far more people come than usual: the quick estimate sees bookings only, the simulation the hall."""
    world.at(datetime(2018, 6, 7, 9, 30))
    world.do(ChangeWindows(1))
    cards = [world.person() for _ in range(45)]
    for card in cards:
        world.do(TicketWalkIn(card))
    world.catch_up()
    site = make_site(world.system, demo=False)
    today = world.clock.now.date()
    before = {one.slot: one for one in calm.slots(site, today)}
    look(world)
    after = {one.slot: one for one in calm.slots(site, today)}
    soon = "20180607-0945"
    assert not before[soon].simulated and after[soon].simulated
    assert after[soon].level == "crowded" and after[soon].p95 > before[soon].p95
    browser = world.browser()
    browser.get("/")
    assert LEVELS["crowded"] in browser.text
    asked = world.person()
    world.holder(asked)
    crowded = {name for name, one in after.items() if one.level == "crowded"}
    assert crowded and not crowded & set(world.card(asked).offer.slots)
    for card in cards:
        with world.system.desk.view() as state:
            here = card in state.visits
        if here:
            world.do(EndVisit(card))
    world.at(world.clock.now + timedelta(minutes=1))
    look(world)
    assert {one.slot: one for one in calm.slots(site, today)}[soon].p95 < after[soon].p95


def test_a_full_day_says_so_and_is_not_called_calm(world: World) -> None:
    world.at(datetime(2018, 6, 11, 8, 0))
    today = world.clock.now.date()
    fill(world, today)
    fill(world, DAY)
    look(world)
    browser = world.browser()
    browser.get("/")
    row = browser.text.split("6月11日 星期一", 1)[1].split("6月12日", 1)[0]
    assert ROOMS["full"] in row and LEVELS["calm"] not in row
    holder = world.holder(world.person())
    holder.get("/my/days")
    assert "6月20日 星期三 约满" in holder.text and "/my/day/2018-06-20" not in holder.page.text
    assert "6月21日 星期四 不挤" in holder.text
    holder.get("/my/day/2018-06-20")
    assert "约满" in holder.text and "不挤" not in holder.text
    (load,) = calm.days(make_site(world.system, demo=False), DAY, DAY)
    assert (load.level, load.room, load.room_text) == ("calm", "full", "约满")


def test_a_nearly_full_day_and_slot_say_so_beside_the_level(world: World) -> None:
    world.at(datetime(2018, 6, 11, 20, 0))
    day = date(2018, 6, 12)
    fill(world, day, left=1)
    look(world)
    holder = world.holder(world.person())
    holder.get("/my/days")
    assert "6月12日 星期二 快约满 不挤" in holder.text
    holder.get("/my/day/2018-06-12")
    assert "8:30 快约满 不挤" in holder.text and "8:45 约满" in holder.text
