"""Estimates across lunch, and the control functions that counter and simulator share."""

from hypothesis import given
from hypothesis import strategies as st

from queueing.crowd.control import ALL_ON, OTHER_DAY, STAY, TODAY, Controls, to_rebook, walk_in_offer
from queueing.crowd.waits import Wait, across_breaks

SESSIONS = [(510.0, 690.0), (810.0, 1020.0)]


def test_a_wait_that_ends_before_lunch_is_left_alone() -> None:
    assert across_breaks(Wait(10, 5, 15), 600, SESSIONS, 30) == Wait(10, 5, 15)


def test_a_wait_beyond_the_overrun_is_longer_by_the_break() -> None:
    """At 11:20 for 60 minutes: 12:00 is the last call, 20 minutes are left at 13:30."""
    assert across_breaks(Wait(60, 30, 70), 680, SESSIONS, 30) == Wait(150, 30, 160)


def test_who_comes_at_lunch_waits_for_its_end() -> None:
    assert across_breaks(Wait(4, 2, 6), 750, SESSIONS, 30) == Wait(64, 62, 66)


@given(st.floats(0, 120), st.floats(510, 1019))
def test_a_break_never_shortens_a_wait(minutes: float, now: float) -> None:
    assert across_breaks(Wait(minutes, minutes, minutes), now, SESSIONS, 30).mean >= minutes - 1e-9


def offer(controls: Controls = ALL_ON, **seen: object) -> str:
    usual = {"waiting": 0, "taken_today": 0, "alarm": False, "room_today": True, "priority": False}
    return walk_in_offer(controls, **{**usual, **seen}).offer  # type: ignore[arg-type]


def test_a_walk_in_on_a_calm_day_stays() -> None:
    assert offer() == offer(waiting=3) == STAY


def test_a_walk_in_in_a_filling_hall_is_offered_a_calm_slot_today() -> None:
    assert offer(waiting=4) == TODAY
    assert offer(waiting=4, room_today=False) == STAY, "nobody is sent away from a calm hall"


def test_beyond_the_quota_in_amber_or_in_a_rumour_another_day_is_offered() -> None:
    assert offer(taken_today=45) == OTHER_DAY
    assert offer(waiting=12) == TODAY
    assert offer(waiting=12, room_today=False) == offer(waiting=22) == OTHER_DAY
    assert offer(alarm=True, waiting=1) == OTHER_DAY
    assert offer(alarm=True, waiting=0) == STAY
    assert offer(alarm=True, waiting=22, taken_today=45, priority=True) == TODAY, "priority is served today"


@given(st.floats(0, 500), st.floats(0, 500), st.floats(0, 300), st.floats(0.3, 1))
def test_no_more_are_written_to_than_can_be_reached_or_are_too_many(
    expected: float, can_serve: float, reachable: float, show: float
) -> None:
    wanted = to_rebook(ALL_ON, expected=expected, can_serve=can_serve, reachable=reachable, show=show)
    assert 0 <= wanted <= reachable
    assert wanted * show * ALL_ON.accept_message <= max(0.0, expected - 0.95 * can_serve) + 1e-6
