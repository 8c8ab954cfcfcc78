"""What had become of messages by any moment of a day, for the board of the past.

Outcomes are not facts of the log: they stand in the outbox, each with the time at which the gateway answered.
A message counts from then on with what is known of it today, for a report of its delivery leaves no time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

ENDED = ("accepted", "delivered", "refused", "unknown", "dropped")
"""The states that have a time."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Messages by (kind, state): `before` the day, and what was settled from the day before it on: (the
    first full minute, kind, state, how many), in order."""

    before: Counter[tuple[str, str]]
    rows: Sequence[tuple[datetime, str, str, int]] = ()

    def by_kind(self, moment: datetime) -> dict[str, dict[str, int]]:
        """How many of each kind had come to each state by a moment of the day."""
        sums = self.before.copy()
        for _, kind, state, count in self._from(None, moment):
            sums[kind, state] += count
        found: dict[str, dict[str, int]] = {}
        for (kind, state), count in sorted(sums.items()):
            found.setdefault(kind, {})[state] = count
        return found

    def until(self, moment: datetime) -> dict[str, int]:
        """How many had come to each state by a moment of the day."""
        kinds = self.by_kind(moment).values()
        return {state: sum(states.get(state, 0) for states in kinds) for state in ENDED}

    def between(self, since: datetime, moment: datetime) -> dict[str, int]:
        """How many came to each state since then, at most a day ago."""
        found: Counter[str] = Counter()
        for _, _, state, count in self._from(since, moment):
            found[state] += count
        return dict(found)

    def _from(self, since: datetime | None, until: datetime) -> Sequence[tuple[datetime, str, str, int]]:
        times = [row[0] for row in self.rows]
        first = bisect_right(times, since) if since else 0
        return self.rows[first : bisect_right(times, until)]


def outcomes(connection: Connection[Any], day: date) -> Outcomes:
    """Those of a day and the day before, and the sums before that. Reads the outbox once."""
    begins = datetime.combine(day, time()) - timedelta(days=1)
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(
            "SELECT CASE WHEN outcome_at > %(first)s"
            " THEN date_trunc('minute', outcome_at + interval '59.999999 seconds') END AS minute,"
            " kind, state, count(*) FROM messages WHERE outcome_at < %(last)s AND state = ANY(%(ended)s)"
            " GROUP BY minute, kind, state ORDER BY minute NULLS FIRST",
            {"first": begins, "last": begins + timedelta(days=2), "ended": list(ENDED)},
        ).fetchall()
    before = Counter({(kind, state): count for minute, kind, state, count in found if minute is None})
    return Outcomes(before, [row for row in found if row[0] is not None])
