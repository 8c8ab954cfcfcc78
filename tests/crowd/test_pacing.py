"""Invitations: order up to the free places, with a pipeline, and a reason."""

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from queueing.crowd.pacing import (
    batch,
    estimated_lag,
    next_batch,
    response,
    still_expected,
)

SHARE = st.floats(0.05, 1)


def test_the_reason_adds_up() -> None:
    plan = next_batch(1000, {0: 100}, theta=0.85, response=0.5, most=5000)
    assert (plan.to_fill, plan.in_pipeline, plan.missing, plan.size) == (850, 50, 800, 1600)
    assert "还差 800 个" in plan.reason
    assert "邀请 1600 人" in plan.reason


def test_nothing_missing_says_so() -> None:
    plan = next_batch(10, {0: 1000}, theta=0.85, response=0.5, most=500)
    assert plan.size == 0
    assert "暂不再邀请" in plan.reason


@given(st.integers(0, 5000), st.dictionaries(st.integers(0, 30), st.integers(0, 3000)), SHARE, SHARE)
def test_called_twice_it_adds_nothing(free: int, invited: dict[int, int], theta: float, rate: float) -> None:
    first = batch(free, invited, theta=theta, response=rate, most=100_000)
    again = {**invited, 0: invited.get(0, 0) + first}
    assert batch(free, again, theta=theta, response=rate, most=100_000) <= 1


@given(st.integers(0, 5000), SHARE, SHARE, st.integers(0, 500))
def test_the_expected_bookings_never_exceed_the_free_places(
    free: int, theta: float, rate: float, most: int
) -> None:
    size = batch(free, {}, theta=theta, response=rate, most=most)
    assert size <= most
    assert size * rate <= free + 1e-6


def test_young_invitations_teach_nothing_yet() -> None:
    assert response([(2, 1000, 10)], prior=0.7).rate == approx(0.7)


def test_old_invitations_teach_less() -> None:
    fresh = response([(5, 1000, 300)], prior=0.7).rate
    stale = response([(90, 1000, 300)], prior=0.7).rate
    assert fresh < 0.33
    assert fresh < stale < 0.7


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 500), st.integers(0, 500)), max_size=20))
def test_a_response_is_a_share_inside_its_range(rows: list[tuple[int, int, int]]) -> None:
    found = response(rows, prior=0.5)
    assert 0 < found.rate <= 1
    assert found.low <= found.rate <= found.high


def test_the_lag_is_learned_from_delays() -> None:
    slow = estimated_lag({5: 1000})
    assert slow(4) > 0.9 > still_expected(4)
    assert slow(6) < 0.05
    assert estimated_lag({})(3) == still_expected(3)
