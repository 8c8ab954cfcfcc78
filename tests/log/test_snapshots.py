"""Snapshots: a quick start, and never a wrong one."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest

from queueing.domain.booking import BookSlot
from queueing.domain.state import State, Tables
from queueing.log import Desk, EventLog, LogUnavailable
from queueing.log import snapshots as module
from queueing.log.snapshots import Snapshots, still
from tests.domain.harness import BRANCH, frozen
from tests.domain.tour import travel
from tests.log.world import opened, served, stock

S10 = "20180605-1000"
WEB = {"by": "holder", "via": "web"}


class CountedLog(EventLog):
    """A log that knows from where it was read."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.read_from: list[int] = []

    def read_stored(self, after: int = 0, limit: int = 5000) -> list[tuple[int, object]]:  # type: ignore[override]
        self.read_from.append(after)
        return super().read_stored(after, limit)  # type: ignore[return-value]


@pytest.fixture
def log(pg_url: str) -> Iterator[CountedLog]:
    with opened(pg_url, CountedLog) as log:
        assert isinstance(log, CountedLog)
        yield log


@pytest.fixture
def snapshots(pg_url: str) -> Snapshots:
    snapshots = Snapshots(pg_url)
    snapshots.migrate()
    return snapshots


def view(desk: Desk) -> object:
    with desk.view() as state:
        return frozen(state)


def leave_snapshot(log: EventLog, snapshots: Snapshots) -> tuple[object, int]:
    """A morning's work and its snapshot; the state and the position."""
    with served(log, snapshots=snapshots) as desk:
        stock(desk, {S10: 5}, ["c0", "c1"])
        desk.handle(BookSlot("c0", S10), **WEB)
        assert desk.save_snapshot()
        return view(desk), desk.position


def test_a_desk_starts_from_the_snapshot_and_reads_on_from_there(
    log: CountedLog, snapshots: Snapshots
) -> None:
    before, position = leave_snapshot(log, snapshots)
    log.read_from.clear()
    with served(log, snapshots=snapshots) as desk:
        assert view(desk) == before
        assert min(log.read_from) == position
        assert desk.handle(BookSlot("c1", S10), **WEB).events[0].booking == 2


def test_what_happened_after_the_snapshot_is_folded_in(log: CountedLog, snapshots: Snapshots) -> None:
    leave_snapshot(log, snapshots)
    with served(log) as other:
        other.handle(BookSlot("c1", S10), **WEB)
        now = view(other)
    with served(log, snapshots=snapshots) as desk:
        assert view(desk) == now


def test_a_snapshot_of_other_code_is_ignored(
    log: CountedLog, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, _ = leave_snapshot(log, snapshots)
    log.read_from.clear()
    monkeypatch.setattr(module, "fingerprint", lambda: "other")
    with served(log, snapshots=snapshots) as desk:
        assert view(desk) == before
        assert min(log.read_from) == 0
        assert desk.save_snapshot()
    assert snapshots.load(BRANCH)[1] == log.head()


def test_the_fingerprint_is_that_of_the_domain_s_source() -> None:
    assert len(module.fingerprint()) == 64


@pytest.mark.parametrize("data", [b"", b"not compressed", b"x\x01\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_snapshot_is_ignored(log: CountedLog, snapshots: Snapshots, data: bytes) -> None:
    before, _ = leave_snapshot(log, snapshots)
    with psycopg.connect(log.url, autocommit=True) as connection:
        connection.execute("UPDATE desk_snapshots SET data = %s", (data,))
    with served(log, snapshots=snapshots) as desk:
        assert view(desk) == before


def test_a_snapshot_of_a_log_that_was_put_back_to_an_earlier_time_is_ignored(
    log: CountedLog, snapshots: Snapshots
) -> None:
    """Its position would lie after the log's end, and the append's condition would guard nothing."""
    leave_snapshot(log, snapshots)
    with psycopg.connect(log.url, autocommit=True) as connection:
        connection.execute("UPDATE desk_snapshots SET position = position + 100")
    with served(log, snapshots=snapshots) as desk:
        assert desk.position == 0
        with desk.view():
            assert desk.position == log.head()


def test_a_snapshot_is_left_only_when_enough_was_added(log: CountedLog, snapshots: Snapshots) -> None:
    with served(log, snapshots=snapshots) as desk:
        assert not desk.save_snapshot()
        stock(desk, {S10: 5}, ["c0"])
        assert not desk.save_snapshot(every=100)
        assert desk.save_snapshot(every=3)
        assert not desk.save_snapshot()
    with served(log) as without:
        assert not without.save_snapshot()


def test_an_older_snapshot_does_not_replace_a_later_one(log: CountedLog, snapshots: Snapshots) -> None:
    _, position = leave_snapshot(log, snapshots)
    snapshots.save(BRANCH, State().tables, position - 1)
    assert snapshots.load(BRANCH)[1] == position


def test_each_branch_has_its_snapshot(log: CountedLog, snapshots: Snapshots) -> None:
    leave_snapshot(log, snapshots)
    assert snapshots.load("beizhan")[1] == 0


def test_the_desk_serves_while_a_snapshot_is_written(log: CountedLog, snapshots: Snapshots) -> None:
    with served(log, snapshots=snapshots) as desk, psycopg.connect(log.url) as blocker:
        stock(desk, {S10: 5}, ["c0"])
        blocker.execute("LOCK TABLE desk_snapshots")
        writer = threading.Thread(target=desk.save_snapshot)
        writer.start()
        assert desk.submit(BookSlot("c0", S10), **WEB).result(10)
        assert writer.is_alive()
        blocker.rollback()
        writer.join(10)


def test_a_snapshot_holds_what_was_true_at_its_position(log: CountedLog, snapshots: Snapshots) -> None:
    """What is decided while it is written is not in it."""

    class Slow(Snapshots):
        def save(self, branch: str, tables: Tables, position: int) -> None:
            desk.handle(BookSlot("c0", S10), **WEB)
            super().save(branch, tables, position)

    with served(log, snapshots=Slow(log.url)) as desk:
        stock(desk, {S10: 5}, ["c0"])
        assert desk.save_snapshot()
        state, position = snapshots.load(BRANCH)
        assert state.cards["c0"].booking is None
        assert position == desk.position - 1


def test_without_postgresql_a_start_is_said_to_be_unavailable() -> None:
    with pytest.raises(LogUnavailable):
        Snapshots("postgresql://postgres@/queueing?host=/nowhere").load(BRANCH)


def test_at_any_moment_a_restored_state_is_the_state() -> None:
    state = State()
    for _ in travel(state):
        stored = module._encoder.encode(still(state))
        assert frozen(State(module._decoder.decode(stored))) == frozen(state)


def test_a_kept_copy_stands_still() -> None:
    state = State()
    steps = travel(state)
    for _ in range(20):
        next(steps)
    kept = still(state)
    before = module._encoder.encode(kept)
    for _ in steps:
        pass
    assert module._encoder.encode(kept) == before
