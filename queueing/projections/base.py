"""What a read model is: a name, its tables, and how a batch of events changes their rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from psycopg import Cursor

from queueing.domain.events import Event
from queueing.log.store import Recorded


class Projection(ABC):
    """A read model. `name` keys its tracked position; table names end in `suffix` while it is rebuilt."""

    name: str
    tables: tuple[str, ...]

    @abstractmethod
    def create(self, cursor: Cursor[Any], suffix: str = "") -> None:
        """Create the tables and indexes that don't exist. Index names end in `suffix` too."""

    @abstractmethod
    def apply(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str = "") -> None:
        """Write what a batch of events changes, in the transaction that tracks its last position. Events it
        does not care about change nothing."""

    def carry_over(self, cursor: Cursor[Any], suffix: str) -> None:  # noqa: B027
        """Called in the transaction that puts a rebuilt read model in the place of the live one, just before
        it does: copy what the log does not know from the live tables to those with `suffix`."""


B = TypeVar("B")
F = TypeVar("F", bound=Callable[[Any, Any], None])


class Folding(Generic[B]):
    """Which function folds which event into a batch in memory."""

    def __init__(self) -> None:
        self._functions: dict[type[Event], Callable[[B, Any], None]] = {}

    def on(self, *events: type[Event]) -> Callable[[F], F]:
        """Register the function for these events."""

        def register(function: F) -> F:
            for event in events:
                self._functions[event] = function
            return function

        return register

    def relevant(self, events: Sequence[Recorded]) -> list[Recorded]:
        """The events of a batch that something is registered for."""
        return [recorded for recorded in events if type(recorded.event) in self._functions]

    def fold(self, batch: B, event: Event) -> None:
        """Fold one relevant event."""
        self._functions[type(event)](batch, event)


def subjects(events: Iterable[Recorded], prefix: str) -> set[str]:
    """The ids of everything of a kind ("card", "slot", "employer") that these events are about."""
    found: set[str] = set()
    for _, event in events:
        for field in _fields_about(type(event), prefix):
            value = getattr(event, field)
            if isinstance(value, str):
                found.add(value)
            else:
                found.update(value)
    found.discard("")
    return found


@cache
def _fields_about(event: type[Event], prefix: str) -> tuple[str, ...]:
    """The fields of an event class whose values become tags with this prefix."""
    pairs = (about.partition(":") for about in event.ABOUT)
    return tuple(field or kind for kind, _, field in pairs if kind == prefix)
