"""The hall's limits and states."""

from hypothesis import given
from hypothesis import strategies as st

from queueing.crowd.hall import AMBER, AREA, GREEN, RED, STOP, Hall, Watch, step

HALL = Hall(area=30, seats=100, companions=0.5)
ORDER = [GREEN, AMBER, RED, STOP]


def test_the_green_limit_is_space_or_seats_whichever_is_less() -> None:
    assert Hall(30, 100, 0.5).limit(4) == 12
    assert Hall(60, 100, 0.5).limit(4) == 29
    assert Hall(60, 15, 0.5).limit(4) == 10


def test_states_follow_the_space_a_person_has() -> None:
    assert [HALL.state_of(n, 4) for n in (12, 13, 18, 19, 29, 30)] == [GREEN, AMBER, AMBER, RED, RED, STOP]


@given(st.floats(5, 500), st.integers(0, 300), st.floats(0, 2), st.integers(0, 12))
def test_limits_are_ordered(area: float, seats: int, companions: float, windows: int) -> None:
    hall = Hall(area, seats, companions)
    assert 0 <= hall.limit(windows) <= hall.limit(windows, AMBER) <= hall.limit(windows, RED)


def test_it_gets_worse_at_once_and_better_after_ten_minutes() -> None:
    watch = step(Watch(), HALL, 20, 4, 600)
    assert watch.state == RED
    watch = step(watch, HALL, 5, 4, 605)
    assert watch.state == RED
    watch = step(watch, HALL, 5, 4, 615)
    assert watch.state == GREEN


def test_a_relapse_starts_the_ten_minutes_again() -> None:
    watch = step(Watch(), HALL, 20, 4, 600)
    for minute, waiting in ((605, 5), (610, 20), (616, 5), (620, 5)):
        watch = step(watch, HALL, waiting, 4, minute)
    assert watch.state == RED


def test_a_stop_is_left_only_below_red() -> None:
    watch = step(Watch(), HALL, 40, 4, 600)
    for minute in range(605, 700, 5):
        watch = step(watch, HALL, 25, 4, minute)
    assert watch.state == STOP


@given(st.lists(st.integers(0, 60), max_size=40))
def test_the_state_is_never_calmer_than_the_hall(waiting: list[int]) -> None:
    watch = Watch()
    for n, people in enumerate(waiting):
        watch = step(watch, HALL, people, 4, 5.0 * n)
        assert ORDER.index(watch.state) >= ORDER.index(HALL.state_of(people, 4))
        assert watch.measures


def test_levels_are_words_for_the_hall_limit() -> None:
    assert [HALL.level(p95, 4) for p95 in (6, 7, 12, 13)] == ["calm", "busy", "busy", "crowded"]


def test_heads_are_everybody_in_the_hall_and_the_limit_is_theirs() -> None:
    windows = 4
    most = HALL.limit(windows)
    assert HALL.heads(most, windows) * AREA[GREEN] <= HALL.area < HALL.heads(most + 1, windows) * AREA[GREEN]
