"""What if: a day of the real log, changed, beside itself."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from queueing.crowd.control import ALL_ON
from queueing.crowd.dayplan import DayPlan
from queueing.domain import State
from queueing.domain.booking import BookSlot
from queueing.domain.counter import ArriveHolder, CallHolder, TicketWalkIn
from queueing.domain.season import CloseSlots
from queueing.policies import whatif
from queueing.policies.outlook import day_plan
from queueing.policies.whatif import Change, apply, compare
from queueing.season.load import default_directory, load_season
from tests.support import LIU, SUN, WANG, Branch, moment


@pytest.fixture(autouse=True)
def fewer_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred days tell what is tested here."""
    monkeypatch.setattr(whatif, "DAYS", 100)


SEASON = load_season(default_directory())
TUESDAY = date(2018, 6, 5)


def planned(branch: Branch, when: str = "06-05 08:00", day: date = TUESDAY) -> DayPlan:
    return day_plan(branch.state(), branch.system.season, day, moment(when))


def test_a_day_ahead_is_its_bookings_and_the_usual_walk_ins(branch: Branch) -> None:
    branch.book(WANG, "20180606-1000")
    branch.book(LIU, "20180606-1000")
    plan = planned(branch, day=date(2018, 6, 6))
    assert plan.told == {600: 1, 605: 1}
    assert plan.windows == 1 and plan.service == 5 and plan.start is None
    assert plan.sessions == ((510, 690), (810, 1020))


def test_a_day_under_way_starts_with_who_waits_and_forgets_who_came(branch: Branch) -> None:
    branch.book(WANG, "20180605-1000")
    branch.book(LIU, "20180605-1000")
    branch.clock.at("06-05 09:50")
    branch.ask(ArriveHolder(WANG.card))
    branch.ask(TicketWalkIn(SUN.card))
    branch.ask(CallHolder(SUN.card, "1"))
    plan = planned(branch, "06-05 09:55")
    assert plan.told == {605: 1}, "only the one who is not here yet"
    assert plan.start is not None
    assert (plan.start.at, plan.start.busy, plan.start.walk_ins_seen) == (595, 1, 1)
    assert [(one.arrived, one.told) for one in plan.start.waiting] == [(590, 600)]


def test_closed_slots_have_no_window(branch: Branch) -> None:
    branch.ask(CloseSlots(("20180606-1000", "20180606-1030"), "停电"))
    plan = planned(branch, day=date(2018, 6, 6))
    assert [plan.windows_at(minute) for minute in (599, 600, 645, 660)] == [1, 0, 0, 1]


def test_nothing_changed_is_the_same_day() -> None:
    plan = day_plan(State(), SEASON, TUESDAY, moment("06-05 00:00"))
    found = compare(plan, Change(full=True), SEASON.capacity)
    assert found.now == found.then
    assert sum(found.plan.told.values()) > 300, "booked to its limits"


def test_what_goes_wrong_makes_the_queue_longer_and_a_window_more_makes_it_shorter(branch: Branch) -> None:
    plan = day_plan(State(), SEASON, TUESDAY, moment("06-05 00:00"))
    booked = compare(plan, Change(full=True), SEASON.capacity).plan
    peaks = {
        name: compare(booked, change, SEASON.capacity).then.p95_peak
        for name, change in {
            "plan": Change(),
            "rumour": Change(walk_ins=3.0),
            "lost": Change(lost_at=600),
            "outage": Change(outage_from=600, outage_to=660),
            "more people": Change(limits=1.2),
            "window": Change(windows=5),
        }.items()
    }
    assert peaks["window"] < peaks["plan"]
    assert all(peaks[name] > peaks["plan"] for name in ("rumour", "lost", "outage", "more people"))


def test_other_hours_and_slots_are_booked_anew_on_a_full_day() -> None:
    plan = day_plan(State(), SEASON, TUESDAY, moment("06-05 00:00"))
    longer = apply(plan, Change(full=True, closes=60, slot_minutes=30), SEASON.capacity)
    usual = apply(plan, Change(full=True), SEASON.capacity)
    assert longer.sessions[-1] == (810, 1080) and longer.slot_minutes == 30
    assert sum(longer.told.values()) > sum(usual.told.values())
    assert max(longer.told) >= 1020


def test_an_outage_ends_with_the_windows_there_were() -> None:
    plan = day_plan(State(), SEASON, TUESDAY, moment("06-05 00:00"))
    changed = apply(plan, Change(lost_at=570, outage_from=600, outage_to=660), SEASON.capacity)
    assert [changed.windows_at(minute) for minute in (569, 570, 600, 659, 660)] == [4, 3, 0, 0, 3]


def test_an_employer_takes_a_window_for_as_long_as_its_cards(branch: Branch) -> None:
    plan = day_plan(State(), SEASON, TUESDAY, moment("06-05 00:00"))
    changed = apply(plan, Change(employer_cards=120), SEASON.capacity)
    assert changed.batches == ((600, 1, 60),)


def test_booked_people_stay_who_they_are(branch: Branch) -> None:
    branch.ask(BookSlot(WANG.card, "20180606-1000"))
    plan = planned(branch, day=date(2018, 6, 6))
    assert apply(plan, Change(windows=2), branch.system.season.capacity).told == plan.told


def test_a_plan_is_simulated_once_however_many_ask_and_so_many_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Several at once wait for the first; the plan asked for longest ago is forgotten first; one that fails
    leaves nothing."""
    plans = [
        DayPlan(sessions=((510, 690),), windows=n, service=4, told={540: n}, walk_ins=()) for n in (1, 2, 3)
    ]
    kept, simulated, whole = whatif.Simulations(most=2), [], whatif.simulate

    def counted(plan: DayPlan, *arguments: object, **more: object) -> object:
        simulated.append(plan.windows)
        if plan.service < 0:
            raise ValueError
        return whole(plan, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(whatif, "simulate", counted)
    with ThreadPoolExecutor(8) as crew:
        found = list(crew.map(lambda _: kept.of(plans[0], ALL_ON), range(24)))
    assert simulated == [1] and all(one is found[0] for one in found)
    for plan in (plans[1], plans[0], plans[2], plans[0], plans[1]):
        kept.of(plan, ALL_ON)
    assert simulated == [1, 2, 3, 2]
    wrong = replace(plans[0], service=-1)
    for _ in range(2):
        with pytest.raises(ValueError):
            kept.of(wrong, ALL_ON)
    assert simulated == [1, 2, 3, 2, 1, 1]
