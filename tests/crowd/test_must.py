"""What docs/crowd.md promises, on few days: bounds wide enough for chance, narrow enough to fail."""

from dataclasses import replace

import pytest

from queueing.crowd import cases, floor
from queueing.crowd.bound import bound, day_of
from queueing.crowd.campaign import ALL_AT_ONCE, CONSTANT, ORDER_UP_TO, Campaign, run
from queueing.crowd.control import ALL_ON, TICKETS_ONLY
from queueing.crowd.dayplan import REMINDED
from queueing.crowd.draws import draw
from queueing.crowd.floor import Floor
from queueing.crowd.judging import judge
from queueing.crowd.simulate import simulate
from queueing.crowd.tally import Tally
from queueing.domain.counter_order import BOOKED_HEAD_START, PRIORITY_HEAD_START

DAYS = 150


def test_base_behaviour_stays_calm_at_82_percent() -> None:
    found = simulate(cases.ours(), ALL_ON, days=DAYS)
    assert found.utilisation > 0.82
    assert found.p95_peak <= 15
    assert found.p95_wait <= 3


def test_reminders_allow_85_percent() -> None:
    found = simulate(cases.ours(cases.LOAD_REMINDED, REMINDED), ALL_ON, days=DAYS)
    assert found.utilisation > 0.85
    assert found.p95_peak <= 13


def test_rigid_slots_do_worse_at_the_same_utilisation() -> None:
    assert simulate(cases.rigid(14), None, days=DAYS).p95_peak > 20


def test_a_rumour_is_turned_into_places_on_other_days() -> None:
    plan = cases.ours(times_usual=3.0)
    found, without = (simulate(plan, controls, days=60) for controls in (ALL_ON, None))
    assert found.p95_peak <= 20 < without.p95_peak
    assert found.away == 0 < without.away
    assert found.other_day > 40


def test_tickets_alone_do_not_save_a_rumour_day() -> None:
    plan = cases.ours(times_usual=3.0)
    assert simulate(plan, TICKETS_ONLY, days=40).p95_peak > 40


def test_a_lost_window_is_answered_by_messages() -> None:
    plan = cases.ours(windows_change={600: 3})
    found, without = (simulate(plan, controls, days=60) for controls in (ALL_ON, None))
    assert found.p95_peak <= without.p95_peak / 2
    assert found.rebooked > 10


@pytest.mark.parametrize("measure", ["rebook", "amber", "tickets_from", "quota", "alarm"])
def test_each_measure_can_be_off_alone(measure: str) -> None:
    off = replace(ALL_ON, **{measure: False if measure in ("rebook", "alarm") else None})
    found = simulate(cases.ours(times_usual=2.0, windows_change={600: 3}), off, days=15)
    assert (found.rebooked == 0) is (measure == "rebook")
    assert found.other_day > 0


def test_a_spare_window_shortens_an_outage() -> None:
    plan = cases.ours(windows_change={600: 3})
    only_spare = replace(ALL_ON, tickets_from=None, quota=None, alarm=False, rebook=False, spare_windows=1)
    with_spare, without = (simulate(plan, c, days=40) for c in (only_spare, None))
    assert with_spare.mean_peak < without.mean_peak


@pytest.mark.parametrize("design", cases.held_out(4, seed=7), ids=lambda one: f"{one.windows} windows")
def test_the_closed_form_is_near_the_simulation(design: cases.Design) -> None:
    found = simulate(design.plan, None, days=250)
    closed = bound(day_of(design.plan)).p95_peak()
    assert found.p95_peak_low - 3 <= closed <= found.p95_peak_high + 3


@pytest.mark.parametrize("response", [0.3, 0.8])
def test_pacing_fills_the_seats_and_nobody_finds_none(response: float) -> None:
    found = run(Campaign(response=response), ORDER_UP_TO)
    assert found.filled > 0.9
    assert found.without_seat == 0
    assert found.worst_day <= 1


def test_other_ways_of_pacing_leave_seats_or_people() -> None:
    assert run(Campaign(response=0.3), CONSTANT).filled < 0.6
    assert run(Campaign(response=0.55), ALL_AT_ONCE).without_seat > 5000


@pytest.mark.parametrize(("name", "least"), [("booked days, control", 0.9), ("rumour days, no system", 0.8)])
def test_stated_waits_hold(name: str, least: float) -> None:
    plan, controls = cases.stated_waits()[name]
    score = judge(plan, controls, days=15).score
    assert score.count > 300
    assert score.coverage >= least


def worst_overtaking(days: int) -> float:
    """On crowded days: the most minutes that somebody was due after a person they were called before."""
    plan = cases.ours(times_usual=3.0, windows_change={600: 3})
    worst = 0.0
    for day in range(days):
        people = draw(plan, 1, day)
        hall = Floor(plan, people, None, Tally(plan))
        hall.run()
        dues = [(called, max(people.told[who], hall.arrived[who])) for called, who in hall.calls]
        calls = sorted((called, due) for called, due in dues if called >= due)
        latest_due = 0.0
        for _, due in calls:
            worst = max(worst, latest_due - due)
            latest_due = max(latest_due, due)
    return worst


def test_nobody_starves_at_the_counter() -> None:
    """Nobody is called before a person who had been due for longer than the largest head start when they
    were due, however full the hall is."""
    largest = BOOKED_HEAD_START + PRIORITY_HEAD_START
    assert 5 < worst_overtaking(30) <= largest


def test_head_starts_that_never_end_would_starve_walk_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor, "HEAD", {who: 10_000.0 * who[0] for who in floor.HEAD})
    assert worst_overtaking(5) > 60


def test_classes_wait_alike_on_a_day_as_planned() -> None:
    found = simulate(cases.ours(), ALL_ON, days=60).classes
    assert found["walk-in"].mean < found["booked"].mean + 3
    assert max(one.p95 for one in found.values()) < 10
