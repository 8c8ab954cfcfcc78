"""The heat map of days and hours: how crowded each hour will be, in words and shade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from queueing.projections.queries import HourLoad


@dataclass(frozen=True, slots=True)
class Heat:
    """The hours of the columns, and a row a day; a cell is None where the branch has no slots."""

    hours: tuple[int, ...]
    rows: tuple[tuple[date, tuple[HourLoad | None, ...]], ...]


def heat(loads: Sequence[HourLoad]) -> Heat:
    """The map of these hours."""
    hours = tuple(sorted({load.hour for load in loads}))
    cells = {(load.day, load.hour): load for load in loads}
    rows = tuple(
        (day, tuple(cells.get((day, hour)) for hour in hours)) for day in sorted({one.day for one in loads})
    )
    return Heat(hours, rows)
