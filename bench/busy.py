"""A branch in the middle of its season, to measure its pages: everybody registered, most places booked, those
whose day has passed served, and some people in the hall."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby, islice
from pathlib import Path

from bench.town import settings_of, town
from queueing.domain import Command, Refusal, State
from queueing.domain.booking import BookSlot
from queueing.domain.counter import ArriveHolder, CallNext, TicketWalkIn
from queueing.domain.handover import HandOver
from queueing.domain.state import Card
from queueing.projections.registry import all_projections
from queueing.projections.runner import Projector
from queueing.season.load import default_directory, load_season
from queueing.system import System, open_system

NOW = datetime(2018, 6, 12, 10, 20)
BOOKED = 0.8
"""How many of the places of the season are taken."""
CAME = 0.85
CHANNELS = ("web", "web", "sms", "phone")
SEED = 7
_AT_ONCE = 500
Told = Callable[[str], None]


@dataclass
class Clock:
    """Is set, and then stands still."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


def fill(url: str, var_dir: Path, holders: int, tell: Told) -> None:
    """Make the branch in an empty database, up to `NOW`."""
    tell(f"登记 {holders} 人")
    with town(url, var_dir, holders):
        pass
    season, settings = load_season(default_directory()), settings_of(url, var_dir)
    clock = Clock(datetime.combine(season.first_day, time(7)))
    with closing(open_system(settings, clock=clock, season=season)) as system:
        tell("预约")
        for wave in season.waves[:2]:
            clock.now = max(clock.now, datetime.combine(wave.opens, time(7)))
            _book(system, clock.now)
        tell("办理已经过去的，到大厅的取号")
        _serve(system, clock)
        clock.now = NOW
        _fill_hall(system)
        tell("更新查询表")
        with closing(Projector(system.url, all_projections(season), system.log)) as projector:
            while projector.catch_up():
                pass
        with system.pool.connection() as connection:
            connection.execute("ANALYZE")
        system.desk.save_snapshot()


def cards(state: State, fits: Callable[[Card], bool], most: int) -> list[str]:
    """Some of the cards that fit, here and there in the list."""
    found = [card for card, one in sorted(state.cards.items()) if fits(one)]
    return random.Random(SEED).sample(found, min(most, len(found)))


def _book(system: System, now: datetime) -> None:
    """Places for those whose turn it is, in the slots ahead; whoever finds none has none."""
    pick = random.Random(SEED)
    with system.desk.view() as state:
        turn = {
            cohort for wave in state.waves.values() if wave.opens <= now.date() for cohort in wave.cohorts
        }
        people = [
            c
            for c, one in state.cards.items()
            if one.channel == "self" and one.cohort in turn and not one.booking
        ]
        places = [
            s
            for s, slot in state.slots.items()
            if slot.start > now
            for _ in range(slot.capacity - len(slot.seats))
        ]
    places = pick.sample(places, int(BOOKED * len(places)))
    pick.shuffle(people)
    pairs = zip(people, places, strict=False)
    _ask(
        system, ((BookSlot(card, slot), CHANNELS[n % len(CHANNELS)]) for n, (card, slot) in enumerate(pairs))
    )


def _serve(system: System, clock: Clock) -> None:
    """Hand over to most of those whose time has passed, each a little after it; the others did not come."""
    pick = random.Random(SEED)
    with system.desk.view() as state:
        due = [
            (one.booking.told, card)
            for card, one in state.cards.items()
            if one.booking and one.booking.told < NOW - timedelta(minutes=20)
        ]
    came = sorted(one for one in due if pick.random() < CAME)
    for told, cards in groupby(came, key=lambda one: one[0]):
        clock.now = told + timedelta(minutes=6)
        _ask(system, ((HandOver(card, "self", holder_id_seen=True), "counter") for _, card in cards))


def _fill_hall(system: System) -> None:
    with system.desk.view() as state:
        due = cards(
            state, lambda one: bool(one.booking and abs(one.booking.told - NOW) < timedelta(minutes=20)), 10
        )
        others = cards(state, lambda one: one.channel == "self" and not one.booking and not one.collected, 12)
    arrivals: list[Command] = [*map(ArriveHolder, due), *map(TicketWalkIn, others)]
    for command in (*arrivals, *(CallNext(window) for window in "1234")):
        with suppress(Refusal):
            system.desk.handle(command, by="staff:bench", via="counter")


def _ask(system: System, asked: Iterable[tuple[Command, str]]) -> None:
    """Many commands, some hundred at once; those that are refused leave no trace."""

    async def one(command: Command, via: str) -> None:
        with suppress(Refusal):
            await system.desk.ask(command, by="holder", via=via)

    async def all_of_them() -> None:
        commands = iter(asked)
        while group := list(islice(commands, _AT_ONCE)):
            await asyncio.gather(*(one(*each) for each in group))

    asyncio.run(all_of_them())
