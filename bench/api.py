"""Bookings a second over HTTP: the API with its keys, rules and log, with and without an Idempotency-Key,
beside a hand-written service on the same server in the same minute; and a crowd for one slot."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

import psutil
import psycopg

from bench import api_plain
from bench.booking import Pair, any_places
from bench.socketed import connections, exchange
from bench.stage import CAPACITY, NOW, card_names, slot_names, stock
from bench.town import settings_of
from queueing.season.load import default_directory, load_season
from queueing.settings import Settings, project_root
from queueing.system import open_system
from queueing.tables import migrate
from queueing.web import tables
from queueing.web.api import keys

CLIENTS, BOOKINGS, ROUNDS = 8, 1500, 3
CROWD = 200
PATIENCE = 60.0
KINDS = ("api", "api_once", "plain")
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Server:
    """A service in a process of its own."""

    port: int
    key: str
    process: psutil.Process

    def cpu(self) -> float:
        """Seconds of processor time it has used."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@dataclass(frozen=True, slots=True)
class Round:
    """What was measured of a service in a round; times in seconds."""

    per_s: float
    waits: list[float]
    cpu: float
    sold: int
    rush: list[float]


@dataclass(frozen=True, slots=True)
class Row:
    """`service`: "api", "api_once" (with an Idempotency-Key) or "plain". Bookings a second of `clients`, the
    median of the rounds, `ratio` to the plain service; `cpu_ms` of the service's process for a booking; then
    `crowd` clients at once for one slot."""

    service: str
    clients: int
    bookings_per_s: float
    ratio: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    crowd: int
    sold: int
    crowd_p99_ms: float


def bench_api(
    url: str,
    bookings: int = BOOKINGS,
    rounds: int = ROUNDS,
    crowd: int = CROWD,
    tell: Told = lambda line: None,
) -> list[Row]:
    """In the (empty) database of `url`."""
    cards = bookings * rounds * 2 + crowd * rounds * 2
    slots = -(-cards // CAPACITY) + 2 * rounds
    with tempfile.TemporaryDirectory(prefix="queueing-bench-") as directory, ExitStack() as stack:
        tell(f"准备 {cards} 张卡")
        settings = settings_of(url, Path(directory), host="127.0.0.1")
        key = _prepare(settings, slots, cards)
        web = stack.enter_context(_serving("bench.api_web", settings, key))
        plain = stack.enter_context(_serving("bench.api_plain", settings, ""))
        servers = {"api": web, "api_once": web, "plain": plain}
        return _measure(servers, (bookings, rounds, crowd), slots, tell)


def _prepare(settings: Settings, slots: int, cards: int) -> str:
    """The same slots and cards for both services; a key of the API without a limit."""
    assert settings.database_url is not None
    migrate(settings.database_url)
    tables.migrate(settings.database_url)
    season = load_season(default_directory())
    with closing(open_system(settings, clock=lambda: NOW, season=season)) as system:
        stock(system.desk, slots, cards)
    with psycopg.connect(settings.database_url, autocommit=True) as conn:
        conn.execute(api_plain.TABLES)
        conn.cursor().executemany(
            "INSERT INTO plain_slots (id, capacity) VALUES (%s, %s)",
            [(s, CAPACITY) for s in slot_names(slots)],
        )
        return keys.add(conn, "bench", ["book"], NOW, per_minute=0)


def _measure(servers: Mapping[str, Server], sizes: tuple[int, int, int], slots: int, tell: Told) -> list[Row]:
    """The services take turns within a round. The last slots are left to the crowds."""
    bookings, rounds, crowd = sizes
    last = slot_names(slots)[-2 * rounds :]
    pairs = any_places(bookings * rounds * 2, slots - 2 * rounds)
    rest = iter(card_names(bookings * rounds * 2 + crowd * rounds * 2)[bookings * rounds * 2 :])
    found: dict[str, list[Round]] = {kind: [] for kind in KINDS}
    for number in range(rounds):
        own = {"api": list(islice(pairs, bookings)), "api_once": list(islice(pairs, bookings))}
        crowds = {kind: list(islice(rest, crowd)) for kind in own}
        own["plain"], crowds["plain"] = own["api"], crowds["api"]
        for turn, kind in enumerate(KINDS):
            tell(f"第 {number + 1} 轮（共 {rounds} 轮）：{kind}")
            slot = last[2 * number + turn % 2]
            found[kind].append(_round(servers[kind], kind, own[kind], crowds[kind], slot))
    plain = median(one.per_s for one in found["plain"])
    return [_row(kind, found[kind], plain, crowd) for kind in KINDS]


def _round(server: Server, kind: str, pairs: Sequence[Pair], cards: Sequence[str], slot: str) -> Round:
    before = server.cpu()
    speed, waits = asyncio.run(_clients(server, kind, pairs))
    cpu = (server.cpu() - before) / len(pairs)
    sold, rush = asyncio.run(_crowd(server, kind, cards, slot))
    if sold != min(CAPACITY, len(cards)):
        raise RuntimeError(f"{kind}: a slot of {CAPACITY} sold {sold} places to {len(cards)} clients")
    return Round(speed, waits, cpu, sold, rush)


def _row(kind: str, measured: Sequence[Round], plain: float, crowd: int) -> Row:
    speed = median(one.per_s for one in measured)
    waits = quantiles([1000 * wait for one in measured for wait in one.waits], n=100, method="inclusive")
    rush = quantiles([1000 * wait for one in measured for wait in one.rush], n=100, method="inclusive")
    return Row(
        service=kind,
        clients=CLIENTS,
        bookings_per_s=round(speed, 1),
        ratio=round(speed / plain, 2),
        p50_ms=round(waits[49], 2),
        p99_ms=round(waits[98], 2),
        cpu_ms=round(1000 * median(one.cpu for one in measured), 2),
        crowd=crowd,
        sold=measured[0].sold,
        crowd_p99_ms=round(rush[98], 1),
    )


async def _clients(server: Server, kind: str, pairs: Sequence[Pair]) -> tuple[float, list[float]]:
    """Each client asks again when it has its answer: (bookings a second, seconds of each)."""
    waits: list[float] = []
    async with connections(server.port, CLIENTS) as free:

        async def client(own: Sequence[Pair]) -> None:
            for card, slot in own:
                begun = time.perf_counter()
                status = await exchange(free, _request(server, kind, card, slot))
                waits.append(time.perf_counter() - begun)
                if status != 201:
                    raise RuntimeError(f"{kind} answered {status}")

        begun = time.perf_counter()
        await asyncio.gather(*(client(pairs[number::CLIENTS]) for number in range(CLIENTS)))
        return len(pairs) / (time.perf_counter() - begun), waits


async def _crowd(server: Server, kind: str, cards: Sequence[str], slot: str) -> tuple[int, list[float]]:
    """All at once, each on a connection of its own: (places sold, seconds of each answer)."""
    async with connections(server.port, len(cards)) as free:
        begun = time.perf_counter()

        async def client(card: str) -> tuple[int, float]:
            return await exchange(free, _request(server, kind, card, slot)), time.perf_counter() - begun

        found = await asyncio.gather(*map(client, cards))
    strange = {status for status, _ in found} - {201, 409}
    if strange:
        raise RuntimeError(f"{kind} answered {strange}")
    return sum(status == 201 for status, _ in found), [seconds for _, seconds in found]


def _request(server: Server, kind: str, card: str, slot: str) -> bytes:
    body = json.dumps({"card": card, "slot": slot}).encode()
    own = f"Authorization: Bearer {server.key}\r\n" if server.key else ""
    own += f"Idempotency-Key: {card}-{slot}\r\n" if kind == "api_once" else ""
    head = (
        "POST /api/v1/bookings HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"{own}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def _serving(module: str, settings: Settings, key: str) -> Iterator[Server]:
    """A service in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    own = replace(settings, port=port, port_given=True, public_url=f"http://127.0.0.1:{port}")
    with subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=project_root(),
        env={**os.environ, **own.to_env()},
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while not _listens(port):
                if time.monotonic() > deadline or process.poll() is not None:
                    raise RuntimeError(f"{module} did not start")
                time.sleep(0.1)
            yield Server(port, key, psutil.Process(process.pid))
        finally:
            process.kill()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
