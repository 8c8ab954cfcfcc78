"""The desk: one append for many decisions, again after a conflict, no trace of what was not stored, and alive
whatever happens."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from eventsourcing.dcb.api import DCBEvent

from queueing.domain import events as e
from queueing.domain import kernel
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot, CancelBooking
from queueing.domain.holders import OptIn, OptOut
from queueing.domain.kernel import UnknownEvent
from queueing.log import Conflict, Desk, DeskClosed, EventLog, LogUnavailable, Outcome
from queueing.log.codec import encode
from tests.domain.harness import BRANCH, frozen, happened
from tests.log.ledger import Ledger
from tests.log.world import forget_when_synced, opened, served, stock
from tests.patience import PATIENCE

S10, S11 = "20180605-1000", "20180605-1100"
CARDS = tuple(f"c{n}" for n in range(60))
WEB = {"by": "holder", "via": "web"}
OLD = 3600.0


class WatchedLog(EventLog):
    """A log whose appends and reads are counted, and whose appends can be held up or made to fail."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.appends = self.reads = 0
        self.gate = threading.Event()
        self.gate.set()
        self.at_gate = threading.Event()
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    def append(self, branch: str, events: Sequence[DCBEvent], after: int) -> int:
        self.appends += 1
        self.at_gate.set()
        assert self.gate.wait(PATIENCE)
        self.before()
        position = super().append(branch, events, after)
        self.after()
        return position

    def read_stored(self, after: int = 0, limit: int = 5000) -> list[tuple[int, DCBEvent]]:
        self.reads += 1
        return super().read_stored(after, limit)


@pytest.fixture
def log(pg_url: str) -> Iterator[WatchedLog]:
    with opened(pg_url, WatchedLog) as log:
        assert isinstance(log, WatchedLog)
        yield log


@pytest.fixture
def desk(log: WatchedLog) -> Iterator[Desk]:
    """A desk with a season open. It trusts its state, so that a test says when it reads the log."""
    with served(log, fresh_seconds=OLD) as desk:
        stock(desk, {S10: 5, S11: 40}, CARDS)
        log.appends = log.reads = 0
        yield desk


def fails(times: int = 1_000_000) -> Callable[[], None]:
    """Something that makes an append fail, so many times."""
    left = [times]

    def fail() -> None:
        if left[0]:
            left[0] -= 1
            raise LogUnavailable("the cable is out")

    return fail


def booked(log: EventLog) -> list[str]:
    return [event.card for _, event in log.read_all() if isinstance(event, e.SlotBooked)]


# --- group commit ---


def test_what_is_asked_while_a_batch_is_stored_is_stored_together(desk: Desk, log: WatchedLog) -> None:
    log.gate.clear()
    log.at_gate.clear()
    first = desk.submit(BookSlot("c0", S11), **WEB)
    assert log.at_gate.wait(PATIENCE)
    rest = [desk.submit(BookSlot(card, S11), **WEB) for card in CARDS[1:31]]
    log.gate.set()
    outcomes = [future.result(PATIENCE) for future in (first, *rest)]
    assert log.appends == 2
    assert booked(log) == list(CARDS[:31])
    assert {outcome.position for outcome in outcomes[1:]} == {log.head()}


def test_each_decision_of_a_batch_sees_the_ones_before_it(desk: Desk, log: WatchedLog) -> None:
    log.gate.clear()
    log.at_gate.clear()
    first = desk.submit(OptOut("c59"), **WEB)
    assert log.at_gate.wait(PATIENCE)
    rest = [desk.submit(BookSlot(card, S10), **WEB) for card in CARDS[:8]]
    log.gate.set()
    first.result(PATIENCE)
    refused = [future.exception(PATIENCE) for future in rest]
    assert refused == [None] * 5 + [r.SlotFull(S10)] * 3
    assert booked(log) == list(CARDS[:5])


def test_nothing_is_acknowledged_before_it_is_durable(desk: Desk, log: WatchedLog) -> None:
    log.gate.clear()
    log.at_gate.clear()
    future = desk.submit(BookSlot("c0", S10), **WEB)
    assert log.at_gate.wait(PATIENCE)
    assert not future.done()
    log.gate.set()
    assert future.result(PATIENCE).position == log.head()


def test_readers_never_see_what_is_not_durable(desk: Desk, log: WatchedLog) -> None:
    log.before = fails()
    log.gate.clear()
    log.at_gate.clear()
    future = desk.submit(BookSlot("c0", S10), **WEB)
    assert log.at_gate.wait(PATIENCE)
    seen: list[bool] = []

    def look() -> None:
        with desk.view() as state:
            seen.append(state.cards["c0"].booking is not None)

    reader = threading.Thread(target=look)
    reader.start()
    time.sleep(0.05)
    log.gate.set()
    reader.join(PATIENCE)
    assert isinstance(future.exception(PATIENCE), LogUnavailable)
    assert seen == [False]


def test_more_than_a_batch_is_answered(desk: Desk) -> None:
    futures = [desk.submit(OptIn(CARDS[n % 60]), **WEB) for n in range(2500)]
    assert all(future.result(PATIENCE).events == () for future in futures)


def test_a_refused_command_costs_no_io(desk: Desk, log: WatchedLog) -> None:
    with pytest.raises(r.UnknownSlot):
        desk.handle(BookSlot("c0", "nowhere"), **WEB)
    assert desk.handle(OptIn("c0"), **WEB).events == ()
    assert (log.appends, log.reads) == (0, 0)


# --- conflicts ---


def test_on_a_conflict_the_desk_catches_up_and_decides_again(desk: Desk, log: WatchedLog) -> None:
    with served(log, fresh_seconds=OLD) as other:
        with other.view():
            pass
        for card in CARDS[:4]:
            desk.handle(BookSlot(card, S10), **WEB)
        outcomes = [other.submit(BookSlot(card, S10), **WEB) for card in ("c10", "c11")]
        assert outcomes[0].result(PATIENCE).events[0].booking == 5
        assert outcomes[1].exception(PATIENCE) == r.SlotFull(S10)
    assert booked(log) == ["c0", "c1", "c2", "c3", "c10"]


def test_many_conflicts_in_a_row_are_overcome_by_taking_turns(desk: Desk, log: WatchedLog) -> None:
    others = list(CARDS[40:46])

    def interfere() -> None:
        """Somebody else is always faster."""
        if others:
            with opened(log.url) as faster, served(faster) as rival:
                rival.handle(OptOut(others.pop()), **WEB)

    log.before = interfere
    assert desk.handle(BookSlot("c0", S10), **WEB).events[0].card == "c0"
    assert log.appends == 7
    assert booked(log) == ["c0"]


def test_two_desks_on_two_branches_do_not_get_in_each_other_s_way(desk: Desk, log: WatchedLog) -> None:
    with served(log, branch="beizhan", fresh_seconds=OLD) as other:
        stock(other, {S10: 1}, ["x1"])
        log.appends = 0
        desk.handle(BookSlot("c0", S10), **WEB)
        other.handle(BookSlot("x1", S10), **WEB)
        assert log.appends == 2
        for one in (desk, other):
            forget_when_synced(one)
        with desk.view() as state, other.view() as theirs:
            assert "x1" not in state.cards
            assert set(theirs.cards) == {"x1"}


# --- what could not be stored ---


def test_a_failed_append_leaves_no_trace(desk: Desk, log: WatchedLog) -> None:
    with desk.view() as state:
        before = frozen(state)
    log.before = fails()
    head = log.head()
    for command in (BookSlot("c0", S10), OptOut("c1"), BookSlot("c2", S11)):
        with pytest.raises(LogUnavailable):
            desk.handle(command, **WEB)
    with desk.view() as state:
        assert frozen(state) == before
    assert log.head() == head
    log.before = fails(0)
    assert desk.handle(BookSlot("c0", S10), **WEB).events[0].booking == 1


def test_refusals_that_saw_decisions_of_a_failed_batch_are_not_given(desk: Desk, log: WatchedLog) -> None:
    log.before = fails()
    log.gate.clear()
    log.at_gate.clear()
    futures = [desk.submit(OptOut("c59"), **WEB)]
    assert log.at_gate.wait(PATIENCE)
    futures += [desk.submit(BookSlot("c20", slot), **WEB) for slot in (S11, S10)]
    log.gate.set()
    assert [type(future.exception(PATIENCE)) for future in futures] == [LogUnavailable] * 3


def test_an_append_that_failed_once_is_tried_again_when_the_log_can_be_read(
    desk: Desk, log: WatchedLog
) -> None:
    log.before = fails(2)
    desk.handle(BookSlot("c0", S10), **WEB)
    assert booked(log) == ["c0"]


def test_what_was_stored_although_the_append_failed_is_acknowledged_once(desk: Desk, log: WatchedLog) -> None:
    log.after = fails(1)
    outcome = desk.handle(BookSlot("c0", S10), **WEB)
    assert (log.appends, booked(log)) == (1, ["c0"])
    assert outcome.events[0].card == "c0"
    assert outcome.position == log.head()
    with desk.view() as state:
        assert len(state.slots[S10].seats) == 1


def test_it_is_recognised_among_events_of_other_branches(desk: Desk, log: WatchedLog) -> None:
    with opened(log.url) as second, served(second, branch="beizhan") as other:
        log.before = lambda: stock(other, {S10: 1}, ["x1"])
        log.after = fails(1)
        assert len(desk.handle(BookSlot("c0", S10), **WEB).events) == 1
    assert (log.appends, booked(log)) == (1, ["c0"])


def test_what_somebody_else_stored_instead_is_not_taken_for_ours(desk: Desk, log: WatchedLog) -> None:
    def fail_while_another_books() -> None:
        log.before = fails(0)
        with opened(log.url) as second, served(second) as other:
            other.handle(BookSlot("c9", S10), **WEB)
        raise LogUnavailable("the cable is out")

    log.before = fail_while_another_books
    assert desk.handle(BookSlot("c0", S10), **WEB).events[0].booking == 2
    assert booked(log) == ["c9", "c0"]


# --- things that must not stop the desk ---


def test_an_error_while_deciding_is_that_command_s_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kernel._deciders, OptIn, lambda *_: 1 / 0)
    futures = [desk.submit(c, **WEB) for c in (BookSlot("c0", S10), OptIn("c1"), BookSlot("c2", S10))]
    assert isinstance(futures[1].exception(PATIENCE), ZeroDivisionError)
    assert [futures[n].result(PATIENCE).events[0].card for n in (0, 2)] == ["c0", "c2"]


def test_an_error_while_folding_leaves_no_trace(
    desk: Desk, log: WatchedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.view() as state:
        before = frozen(state)
    fold = kernel._evolvers[e.PhoneListed]

    def fold_half(state: Any, event: Any) -> None:
        fold(state, event)
        raise ZeroDivisionError

    monkeypatch.setitem(kernel._evolvers, e.PhoneListed, fold_half)
    with pytest.raises(ZeroDivisionError):
        desk.handle(OptOut("c0"), **WEB)
    with desk.view() as state:
        assert frozen(state) == before
    assert log.appends == 0


def test_an_event_that_can_not_be_folded_stops_decisions_and_spoils_nothing(
    desk: Desk, log: WatchedLog
) -> None:
    with desk.view() as state:
        before = frozen(state)
    stored = encode(happened(e.HolderOptedIn, card="c1"))
    stored.type = "holder-painted"
    EventLog.append(log, BRANCH, [encode(happened(e.HolderOptedOut, card="c0")), stored], log.head())
    forget_when_synced(desk)
    for _ in range(2):
        with pytest.raises(UnknownEvent):
            desk.handle(BookSlot("c5", S10), **WEB)
        with pytest.raises(UnknownEvent), desk.view():
            pass
    state = desk._state
    assert state.cards["c0"].opted_out
    state.change_card("c0", opted_out=False)
    assert frozen(state) == before


def test_a_broken_fold_of_the_log_is_taken_back_whole(
    desk: Desk, log: WatchedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(log) as other:
        other.handle(OptOut("c0"), **WEB)
    fold = kernel._evolvers[e.PhoneListed]

    def fold_half(state: Any, event: Any) -> None:
        fold(state, event)
        raise ZeroDivisionError

    monkeypatch.setitem(kernel._evolvers, e.PhoneListed, fold_half)
    forget_when_synced(desk)
    with pytest.raises(ZeroDivisionError), desk.view():
        pass
    assert (desk._state.cards["c0"].opted_out, desk._state.cards["c0"].phone_list) == (True, "")
    monkeypatch.setitem(kernel._evolvers, e.PhoneListed, fold)
    with desk.view() as state:
        assert (state.cards["c0"].opted_out, state.cards["c0"].phone_list) == (True, "opted_out")


def test_a_cancelled_wait_does_not_stop_the_desk(desk: Desk, log: WatchedLog) -> None:
    log.gate.clear()
    future = desk.submit(BookSlot("c0", S10), **WEB)
    assert not future.cancel()
    log.gate.set()
    assert future.result(PATIENCE)
    assert desk.handle(BookSlot("c1", S10), **WEB)


def test_a_caller_s_failing_callback_does_not_stop_the_desk(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    future = desk.submit(BookSlot("c0", S10), **WEB)
    future.add_done_callback(lambda _: 1 / 0)
    assert desk.handle(BookSlot("c1", S10), **WEB)


def test_an_event_loop_that_was_closed_does_not_stop_the_desk(desk: Desk, log: WatchedLog) -> None:
    log.gate.clear()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(desk.ask(BookSlot("c0", S10), **WEB), 0.05)

    asyncio.run(give_up())
    log.gate.set()
    assert desk.handle(BookSlot("c1", S10), **WEB)
    assert booked(log) == ["c0", "c1"]


def test_waiting_for_the_desk_while_viewing_its_state_is_an_error_and_no_deadlock(desk: Desk) -> None:
    with desk.view(), pytest.raises(RuntimeError, match="view"):
        desk.handle(BookSlot("c0", S10), **WEB)

    async def ask() -> None:
        with desk.view():
            await desk.ask(BookSlot("c0", S10), **WEB)

    with pytest.raises(RuntimeError, match="view"):
        asyncio.run(ask())
    assert desk.handle(BookSlot("c0", S10), **WEB)


def test_waiting_for_the_desk_in_its_own_callback_is_an_error_and_no_deadlock(
    desk: Desk, log: WatchedLog
) -> None:
    failed: list[BaseException] = []

    def ask_again(_: Any) -> None:
        with pytest.raises(RuntimeError, match="callback") as error:
            desk.handle(BookSlot("c1", S10), **WEB)
        failed.append(error.value)

    log.gate.clear()
    desk.submit(BookSlot("c0", S10), **WEB).add_done_callback(ask_again)
    log.gate.set()
    assert desk.handle(BookSlot("c2", S10), **WEB)
    assert len(failed) == 1


def test_a_view_inside_a_view_sees_the_same_state(desk: Desk, log: WatchedLog) -> None:
    with desk.view() as outer:
        before = frozen(outer)
        with opened(log.url) as second, served(second) as other:
            other.handle(BookSlot("c0", S10), **WEB)
        forget_when_synced(desk)
        with desk.view() as inner:
            assert frozen(inner) == before
    with desk.view() as later:
        assert frozen(later) != before


def test_readers_get_their_turn_under_load(desk: Desk, log: WatchedLog) -> None:
    stop = threading.Event()

    def keep_busy(card: str) -> None:
        while not stop.is_set():
            desk.handle(BookSlot(card, S11), **WEB)
            desk.handle(CancelBooking(card), **WEB)

    busy = [threading.Thread(target=keep_busy, args=(card,)) for card in CARDS[:6]]
    for thread in busy:
        thread.start()
    went_first = []
    for _ in range(20):
        before = log.appends
        with desk.view() as state:
            went_first.append(log.appends - before)
            assert len(state.slots[S11].seats) <= 6
    stop.set()
    for thread in busy:
        thread.join(PATIENCE)
    assert sorted(went_first)[10] < 100, "not all who decide go first"


def test_nothing_piles_up(desk: Desk) -> None:
    for card in CARDS[:20]:
        try:
            desk.handle(BookSlot(card, S10), **WEB)
        except r.SlotFull:
            desk.handle(OptIn(card), **WEB)
    assert desk._state.mark() == 0
    assert desk._queue == []


# --- asking from event loops, and closing ---


def test_several_event_loops_ask_at_the_same_time(desk: Desk, log: WatchedLog) -> None:
    answers: dict[int, list[Any]] = {}

    async def ask_all(loop: int) -> None:
        mine = CARDS[loop * 10 : loop * 10 + 10]
        wishes = (desk.ask(BookSlot(card, S10), **WEB) for card in mine)
        answers[loop] = await asyncio.gather(*wishes, return_exceptions=True)

    threads = [threading.Thread(target=asyncio.run, args=(ask_all(loop),)) for loop in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    flat = [answer for loop in answers.values() for answer in loop]
    assert len(flat) == 40
    assert sum(isinstance(answer, Outcome) for answer in flat) == 5
    assert sum(answer == r.SlotFull(S10) for answer in flat) == 35
    ledger = Ledger()
    ledger.read(event for _, event in log.read_all())
    assert ledger.broken == []


def test_closing_finishes_what_was_asked(log: WatchedLog) -> None:
    with served(log) as desk:
        stock(desk, {S11: 40}, CARDS)
        log.gate.clear()
        futures = [desk.submit(BookSlot(card, S11), **WEB) for card in CARDS[:20]]
        closer = threading.Thread(target=desk.close)
        closer.start()
        log.gate.set()
        closer.join(PATIENCE)
        assert all(isinstance(future.result(0), Outcome) for future in futures)
        with pytest.raises(DeskClosed):
            desk.submit(BookSlot("c30", S11), **WEB)
        desk.close()
    assert len(booked(log)) == 20


def test_a_conflict_is_never_an_answer(desk: Desk, log: WatchedLog) -> None:
    left = [3]

    def conflict() -> None:
        if left[0]:
            left[0] -= 1
            raise Conflict

    log.before = conflict
    assert desk.handle(BookSlot("c0", S10), **WEB).events[0].card == "c0"
