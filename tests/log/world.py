"""A branch on a real log: its season, slots and cards, and desks that serve it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from queueing.domain import events as e
from queueing.domain.employers import RegisterEmployers
from queueing.domain.holders import NewCard, RegisterCards
from queueing.domain.season import NewSlot, OpenSeason
from queueing.log import Desk, EventLog
from queueing.log.snapshots import Snapshots

BRANCH = "kunlun"
MORNING = datetime(2018, 6, 5, 8)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now


def new_slot(
    name: str, capacity: int, walk_in_room: int = 0, reserved: dict[str, int] | None = None
) -> NewSlot:
    """A slot of a quarter of an hour, by its id."""
    start = datetime.strptime(name, "%Y%m%d-%H%M")
    return NewSlot(
        name,
        start,
        start + timedelta(minutes=15),
        capacity,
        capacity,
        walk_in_room,
        reserved or {},
        start - timedelta(hours=20),
    )


def opening(slots: Iterable[NewSlot], rules: e.Rules | None = None) -> OpenSeason:
    """A season from 16 May to 31 July."""
    return OpenSeason(
        season="2018",
        first_day=date(2018, 5, 16),
        last_day=date(2018, 7, 31),
        sweep_day=date(2018, 7, 1),
        waves=(
            e.WavePlan(wave="may", opens=date(2018, 5, 16), cohorts=("getihu",)),
            e.WavePlan(wave="june", opens=date(2018, 6, 6), cohorts=("jumin",)),
        ),
        rules=rules or e.Rules(),
        windows=2,
        slots=tuple(slots),
    )


@contextmanager
def opened(url: str, log_class: type[EventLog] = EventLog) -> Iterator[EventLog]:
    """A log, with its tables."""
    log = log_class(url)
    try:
        log.migrate()
        yield log
    finally:
        log.close()


@contextmanager
def served(
    log: EventLog,
    branch: str = BRANCH,
    clock: Clock | None = None,
    snapshots: Snapshots | None = None,
    fresh_seconds: float = 0.05,
) -> Iterator[Desk]:
    """A desk on a log."""
    desk = Desk(log, branch, clock or Clock(), snapshots, fresh_seconds=fresh_seconds)
    try:
        yield desk
    finally:
        desk.close()


def forget_when_synced(desk: Desk) -> None:
    """Have the desk read the log before it uses its state again."""
    desk._synced = float("-inf")


def ask(desk: Desk, *commands: object) -> None:
    """Have these carried out by the system."""
    for command in commands:
        desk.handle(command, by="system", via="system")  # type: ignore[arg-type]


def stock(
    desk: Desk, slots: dict[str, int], cards: Iterable[str], employer_cards: Iterable[str] = ()
) -> None:
    """Open the season with these slots and register the cards."""
    news = [NewCard(name, "getihu", "self") for name in cards]
    theirs = [NewCard(name, "danwei", "employer", "e1") for name in employer_cards]
    ask(
        desk,
        opening(new_slot(name, capacity) for name, capacity in slots.items()),
        RegisterEmployers((("e1", "文登纺织厂"),)),
        RegisterCards((*news, *theirs)),
    )
