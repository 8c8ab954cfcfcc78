"""The read models say what the rules say, after whatever happened."""

from collections import Counter

import psycopg
import pytest

from queueing.domain import State, evolve
from queueing.domain.events import SeasonClosed, all_events
from queueing.projections.compare import differences
from queueing.projections.runner import Projector
from tests.domain.tour import tour_events
from tests.projections.chance import Chance
from tests.projections.conftest import Append


def test_after_each_event_of_a_season_the_read_models_agree_with_the_rules(
    projector: Projector, append: Append, conn: psycopg.Connection
) -> None:
    state = State()
    for event in tour_events():
        evolve(state, event)
        append([event])
        projector.catch_up()
        assert differences(conn, state) == [], type(event).__name__


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_in_batches_of_any_size_the_read_models_agree_with_the_rules(
    seed: int, projector: Projector, append: Append, conn: psycopg.Connection
) -> None:
    chance = Chance(seed)
    for steps in (5, 40, 200, 400, 800, 1500):
        append(chance.events(steps))
        projector.catch_up(limit=seed * 7 + 1)
        projector.catch_up()
        assert differences(conn, chance.state) == []


def test_chance_lets_everything_happen() -> None:
    seen = Counter(type(event) for seed in range(12) for event in Chance(seed).events(2945))
    assert set(all_events()) - set(seen) <= {SeasonClosed}


@pytest.mark.parametrize(
    ("slip", "found"),
    [
        ("UPDATE card_status SET place = 'defective' WHERE card = 'c000'", ["place"]),
        ("UPDATE card_status SET card = 'stranger' WHERE card = 'c000'", ["stranger", "c000"]),
        ("DELETE FROM card_status WHERE card = 'c000'", ["c000"]),
        ("UPDATE slot_load SET booked = booked + 1 WHERE slot = '20180605-0900'", ["booked"]),
        ("UPDATE employer_progress SET issued = issued + 1 WHERE employer = 'e1'", ["issued"]),
    ],
)
def test_a_row_that_differs_is_found(
    slip: str, found: list[str], projector: Projector, append: Append, conn: psycopg.Connection
) -> None:
    chance = Chance(1)
    append(chance.events(1500))
    projector.catch_up()
    conn.execute(slip)
    said = differences(conn, chance.state)
    assert len(said) == len(found)
    assert all(word in line for word, line in zip(found, said, strict=True))
