"""A crowd for one slot: everybody asks at the same moment for the same few places. How many get one, and how
long the slowest wait for their answer; with one desk, and with a desk in each of two processes."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from statistics import quantiles

from bench.stage import CAPACITY, card_names, opened_desk, slot_names, stock
from queueing.domain import Refusal
from queueing.domain.booking import BookSlot
from queueing.domain.refusals import SlotFull
from queueing.log import Desk

CLIENTS = 1000
PROCESSES = (1, 2)
ROUNDS = 5
_PATIENCE = 120.0
Answers = list[tuple[bool, float]]
"""Of each client: whether it has a place, and how many seconds its answer took."""


@dataclass(frozen=True, slots=True)
class Row:
    """How a crowd fared: places sold in each round, and the answers' times over all rounds."""

    clients: int
    processes: int
    capacity: int
    booked: int
    refused: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    rounds: int


def bench_hot(
    url: str,
    clients: int = CLIENTS,
    processes: Sequence[int] = PROCESSES,
    rounds: int = ROUNDS,
    tell: Callable[[str], None] = lambda line: None,
) -> list[Row]:
    """In the (empty) database of `url`. Every round is about another slot; a slot that sold more or fewer
    places than it has is an error."""
    with opened_desk(url) as desk:
        stock(desk, rounds * len(processes), clients * rounds * len(processes))
    rows = []
    for number, count in enumerate(processes):
        tell(f"{clients} 人同抢一个时段，{count} 个进程")
        rows.append(_measure(url, clients, count, number * rounds, rounds))
    return rows


def _measure(url: str, clients: int, processes: int, first: int, rounds: int) -> Row:
    crowds = _in_processes(url, clients, processes, first, rounds)
    for number in range(rounds):
        booked = sum(has for crowd in crowds for has, _ in crowd[number])
        if booked != min(CAPACITY, clients):
            raise RuntimeError(f"a slot of {CAPACITY} sold {booked} places to {clients} clients")
    waits = [seconds * 1000 for crowd in crowds for answers in crowd for _, seconds in answers]
    percent = quantiles(waits, n=100, method="inclusive")
    return Row(
        clients=clients,
        processes=processes,
        capacity=CAPACITY,
        booked=booked,
        refused=clients - booked,
        p50_ms=round(percent[49], 1),
        p99_ms=round(percent[98], 1),
        max_ms=round(max(waits), 1),
        rounds=rounds,
    )


def _in_processes(url: str, clients: int, processes: int, first: int, rounds: int) -> list[list[Answers]]:
    """By process, by round: what became of its share of the clients."""
    context = multiprocessing.get_context("spawn")
    barrier, given = context.Barrier(processes), context.Queue()
    workers = [
        context.Process(
            target=_crowd_of_one_process,
            args=(url, clients, (number, processes), first, rounds, barrier, given),
            daemon=True,
        )
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    crowds = [given.get(timeout=_PATIENCE) for _ in workers]
    for worker in workers:
        worker.join()
    return crowds


def _crowd_of_one_process(
    url: str,
    clients: int,
    share: tuple[int, int],
    first: int,
    rounds: int,
    barrier: Barrier,
    given: Queue[list[Answers]],
) -> None:
    number, processes = share
    slots = slot_names(first + rounds)[first:]
    cards = card_names(clients * (first + rounds))[clients * first :]
    answers: list[Answers] = []
    with opened_desk(url) as desk:
        with desk.view():
            pass  # the desk has read the log before the doors open
        for turn, slot in enumerate(slots):
            own = cards[turn * clients : (turn + 1) * clients][number::processes]
            barrier.wait(_PATIENCE)
            answers.append(asyncio.run(_rush(desk, own, slot)))
    given.put(answers)


async def _rush(desk: Desk, cards: Sequence[str], slot: str) -> Answers:
    """All at once; everybody's time counts from the moment the first one asks."""
    begun = time.perf_counter()

    async def client(card: str) -> tuple[bool, float]:
        try:
            await desk.ask(BookSlot(card=card, slot=slot), by="holder", via="web")
        except SlotFull:
            return False, time.perf_counter() - begun
        except Refusal as refusal:
            raise RuntimeError(f"{card} was refused for another reason") from refusal
        return True, time.perf_counter() - begun

    return await asyncio.gather(*map(client, cards))
