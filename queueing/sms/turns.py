"""What a conversation goes by: the thread of a phone, the situation a message meets, and the turn it leads
to."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from queueing.crowd.waits import Wait
from queueing.domain import Command, Refusal
from queueing.domain import refusals as r
from queueing.domain.state import Card
from queueing.log import Outcome
from queueing.sms.grammar.reading import Reading

ALL = "*"
"""The option that stands for all the cards asked about."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something a phone was told: a digest of it, and when."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """What was last asked of a phone: `question` is "", "offers" or "whose". The options are slots, or cards
    (and ALL)."""

    question: str = ""
    card: str = ""
    options: tuple[str, ...] = ()
    until: datetime | None = None
    pending: Reading | None = None
    misses: int = 0
    said: tuple[Said, ...] = ()
    """What the last 24 hours' answers were."""
    asked: datetime | None = None
    """When the question was asked."""

    def open(self, now: datetime) -> str:
        """The question that is still open, or ""."""
        return self.question if self.until is not None and now <= self.until else ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer no event asks for."""

    template: str
    params: dict[str, Any] = field(default_factory=dict)
    card: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a message led to."""

    thread: Thread
    replies: tuple[Reply, ...] = ()


Asking = Generator[Command, Outcome | Refusal, Turn]
Look = Callable[[str], Card | None]


@dataclass(frozen=True, slots=True)
class Situation:
    """What the conversation may know: the phone's cards, their state, the time, and a token that names the
    message, so that one delivered again asks for nothing twice."""

    cards: tuple[str, ...]
    look: Look
    now: datetime
    thread: Thread
    token: str = ""
    opens: Callable[[str], date | None] = lambda card: None
    """From which day a card's holder may book."""
    wait: Callable[[str], Wait | None] = lambda card: None
    """The wait of a card's holder who would come now; None while nobody is served."""

    crowd: Mapping[str, float] = field(default_factory=dict)
    """How crowded each slot will be by the forecast, for offers."""

    def state(self, card: str) -> Card:
        """The state of one of the phone's cards."""
        found = self.look(card)
        if found is None:
            raise r.UnknownCard(card)
        return found

    @property
    def asked_by_notice(self) -> bool:
        """The places of the open question were offered by the branch, to somebody who has a time."""
        if self.thread.open(self.now) != "offers":
            return False
        known = self.state(self.thread.card)
        return known.booking is not None and known.offer is not None and known.offer.notice
