"""What the board asks the manager to look after, and what helps beside it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from queueing.crowd.waits import Wait
from queueing.domain.state import Visit
from queueing.projections.queries import Fairness, SlotLoad
from queueing.web.alerts import alerts, unsettled
from queueing.web.hall import Hall, Waiting

NOW = datetime(2018, 6, 5, 9, 0)
LONG = Wait(mean=50.0, low=40.0, high=60.0)


def slot(minutes: int, **fields: Any) -> SlotLoad:
    """A slot that begins so many minutes from now, calm and with room unless said otherwise."""
    start = NOW + timedelta(minutes=minutes)
    values: dict[str, Any] = {"plain": 15, "capacity": 12, "free": 5, "level": "calm", **fields}
    return SlotLoad(
        slot=f"{start:%Y%m%d-%H%M}", day=NOW.date(), start=start, ends=start + timedelta(minutes=15), **values
    )


def hall(windows: int = 4, told: Wait | None = None, waiting: tuple[Waiting, ...] = ()) -> Hall:
    return Hall(waiting=waiting, served=(), windows=windows, told=told)


def fair(way: str, starving: bool) -> Fairness:
    return Fairness(way=way, through=4, of=100, share=0.04, promised=0.15, starving=starving)


def said(**given: Any) -> list[tuple[str, str, list[str]]]:
    """The alerts as (level, text, addresses)."""
    found = alerts(
        given.get("slots", []),
        given.get("hall", hall()),
        given.get("fair", []),
        given.get("overdue", 0),
        given.get("messages", {}),
        NOW,
    )
    return [(one.level, one.text, [address for _, address in one.actions]) for one in found]


def test_a_calm_day_says_nothing() -> None:
    assert said(slots=[slot(0), slot(15), slot(300, free=0)], messages={"accepted": 900, "refused": 4}) == []


def test_a_slot_that_fills_links_to_its_limit() -> None:
    ((level, text, addresses),) = said(
        slots=[slot(15, free=0), slot(30, free=0, open=False), slot(130, free=0)]
    )
    assert level == "watch" and text == "上午9:15已经约满（两小时内共1段）。"
    assert addresses == ["/changes?day=2018-06-05&what=limit&slot=20180605-0915"]


def test_a_crowded_slot_asks_for_a_window_fewer_places_or_a_pause() -> None:
    ((level, text, addresses),) = said(slots=[slot(0, level="crowded"), slot(15, level="crowded")])
    assert level == "act" and "上午9:00、上午9:15预计很挤（共2段）" in text
    assert addresses[0] == "#windows" and addresses[2] == "/pacing"
    assert addresses[1].endswith("slot=20180605-0915"), "the running slot's limit can't be changed any more"


def test_a_crowded_slot_that_is_over_is_over() -> None:
    assert said(slots=[slot(-30, level="crowded")]) == []


@pytest.mark.parametrize(
    ("refused", "accepted", "speaks"), [(4, 0, False), (5, 95, False), (5, 94, True), (50, 10, True)]
)
def test_failing_messages_speak_up_from_one_in_twenty(refused: int, accepted: int, speaks: bool) -> None:
    found = said(messages={"refused": refused, "accepted": accepted})
    assert bool(found) is speaks
    assert not speaks or found[0][2] == ["/sms", "/lists/phone", "/pacing"]


def test_a_queue_asks_for_a_window_and_says_the_wait_people_are_told() -> None:
    ((level, text, addresses),) = said(hall=hall(told=LONG))
    assert level == "act" and text.startswith("大厅0人在等，新来的")
    assert addresses == ["#windows", "/changes?day=2018-06-05&what=limit", "/pacing"]
    assert said(hall=hall(told=Wait(mean=30.0, low=20.0, high=40.0))) == []


def test_people_waiting_with_no_window_open_ask_for_one() -> None:
    told = datetime(2018, 6, 5, 8, 50)
    visit = Visit(slot="20180605-0845", told=told, arrived=told, ticket=3)
    ((_, text, addresses),) = said(hall=hall(windows=0, waiting=(Waiting("c1", visit, False, 10),)))
    assert text == "大厅有1人在等，没有开放的窗口。" and addresses == ["#windows"]


def test_overdue_rosters_ask_for_a_call() -> None:
    assert said(overdue=3) == [("watch", "3家单位的回执超期。", ["/employers?show=overdue"])]


def test_a_way_that_starves_asks_for_calls_and_one_that_does_not_is_silent() -> None:
    found = said(fair=[fair("sms", False), fair("phone", True), fair("paper", True)])
    assert [text for _, text, _ in found] == [
        "电话和柜台一周只约到4%，给它留的是15%。",
        "收不到短信的人只有4%约到或领到，收得到的人是15%。",
    ]
    assert all("/lists/phone" in addresses for _, _, addresses in found)


def test_what_presses_most_comes_first() -> None:
    found = said(slots=[slot(15, free=0), slot(45, level="crowded")], overdue=1)
    assert [level for level, _, _ in found] == ["act", "watch", "watch"]


def test_what_waits_for_a_decision_is_said_with_the_page_where_it_is_made() -> None:
    assert unsettled(0, 0, 0) == []
    assert [(one.text, one.actions[0][1]) for one in unsettled(4, 2, 1)] == [
        ("停机补录有1件和系统对不上，等人查清。", "/counter/outage"),
        ("2家单位留着卡过了期限，建议收回。", "/employers?show=recall"),
        ("4家单位没按期把卡发到本人手里，回执还没到期。", "/employers?show=deliver_late"),
    ]
