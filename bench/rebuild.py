"""Events per second of rebuilding all read models beside the live ones.

    python bench/rebuild.py [events]

Fills an empty log with a synthetic season (cards registered, invited, booked, moved, cancelled, collected or
missed), then builds every read model from it and swaps. Uses DATABASE_URL, or an embedded PostgreSQL in a
temporary directory.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from queueing.domain import events as e
from queueing.log import EventLog
from queueing.log.codec import encode
from queueing.projections.rebuild import rebuild_all
from queueing.projections.registry import all_projections
from queueing.projections.runner import Projector
from queueing.runtime import embedded
from queueing.season.load import default_directory, load_season

BRANCH = "bench"
FIRST = datetime(2018, 5, 16, 8, 30)
SLOTS = [FIRST + timedelta(days=d, minutes=15 * i) for d in range(60) for i in range(24)]
COHORTS = ("getihu", "xiaowei", "daobi", "tuoguan", "jumin")
PER_CARD = 7.3  # events a card leads to, on average


def season(cards: int) -> Iterator[e.Event]:
    """A season in order of time, as far as the read models can tell."""
    pick = random.Random(1)
    yield from _slots()
    for number in range(cards):
        yield e.CardRegistered(
            **_who(FIRST, "system"),
            card=f"c{number:09d}",
            cohort=pick.choice(COHORTS),
            channel="self",
            band=pick.choice(("60", "70", "80", "90")),
        )
    yield e.WaveOpened(**_who(FIRST, "system"), wave="may", cohorts=COHORTS)
    lives = [_life(f"c{number:09d}", number + 1, pick) for number in range(cards)]
    while lives:  # the cards of some days are in motion at a time
        crowd = max(1, min(len(lives), 3000))
        chosen = pick.randrange(crowd)
        event = next(lives[chosen], None)
        if event is None:
            lives[chosen] = lives[-1]
            lives.pop()
        else:
            yield event


def _who(at: datetime, via: str) -> dict[str, object]:
    return {"branch": BRANCH, "at": at, "by": "holder", "via": via}


def _name(start: datetime) -> str:
    return f"{start:%Y%m%d-%H%M}"


def _slots() -> Iterator[e.Event]:
    for start in SLOTS:
        yield e.SlotOpened(
            **_who(FIRST, "system"),
            slot=_name(start),
            start=start,
            end=start + timedelta(minutes=15),
            plain=15,
            capacity=14,
            walk_in_room=2,
            overflow_at=start - timedelta(days=1),
        )


def _life(card: str, booking: int, pick: random.Random) -> Iterator[e.Event]:
    start = pick.choice(SLOTS)
    via = pick.choice(("sms", "sms", "web", "phone", "counter"))
    early = start - timedelta(days=3)
    yield e.HolderInvited(**_who(early, "system"), card=card, wave="may", reason="wave")
    slot = _name(start)
    yield e.SlotsOffered(**_who(early, via), card=card, slots=(slot,), told=(start,), until=early)
    yield e.SlotBooked(**_who(early, via), card=card, slot=slot, booking=booking, told=start)
    if pick.random() < 0.1:
        other = pick.choice(SLOTS)
        yield e.BookingMoved(
            **_who(early, "system"),
            card=card,
            booking=booking,
            version=2,
            old_slot=slot,
            new_slot=_name(other),
            told=other,
        )
        start, slot = other, _name(other)
    fate = pick.random()
    if fate < 0.1:
        yield e.BookingCancelled(**_who(early, via), card=card, slot=slot, booking=booking, reason="asked")
    elif fate < 0.2:
        late = start + timedelta(minutes=30)
        yield e.NoShowRecorded(**_who(late, "system"), card=card, slot=slot, booking=booking, count=1)
    else:
        yield from _visit(card, slot, booking, start)


def _visit(card: str, slot: str, booking: int, start: datetime) -> Iterator[e.Event]:
    yield e.HolderArrived(**_who(start, "counter"), card=card, slot=slot, booking=booking, told=start)
    yield e.HolderCalled(**_who(start, "counter"), card=card, window="1")
    yield e.CardCollected(
        **_who(start, "counter"), card=card, how="self", window="1", slot=slot, booking=booking, arrived=start
    )
    yield e.CardActivated(**_who(start, "counter"), card=card)


def fill(log: EventLog, count: int) -> int:
    """Append about so many events; how many they were."""
    events, after, stored = season(int(count / PER_CARD)), log.head(), 0
    while page := [encode(event) for event in islice(events, 5000)]:
        after = log.append(BRANCH, page, after)
        stored += len(page)
    return stored


@contextmanager
def database() -> Iterator[str]:
    """A database for the length of a block."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    directory = tempfile.TemporaryDirectory(prefix="queueing-bench-")
    with directory as path, embedded.postgres(Path(path)) as server:
        yield server.url


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with database() as url:
        log = EventLog(url)
        log.migrate()
        projections = all_projections(load_season(default_directory()))
        Projector(url, projections, log).migrate()
        stored = fill(log, wanted)
        print(f"log: {stored} events; read models: {', '.join(p.name for p in projections)}")
        for _ in range(2):
            begun = time.perf_counter()
            read = rebuild_all(url, projections, log)
            seconds = time.perf_counter() - begun
            print(f"rebuilt all: {read} events in {seconds:.2f} s = {read / seconds:,.0f} events/s")
        log.close()


if __name__ == "__main__":
    main()
