"""How long a desk takes to open: by folding the whole log, and from a snapshot."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from statistics import median

from bench.booking import any_places, measure_desk
from bench.stage import BRANCH, CAPACITY, NOW, opened_desk, stock
from queueing.log import Desk, EventLog
from queueing.log.snapshots import Snapshots

CARDS = 40_000
ROUNDS = 3
_CLIENTS = 500


@dataclass(frozen=True, slots=True)
class Row:
    """Seconds until a desk has the state of the log."""

    cards: int
    events: int
    snapshot: bool
    seconds: float
    rounds: int


def bench_start(
    url: str, cards: int = CARDS, rounds: int = ROUNDS, tell: Callable[[str], None] = lambda line: None
) -> list[Row]:
    """In the (empty) database of `url`: so many cards, every second one with a booking."""
    tell(f"登记 {cards} 张卡，一半已预约")
    booked = cards // 2
    slots = -(-booked // CAPACITY)
    with opened_desk(url, snapshots=True) as desk:
        stock(desk, slots, cards)
        measure_desk(desk, list(any_places(booked, slots)), min(_CLIENTS, booked))
        desk.save_snapshot()
        events = desk.position
    rows = []
    with closing(EventLog(url)) as log:
        for kept in (None, Snapshots(url)):
            tell("有快照" if kept else "无快照")
            seconds = [_open(log, kept, cards) for _ in range(rounds)]
            rows.append(Row(cards, events, kept is not None, round(median(seconds), 3), rounds))
    return rows


def _open(log: EventLog, snapshots: Snapshots | None, cards: int) -> float:
    begun = time.perf_counter()
    with closing(Desk(log, BRANCH, lambda: NOW, snapshots)) as desk, desk.view() as state:
        seconds = time.perf_counter() - begun
        if len(state.cards) != cards:
            raise RuntimeError(f"the desk knows {len(state.cards)} of {cards} cards")
    return seconds
