"""A branch to measure: a season with as many slots as a bench asks for, and cards whose holders may book."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta

from queueing.domain import events as e
from queueing.domain.holders import NewCard, RegisterCards
from queueing.domain.season import NewSlot, OpenSeason
from queueing.log import Desk, EventLog
from queueing.log.snapshots import Snapshots

BRANCH = "bench"
NOW = datetime(2018, 5, 16, 12)
CAPACITY = 20
"""Places in a slot; about what the shipped season has."""
COHORT = "getihu"
_FIRST_SLOT = datetime(2018, 5, 17)
_EVERY = timedelta(minutes=5)
_IMPORTED_AT_ONCE = 2000


def slot_names(count: int) -> list[str]:
    """The ids of the first `count` slots."""
    return [f"{_FIRST_SLOT + number * _EVERY:%Y%m%d-%H%M}" for number in range(count)]


def card_names(count: int) -> list[str]:
    """The ids of the first `count` cards, as long as real ones."""
    return [f"c{number:010d}" for number in range(count)]


def opening(slots: int, capacity: int = CAPACITY) -> OpenSeason:
    """A season with so many slots of a quarter of an hour."""
    return OpenSeason(
        season="bench",
        first_day=NOW.date(),
        last_day=date(2018, 12, 31),
        sweep_day=date(2018, 12, 1),
        waves=(e.WavePlan(wave="may", opens=NOW.date(), cohorts=(COHORT,)),),
        rules=e.Rules(),
        windows=4,
        slots=tuple(
            NewSlot(
                slot=name,
                start=(start := datetime.strptime(name, "%Y%m%d-%H%M")),
                end=start + timedelta(minutes=15),
                plain=capacity,
                capacity=capacity,
                walk_in_room=0,
                reserved={},
                overflow_at=start - timedelta(days=1),
            )
            for name in slot_names(slots)
        ),
    )


def stock(desk: Desk, slots: int, cards: int, capacity: int = CAPACITY) -> None:
    """Open the season and register the cards."""
    desk.handle(opening(slots, capacity), by="system", via="system")
    news = [NewCard(card=name, cohort=COHORT, channel="self") for name in card_names(cards)]
    for start in range(0, cards, _IMPORTED_AT_ONCE):
        some = RegisterCards(tuple(news[start : start + _IMPORTED_AT_ONCE]))
        desk.handle(some, by="system", via="system")


@contextmanager
def opened_desk(url: str, *, snapshots: bool = False) -> Iterator[Desk]:
    """A desk on the log of a database, with its tables."""
    with closing(EventLog(url)) as log:
        log.migrate()
        kept = Snapshots(url) if snapshots else None
        if kept:
            kept.migrate()
        with closing(Desk(log, BRANCH, lambda: NOW, kept)) as desk:
            yield desk
