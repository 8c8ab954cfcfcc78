"""The clerk who is told why somebody is to come later or another day, and who serves them all the same."""

from collections.abc import Callable, Iterator
from datetime import datetime

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from queueing.domain.counter import EndVisit, TicketWalkIn
from queueing.domain.walkins import SwitchWalkInControl
from queueing.web import staff
from tests.web.world import PASSWORD, World

pytestmark = pytest.mark.browser
Desk = Callable[[], Page]


@pytest.fixture
def desk(browser: Browser, world: World) -> Iterator[Desk]:
    """A clerk who signs in, in a browser of their own."""
    contexts = []

    def sit_down() -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=world.url)
        context.set_default_timeout(30_000)
        contexts.append(context)
        login = f"clerk{next(world.numbers)}"
        with psycopg.connect(world.system.url, autocommit=True) as conn:
            staff.add_account(conn, login, "counter", PASSWORD)
        page = context.new_page()
        page.goto("/staff")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        return page

    yield sit_down
    for context in contexts:
        context.close()


def says(page: Page, text: str) -> None:
    expect(page.locator("main > .said")).to_contain_text(text)


def crowded(world: World, at: datetime, people: int) -> None:
    """So many in the hall, and nobody else."""
    world.at(at)
    with world.system.desk.view() as state:
        here = list(state.visits)
    for card in here:
        world.do(EndVisit(card))
    for _ in range(people):
        world.do(TicketWalkIn(world.person(), override="试"))


def test_the_clerk_sees_why_another_day_and_serves_who_has_a_reason(
    world: World, desk: Callable[[], Page]
) -> None:
    crowded(world, datetime(2018, 6, 14, 9, 5), 40)
    clerk, card = desk(), world.person(name="鞠秀兰")
    clerk.goto(f"/counter?card={card}")
    clerk.keyboard.press("t")
    says(clerk, "大厅半小时内坐不下，给他留了下面几个时间")
    expect(clerk.locator(".person .state")).to_contain_text("请他改天：大厅半小时内坐不下")
    assert world.card(card).visit is None
    clerk.get_by_label("别的难处").fill("远道赶来，当天要回")
    clerk.get_by_role("button", name="现在就办", exact=True).click()
    says(clerk, "已取号")
    expect(clerk.locator(".story")).to_contain_text("现在就办（远道赶来，当天要回）")
    assert world.card(card).visit.told == world.clock.now


def test_the_clerk_brings_a_ticket_for_later_forward(world: World, desk: Desk) -> None:
    crowded(world, datetime(2018, 6, 15, 9, 5), 5)
    clerk, card = desk(), world.person(name="丛培芝")
    clerk.goto(f"/counter?card={card}")
    clerk.keyboard.press("t")
    says(clerk, "现在等的人多，请他")
    expect(clerk.locator(".person .state")).to_contain_text("再来：现在等的人多")
    clerk.get_by_role("button", name="行动不便，现在就办").click()
    says(clerk, "改为现在就办")
    assert world.card(card).visit.told == world.clock.now
    expect(clerk.get_by_role("button", name="行动不便，现在就办")).to_have_count(0)


def test_the_manager_sees_what_the_control_did_and_switches_it_off(world: World) -> None:
    crowded(world, datetime(2018, 6, 19, 9, 5), 40)
    counter = world.signed_in("counter")
    card = world.person()
    counter.get("/counter", card=card)
    counter.post("/counter/do/ticket", {"card": card})
    manager = world.signed_in("manager")
    manager.get("/walkins")
    assert "没预约的人现在来： 大厅半小时内坐不下，给他留其他日子的时间。" in manager.text
    assert "请改天 1" in manager.text and "写明难处照办 40" in manager.text
    manager.get("/board")
    assert "请改天1人" in manager.text
    manager.get("/walkins")
    manager.post("/walkins/control/off", {"reason": "人手够"})
    assert "自动安排停了" in manager.text
    other = world.person()
    counter.get("/counter", card=other)
    counter.post("/counter/do/ticket", {"card": other})
    assert "大厅半小时内坐不下" not in counter.text.split("柜台 找人")[0]
    manager.get("/walkins")
    manager.post("/walkins/control/on", {"reason": ""})
    assert "自动安排停了" in manager.text, "a reason is needed"
    world.do(SwitchWalkInControl(True, "试"))
