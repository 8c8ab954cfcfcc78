"""Read models that fold a batch of events over the rows it touches: what they all do alike."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

from psycopg import Cursor

from queueing.log import Recorded
from queueing.projections.base import Folding, Projection
from queueing.projections.tables import Table


class Saved(Protocol):
    """The rows a batch touches."""

    def save(self, cursor: Cursor[Any], suffix: str) -> None:
        """Write those that changed."""
        ...


B = TypeVar("B", bound=Saved)


class Folded(Projection, Generic[B]):
    """`stored` are the tables; `folding` says which function folds which event into a batch."""

    stored: tuple[Table[Any], ...]
    folding: Folding[B]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.tables = tuple(table.name for table in cls.stored)

    @abstractmethod
    def batch(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str) -> B:
        """The rows that these events touch."""

    def create(self, cursor: Cursor[Any], suffix: str = "") -> None:
        """All tables."""
        for table in self.stored:
            table.create(cursor, suffix)

    def apply(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str = "") -> None:
        """Fold the batch over the rows it touches."""
        relevant = self.folding.relevant(events)
        if not relevant:
            return
        batch = self.batch(cursor, relevant, suffix)
        for recorded in relevant:
            self.fold(batch, recorded)
        batch.save(cursor, suffix)

    def fold(self, batch: B, recorded: Recorded) -> None:
        """Fold one event."""
        self.folding.fold(batch, recorded.event)
