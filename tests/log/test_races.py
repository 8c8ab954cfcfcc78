"""The two rules that races break, on the real log, with threads and with processes; and the same with the
guard taken out, to see that the test would notice."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from multiprocessing.synchronize import Barrier as ProcessBarrier
from typing import Any

import pytest
from eventsourcing.dcb.api import DCBEvent

from queueing.domain import Refusal
from queueing.domain.booking import BookSlot
from queueing.log import Desk, EventLog, Outcome
from tests.log.ledger import Ledger
from tests.log.world import BRANCH, Clock, opened, served, stock
from tests.patience import PATIENCE

DESKS = 4
CAPACITY = 5
SLOTS = tuple(f"20180605-1{hour}00" for hour in range(DESKS))
CARDS = tuple(f"c{n}" for n in range(10))
OLD = 3600.0  # each desk decides from what it knew when the race began
END_OF_TIME = 1 << 60
Wishes = list[tuple[str, str]]


class Unguarded(EventLog):
    """A log without the guard: it appends whatever was added to the branch since."""

    def append(self, branch: str, events: Sequence[DCBEvent], after: int) -> int:
        return super().append(branch, events, END_OF_TIME)


def one_slot(desk: int) -> Wishes:
    """Each desk wants the same slot for cards of its own."""
    return [(f"{card}-{desk}", SLOTS[0]) for card in CARDS]


def one_card(desk: int) -> Wishes:
    """Each desk wants another slot for the same cards."""
    return [(card, SLOTS[desk]) for card in CARDS]


def prepare(url: str, wishes: Callable[[int], Wishes], capacity: int) -> None:
    cards = dict.fromkeys(card for desk in range(DESKS) for card, _ in wishes(desk))
    with opened(url) as log, served(log) as desk:
        stock(desk, dict.fromkeys(SLOTS, capacity), cards)


def book(desk: Desk, wishes: Wishes, start: Callable[[float], Any]) -> int:
    """Ask for all places at once, when everybody knows the same state; how many were given."""
    with desk.view():
        pass
    start(PATIENCE)
    futures = [desk.submit(BookSlot(card, slot), by="holder", via="web") for card, slot in wishes]
    answers = [future.exception(PATIENCE) or future.result() for future in futures]
    assert all(isinstance(answer, Outcome | Refusal) for answer in answers)
    return sum(isinstance(answer, Outcome) for answer in answers)


def by_threads(url: str, log_class: type[EventLog], wishes: Callable[[int], Wishes]) -> int:
    barrier = threading.Barrier(DESKS)
    given: list[int] = []

    def run(number: int) -> None:
        with opened(url, log_class) as log, served(log, fresh_seconds=OLD) as desk:
            given.append(book(desk, wishes(number), barrier.wait))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(DESKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(given) == DESKS
    return sum(given)


def _process(
    url: str, log_class: type[EventLog], wishes: Wishes, barrier: ProcessBarrier, given: Any
) -> None:
    log = log_class(url)
    desk = Desk(log, BRANCH, Clock(), fresh_seconds=OLD)
    given.put(book(desk, wishes, barrier.wait))
    desk.close()
    log.close()


def by_processes(url: str, log_class: type[EventLog], wishes: Callable[[int], Wishes]) -> int:
    spawn = multiprocessing.get_context("spawn")
    barrier, given = spawn.Barrier(DESKS), spawn.Queue()
    processes = [
        spawn.Process(target=_process, args=(url, log_class, wishes(number), barrier, given))
        for number in range(DESKS)
    ]
    for process in processes:
        process.start()
    total = sum(given.get(timeout=PATIENCE) for _ in processes)
    for process in processes:
        process.join(PATIENCE)
        assert process.exitcode == 0
    return total


def check(url: str) -> Ledger:
    """Read the log anew and add it up."""
    ledger = Ledger()
    with opened(url) as log:
        ledger.read(event for _, event in log.read_all())
    return ledger


RACERS = pytest.mark.parametrize("race", [by_threads, by_processes], ids=["threads", "processes"])


@RACERS
def test_exactly_the_capacity_is_given(pg_url: str, race: Callable[..., int]) -> None:
    prepare(pg_url, one_slot, CAPACITY)
    assert race(pg_url, EventLog, one_slot) == CAPACITY
    ledger = check(pg_url)
    assert ledger.broken == []
    assert len(ledger.slots[SLOTS[0]].booked) == CAPACITY


@RACERS
def test_no_card_gets_two_bookings(pg_url: str, race: Callable[..., int]) -> None:
    prepare(pg_url, one_card, len(CARDS))
    assert race(pg_url, EventLog, one_card) == len(CARDS)
    ledger = check(pg_url)
    assert ledger.broken == []
    assert ledger.live.keys() == set(CARDS)


@RACERS
def test_without_the_guard_a_slot_is_overbooked(pg_url: str, race: Callable[..., int]) -> None:
    prepare(pg_url, one_slot, CAPACITY)
    assert race(pg_url, Unguarded, one_slot) > CAPACITY
    assert any("never holds more than its capacity" in rule for rule in check(pg_url).broken)


@RACERS
def test_without_the_guard_a_card_gets_two_bookings(pg_url: str, race: Callable[..., int]) -> None:
    prepare(pg_url, one_card, len(CARDS))
    assert race(pg_url, Unguarded, one_card) > len(CARDS)
    assert any("at most one live booking" in rule for rule in check(pg_url).broken)
