"""What staff write down after a call to an employer. A note may hold a clerk's name or number, so its words
are sealed, and stand beside the fact in the log, not in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from queueing.domain.events import EmployerCalled
from queueing.projections.history import CALLED, NEXT, who
from queueing.web.site import Site

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Contacted:
    """A call: when, by whom, what came of it, what comes next, and the note."""

    at: datetime
    who: str
    outcome: str
    next_step: str
    next_on: date | None
    note: str


def keep_note(site: Site, employer: str, at: datetime, by: str, note: str) -> None:
    """Seal the note of the call that `by` made at `at`."""
    if not note:
        return
    name = uuid4().hex
    key, text = site.system.notes.seal(f"employer-note:{name}", note[:LONGEST])
    with site.db() as conn:
        conn.execute(
            "INSERT INTO employer_notes VALUES (%s, %s, %s, %s, %s, %s)", (name, employer, at, by, key, text)
        )


def contact_log(site: Site, employer: str) -> list[Contacted]:
    """Every call to an employer, the latest first."""
    with site.db() as conn:
        rows = conn.execute(
            "SELECT at, by, name, sealed_key, sealed_text FROM employer_notes WHERE employer = %s",
            (employer,),
        ).fetchall()
    notes = {
        (at, by): site.system.notes.open(f"employer-note:{name}", bytes(key), bytes(text))
        for at, by, name, key, text in rows
    }
    calls = [event for _, event in site.system.log.history(f"employer:{employer}")]
    return [
        Contacted(
            at=call.at,
            who=who(call.by),
            outcome=CALLED.get(call.outcome, call.outcome),
            next_step=NEXT.get(call.next_step, ""),
            next_on=call.next_on,
            note=notes.get((call.at, call.by), ""),
        )
        for call in reversed(calls)
        if isinstance(call, EmployerCalled)
    ]
