"""What happens by itself about the crowd: limits of the days ahead, computed in the evening from what the log
has seen, and the alarm when many come unasked."""

from dataclasses import replace as changed
from datetime import date

from msgspec.structs import replace

from queueing.domain import events as e
from queueing.domain.counter import ArriveHolder, TicketWalkIn
from queueing.domain.handover import HandOver
from queueing.domain.limits import PinLimits, SwitchOverbooking
from queueing.domain.plans import ChangePlan
from queueing.policies.learned import remaining_walk_ins, rumour_alarm, show_rates, usual_walk_ins
from queueing.policies.limits import limits_of
from queueing.policies.outlook import day_plan
from tests.support import Branch, crowd

LIMITS, ALARM = "compute_limits_in_the_evening", "raise_the_alarm_when_many_come_unasked"
TOMORROW = date(2018, 6, 6)


def careful(branch: Branch) -> Branch:
    """The same branch with the usual net-capacity rule."""
    capacity = replace(
        branch.system.season.capacity,
        windows=2,
        load=0.8,
        show_rate=0.8,
        first_slot_factor=0.6,
        walk_ins_per_day=20.0,
    )
    branch.system = changed(branch.system, season=replace(branch.system.season, capacity=capacity))
    return branch


def limits(branch: Branch, day: date = TOMORROW) -> dict[str, int]:
    state = branch.state()
    return {name: state.slots[name].capacity for name in state.days[day]}


def test_limits_are_computed_in_the_evening_once_and_for_the_days_ahead(branch: Branch) -> None:
    careful(branch)
    branch.clock.at("06-05 18:00")
    assert branch.run(LIMITS) == 0
    today = limits(branch, date(2018, 6, 5))
    branch.clock.at("06-05 18:30")
    assert branch.run(LIMITS) > 0
    assert limits(branch, date(2018, 6, 5)) == today
    wanted = {
        name: one.limit
        for name, one in limits_of(branch.state(), branch.system.season, TOMORROW, branch.now.date()).items()
    }
    assert limits(branch) == wanted
    assert branch.run(LIMITS) == 0
    assert {event.reason for event in branch.facts(e.SlotCapacityChanged)} == {"按到场和现场人数重新计算"}


def test_never_below_what_is_booked_and_nobody_is_moved(branch: Branch) -> None:
    people = crowd(branch, 6)
    for one in people:
        branch.book(one, "20180606-0830")
    careful(branch)
    branch.clock.at("06-05 18:30")
    branch.run(LIMITS)
    assert limits(branch)["20180606-0830"] == max(
        6, limits_of(branch.state(), branch.system.season, TOMORROW, branch.now.date())["20180606-0830"].limit
    )
    assert not branch.facts(e.BookingMoved, e.BookingCancelled)


def test_a_pinned_limit_stays(branch: Branch) -> None:
    careful(branch)
    before = limits(branch)["20180606-1000"]
    branch.ask(PinLimits(("20180606-1000",), "照顾高龄"))
    branch.clock.at("06-05 18:30")
    branch.run(LIMITS)
    after = limits(branch)
    assert after["20180606-1000"] == before
    assert after["20180606-1030"] != before
    found = limits_of(branch.state(), branch.system.season, TOMORROW, branch.now.date())
    assert "固定" in found["20180606-1000"].reason


def test_without_overbooking_limits_are_smaller(branch: Branch) -> None:
    careful(branch)
    state = branch.state()
    with_it = sum(
        one.limit for one in limits_of(state, branch.system.season, TOMORROW, branch.now.date()).values()
    )
    branch.ask(SwitchOverbooking(False, "大厅太满"))
    found = limits_of(branch.state(), branch.system.season, TOMORROW, branch.now.date()).values()
    assert sum(one.limit for one in found) < with_it
    assert all(one.for_no_shows == 0 for one in found)


def test_show_rates_are_learned_by_cohort(branch: Branch) -> None:
    careful(branch)
    people = crowd(branch, 24)
    for number, one in enumerate(people):
        branch.book(one, f"20180606-{('0900', '0930', '1000', '1030', '1400', '1430')[number % 6]}")
    branch.clock.at("06-06 08:50")
    for one in people[:18]:
        branch.ask(ArriveHolder(one.card))
        branch.ask(HandOver(one.card, "self", holder_id_seen=True))
    for when in ("06-06 10:30", "06-06 11:30", "06-06 16:00"):
        branch.clock.at(when)
        branch.run("record_no_shows_after_the_grace")
    state = branch.state()
    assert sum(one.due for one in state.shown.values()) == 24
    assert sum(one.came for one in state.shown.values()) == 18
    rates = show_rates(state, branch.system.season)
    assert 0.75 < rates.rate("getihu", 1) < 0.8, "three quarters came, drawn towards four fifths"


def test_a_usual_day_does_not_ring_and_a_rumour_does_once(branch: Branch) -> None:
    careful(branch)
    people = crowd(branch, 40)
    branch.clock.at("06-05 08:40")
    for one in people[:3]:
        branch.ask(TicketWalkIn(one.card))
    assert branch.run(ALARM) == 0
    usual = remaining_walk_ins(branch.state(), branch.system.season, branch.now)
    for one in people[3:30]:
        branch.ask(TicketWalkIn(one.card))
    assert rumour_alarm(branch.state(), branch.system.season, branch.now).ringing
    assert remaining_walk_ins(branch.state(), branch.system.season, branch.now).mean > 2 * usual.mean
    assert branch.run(ALARM) == 1
    assert branch.run(ALARM) == 0
    (alarm,) = branch.facts(e.RumourAlarmRaised)
    assert alarm.seen == 30 and alarm.expected < 10


def test_the_usual_number_follows_the_days_seen(branch: Branch) -> None:
    careful(branch)
    for one in crowd(branch, 30):
        branch.ask(TicketWalkIn(one.card))
    season = branch.system.season
    assert usual_walk_ins(branch.state(), season, date(2018, 6, 5)) < 20, "the quiet day before counts"
    after = usual_walk_ins(branch.state(), season, TOMORROW)
    assert after > usual_walk_ins(branch.state(), season, date(2018, 6, 5))


def test_a_day_without_any_window_gets_no_places(branch: Branch) -> None:
    careful(branch)
    slots = branch.state().days[TOMORROW]
    branch.ask(ChangePlan("停机", limits=dict.fromkeys(slots, (0, 0, 0))))
    assert {
        one.limit
        for one in limits_of(branch.state(), branch.system.season, TOMORROW, branch.now.date()).values()
    } == {0}
    branch.clock.at("06-05 18:30")
    branch.run(LIMITS)
    assert set(limits(branch).values()) == {0}
    assert day_plan(branch.state(), branch.system.season, TOMORROW, branch.now).windows == 0
