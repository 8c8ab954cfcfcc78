"""The board of the past, for days on which anything may have happened: at every moment it is the board that
was live then, from whichever kept morning it is opened."""

import random
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from typing import Any

import psycopg
import pytest
from psycopg.rows import tuple_row

from queueing.domain import State
from queueing.log import EventLog
from queueing.policies.learned import as_seen
from queueing.projections import mornings
from queueing.projections.keeping import keep_mornings
from queueing.projections.replay import Replay
from queueing.projections.runner import Projector
from queueing.season.load import default_directory, load_season
from queueing.season.model import Season
from queueing.web.boarding import of_state, of_tables
from tests.domain.harness import BRANCH
from tests.projections.chance import Chance
from tests.projections.conftest import Append

STEPS = 1500
Shown = dict[str, Any]


@pytest.fixture(scope="module")
def season() -> Season:
    return load_season(default_directory())


def shown(conn: psycopg.Connection, state: State, season: Season, now: datetime) -> Shown:
    return of_tables(conn, as_seen(season, state), now) | of_state(state, season, now)


@contextmanager
def opened(url: str, log: EventLog, day: date) -> Iterator[Replay]:
    replay = Replay(url, log, BRANCH, day)
    try:
        replay.prepare()
        yield replay
    finally:
        replay.close()


@pytest.mark.parametrize("seed", range(4))
def test_at_any_moment_of_any_day_it_is_the_board_that_was_live(
    seed: int,
    pg_url: str,
    log: EventLog,
    append: Append,
    projector: Projector,
    conn: psycopg.Connection,
    season: Season,
) -> None:
    mornings.migrate(pg_url)
    chance, pick = Chance(seed), random.Random(seed)
    live: dict[datetime, Shown] = {}
    seen: dict[datetime, int] = {}
    kept = count = 0
    for _ in range(STEPS):
        events = chance.step()
        append(events)
        count += len(events)
        if pick.random() < 0.03:
            projector.catch_up()
            live[chance.now] = shown(conn, chance.state, season, chance.now)
            seen[chance.now] = count
        if seed and pick.random() < 0.004:
            kept += keep_mornings(pg_url, log, BRANCH)
    kept += keep_mornings(pg_url, log, BRANCH) if seed == 1 else 0
    assert bool(kept) == bool(seed) and len({moment.date() for moment in live}) > 2
    times = [event.at for _, event in log.read_all()]
    assert times == sorted(times)
    # what happened in the same second after the look is part of the moment: such looks don't count
    live = {moment: one for moment, one in live.items() if bisect_right(times, moment) == seen[moment]}
    for day in sorted({moment.date() for moment in live}):
        moments = [moment for moment in live if moment.date() == day]
        with opened(pg_url, log, day) as replay:
            for moment in [*moments, *pick.sample(moments, len(moments))]:
                with replay.at(moment) as (then, state):
                    found = shown(then, state, season, moment)
                assert found == live[moment], f"{moment}: {[k for k in found if found[k] != live[moment][k]]}"


def test_only_the_cards_of_a_day_are_brought_back(
    pg_url: str, log: EventLog, append: Append, projector: Projector, season: Season
) -> None:
    """Opening a day must not cost more the more cards there are."""
    mornings.migrate(pg_url)
    chance = Chance(3, cards=300)
    append(chance.events(1500))
    assert keep_mornings(pg_url, log, BRANCH) > 1
    last = [event.at for _, event in log.read_all()][-1]
    with opened(pg_url, log, last.date()) as replay, replay.at(last) as (then, state):
        assert 0 < len(state.cards) < len(chance.state.cards) / 2
        assert of_tables(then, season, last)["totals"].cards == len(chance.state.cards)


def test_mornings_made_by_other_code_are_made_anew(
    pg_url: str,
    log: EventLog,
    append: Append,
    conn: psycopg.Connection,
    projector: Projector,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mornings.migrate(pg_url)
    append(Chance(5).events(2000))
    count = keep_mornings(pg_url, log, BRANCH)
    with closing(conn.cursor(row_factory=tuple_row)) as cursor:
        before = cursor.execute("SELECT day, position FROM kept_morning ORDER BY day").fetchall()
        assert len(before) == count > 1 and keep_mornings(pg_url, log, BRANCH) == 0
        monkeypatch.setattr(mornings, "made_by", lambda: "a later version")
        assert mornings.nearest(conn, date(2019, 1, 1), log.head()).position == 0
        assert keep_mornings(pg_url, log, BRANCH) == count
        assert cursor.execute("SELECT day, position FROM kept_morning ORDER BY day").fetchall() == before
        (twice,) = cursor.execute(
            "SELECT count(*) FROM (SELECT card FROM card_status__then WHERE until = 'infinity'"
            " GROUP BY card HAVING count(*) > 1) AS doubled"
        ).fetchone() or (None,)
    assert twice == 0
