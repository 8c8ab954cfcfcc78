"""`acts`: which facts a person of staff, an employer's clerk or another system is behind. An index for the
audit trail: the log itself finds facts by what they are about, and a tag for whoever did it would cost every
append."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Cursor

from queueing.log.store import Recorded
from queueing.projections.base import Projection
from queueing.projections.tables import Row, Table

PEOPLE = ("staff:", "employer:", "api:")


class Act(Row, frozen=True, gc=False):
    """A fact of the log, by position: who did it, and when it was recorded."""

    position: int
    who: str = ""
    at: datetime = datetime(1, 1, 1)


ACTS = Table("acts", Act, {"who": "(who, at, position)"})


class Acts(Projection):
    """The facts of everybody who signs in, or has a key."""

    name = "acts"
    tables = (ACTS.name,)

    def create(self, cursor: Cursor[Any], suffix: str = "") -> None:
        """The table."""
        ACTS.create(cursor, suffix)

    def apply(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str = "") -> None:
        """A row for each fact somebody with an account or a key is behind."""
        rows = [Act(position, one.by, one.at) for position, one in events if one.by.startswith(PEOPLE)]
        if rows:
            ACTS.write(cursor, rows, (), suffix)
