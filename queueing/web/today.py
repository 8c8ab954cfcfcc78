"""The day's list at the counter: everybody the day is about, with names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from queueing.people.person import Person
from queueing.projections import queries
from queueing.projections.queries import TodayEntry
from queueing.web.site import Site

OPEN = ("due", "waiting", "window")
FILTERS = {"": "要办的", "all": "全部", **queries.TODAY_STATES}
AT_ONCE = 60
"""Names on the screen unless all are asked for: each has to be unsealed."""


@dataclass(frozen=True, slots=True)
class TodayRow:
    """A line of the list; `person` is None when their data were erased."""

    entry: TodayEntry
    person: Person | None


def today_rows(site: Site, day: date, show: str = "all", most: int | None = None) -> list[TodayRow]:
    """The list of a day: all of it, those still to be served (""), or those in one state."""
    with site.db() as conn:
        entries = [one for one in queries.today_list(conn, day) if _shown(one, show)][:most]
    people = site.system.vault.get_many([one.card for one in entries])
    return [TodayRow(one, people.get(one.card)) for one in entries]


def _shown(entry: TodayEntry, show: str) -> bool:
    if show == "all":
        return True
    return entry.state == show if show else entry.state in OPEN
