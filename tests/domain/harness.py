"""Given events, when a command, then events (and their tags) or a refusal.

    given(SEASON, slot(S9), card("c1")).when(BookSlot("c1", S9), via="sms", at="06-05 08:00").then(
        fact(e.SlotBooked, f"card:c1 slot:{S9}", card="c1", slot=S9, booking=1, told=t("06-05 09:00"))
    )

`then` also checks what holds for every decision: it changed nothing, and its events survive the log's form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from queueing.domain import Command, Context, Event, Refusal, State, decide, evolve
from queueing.domain import events as e
from queueing.log.codec import decode, encode

BRANCH = "kunlun"
LONG_AGO = "05-01 08:00"
_state_encoder = msgspec.msgpack.Encoder(order="sorted")


def t(text: str) -> datetime:
    """A moment of 2018: "06-05 09:00"."""
    return datetime.strptime(f"2018-{text}", "%Y-%m-%d %H:%M")


S9, S915, S930, S10 = "20180605-0900", "20180605-0915", "20180605-0930", "20180605-1000"
PM = "20180605-1400"
NEXT9, NEXT10 = "20180606-0900", "20180606-1000"


@dataclass(frozen=True)
class Fact:
    """An expected event; branch, time, author and channel are those of the command."""

    event: type[Event]
    tags: tuple[str, ...]
    fields: dict[str, Any]


def fact(event: type[Event], tags: str = "", **fields: Any) -> Fact:
    """An expected event with its tags (all but the branch's), separated by spaces."""
    return Fact(event, tuple(tags.split()), fields)


def happened(
    event: type[Event], at: str = LONG_AGO, by: str = "system", via: str = "system", **fields: Any
) -> Event:
    """An event of the past."""
    return event(branch=BRANCH, at=t(at), by=by, via=via, **fields)


def season(**rules: Any) -> Event:
    """A season from 16 May to 31 July with two waves and a sweep."""
    return happened(
        e.SeasonOpened,
        season="2018",
        first_day=t("05-16 00:00").date(),
        last_day=t("07-31 00:00").date(),
        sweep_day=t("07-01 00:00").date(),
        last_call=t("07-25 00:00").date(),
        waves=(
            e.WavePlan(wave="may", opens=t("05-16 00:00").date(), cohorts=("danwei", "getihu")),
            e.WavePlan(wave="june", opens=t("06-01 00:00").date(), cohorts=("jumin",)),
        ),
        rules=e.Rules(**rules),
        windows=2,
    )


SEASON = season()


def slot(name: str, capacity: int = 2, walk_in_room: int = 0, minutes: int = 15, **fields: Any) -> Event:
    """A slot, by its id."""
    start = datetime.strptime(name, "%Y%m%d-%H%M")
    return happened(
        e.SlotOpened,
        slot=name,
        start=start,
        end=start + timedelta(minutes=minutes),
        plain=capacity,
        capacity=capacity,
        walk_in_room=walk_in_room,
        reserved=fields.get("reserved", {}),
        overflow_at=fields.get("overflow_at", start - timedelta(days=1)),
    )


def card(name: str, cohort: str = "getihu", channel: str = "self", **fields: Any) -> Event:
    """A card at the bank."""
    return happened(e.CardRegistered, card=name, cohort=cohort, channel=channel, **fields)


def employer(name: str = "e1") -> Event:
    """An employer."""
    return happened(e.EmployerRegistered, employer=name, name="文登纺织厂")


@dataclass(frozen=True)
class Did:
    """A command of the past, which was carried out."""

    command: Command
    context: Context


def did(command: Command, at: str, by: str = "holder", via: str = "web") -> Did:
    """What somebody had done before."""
    return Did(command, Context(BRANCH, t(at), by, via))


class Story:
    """A state, what was asked last, and what came of it."""

    def __init__(self) -> None:
        self.state = State()
        self.context = Context(BRANCH, t(LONG_AGO), "system", "system")
        self.events: list[Event] = []
        self.refusal: Refusal | None = None

    def fold(self, step: Event | Did) -> None:
        for event in decide(step.command, self.state, step.context) if isinstance(step, Did) else (step,):
            evolve(self.state, event)

    def when(self, command: Command, *, at: str, by: str = "holder", via: str = "web") -> Story:
        """Ask for something."""
        self.context = Context(BRANCH, t(at), by, via)
        self.events, self.refusal = [], None
        before = frozen(self.state)
        try:
            self.events = decide(command, self.state, self.context)
        except Refusal as refusal:
            self.refusal = refusal
        assert frozen(self.state) == before, "decide changed the state"
        for event in self.events:
            evolve(self.state, event)
            assert decode(encode(event)) == event
        return self

    def then(self, *expected: Fact | Refusal | type[Refusal]) -> Story:
        """These events and nothing else, or this refusal."""
        if expected and not isinstance(expected[0], Fact):
            assert self.refusal == (expected[0]() if isinstance(expected[0], type) else expected[0])
            return self
        assert self.refusal is None, f"refused: {self.refusal!r}"
        wanted = [self._complete(one) for one in expected if isinstance(one, Fact)]
        assert self.events == [event for event, _ in wanted]
        assert [encode(event).tags for event in self.events] == [tags for _, tags in wanted]
        return self

    def _complete(self, wanted: Fact) -> tuple[Event, list[str]]:
        context = self.context
        event = wanted.event(
            branch=context.branch, at=context.now, by=context.by, via=context.via, **wanted.fields
        )
        return event, ["branch:" + BRANCH, *wanted.tags]

    def then_kinds(self, *kinds: type[Event]) -> Story:
        """Events of these kinds, where their fields are another test's matter."""
        assert self.refusal is None, f"refused: {self.refusal!r}"
        assert [type(event) for event in self.events] == list(kinds)
        return self


def given(*steps: Event | Did) -> Story:
    """A state after these events and commands."""
    story = Story()
    for step in steps:
        story.fold(step)
    return story


def frozen(state: State) -> tuple[bytes, str]:
    """All of a state, comparable."""
    return _state_encoder.encode(state.tables), repr(
        (sorted(state.days.items()), sorted(state.visits.items()))
    )
