"""PostgreSQL and our own processes die at the worst moments: nothing acknowledged is lost, nothing is half
there, and the desk goes on by itself."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.dcb.api import DCBEvent
from psycopg.conninfo import conninfo_to_dict

from queueing.domain import Event, Refusal
from queueing.domain import events as e
from queueing.domain.booking import BookSlot, CancelBooking
from queueing.log import Desk, EventLog, LogUnavailable
from queueing.log import desk as desks
from queueing.runtime import embedded
from queueing.runtime.server import Server
from tests.log.booker import SLOTS
from tests.log.cable import Cable
from tests.log.ledger import Ledger
from tests.log.world import forget_when_synced, opened, served, stock
from tests.patience import PATIENCE, eventually

ROOT = Path(__file__).parents[2]
WEB = {"by": "holder", "via": "web"}
CARDS = tuple(f"c{n}" for n in range(40))
OLD = 3600.0


@pytest.fixture(scope="module")
def server(server_dir: Path) -> Iterator[Server]:
    """A PostgreSQL of our own, durable as in production. A test that ends it starts it again."""
    with embedded.postgres(server_dir / "outages") as server:
        yield server


@pytest.fixture
def own_url(server: Server) -> str:
    """An empty database there."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(server.url)._replace(path=f"/{name}"))


def events_of(url: str) -> list[tuple[int, Event]]:
    """All of the log; its events must keep the rules."""
    with opened(url) as log:
        found = [(one.position, one.event) for one in log.read_all()]
    ledger = Ledger()
    ledger.read(event for _, event in found)
    assert ledger.broken == []
    return found


# --- our processes are killed ---


def test_what_a_killed_process_acknowledged_is_in_the_log_and_nothing_is_half_there(pg_url: str) -> None:
    with opened(pg_url) as log, served(log) as desk:
        stock(desk, dict.fromkeys(SLOTS, 1000), [])
    acknowledged: list[str] = []
    for round_ in range(3):
        acknowledged += _book_until_killed(pg_url, f"r{round_}t", random.randint(11, 80))
    found = events_of(pg_url)
    last = {(event.TOPIC, getattr(event, "card", "")): position for position, event in found}
    assert len(acknowledged) > 30
    for line in acknowledged:
        position, topic, card = line.split()
        assert last[topic, card] <= int(position)
    for index, (_, event) in enumerate(found):
        if isinstance(event, e.HolderOptedOut):
            beside = found[index + 1][1]
            assert isinstance(beside, e.PhoneListed)
            assert beside.card == event.card


def _book_until_killed(url: str, name: str, many: int) -> list[str]:
    """What a booking process wrote until it was killed, soon after so many lines; not half a line."""
    command = [sys.executable, "-m", "tests.log.booker", url, name]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(many)]
    process.kill()
    lines += process.stdout.readlines()
    assert process.wait(PATIENCE) == -signal.SIGKILL
    process.stdout.close()
    return [line for line in lines if line.endswith("\n")]


# --- the connection is lost around an append ---


@pytest.fixture
def cable(own_url: str, own_dir: Path) -> Iterator[tuple[Cable, str]]:
    """A cable, and the URL of the database through it."""
    parts = conninfo_to_dict(own_url)
    cable = Cable(own_dir, str(parts["host"]))
    yield cable, f"postgresql://postgres@/{parts['dbname']}?host={own_dir}"
    cable.close()


@pytest.mark.parametrize(
    "before_it_arrives", [False, True], ids=["the answer is lost", "the request is lost"]
)
def test_an_append_around_which_the_connection_is_lost_is_done_once(
    cable: tuple[Cable, str], own_url: str, before_it_arrives: bool
) -> None:
    wire, url = cable
    with opened(url) as log, served(log, fresh_seconds=OLD) as desk:
        stock(desk, {SLOTS[0]: 40}, CARDS)
        wire.cut(b"slot-booked", before_it_arrives=before_it_arrives)
        futures = [desk.submit(BookSlot(card, SLOTS[0]), **WEB) for card in CARDS[:5]]
        numbers = [future.result(PATIENCE).events[0].booking for future in futures]
        assert wire.cuts == 1
        assert numbers == [1, 2, 3, 4, 5]
        assert desk.handle(BookSlot("c9", SLOTS[0]), **WEB).events[0].booking == 6
    assert sum(isinstance(event, e.SlotBooked) for _, event in events_of(own_url)) == 6


def test_connections_that_postgresql_ended_are_replaced_without_anybody_noticing(pg_url: str) -> None:
    with opened(pg_url) as log, served(log) as desk, psycopg.connect(pg_url, autocommit=True) as killer:
        stock(desk, {SLOTS[0]: 40}, CARDS)
        for card in CARDS[:10]:
            killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            desk.handle(BookSlot(card, SLOTS[0]), **WEB)
            forget_when_synced(desk)
            with desk.view() as state:
                assert state.cards[card].booking is not None


def test_an_append_whose_backend_is_ended_in_the_middle_is_done_once(pg_url: str) -> None:
    with opened(pg_url) as log, served(log, fresh_seconds=OLD) as desk:
        stock(desk, {SLOTS[0]: 40}, CARDS)
        with psycopg.connect(pg_url) as blocker:
            blocker.execute("LOCK TABLE queueing_tt_main IN EXCLUSIVE MODE")
            future = desk.submit(BookSlot("c0", SLOTS[0]), **WEB)
            _end_the_waiting_backend(pg_url)
            blocker.rollback()
        assert future.result(PATIENCE).events[0].booking == 1
    assert sum(isinstance(event, e.SlotBooked) for _, event in events_of(pg_url)) == 1


def _end_the_waiting_backend(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        end = (
            "SELECT pg_terminate_backend(l.pid) FROM pg_locks l"
            " JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()"
            " WHERE NOT l.granted"
        )
        eventually(lambda: connection.execute(end).fetchall())


# --- PostgreSQL itself dies ---


def crash(server: Server) -> None:
    """End the server at once, as a power cut would."""
    assert server.process is not None
    server.process.send_signal(signal.SIGQUIT)
    server.process.wait(PATIENCE)


class Bookers:
    """Threads that book and cancel, and write down what was acknowledged and what was unavailable."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.acknowledged: list[tuple[int, Event]] = []
        self.unavailable = 0
        self.strange: list[BaseException] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._book, args=(card,)) for card in CARDS[:6]]

    def __enter__(self) -> Bookers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()

    def _book(self, card: str) -> None:
        while not self._stop.is_set():
            for command in (BookSlot(card, SLOTS[0]), CancelBooking(card)):
                try:
                    outcome = self.desk.handle(command, **WEB)
                except LogUnavailable:
                    self.unavailable += 1
                except Refusal:
                    continue
                except BaseException as error:
                    self.strange.append(error)
                else:
                    self.acknowledged += [(outcome.position, event) for event in outcome.events]

    def wait_for_more(self) -> None:
        """Until something is acknowledged again."""
        had = len(self.acknowledged)
        eventually(lambda: len(self.acknowledged) >= had + 10)


def test_no_acknowledged_decision_is_lost_when_postgresql_crashes_and_the_desk_goes_on(
    server: Server, own_url: str
) -> None:
    with opened(own_url) as log, served(log) as desk:
        stock(desk, {SLOTS[0]: 40}, CARDS)
        with Bookers(desk) as bookers:
            for away in (0.0, 3.0):
                bookers.wait_for_more()
                crash(server)
                time.sleep(away)
                server.start()
                bookers.wait_for_more()
        assert bookers.strange == []
        assert bookers.unavailable > 0
        forget_when_synced(desk)
        with desk.view() as state:
            seated = {seat.card for seat in state.slots[SLOTS[0]].seats}
    found = events_of(own_url)
    booked = [event for _, event in found if isinstance(event, e.SlotBooked)]
    cancelled = [event for _, event in found if isinstance(event, e.BookingCancelled)]
    assert len(seated) == len(booked) - len(cancelled)
    stored = Counter(map(_content, (event for _, event in found)))
    assert Counter(_content(event) for _, event in bookers.acknowledged) <= stored


def _content(event: Event) -> tuple[str, str, int]:
    return event.TOPIC, getattr(event, "card", ""), getattr(event, "booking", 0)


class CountedLog(EventLog):
    """Counts how often PostgreSQL is asked."""

    asked = 0

    def read_stored(self, after: int = 0, limit: int = 5000) -> list[tuple[int, DCBEvent]]:
        self.asked += 1
        return super().read_stored(after, limit)


def test_while_postgresql_is_away_nobody_waits_for_the_others_timeouts(
    server: Server, own_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "RETRY_SECONDS", 3600.0)
    with opened(own_url, CountedLog) as log, served(log) as desk:
        assert isinstance(log, CountedLog)
        stock(desk, {SLOTS[0]: 40}, CARDS)
        crash(server)
        with pytest.raises(LogUnavailable):
            desk.handle(BookSlot("c0", SLOTS[0]), **WEB)
        asked = log.asked
        forget_when_synced(desk)
        readers = [threading.Thread(target=_read, args=(desk,)) for _ in range(12)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(PATIENCE)
        assert log.asked == asked, "who noticed it told the others"
        server.start()


def _read(desk: Desk) -> None:
    with pytest.raises(LogUnavailable), desk.view():
        pass


def test_a_log_that_was_away_at_the_start_says_so(server: Server, own_url: str) -> None:
    crash(server)
    with pytest.raises(LogUnavailable):
        EventLog(own_url)
    server.start()
    with opened(own_url) as log:
        assert log.head() == 0
