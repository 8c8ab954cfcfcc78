"""Bringing lists in: from rows of a file to the vault (who) and the log (what). Good rows go in, every bad
row is reported, and the same file twice changes nothing, even after a crash in the middle: a card the vault
knows and the log does not is registered then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from queueing.domain.employers import RegisterEmployers
from queueing.domain.holders import NewCard, RegisterCards
from queueing.people.csvlines import BadRow
from queueing.people.csvread import EmployerRow, HolderRow
from queueing.people.person import EmployerContact
from queueing.people.vault import new_card_id
from queueing.season.model import Season
from queueing.system import System

BATCH = 2000


@dataclass(slots=True)
class Report:
    """What an import did."""

    read: int = 0
    registered: int = 0
    same: int = 0
    corrected: int = 0
    bad: list[BadRow] = field(default_factory=list)
    cards: dict[int, str] = field(default_factory=dict)
    """The card of each good row, by its line."""


def cohort_spellings(season: Season) -> dict[str, str]:
    """Every accepted spelling of a cohort, to its id."""
    found = {cohort.id: cohort.id for cohort in season.cohorts}
    for cohort in season.cohorts:
        found.update(dict.fromkeys((cohort.name, *cohort.spellings), cohort.id))
    return found


def employer_ids(system: System) -> dict[str, str]:
    """The name of every registered employer, to its id; ids to themselves."""
    with system.desk.view() as state:
        names = {employer.name: employer_id for employer_id, employer in state.employers.items()}
        return {**names, **{employer_id: employer_id for employer_id in state.employers}}


def import_holders(
    system: System,
    rows: Iterable[HolderRow | BadRow],
    *,
    by: str,
    progress: Callable[[int], None] = lambda done: None,
    new_id: Callable[[], str] = new_card_id,
) -> Report:
    """Import holders batch by batch; `progress` is told how many rows each batch had."""
    report = Report()
    employer_cohorts = {cohort.id for cohort in system.season.cohorts if cohort.channel == "employer"}
    for batch in _batches(rows, BATCH):
        good = []
        for row in batch:
            checked = _checked(row, employer_cohorts)
            if isinstance(checked, BadRow):
                report.bad.append(checked)
            else:
                good.append(checked)
        _import_batch(system, good, by, report, new_id)
        report.read += len(batch)
        progress(len(batch))
    return report


def _checked(row: HolderRow | BadRow, employer_cohorts: set[str]) -> HolderRow | BadRow:
    if isinstance(row, BadRow):
        return row
    if row.cohort in employer_cohorts and not row.employer:
        return BadRow(row.line, "单位", "这一类人员由单位代领，请填写单位名称")
    if row.employer and row.cohort not in employer_cohorts:
        return BadRow(row.line, "人群", "填了单位，人群却不是单位代领，请核对这两列")
    return row


def _import_batch(
    system: System, rows: Sequence[HolderRow], by: str, report: Report, new_id: Callable[[], str]
) -> None:
    if not rows:
        return
    results = system.vault.put_many([row.person() for row in rows], new_id)
    cards = [
        NewCard(
            card=result.card,
            cohort=row.cohort,
            channel=row.channel,
            employer=row.employer or "",
            band=row.age_band,
            priority=row.priority or row.age_band == "90",
            reach=result.reach,
        )
        for row, result in zip(rows, results, strict=True)
    ]
    outcome = system.desk.handle(RegisterCards(tuple(cards)), by=by, via="system")
    report.cards.update((row.line, result.card) for row, result in zip(rows, results, strict=True))
    registered = sum(1 for event in outcome.events if type(event).__name__ == "CardRegistered")
    changed = {result.card for result in results if result.status == "changed"}
    changed |= {str(getattr(event, "card", "")) for event in outcome.events}
    report.registered += registered
    report.corrected += max(0, len(changed) - registered)
    report.same += len(rows) - max(registered, len(changed))


def import_employers(system: System, rows: Iterable[EmployerRow | BadRow], *, by: str) -> Report:
    """Import employers; one without an id gets the next free one, one known by name keeps its own."""
    report = Report()
    known = employer_ids(system)
    taken = set(known.values())
    employers: list[tuple[str, str]] = []
    contacts: list[EmployerContact] = []
    for row in rows:
        report.read += 1
        if isinstance(row, BadRow):
            report.bad.append(row)
            continue
        employer = row.employer or known.get(row.name) or _next_id(taken)
        taken.add(employer)
        employers.append((employer, row.name))
        if row.contact or row.phone:
            contacts.append(EmployerContact(employer=employer, name=row.contact, phone=row.phone))
    system.vault.put_employer_contacts(contacts)
    outcome = system.desk.handle(RegisterEmployers(tuple(employers)), by=by, via="system")
    new = {employer for employer, _ in employers} - set(known.values())
    report.registered = len(new)
    report.corrected = len(outcome.events) - len(new)
    report.same = len(employers) - len(outcome.events)
    return report


def _next_id(taken: set[str]) -> str:
    number = 1
    while f"e{number:03d}" in taken:
        number += 1
    return f"e{number:03d}"


def _batches(rows: Iterable[HolderRow | BadRow], size: int) -> Iterator[list[HolderRow | BadRow]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch
