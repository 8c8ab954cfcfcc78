"""The list of employers as staff work it: how far each is, what it owes and by when, and what to do next, the
most pressing first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from queueing import words
from queueing.domain.state import Employer
from queueing.people.person import EmployerContact
from queueing.projections import queries
from queueing.projections.history import NEXT
from queueing.projections.queries import EmployerRow
from queueing.season.deadlines import Deadlines, deadlines
from queueing.season.model import Season
from queueing.web.site import Site

Filter = Callable[["EmployerLine"], bool]


@dataclass(frozen=True, slots=True)
class EmployerLine:
    """An employer. `todo` is what to do next, `due` by when; `pressing` is its place in the queue of what is
    to be done (0: first)."""

    row: EmployerRow
    contact: EmployerContact | None
    owes: Deadlines | None
    todo: str
    due: date | None
    pressing: int
    deliver_late: bool
    recall: bool

    @property
    def late(self) -> bool:
        """Something is overdue."""
        return self.deliver_late or self.recall or self.row.overdue


FILTERS: dict[str, tuple[str, Filter]] = {
    "now": ("今天要办", lambda line: line.pressing < 6),
    **{
        state: (text, lambda line, state=state: line.row.state == state)  # type: ignore[misc]
        for state, text in queries.EMPLOYER_STATES.items()
    },
    "deliver_late": ("发放超期", lambda line: line.deliver_late),
    "overdue": ("回执超期", lambda line: line.row.overdue),
    "recall": ("建议收回", lambda line: line.recall),
    "returned": ("有退回的卡", lambda line: line.row.came_back > 0),
}


def employer_lines(site: Site) -> list[EmployerLine]:
    """Everybody, the most pressing first."""
    now, season = site.now(), site.system.season
    with site.db() as conn:
        rows = queries.employers(conn, now, season.employers.roster_due_days)
    with site.system.desk.view() as state:
        facts = dict(state.employers)
    contacts = site.system.vault.get_employer_contacts([row.employer for row in rows])
    lines = [_line(row, facts.get(row.employer), contacts.get(row.employer), season, now) for row in rows]
    return sorted(lines, key=lambda line: (line.pressing, line.due or date.max, line.row.employer))


def narrowed(lines: list[EmployerLine], show: str, q: str) -> list[EmployerLine]:
    """Those of a filter, with this text in their name, number, contact or phone."""
    fits = FILTERS[show][1] if show in FILTERS else lambda line: True
    wanted = q.strip().lower()
    return [line for line in lines if fits(line) and wanted in _searched(line)]


def counts(lines: list[EmployerLine]) -> Counter[str]:
    """How many there are of each filter."""
    return Counter(name for name, (_, fits) in FILTERS.items() for line in lines if fits(line))


def next_thing(
    facts: Employer, state: str, owes: Deadlines | None, now: datetime
) -> tuple[int, str, date | None]:
    """(how pressing, what to do, by when), from what is overdue down to nothing."""
    late = _late(owes, now)
    if late:
        return late
    if facts.next_step and facts.next_on:
        due = facts.next_on <= now.date()
        return (3 if due else 7), NEXT[facts.next_step], facts.next_on
    if state == "appointed" and facts.appointed:
        return _appointed(facts.appointed, now)
    if state == "to_call":
        return 5, "打电话请来领卡", None
    if state == "called":
        return 4, "约来领的时间", None
    if owes and owes.holds:
        return 8, "等回执", owes.roster_by.date()
    return 9, "", None


def _late(owes: Deadlines | None, now: datetime) -> tuple[int, str, date | None] | None:
    if owes and owes.recall_due(now):
        return 0, "决定要不要收回", owes.recall_from.date()
    if owes and owes.roster_late(now):
        return 1, "催回执", owes.roster_by.date()
    if owes and owes.deliver_late(now):
        return 2, "催他们把卡发下去", owes.deliver_by
    return None


def _appointed(when: datetime, now: datetime) -> tuple[int, str, date | None]:
    if when.date() < now.date():
        return 3, "约了没来，再打电话", when.date()
    if when.date() == now.date():
        return 3, f"今天{words.clock(when)}来领", when.date()
    return 7, "等他们来领", when.date()


def _line(
    row: EmployerRow, facts: Employer | None, contact: EmployerContact | None, season: Season, now: datetime
) -> EmployerLine:
    owes = deadlines(row.handed_at, row.held > 0, season)
    nothing: tuple[int, str, date | None] = (9, "", None)
    settled = not row.cards and not row.came_back
    pressing, todo, due = next_thing(facts, row.state, owes, now) if facts and not settled else nothing
    return EmployerLine(
        row=row,
        contact=contact,
        owes=owes,
        todo=todo,
        due=due,
        pressing=pressing,
        deliver_late=bool(owes and owes.deliver_late(now)),
        recall=bool(owes and owes.recall_due(now)),
    )


def _searched(line: EmployerLine) -> str:
    contact = f"{line.contact.name} {line.contact.phone}" if line.contact else ""
    return f"{line.row.employer} {line.row.name} {contact}".lower()
