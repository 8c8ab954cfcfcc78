"""The day's list at the counter: everybody the day is about, with names, and the ways to narrow it down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from queueing.people.person import Person
from queueing.projections import queries
from queueing.projections.queries import TodayEntry
from queueing.projections.tracking import tracked
from queueing.web.site import Site
from queueing.web.unsealed import Unsealed

FILTERS = {
    "": "要办的",
    "due": "未到店",
    "late": "晚了",
    "arrived": "来过",
    "waiting": "等候中",
    "collected": "已领取",
    "no_show": "未到",
    "all": "全部",
}
AT_ONCE = 60
"""Names on the screen unless all are asked for: each has to be unsealed."""

_FITS: dict[str, Callable[[str, bool], bool]] = {
    "": lambda state, late: state in ("due", "waiting", "window"),
    "late": lambda state, late: late,
    "arrived": lambda state, late: state in ("waiting", "window", "collected"),
    "all": lambda state, late: True,
}


@dataclass(frozen=True, slots=True)
class TodayRow:
    """A line of the list; `person` is None when their data were erased. `late`: came after the grace, or is
    not here though it is over."""

    entry: TodayEntry
    person: Person | None
    late: bool = False

    @property
    def number(self) -> str:
        """What is called out."""
        return f"B{self.entry.ticket}" if self.entry.ticket else f"A{self.entry.booking}"


@dataclass(frozen=True, slots=True)
class Today:
    """The rows that are shown, how many there are of each filter, and the slots of the day that have
    somebody."""

    rows: list[TodayRow]
    counts: dict[str, int]
    slots: list[str]
    more: int = 0


def today_list(site: Site, people: Unsealed, show: str = "", slot: str = "") -> Today:
    """Today's list as a clerk sees it: of a filter, and of a slot when one is named."""
    now = site.now()
    entries = _entries(site, now.date())
    grace = _grace(site)
    marked = [(entry, _late(entry, now, grace)) for entry in entries if not slot or entry.slot == slot]
    kinds = Counter((entry.state, late) for entry, late in marked)
    counts = {name: sum(n for kind, n in kinds.items() if _fits(name, *kind)) for name in FILTERS}
    shown = [(entry, late) for entry, late in marked if _fits(show, entry.state, late)]
    most = None if show == "all" or slot else AT_ONCE
    rows = _rows(people, shown[:most])
    slots = sorted({entry.slot for entry in entries if entry.slot})
    return Today(rows, counts, slots, len(shown) - len(rows))


def day_rows(site: Site, day: date) -> list[TodayRow]:
    """All of a day, for paper."""
    people = Unsealed(site.system.vault)
    return _rows(people, [(entry, entry.late) for entry in _entries(site, day)])


def _entries(site: Site, day: date) -> list[TodayEntry]:
    """Read once for all clerks who look before the tables move on."""
    with site.db() as conn:
        stamp = tuple(sorted(tracked(conn).items()))
        seen, entries = site.entries.get(day, (None, []))
        if seen != stamp:
            entries = queries.today_list(conn, day)
            site.entries.clear()
            site.entries[day] = (stamp, entries)
    return entries


def _rows(people: Unsealed, marked: list[tuple[TodayEntry, bool]]) -> list[TodayRow]:
    known = people.get_many([entry.card for entry, _ in marked])
    return [TodayRow(entry, known.get(entry.card), late) for entry, late in marked]


def _fits(name: str, state: str, late: bool) -> bool:
    special = _FITS.get(name)
    return special(state, late) if special else state == name


def _grace(site: Site) -> timedelta:
    with site.system.desk.view() as state:
        return timedelta(minutes=state.facts.rules.grace)


def _late(entry: TodayEntry, now: datetime, grace: timedelta) -> bool:
    if entry.state == "due":
        return now > entry.time + grace
    return entry.late and entry.state in ("waiting", "window")
