"""Durable bookings a second: through the desk, and by hand-written SQL on the same server in the same
minute."""

from __future__ import annotations

import asyncio
import gc
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median

from bench import raw_sql
from bench.raw_sql import Pair
from bench.stage import CAPACITY, card_names, opened_desk, slot_names, stock
from queueing.domain.booking import BookSlot
from queueing.log import Desk

ROUNDS = 3
CONNECTIONS = 8
BOOKINGS = {1: 700, 8: 3000, 64: 8000, 500: 12000}
"""Concurrent clients, and how many bookings they make together in a round."""
RAW_BOOKINGS = 3000
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """Bookings a second at a number of concurrent clients: medians of the rounds."""

    clients: int
    bookings_per_s: float
    raw_sql_per_s: float
    ratio: float
    raw_connections: int
    raw_two_statements_per_s: float
    raw_one_slot_per_s: float
    raw_one_slot_two_statements_per_s: float


def bench_booking(
    url: str,
    bookings: Mapping[int, int] = BOOKINGS,
    rounds: int = ROUNDS,
    raw_bookings: int = RAW_BOOKINGS,
    tell: Told = lambda line: None,
) -> list[Row]:
    """In the (empty) database of `url`. The kinds take turns within a round, so that a noisy minute falls
    on all of them."""
    wanted = rounds * sum(bookings.values())
    slots = -(-wanted // CAPACITY)
    with opened_desk(url) as desk:
        stock(desk, slots, wanted)
        pairs = any_places(wanted, slots)
        gc.collect()  # what filling the branch left behind is not part of what is measured
        measured = []
        for number in range(rounds):
            for clients, count in bookings.items():
                tell(f"第 {number + 1} 轮（共 {rounds} 轮）：{clients} 个用户")
                speeds = {"desk": measure_desk(desk, list(islice(pairs, count)), clients)}
                speeds |= _raw(url, min(clients, CONNECTIONS), min(count, raw_bookings))
                measured.append((clients, speeds))
    return [_row(clients, [each for c, each in measured if c == clients]) for clients in bookings]


def measure_desk(desk: Desk, pairs: Sequence[Pair], clients: int) -> float:
    """Bookings a second of so many clients, each waiting for its answer before it asks again."""

    async def client(own: Sequence[Pair]) -> None:
        for card, slot in own:
            await desk.ask(BookSlot(card=card, slot=slot), by="holder", via="web")

    async def crowd() -> float:
        begun = time.perf_counter()
        await asyncio.gather(*(client(pairs[number::clients]) for number in range(clients)))
        return time.perf_counter() - begun

    return len(pairs) / asyncio.run(crowd())


def _raw(url: str, connections: int, count: int) -> dict[str, float]:
    cards = card_names(count)
    names = slot_names(-(-count // CAPACITY))
    many = [(card, names[number % len(names)]) for number, card in enumerate(cards)]
    one = [(card, names[0]) for card in cards]
    return {
        "cte": raw_sql.measure(url, raw_sql.one_statement, many, connections),
        "two": raw_sql.measure(url, raw_sql.two_statements, many, connections),
        "cte_one_slot": raw_sql.measure(url, raw_sql.one_statement, one, connections),
        "two_one_slot": raw_sql.measure(url, raw_sql.two_statements, one, connections),
    }


def _row(clients: int, measured: Sequence[Mapping[str, float]]) -> Row:
    speed = {kind: median(each[kind] for each in measured) for kind in measured[0]}
    return Row(
        clients=clients,
        bookings_per_s=round(speed["desk"], 1),
        raw_sql_per_s=round(speed["cte"], 1),
        ratio=round(speed["desk"] / speed["cte"], 2),
        raw_connections=min(clients, CONNECTIONS),
        raw_two_statements_per_s=round(speed["two"], 1),
        raw_one_slot_per_s=round(speed["cte_one_slot"], 1),
        raw_one_slot_two_statements_per_s=round(speed["two_one_slot"], 1),
    )


def any_places(cards: int, slots: int) -> Iterator[Pair]:
    """Each of so many cards with a place somewhere in the season, as many in a slot as it has places."""
    places = [name for name in slot_names(slots) for _ in range(CAPACITY)]
    random.Random(1).shuffle(places)
    return zip(card_names(cards), places, strict=False)
