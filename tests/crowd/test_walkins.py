"""Walk-ins still to come, and the rumour alarm."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from queueing.crowd.hearing import heard, kinds
from queueing.crowd.walkins import (
    negative_binomial,
    remaining,
    share_over,
    usual_level,
    watched,
)

SESSIONS = [(510, 690), (810, 1020)]
PROFILE = {8: 5.0, 9: 4.0, 10: 3.0, 11: 2.0, 13: 2.0, 14: 2.0, 15: 1.0, 16: 1.0}


def test_at_opening_the_usual_number_is_still_to_come() -> None:
    assert remaining(36, 0.0, 0).mean == approx(36)


def test_nobody_comes_after_the_end() -> None:
    assert remaining(36, 1.0, 80).mean == 0
    assert remaining(36, 1.0, 80).p95 == 0


def test_a_busy_morning_is_believed() -> None:
    usual, busy = remaining(36, 0.25, 9), remaining(36, 0.25, 27)
    assert usual.mean == approx(27, rel=0.01)
    assert busy.mean > 2.3 * usual.mean
    assert busy.level > 2.3


@given(st.floats(0.5, 300), st.floats(0.1, 300), st.floats(0.05, 0.99))
def test_the_quantile_is_the_least_number_that_reaches_it(shape: float, mean: float, q: float) -> None:
    number = negative_binomial(shape, mean, q)
    assert number <= negative_binomial(shape, mean, min(0.995, q + 0.005))
    assert number >= 0


def test_the_quantile_holds_in_simulated_days() -> None:
    random = Random(3)
    held = 0
    for _ in range(2000):
        level = random.gammavariate(2, 1 / 2)
        half = sum(random.random() < 0.18 * level for _ in range(100))
        rest = sum(random.random() < 0.18 * level for _ in range(100))
        held += rest <= remaining(36, 0.5, half).p95
    assert 0.92 < held / 2000 <= 1.0


def test_the_profile_counts_open_minutes_only() -> None:
    assert share_over(PROFILE, SESSIONS, 510) == 0
    assert share_over(PROFILE, SESSIONS, 690) == share_over(PROFILE, SESSIONS, 800)
    assert share_over(PROFILE, SESSIONS, 1020) == 1
    assert share_over({}, SESSIONS, 600) == 1


@given(st.floats(400, 1100), st.floats(0, 120))
def test_the_share_over_only_grows(at: float, later: float) -> None:
    assert share_over(PROFILE, SESSIONS, at) <= share_over(PROFILE, SESSIONS, at + later)


def test_the_usual_level_follows_many_days_and_not_one() -> None:
    assert usual_level([108], prior=36) == approx(48)
    assert usual_level([60] * 100, prior=36) > 58


def test_a_usual_day_does_not_ring() -> None:
    assert not watched([(2, 2.0)] * 30).ringing


def test_three_times_the_usual_rings_early() -> None:
    alarm = watched([(6, 2.0)] * 30)
    assert alarm.ringing
    assert alarm.rang_at == 3


def test_the_alarm_stays_on_for_the_day() -> None:
    assert watched([(12, 2.0)] * 3 + [(0, 2.0)] * 30).ringing


def test_a_day_busy_by_chance_from_the_morning_on_does_not_ring() -> None:
    assert not watched([(4, 2.0)] * 18).ringing


def test_a_rumour_that_begins_at_noon_rings() -> None:
    alarm = watched([(2, 2.0)] * 12 + [(6, 2.0)] * 8)
    assert alarm.rang_at is not None
    assert 12 <= alarm.rang_at <= 17


def test_on_a_busy_day_the_same_again_is_no_news() -> None:
    """What comes is weighed against the day's level: six a quarter ring after two, not after four."""
    assert watched([(2, 2.0)] * 12 + [(6, 2.0)] * 6).ringing
    assert not watched([(4, 2.0)] * 12 + [(6, 2.0)] * 6).ringing


def test_few_usual_days_ring_and_most_rumours_do() -> None:
    by_kind = {name: heard(plan, 300, seed=5).shares for name, plan in kinds().items()}
    assert by_kind["usual days"][-1] < 0.07
    assert by_kind["walk-ins x 3"][-1] > 0.5
    assert by_kind["walk-ins x 5"][0] > 0.7
    assert by_kind["walk-ins x 3 from 13:30"][-1] > 0.4
