"""A rebuild beside the live read models: readers and the live projector notice nothing."""

import threading
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg import Cursor

from queueing.domain.events import Event
from queueing.log import EventLog
from queueing.log.store import Recorded
from queueing.projections import queries, rebuild
from queueing.projections.base import Projection
from queueing.projections.cards import Cards
from queueing.projections.compare import differences
from queueing.projections.rebuild import NEW, RebuildRunning, rebuild_all
from queueing.projections.runner import ProjectionFailed, Projector
from queueing.projections.tracking import tracked
from tests.domain.harness import SEASON, card
from tests.patience import PATIENCE
from tests.projections.chance import Chance
from tests.projections.conftest import Append
from tests.projections.test_runner import following


def names(connection: psycopg.Connection) -> list[tuple[str, ...]]:
    """Every table, index and constraint."""
    return connection.execute(
        "SELECT relkind::text, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " UNION ALL SELECT 'constraint', conname FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
    ).fetchall()


def test_a_rebuild_repairs_the_rows(
    pg_url: str,
    log: EventLog,
    projector: Projector,
    projections: list[Projection],
    append: Append,
    conn: psycopg.Connection,
) -> None:
    chance = Chance(2)
    append(chance.events(1500))
    projector.catch_up()
    conn.execute("UPDATE card_status SET place = 'defective'")
    conn.execute("UPDATE slot_load SET booked = 99")
    conn.execute("TRUNCATE employer_progress")
    before = projector.positions()
    assert rebuild_all(pg_url, projections, log) == log.head()
    assert differences(conn, chance.state) == []
    assert projector.positions() == before


def test_a_rebuild_leaves_the_names_of_tables_indexes_and_constraints_as_they_were(
    pg_url: str,
    log: EventLog,
    projector: Projector,
    projections: list[Projection],
    append: Append,
    conn: psycopg.Connection,
) -> None:
    append(Chance(2).events(100))
    projector.catch_up()
    before = names(conn)
    for _ in range(2):
        rebuild_all(pg_url, projections, log)
        assert names(conn) == before
    assert not any(NEW in name for name in tracked(conn))


def test_events_that_keep_coming_and_a_running_projector_lose_and_double_nothing(
    pg_url: str,
    log: EventLog,
    projector: Projector,
    projections: list[Projection],
    append: Append,
    conn: psycopg.Connection,
) -> None:
    chance = Chance(4)
    append(chance.events(2000))
    reads: list[int] = []
    failed: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        """A page somebody looks at all the time."""
        try:
            with psycopg.connect(pg_url, autocommit=True) as connection:
                while not stop.is_set():
                    reads.append(queries.season_totals(connection).cards)
        except BaseException as error:
            failed.append(error)

    def rebuild_again_and_again() -> None:
        try:
            with closing(EventLog(pg_url)) as own:
                for _ in range(5):
                    rebuild_all(pg_url, projections, own)
        except BaseException as error:
            failed.append(error)

    with following(projector):
        assert projector.wait_for(log.head(), timeout=PATIENCE)
        reader = threading.Thread(target=read)
        builder = threading.Thread(target=rebuild_again_and_again)
        reader.start()
        builder.start()
        appended = 0
        while builder.is_alive():
            append(chance.events(20))
            appended += 1
        stop.set()
        reader.join()
        assert projector.wait_for(log.head(), timeout=PATIENCE)
    assert failed == []
    assert appended > 5
    assert reads and set(reads) == {len(chance.state.cards)}
    assert differences(conn, chance.state) == []


class Remembers(Cards):
    """Has something the log does not know."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def carry_over(self, cursor: Cursor[Any], suffix: str) -> None:
        row = cursor.execute(f"SELECT count(*) FROM card_status{suffix}").fetchone()  # noqa: S608
        self.seen.append(row[0] if row else 0)
        cursor.execute(
            f"UPDATE card_status{suffix} AS new SET band = live.band FROM card_status AS live"  # noqa: S608
            " WHERE new.card = live.card"
        )


def test_what_only_the_live_tables_know_is_carried_over_once_all_rows_are_there(
    pg_url: str, log: EventLog, append: Append, conn: psycopg.Connection
) -> None:
    append([SEASON, *(card(f"c{number}") for number in range(10))])
    remembers = Remembers()
    with closing(Projector(pg_url, [remembers], log)) as projector:
        projector.migrate()
        projector.catch_up()
        conn.execute("UPDATE card_status SET band = '90' WHERE card = 'c3'")
        append([card("c10")])
        rebuild.rebuild(pg_url, remembers, log)
    found = queries.cards_by_ids(conn, ["c3", "c10"])
    assert remembers.seen == [11]
    assert (found["c3"].band, found["c10"].band) == ("90", "")


def test_without_live_tables_a_rebuild_makes_them(
    pg_url: str, log: EventLog, append: Append, conn: psycopg.Connection, projector: Projector
) -> None:
    head = append([SEASON, card("c1")])
    conn.execute("DROP TABLE card_status, card_wave, card_rules")
    rebuild.rebuild(pg_url, Cards(), log)
    assert queries.card(conn, "c1") is not None
    assert tracked(conn)["cards"] == head


class Failing(Cards):
    """Fails in the middle of a rebuild."""

    def apply(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str = "") -> None:
        super().apply(cursor, events, suffix)
        raise KeyError("in the middle")


def test_what_an_interrupted_rebuild_left_is_cleared_by_the_next(
    pg_url: str, log: EventLog, projector: Projector, append: Append, conn: psycopg.Connection
) -> None:
    events: list[Event] = [SEASON, card("c1")]
    append(events)
    projector.catch_up()
    before = names(conn)
    with pytest.raises(ProjectionFailed):
        rebuild.rebuild(pg_url, Failing(), log)
    assert names(conn) != before
    assert queries.card(conn, "c1") is not None
    rebuild.rebuild(pg_url, Cards(), log)
    assert names(conn) == before


def test_two_rebuilds_do_not_run_at_the_same_time(pg_url: str, log: EventLog, projector: Projector) -> None:
    with rebuild._alone(pg_url), pytest.raises(RebuildRunning):
        rebuild.rebuild(pg_url, Cards(), log)
    rebuild.rebuild(pg_url, Cards(), log)


def test_a_swap_waits_for_a_reader_that_takes_its_time(
    pg_url: str, log: EventLog, projector: Projector, append: Append, monkeypatch: pytest.MonkeyPatch
) -> None:
    append([SEASON, card("c1")])
    projector.catch_up()
    monkeypatch.setattr(rebuild, "LOCK_TIMEOUT", "50ms")
    with psycopg.connect(pg_url) as reader:
        assert queries.card(reader, "c1") is not None  # its transaction holds the table
        done = threading.Timer(0.5, reader.rollback)
        done.start()
        rebuild.rebuild(pg_url, Cards(), log)
        done.join()
        assert queries.card(reader, "c1") is not None
