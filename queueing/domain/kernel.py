"""The two functions of the domain: `decide(command, state, context) -> events` and `evolve(state, event)`.

Each capability registers its commands and events here. `decide` raises a `Refusal` or returns the facts
that follow; it changes nothing. `evolve` never refuses, and an event it does not know is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from queueing.domain.events import Event
from queueing.domain.state import State

E = TypeVar("E", bound=Event)


class Command:
    """Something somebody wants done."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks, when and how. `now` is naive local branch time, given by the edge; `request` is the opaque
    id of another system's request, if it gave one."""

    branch: str
    now: datetime
    by: str
    via: str
    request: str = ""

    def fact(self, event: type[E], /, **fields: Any) -> E:
        """An event of this moment."""
        return event(
            branch=self.branch, at=self.now, by=self.by, via=self.via, request=self.request, **fields
        )


Decider = Callable[[Any, State, Context], list[Event]]
Evolver = Callable[[State, Any], None]
_deciders: dict[type, Decider] = {}
_evolvers: dict[type, Evolver] = {}
D = TypeVar("D", bound=Decider)
F = TypeVar("F", bound=Evolver)


class UnknownEvent(TypeError):  # noqa: N818
    """The log holds an event this version does not know: the program is older than its data."""


class CustodyBroken(AssertionError):  # noqa: N818
    """The places of the cards don't add up to the cards."""


def decides(command: type[Command]) -> Callable[[D], D]:
    """Register the function that decides a command."""

    def register(function: D) -> D:
        _deciders[command] = function
        return function

    return register


def evolves(*events: type[Event]) -> Callable[[F], F]:
    """Register the function that folds these events into the state."""

    def register(function: F) -> F:
        for event in events:
            _evolvers[event] = function
        return function

    return register


def decide(command: Command, state: State, context: Context) -> list[Event]:
    """The facts that follow from a command, or a Refusal. Nothing changes until they are folded in."""
    return _deciders[type(command)](command, state, context)


def evolve(state: State, event: Event) -> None:
    """Fold one fact into the state."""
    try:
        evolver = _evolvers[type(event)]
    except KeyError:
        raise UnknownEvent(type(event).__name__) from None
    evolver(state, event)
    if sum(state.custody.values()) != len(state.cards):
        raise CustodyBroken(f"{type(event).__name__}: {state.custody} for {len(state.cards)} cards")


def known_commands() -> frozenset[type]:
    """Every command that can be decided."""
    return frozenset(_deciders)


def known_events() -> frozenset[type]:
    """Every event that can be folded."""
    return frozenset(_evolvers)
