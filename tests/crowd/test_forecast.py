"""Forecasts of slots: simulated and by the closed form."""

from dataclasses import replace

from pytest import approx

from queueing.crowd.control import ALL_ON
from queueing.crowd.dayplan import Person, Start
from queueing.crowd.forecast import arrivals, forecast, quick_forecast
from queueing.crowd.hall import Hall
from tests.crowd.plans import WALK_INS, base

HALL = Hall(area=30, seats=60)


def test_every_slot_is_told_with_those_who_come() -> None:
    plan = base()
    slots = forecast(plan, HALL, ALL_ON, days=40)
    assert [slot.start for slot in slots] == plan.slots
    assert sum(slot.arrivals for slot in slots) == approx(0.8 * sum(plan.told.values()) + 36)
    assert all(0 <= slot.exceeds <= 1 and slot.waiting <= slot.p95 + 1 for slot in slots)


def test_fuller_days_are_more_crowded_in_words_too() -> None:
    calm, full = (forecast(base(load), HALL, None, days=40) for load in (0.5, 1.05))
    assert {slot.level for slot in calm} == {"calm"}
    assert "crowded" in {slot.level for slot in full}
    assert max(slot.exceeds for slot in full) > 0.3 > max(slot.exceeds for slot in calm)


def test_the_rest_of_today_starts_with_who_waits() -> None:
    told = {at: people for at, people in base().told.items() if at >= 600}
    start = Start(605, [Person(604)] * 25, busy=4, walk_ins_seen=15)
    slots = forecast(replace(base(), told=told, start=start), HALL, None, days=30)
    assert slots[0].start == 600
    assert slots[0].exceeds == 1
    assert slots[0].level == "crowded"


def test_the_closed_form_tells_the_same_slots() -> None:
    plan = base()
    quick = quick_forecast(plan, HALL)
    assert [slot.start for slot in quick] == plan.slots
    assert max(slot.p95 for slot in quick) < 16
    crowded = quick_forecast(base(1.1), HALL)
    assert max(slot.p95 for slot in crowded) > max(slot.p95 for slot in quick) + 5


def test_a_rumour_brings_more_people_to_each_slot() -> None:
    usual, rumour = base(), base(times_usual=3.0)
    assert arrivals(rumour, 510) - arrivals(usual, 510) == approx(2 * WALK_INS[0][2])
