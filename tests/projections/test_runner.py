"""Exactly once: with two projectors, with one killed in the middle, across a restart of PostgreSQL."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Cursor

from queueing.domain.events import Event
from queueing.log import EventLog
from queueing.log.codec import encode
from queueing.log.store import Recorded
from queueing.projections import runner
from queueing.projections.base import Projection
from queueing.projections.compare import differences
from queueing.projections.load import Load
from queueing.projections.runner import ProjectionFailed, Projector
from queueing.projections.tracking import tracked
from queueing.runtime import embedded
from tests.domain.harness import BRANCH, SEASON, card, slot
from tests.patience import PATIENCE
from tests.projections.chance import Chance
from tests.projections.conftest import Append


class Tally(Projection):
    """Counts events, in a way that shows one applied twice."""

    name = "tally"
    tables = ("tally",)

    def create(self, cursor: Cursor[Any], suffix: str = "") -> None:
        cursor.execute("CREATE TABLE tally (events bigint)")
        cursor.execute("INSERT INTO tally VALUES (0)")

    def apply(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str = "") -> None:
        cursor.execute("UPDATE tally SET events = events + %s", (len(events),))


class Broken(Tally):
    """Can't take a card."""

    name = "broken"

    def create(self, cursor: Cursor[Any], suffix: str = "") -> None:
        """It has nothing to create."""

    def apply(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str = "") -> None:
        if any("card:c3" in event.tags() for _, event in events):
            raise ValueError("can't take c3")


def tally(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT events FROM tally").fetchone()
    assert row
    return row[0]


@contextmanager
def following(projector: Projector) -> Iterator[None]:
    """A projector that runs in a thread for the length of a block."""
    stop = threading.Event()
    thread = threading.Thread(target=projector.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def cards(first: int, last: int) -> list[Event]:
    return [card(f"c{number}") for number in range(first, last)]


def test_catching_up_processes_all_that_is_new_and_tells_how_much(
    projector: Projector, append: Append
) -> None:
    head = append([SEASON, *cards(0, 20)])
    assert projector.catch_up(limit=7) == 7
    assert set(projector.positions().values()) == {7}
    assert projector.catch_up() == 14
    assert set(projector.positions().values()) == {head}
    assert projector.catch_up() == 0


def test_events_a_projection_does_not_care_about_only_move_its_position(
    projector: Projector, append: Append, conn: psycopg.Connection
) -> None:
    head = append([SEASON])
    projector.catch_up()
    assert projector.positions()["employers"] == head
    assert conn.execute("SELECT count(*) FROM employer_progress").fetchone() == (0,)


def test_a_new_projection_starts_at_the_beginning_while_the_others_go_on(
    pg_url: str, log: EventLog, append: Append, projector: Projector, conn: psycopg.Connection
) -> None:
    append([SEASON, *cards(0, 20)])
    projector.catch_up()
    head = append(cards(20, 25))
    with closing(Projector(pg_url, [Load(), Tally()], log, page=4)) as later:
        later.migrate()
        later.catch_up()
        assert later.positions() == {"load": head, "tally": head}
    assert tally(conn) == head


def test_a_page_that_another_projector_applied_is_not_applied_again(
    pg_url: str, log: EventLog, append: Append, conn: psycopg.Connection
) -> None:
    with both(pg_url, log) as (one, other):
        append(cards(0, 10))
        page = log.read(0)
        append(cards(10, 15))
        one._advance(Tally(), 0, page)
        other._advance(Tally(), 0, log.read(0))
        assert one._advance(Tally(), 0, page) == 15
    assert tally(conn) == 15


def test_without_the_look_at_the_locked_position_events_would_be_doubled(
    pg_url: str, log: EventLog, append: Append, conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the library's own guard refuses only a position that is not later."""
    monkeypatch.setattr(runner, "locked_position", lambda cursor, name: 0)
    with both(pg_url, log) as (one, other):
        append(cards(0, 10))
        one._advance(Tally(), 0, log.read(0))
        append(cards(10, 15))
        other._advance(Tally(), 0, log.read(0))
    assert tally(conn) == 25


@contextmanager
def both(url: str, log: EventLog) -> Iterator[tuple[Projector, Projector]]:
    with closing(Projector(url, [Tally()], log)) as one, closing(Projector(url, [Tally()], log)) as other:
        one.migrate()
        other.migrate()
        yield one, other


def test_two_projectors_at_once_apply_every_event_once(
    pg_url: str,
    log: EventLog,
    append: Append,
    projections: list[Projection],
    conn: psycopg.Connection,
) -> None:
    chance = Chance(3)
    with (
        closing(EventLog(pg_url)) as second,
        closing(Projector(pg_url, [*projections, Tally()], log, page=50)) as one,
        closing(Projector(pg_url, [*projections, Tally()], second, page=70)) as other,
    ):
        one.migrate()
        with following(one), following(other):
            for _ in range(60):
                head = append(chance.events(50))
            assert one.wait_for(head, timeout=PATIENCE)
    assert differences(conn, chance.state) == []
    assert tally(conn) == head


def test_projectors_that_migrate_at_the_same_time_do_not_disturb_each_other(
    pg_url: str, log: EventLog, projections: list[Projection]
) -> None:
    failed: list[BaseException] = []

    def migrate() -> None:
        try:
            Projector(pg_url, projections, log).migrate()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=migrate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_read_model_that_needs_another_table_begins_anew(
    projector: Projector, append: Append, conn: psycopg.Connection
) -> None:
    chance = Chance(3)
    append(chance.events(1500))
    projector.catch_up()
    conn.execute("DROP TABLE slot_seat")  # as before the version that needs it
    projector.migrate()
    assert projector.positions()["load"] == 0
    projector.catch_up()
    assert differences(conn, chance.state) == []


def test_a_projection_that_fails_is_left_behind_and_the_others_go_on(
    pg_url: str, log: EventLog, append: Append, conn: psycopg.Connection
) -> None:
    with closing(Projector(pg_url, [Broken(), Tally()], log, page=2)) as projector:
        projector.migrate()
        head = append(cards(0, 10))
        with pytest.raises(ProjectionFailed, match=r"^broken$"):
            projector.catch_up()
        assert projector.positions() == {"broken": 2, "tally": head}
    assert tally(conn) == head


def test_an_append_wakes_the_projector(
    projector: Projector, append: Append, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look that would find an append without being told comes too late here."""
    monkeypatch.setattr(runner, "FALLBACK_SECONDS", 2 * PATIENCE)
    append([SEASON, *cards(0, 5)])
    stop = threading.Event()
    thread = threading.Thread(target=projector.run, args=(stop,))
    thread.start()
    try:
        assert projector.wait_for(6, timeout=PATIENCE)
        for number in range(5, 35):
            head = append(cards(number, number + 1))
            assert projector.wait_for(head, timeout=PATIENCE)
    finally:
        stop.set()
        append(cards(35, 36))
        thread.join()


def test_waiting_for_a_position_that_does_not_come_ends(projector: Projector, append: Append) -> None:
    head = append([SEASON])
    assert not projector.wait_for(head, timeout=0.05)


SLOW = """
import sys, time
from queueing.log import EventLog
from queueing.projections.runner import Projector
from tests.projections.test_runner import Tally

class Slow(Tally):
    def apply(self, cursor, events, suffix=""):
        super().apply(cursor, events, suffix)
        print("applied", flush=True)
        time.sleep(60)

url = sys.argv[1]
Projector(url, [Slow()], EventLog(url), page=10).catch_up()
"""


def test_a_projector_killed_between_its_rows_and_its_position_loses_and_doubles_nothing(
    pg_url: str, log: EventLog, append: Append, conn: psycopg.Connection
) -> None:
    append(cards(0, 25))
    with closing(Projector(pg_url, [Tally()], log)) as projector:
        projector.migrate()
        with subprocess.Popen([sys.executable, "-c", SLOW, pg_url], stdout=subprocess.PIPE) as child:
            assert child.stdout
            assert child.stdout.readline() == b"applied\n"
            os.kill(child.pid, signal.SIGKILL)
        projector.catch_up()
    assert tally(conn) == 25


BUSY = """
import sys
from queueing.log import EventLog
from queueing.projections.runner import Projector
from tests.projections.test_runner import Tally
from queueing.projections.cards import Cards
from queueing.projections.load import Load

url = sys.argv[1]
projector = Projector(url, [Tally(), Load(), Cards()], EventLog(url), page=3)
while sys.stdin.readline() and projector.catch_up(limit=3):
    print(min(projector.positions().values()), flush=True)
"""


def test_a_projector_killed_again_and_again_applies_every_event_once(
    pg_url: str, log: EventLog, append: Append, projector: Projector, conn: psycopg.Connection
) -> None:
    chance = Chance(5)
    head = append(chance.events(2500))
    with closing(Projector(pg_url, [Tally()], log)) as counting:
        counting.migrate()
        for pages in (3, 11, 20):
            command = [sys.executable, "-c", BUSY, pg_url]
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
                assert child.stdin and child.stdout
                child.stdin.write(b"go on\n" * (pages + 5))  # it is killed at work, and long before the end
                child.stdin.flush()
                for _ in range(pages):
                    assert child.stdout.readline()
                os.kill(child.pid, signal.SIGKILL)
        assert 0 < counting.positions()["tally"] < head
        counting.catch_up()
    projector.catch_up()
    assert tally(conn) == head
    assert differences(conn, chance.state) == []


def test_a_projector_survives_a_restart_of_postgresql(projections: list[Projection], own_dir: Path) -> None:
    chance = Chance(7)
    with (
        embedded.postgres(own_dir) as server,
        closing(EventLog(server.url)) as log,
    ):
        log.migrate()
        store(log, chance.events(300))
        with closing(Projector(server.url, projections, log)) as projector:
            projector.migrate()
            with following(projector):
                assert projector.wait_for(log.head(), timeout=PATIENCE)
                server.stop()
                time.sleep(0.3)
                server.start()
                store(log, chance.events(300))
                assert projector.wait_for(log.head(), timeout=PATIENCE)
            with psycopg.connect(server.url) as connection:
                assert differences(connection, chance.state) == []


def store(log: EventLog, events: Sequence[Event]) -> None:
    log.append(BRANCH, [encode(event) for event in events], log.head())


def test_a_position_is_kept_for_each_projection(
    projector: Projector, append: Append, conn: psycopg.Connection
) -> None:
    append([SEASON, slot("20180605-0900")])
    projector.catch_up()
    assert tracked(conn) == dict.fromkeys(("load", "cards", "progress", "employers", "notices", "visits"), 2)
