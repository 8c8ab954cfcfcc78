"""The log: what is appended under which condition, and how it is read."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
from eventsourcing.dcb.api import DCBQuery, DCBQueryItem
from eventsourcing.utils import get_topic

from queueing.domain import events as e
from queueing.domain.kernel import UnknownEvent
from queueing.log import Conflict, EventLog, LogUnavailable
from queueing.log.codec import encode
from tests.domain.harness import BRANCH, card, happened
from tests.domain.tour import tour_events
from tests.log.world import opened
from tests.patience import PATIENCE


@pytest.fixture
def log(pg_url: str) -> Iterator[EventLog]:
    with opened(pg_url) as log:
        yield log


def elsewhere(name: str) -> e.Event:
    event = card(name)
    return type(event)(**{f: getattr(event, f) for f in event.__struct_fields__} | {"branch": "beizhan"})


def test_events_are_read_as_they_were_written_in_order(log: EventLog) -> None:
    events = tour_events()
    last = log.append(BRANCH, [encode(event) for event in events], 0)
    found = list(log.read_all())
    assert [event for _, event in found] == events
    positions = [position for position, _ in found]
    assert positions == sorted(set(positions))
    assert last == positions[-1] == log.head()


def test_reading_goes_on_after_a_position_in_pages(log: EventLog) -> None:
    log.append(BRANCH, [encode(card(f"c{n}")) for n in range(5)], 0)
    first = log.read(limit=2)
    rest = log.read(first[-1].position)
    assert [event.card for _, event in (*first, *rest)] == [f"c{n}" for n in range(5)]
    assert log.read(log.head()) == []


def test_an_append_conflicts_with_what_the_branch_got_since(log: EventLog) -> None:
    seen = log.append(BRANCH, [encode(card("c1"))], 0)
    with pytest.raises(Conflict):
        log.append(BRANCH, [encode(card("c2"))], 0)
    log.append(BRANCH, [encode(card("c2"))], seen)
    assert [event.card for _, event in log.read()] == ["c1", "c2"]


def test_an_append_does_not_conflict_with_another_branch(log: EventLog) -> None:
    log.append("beizhan", [encode(elsewhere("x1"))], 0)
    log.append(BRANCH, [encode(card("c1"))], 0)
    assert log.head() == 2


def test_a_conflict_stores_nothing_of_the_batch(log: EventLog) -> None:
    log.append(BRANCH, [encode(card("c1"))], 0)
    with pytest.raises(Conflict):
        log.append(BRANCH, [encode(card(f"d{n}")) for n in range(3)], 0)
    assert len(log.read()) == 1


def test_the_name_written_is_the_name_a_query_asks_for(log: EventLog) -> None:
    """Were they different, conditions would match nothing and guard nothing, without an error."""
    events = tour_events()
    log.append(BRANCH, [encode(event) for event in events], 0)
    for kind in {type(event) for event in events}:
        query = DCBQuery(items=[DCBQueryItem(types=[get_topic(kind)], tags=["branch:" + BRANCH])])
        found = list(log._recorder.read(query))
        assert len(found) == sum(type(event) is kind for event in events), kind


def test_the_history_of_a_thing_is_found_by_its_tag(log: EventLog) -> None:
    log.append(BRANCH, [encode(event) for event in tour_events()], 0)
    history = [event for _, event in log.history("card:d1")]
    assert [type(event) for event in history[:3]] == [
        e.CardRegistered,
        e.CardsHandedToEmployer,
        e.EmployerRosterReturned,
    ]
    assert log.history("card:nobody") == []


def test_a_constraint_of_postgresql_is_no_conflict(log: EventLog) -> None:
    """A conflict is decided again; that would go on for ever here."""
    log.append(BRANCH, [encode(card("c1"))], 0)
    with psycopg.connect(log.url, autocommit=True) as connection:
        connection.execute("ALTER SEQUENCE queueing_tt_main_id_seq RESTART 1")
    with pytest.raises(LogUnavailable):
        log.append(BRANCH, [encode(card("c2"))], 1)


def test_a_log_opened_before_its_tables_were_made_can_be_used_after(pg_url: str) -> None:
    early = EventLog(pg_url)
    with pytest.raises(LogUnavailable):
        early.head()
    with opened(pg_url):
        early.append(BRANCH, [encode(card("c1"))], 0)
        assert early.head() == 1
    early.close()


def test_an_event_this_program_does_not_know_is_an_error(log: EventLog) -> None:
    stored = encode(happened(e.HolderOptedIn, card="c1"))
    stored.type = "holder-painted"
    log.append(BRANCH, [stored], 0)
    with pytest.raises(UnknownEvent):
        log.read()


def test_processes_may_create_the_tables_at_the_same_time(pg_url: str) -> None:
    failed: list[BaseException] = []

    def migrate() -> None:
        log = EventLog(pg_url)
        try:
            log.migrate()
        except BaseException as error:
            failed.append(error)
        log.close()

    threads = [threading.Thread(target=migrate) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert failed == []


def test_all_parts_of_the_url_reach_postgresql(pg_url: str) -> None:
    log = EventLog(pg_url + "&application_name=desk-7&options=-c%20work_mem%3D5MB")
    with log._datastore.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('application_name') AS name, current_setting('work_mem') AS mem"
        )
        assert cursor.fetchone() == {"name": "desk-7", "mem": "5MB"}
    log.close()


def test_a_server_that_is_not_there_is_said_to_be_unavailable(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with pytest.raises(LogUnavailable):
        EventLog("postgresql://postgres@/queueing?host=/nowhere")


def test_only_one_at_a_time_has_its_turn(log: EventLog) -> None:
    entered, done = threading.Event(), threading.Event()

    def wait_for_the_turn() -> None:
        with log.turn(BRANCH):
            entered.set()
        done.set()

    with log.turn(BRANCH):
        other = threading.Thread(target=wait_for_the_turn)
        other.start()
        assert not entered.wait(0.2)
    assert done.wait(PATIENCE)
    other.join()


def test_a_turn_that_can_not_be_given_back_ends_with_its_connection(log: EventLog) -> None:
    with psycopg.connect(log.url, autocommit=True) as killer:
        with log.turn(BRANCH):
            killer.execute(
                "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                " WHERE l.locktype = 'advisory' AND d.datname = current_database()"
            )
        with log.turn(BRANCH):
            pass
