"""The day's list at the counter: everybody the day is about, with names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from queueing.people.person import Person
from queueing.projections import queries
from queueing.projections.queries import TodayEntry
from queueing.web.site import Site

FILTERS = {"": "全部", **queries.TODAY_STATES}


@dataclass(frozen=True, slots=True)
class TodayRow:
    """A line of the list; `person` is None when their data were erased."""

    entry: TodayEntry
    person: Person | None


def today_rows(site: Site, day: date, state: str) -> list[TodayRow]:
    """The list of a day, all of it or those in one state."""
    with site.db() as conn:
        entries = [one for one in queries.today_list(conn, day) if not state or one.state == state]
    people = site.system.vault.get_many([one.card for one in entries])
    return [TodayRow(one, people.get(one.card)) for one in entries]
