"""The audit trail: every fact about a card, a slot or an employer, and everything a person of staff did, as
sentences; a day's, or all, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import msgspec
from psycopg import Connection
from psycopg.rows import tuple_row

from queueing import words
from queueing.domain import events as e
from queueing.domain.events import Event
from queueing.log.store import EventLog, Recorded
from queueing.projections.history import sentence, who

PAGE = 50


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """A fact: when, who and through what, what happened, and what it is about (ids, "" if nothing)."""

    position: int
    at: datetime
    by: str
    who: str
    channel: str
    text: str
    card: str = ""
    slot: str = ""
    employer: str = ""


class Trail(msgspec.Struct, frozen=True):
    """A page of an audit trail, latest first; `total` lines there are, and the days that have any."""

    lines: list[AuditLine]
    total: int
    page: int
    days: list[tuple[date, int]]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def about(log: EventLog, kind: str, subject: str, day: date | None, page: int) -> Trail:
    """The trail of a card, slot, employer or change of the plan (`kind` "card", "slot", "employer", "plan").
    An employer's leaves out the registration of each single card."""
    skip = (e.CardRegistered, e.CardReassigned) if kind == "employer" else ()
    found = [one for one in log.history(f"{kind}:{subject}") if not isinstance(one.event, skip)]
    counted: dict[date, int] = {}
    for _, event in found:
        counted[event.at.date()] = counted.get(event.at.date(), 0) + 1
    chosen = [one for one in reversed(found) if day is None or one.event.at.date() == day]
    shown = chosen[(page - 1) * PAGE : page * PAGE]
    card = subject if kind == "card" else ""
    return Trail([line(one, card) for one in shown], len(chosen), page, sorted(counted.items(), reverse=True))


def done_by(connection: Connection[Any], log: EventLog, person: str, day: date | None, page: int) -> Trail:
    """What somebody did (`person` as facts name them: "staff:li")."""
    first, last = span(day)
    values = {"who": person, "first": first, "last": last, "most": PAGE, "skip": (page - 1) * PAGE}
    with connection.cursor(row_factory=tuple_row) as cursor:
        days = cursor.execute(_DAYS, values).fetchall()
        positions = [row[0] for row in cursor.execute(_POSITIONS, values)]
    total = sum(count for on, count in days if day is None or on == day)
    lines = [line(one) for one in reversed(log.at(positions))]
    return Trail(lines, total, page, [(on, count) for on, count in days])


def span(day: date | None) -> tuple[datetime, datetime]:
    """The first and the last moment of a day; of all time without one."""
    return datetime.combine(day or date.min, time.min), datetime.combine(day or date.max, time.max)


def active(connection: Connection[Any], day: date) -> dict[str, int]:
    """How many facts each person is behind on a day."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            "SELECT who, count(*) FROM acts WHERE at BETWEEN %s AND %s GROUP BY who", span(day)
        )
        return {str(who_): int(count) for who_, count in rows}


def line(recorded: Recorded, card: str = "") -> AuditLine:
    """A fact as a line."""
    event = recorded.event
    return AuditLine(
        position=recorded.position,
        at=event.at,
        by=event.by,
        who=who(event.by),
        channel=words.channel(event.via),
        text=sentence(event, card),
        card=_subject(event, "card"),
        slot=_subject(event, "slot"),
        employer=_subject(event, "employer"),
    )


def _subject(event: Event, field: str) -> str:
    """The one thing of a kind an event is about; nothing when it is about several."""
    value: Sequence[str] | str = getattr(event, field, "")
    return value if isinstance(value, str) else ""


_DAYS = """
SELECT at::date, count(*) FROM acts WHERE who = %(who)s GROUP BY at::date ORDER BY at::date DESC
"""
_POSITIONS = """
SELECT position FROM acts WHERE who = %(who)s AND at BETWEEN %(first)s AND %(last)s
ORDER BY at DESC, position DESC LIMIT %(most)s OFFSET %(skip)s
"""
