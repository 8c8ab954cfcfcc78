"""The page of the pace of notices."""

import pytest

from queueing.domain.pacing import PlanBatch, ResumeInvitations
from queueing.domain.waves import InviteHolders, OpenWave
from tests.web.world import Browser, World


@pytest.fixture
def manager(world: World) -> Browser:
    return world.signed_in("manager")


def test_the_next_batch_is_shown_with_its_reason_and_the_last_ones_with_what_became_of_them(
    world: World, manager: Browser
) -> None:
    cards = tuple(world.person(cohort="getihu") for _ in range(4))
    world.do(OpenWave("may"))
    manager.get("/pacing")
    assert "现在发的话： 4人" in manager.text
    assert "未来几天空余" in manager.text and "在等通知的只有4人" in manager.text
    world.do(PlanBatch(1, "wave", 4, 4, 500, 0.0, 0.55, 0.85, "all"))
    world.do(InviteHolders("may", cards, batch=1))
    world.catch_up()
    manager.get("/pacing")
    assert "现在不发" in manager.text
    assert "1 6月5日 星期二 上午9:00 本批和再次通知 4 0／4 0 0 0 0% 55% 500，在路上0" in manager.text


def test_a_manager_pauses_resumes_and_changes_the_pace(world: World, manager: Browser) -> None:
    manager.get("/pacing")
    manager.post("/pacing/pause", {"reason": "等补卡"})
    assert "通知已暂停" in manager.text and "等补卡" in manager.text
    manager.post("/pacing/resume", {"reason": "卡到了"})
    assert "通知已恢复" in manager.text
    manager.post("/pacing/pace", {"theta": "60", "most": "80", "reason": "慢一点"})
    assert "节奏已改" in manager.text
    assert manager.values("theta") == ["60"] and manager.values("most") == ["80"]
    manager.post("/pacing/pace", {"theta": "0", "most": "0", "reason": "照原来"})


def test_a_pause_without_a_reason_is_refused_in_words(world: World, manager: Browser) -> None:
    manager.get("/pacing")
    manager.post("/pacing/pause", {"reason": " "})
    assert "原因" in manager.text
    with world.system.desk.view() as state:
        assert not state.facts.paused
    world.do(ResumeInvitations("x"))


def test_the_page_is_the_manager_s(world: World) -> None:
    clerk = world.signed_in("counter")
    assert clerk.get("/pacing").status_code == 403
