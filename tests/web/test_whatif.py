"""The page of what if."""

import pytest

from queueing.domain.booking import BookSlot
from tests.web.world import Browser, World


@pytest.fixture
def manager(world: World) -> Browser:
    return world.signed_in("manager")


def test_the_plan_stands_alone_until_something_is_changed(world: World, manager: Browser) -> None:
    world.do(BookSlot(world.person(), "20180606-1000"))
    manager.get("/whatif", day="2018-06-06")
    assert "500个模拟日子" in manager.text and "改了以后" not in manager.text
    assert manager.page.text.count("<svg") == 1


def test_both_plans_stand_side_by_side(manager: Browser) -> None:
    manager.get(
        "/whatif", day="2018-06-06", full="true", windows="3", walk_ins="200", outage_from="", show=""
    )
    assert "改了以后" in manager.text and "差些" in manager.text
    assert manager.page.text.count('class="fan"') == 2
    assert manager.values("windows") == ["3"]
    assert 'style="' not in manager.page.text


def test_a_wrong_number_is_said_and_a_closed_day_too(manager: Browser) -> None:
    manager.get("/whatif", day="2018-06-06", windows="many")
    assert "有的数字填得不对" in manager.text
    manager.get("/whatif", day="2018-06-09")
    assert "这一天不办理" in manager.text


def test_the_page_is_the_manager_s(world: World) -> None:
    assert world.signed_in("counter").get("/whatif").status_code == 403
