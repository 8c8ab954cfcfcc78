"""The read model of cards: see `card_status.py` for its rows and `card_folding.py` for what changes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Cursor

from queueing.log.store import Recorded
from queueing.projections.card_cells import CELLS, NOTICE_CELLS
from queueing.projections.card_folding import Batch, folding
from queueing.projections.card_status import CARDS, RULES, WAVES
from queueing.projections.folded import Folded


class Cards(Folded[Batch]):
    """The status of every card, and how many are alike."""

    name = "cards"
    stored = (CARDS, CELLS, NOTICE_CELLS, WAVES, RULES)
    folding = folding

    def batch(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str) -> Batch:
        """The rows that these events touch."""
        return Batch(cursor, events, suffix)

    def fold(self, batch: Batch, recorded: Recorded) -> None:
        """A row remembers the position of its last change."""
        batch.position = recorded.position
        super().fold(batch, recorded)
