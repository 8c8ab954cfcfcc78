"""Waits as stated to people."""

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from queueing.crowd.waits import Wait, estimate, rolling_mean, score


def test_slow_services_are_believed_gradually() -> None:
    assert rolling_mean([], 4) == 4
    assert rolling_mean([7] * 20, 4) == approx(6)
    assert rolling_mean([1] * 100 + [7] * 20, 4) == approx(6)


def test_a_free_window_means_no_wait() -> None:
    assert estimate(0, 4, [], 4, all_busy=False).words == "5分钟以内"


def test_the_range_is_in_steps_of_five_minutes() -> None:
    assert estimate(0, 4, [], 4).words == "5分钟以内"
    assert estimate(12, 4, [], 4).words == "5–20分钟"
    assert estimate(60, 4, [], 4).words == ">30分钟: 另选时间"


def test_no_window_open_gives_no_small_figure() -> None:
    assert estimate(0, 0, [], 4).long


@given(st.integers(0, 300), st.integers(1, 12), st.lists(st.floats(0.5, 30), max_size=30))
def test_the_wait_grows_with_those_ahead_and_falls_with_windows(
    ahead: int, windows: int, recent: list[float]
) -> None:
    wait = estimate(ahead, windows, recent, 4)
    assert wait.low <= wait.mean <= wait.high
    assert wait.mean < estimate(ahead + 1, windows, recent, 4).mean
    assert wait.mean > estimate(ahead, windows + 1, recent, 4).mean
    low, high = wait.stated
    assert low <= wait.low
    assert wait.high <= high


def test_the_range_widens_with_the_error_of_the_speed() -> None:
    """A long queue's error is that of the windows' speed, which does not average out."""
    long = estimate(100, 4, [], 4)
    assert (long.high - long.mean) / long.mean > 0.2


def test_estimates_are_scored() -> None:
    wait = Wait(10, 6, 14)
    result = score([(wait, 12), (wait, 20), (wait, 2), (wait, 6)])
    assert (result.count, result.coverage, result.not_above) == (4, 0.5, 0.75)
    assert result.bias == approx(0)
    assert score([]).count == 0
