"""The day's list at the counter: everybody the day is about, with names, and the ways to narrow it down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from queueing.people.person import Person
from queueing.projections import queries
from queueing.projections.queries import TodayEntry
from queueing.web.site import Site

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

_FITS: dict[str, Callable[[TodayEntry, bool], bool]] = {
    "": lambda entry, late: entry.state in ("due", "waiting", "window"),
    "late": lambda entry, late: late,
    "arrived": lambda entry, late: entry.state in ("waiting", "window", "collected"),
    "all": lambda entry, late: True,
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


def today_list(site: Site, show: str = "", slot: str = "") -> Today:
    """Today's list as a clerk sees it: of a filter, and of a slot when one is named."""
    now = site.now()
    entries = _entries(site, now.date())
    grace = _grace(site)
    marked = [(entry, _late(entry, now, grace)) for entry in entries]
    inside = [one for one in marked if not slot or one[0].slot == slot]
    counts = Counter(name for name in FILTERS for entry, late in inside if _fits(name, entry, late))
    shown = [one for one in inside if _fits(show, *one)]
    most = None if show == "all" or slot else AT_ONCE
    rows = _rows(site, shown[:most])
    slots = sorted({entry.slot for entry in entries if entry.slot})
    return Today(rows, dict(counts), slots, len(shown) - len(rows))


def day_rows(site: Site, day: date) -> list[TodayRow]:
    """All of a day, for paper."""
    return _rows(site, [(entry, entry.late) for entry in _entries(site, day)])


def _entries(site: Site, day: date) -> list[TodayEntry]:
    with site.db() as conn:
        return queries.today_list(conn, day)


def _rows(site: Site, marked: list[tuple[TodayEntry, bool]]) -> list[TodayRow]:
    people = site.system.vault.get_many([entry.card for entry, _ in marked])
    return [TodayRow(entry, people.get(entry.card), late) for entry, late in marked]


def _fits(name: str, entry: TodayEntry, late: bool) -> bool:
    special = _FITS.get(name)
    return special(entry, late) if special else entry.state == name


def _grace(site: Site) -> timedelta:
    with site.system.desk.view() as state:
        return timedelta(minutes=state.facts.rules.grace)


def _late(entry: TodayEntry, now: datetime, grace: timedelta) -> bool:
    if entry.state == "due":
        return now > entry.time + grace
    return entry.late and entry.state in ("waiting", "window")
