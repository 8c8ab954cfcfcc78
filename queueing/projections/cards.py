"""The read model of cards: see `card_status.py` for its rows and `card_folding.py` for what changes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Cursor

from queueing.log.store import Recorded
from queueing.projections.base import Projection
from queueing.projections.card_folding import Batch, folding
from queueing.projections.card_status import CARDS, RULES, WAVES


class Cards(Projection):
    """The status of every card."""

    name = "cards"
    tables = (CARDS.name, WAVES.name, RULES.name)

    def create(self, cursor: Cursor[Any], suffix: str = "") -> None:
        """All three tables."""
        for table in (CARDS, WAVES, RULES):
            table.create(cursor, suffix)

    def apply(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str = "") -> None:
        """Fold the batch over the rows it touches."""
        relevant = folding.relevant(events)
        if not relevant:
            return
        batch = Batch(cursor, relevant, suffix)
        for position, event in relevant:
            batch.position = position
            folding.fold(batch, event)
        batch.save(cursor, suffix)
