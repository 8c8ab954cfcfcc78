"""Read models in temporary tables of a connection of their own, and the rules' state beside them: what the
log is folded into to see the past. No table but these can be named without its schema."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
from psycopg import Connection

from queueing.domain import State, evolve
from queueing.log.store import Recorded
from queueing.projections import mornings
from queueing.projections.mornings import Kept, Morning


class Scratch:
    """Empty, until a morning is laid out. `branch` is the one whose rules are folded."""

    def __init__(self, url: str, branch: str, *, read_only: bool) -> None:
        self._branch = branch
        self._projections = mornings.shown()
        self.state = State()
        self.connection: Connection[Any] = psycopg.connect(url, autocommit=True)
        found = self.connection.execute("SELECT current_schema()").fetchone()
        self.schema = str(found[0]) if found else "public"
        self.connection.execute("SET temp_buffers = '64MB'")
        self.connection.execute("SET search_path = pg_temp")
        for table in mornings.tables():
            table.create(self.connection.cursor(), indexed=False)
        if read_only:
            self.connection.execute("SET default_transaction_read_only = on")

    def lay_out(self, morning: Morning, day: date, cards: set[str] | None) -> Kept:
        """The read models and the state of a morning, with as many cards as `Kept.state` says; from where
        others can be had."""
        kept = Kept(self.connection, self.schema, morning)
        self.state = kept.state(day, cards)
        kept.rows(None if cards is None else self.state.cards.keys())
        return kept

    def fold(self, page: list[Recorded]) -> None:
        """Fold what happened."""
        for projection in self._projections:
            projection.apply(self.connection.cursor(), page)
        for _, event in page:
            if event.branch == self._branch:
                evolve(self.state, event)
