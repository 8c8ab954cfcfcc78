"""A date of the season as a day to simulate."""

from dataclasses import replace
from datetime import date

import msgspec

from queueing.crowd.simulate import simulate
from queueing.season import calendar
from queueing.season.daymodel import plan_of, usual_day
from queueing.season.feasibility import expected_peak, feasibility
from queueing.season.model import Season

MONDAY, SUNDAY = date(2018, 5, 21), date(2018, 5, 20)


def with_rule(season: Season, **changes: object) -> Season:
    return msgspec.structs.replace(season, capacity=msgspec.structs.replace(season.capacity, **changes))


def test_a_full_day_has_everybody_at_a_told_time_of_their_slot(season: Season) -> None:
    plan = plan_of(season, MONDAY)
    assert plan is not None
    slots = calendar.day_slots(MONDAY, season)
    assert sum(plan.told.values()) == sum(slot.capacity for slot in slots)
    assert plan.sessions == [(510, 690), (810, 1020)]
    assert {at % 5 for at in plan.told} == {0}
    assert round(sum(people for _, _, people in plan.walk_ins)) == season.capacity.walk_ins_per_day


def test_bookings_can_be_given_by_slot(season: Season) -> None:
    plan = plan_of(season, MONDAY, {"20180521-0900": 4})
    assert plan is not None
    assert plan.told == {540: 2, 545: 1, 550: 1}


def test_a_closed_day_has_no_plan(season: Season) -> None:
    assert plan_of(season, SUNDAY) is None


def test_the_usual_day_is_one_of_the_many(season: Season) -> None:
    odd = msgspec.structs.replace(season, first_day=SUNDAY)
    assert usual_day(odd) == MONDAY
    assert usual_day(msgspec.structs.replace(season, first_day=SUNDAY, last_day=SUNDAY)) is None


def test_the_peak_shown_is_near_the_simulated_one(season: Season) -> None:
    plan, quick = plan_of(season, MONDAY), expected_peak(season)
    assert plan is not None
    assert quick is not None
    stay = [(a, b, season.capacity.walk_ins_stay * n) for a, b, n in plan.walk_ins]
    found = simulate(replace(plan, walk_ins=stay), None, days=150)
    assert abs(found.p95_peak - quick) <= 4


def test_more_windows_or_less_load_calm_the_peak(season: Season) -> None:
    usual = expected_peak(season)
    assert usual is not None
    crowded = expected_peak(with_rule(season, load=0.95))
    assert crowded is not None
    assert crowded > usual + 3


def test_the_report_says_the_peak_and_longer_hours(season: Season) -> None:
    outlook = feasibility(season, 20_000)
    assert "或每天多开 75 分钟" in outlook.advice
    assert any(f"不超过 {outlook.peak} 人" in line for line in outlook.lines())
    assert outlook.a_day == 312


def test_hours_that_long_are_no_advice(season: Season) -> None:
    assert "多开" not in feasibility(season, 60_000).advice
