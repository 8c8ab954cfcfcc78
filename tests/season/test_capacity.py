"""The net-capacity rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueing.crowd.capacity import net_capacity, spread, told_offset, whole_numbers

ALL_COME = {"load": 1.0, "show_rate": 1.0, "first_slot_factor": 1.0, "walk_ins_stay": 0.6}


def test_without_walk_ins_and_no_shows_the_places_are_what_the_windows_serve() -> None:
    assert net_capacity([15, 15], [True, False], [0, 0], **ALL_COME) == [15, 15]


def test_walk_ins_are_taken_out_before_the_show_rate_is_allowed_for() -> None:
    rule = ALL_COME | {"load": 0.8, "show_rate": 0.8}
    assert net_capacity([15], [False], [5], **rule) == [11]  # (12 - 3) / 0.8 = 11.25, not 15 - 3


def test_the_first_slot_is_planned_less_full() -> None:
    rule = ALL_COME | {"first_slot_factor": 0.6}
    assert net_capacity([15, 15], [True, False], [0, 0], **rule) == [9, 15]


def test_more_walk_ins_than_windows_leave_no_places_rather_than_negative_ones() -> None:
    assert net_capacity([15, 15], [False, False], [100, 0], **ALL_COME) == [0, 15]


def test_slots_of_different_lengths_of_lists_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        net_capacity([15, 15], [False], [0, 0], **ALL_COME)


@given(st.lists(st.floats(0, 100), max_size=40))
def test_rounding_keeps_the_running_total(parts: list[float]) -> None:
    rounded = whole_numbers(parts)
    for upto in range(len(parts) + 1):
        assert 0 <= sum(parts[:upto]) - sum(rounded[:upto]) + 1e-6 < 1 + 2e-6


def test_rounding_is_not_fooled_by_binary_fractions() -> None:
    assert whole_numbers([0.7, 0.1, 0.1, 0.1]) == [0, 0, 0, 1]


@given(st.floats(0, 1000), st.lists(st.floats(0, 10), min_size=1, max_size=30))
def test_a_spread_total_stays_whole(total: float, weights: list[float]) -> None:
    assert sum(spread(total, weights)) == pytest.approx(total)


def test_a_total_spread_without_weights_is_even() -> None:
    assert spread(6, [0, 0, 0]) == [2, 2, 2]
    assert spread(6, []) == []


@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([(15, 5), (30, 10), (20, 5), (10, 10)]))
def test_a_told_time_lies_in_the_slot_on_a_step(index: int, places: int, slot: tuple[int, int]) -> None:
    offset = told_offset(index, places, *slot)
    assert 0 <= offset < slot[0]
    assert offset % slot[1] == 0
