"""The rest of the season as the log has it, weighed against the people still to come: what a change of
windows or hours does to it, before it is made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from msgspec.structs import replace

from queueing.crowd.bound import bound, day_of
from queueing.domain.plans import ChangePlan
from queueing.domain.reassure import waits
from queueing.domain.state import State
from queueing.domain.waits import windows_open
from queueing.season.calendar import days
from queueing.season.daymodel import plan_of
from queueing.season.feasibility import Feasibility, feasibility
from queueing.season.model import DayException, Season, Session


@dataclass(frozen=True, slots=True)
class Outlook:
    """The rest of the season, and the P95 peak of people waiting on the first changed day if it is booked up
    (None when it is shut)."""

    season: Feasibility
    peak: int | None


def outlooks(
    state: State, season: Season, change: ChangePlan, touched: date, today: date
) -> tuple[Outlook, Outlook]:
    """Before and after a change of whole days, the first of which is `touched`. About 0.2 s."""
    people = sum(waits(card) for card in state.cards.values())
    plans = (ChangePlan(change.reason), change)
    before, after = (_outlook(_left(state, season, plan, today), people, touched) for plan in plans)
    return before, after


def _outlook(season: Season, people: int, touched: date) -> Outlook:
    plan = plan_of(season, touched)
    peak = bound(day_of(plan, season.capacity.walk_ins_stay)).p95_peak() if plan else None
    return Outlook(feasibility(season, people), peak)


def _left(state: State, season: Season, change: ChangePlan, today: date) -> Season:
    """The season from today on, each day as its slots and windows are after the change."""
    first = max(today, season.first_day)
    left = [_day(state, change, day) for day in days(first, season.last_day)]
    usual = Counter(day.windows for day in left if day.sessions).most_common(1)
    capacity = replace(season.capacity, windows=usual[0][0] if usual else season.capacity.windows)
    hours = replace(season.hours, exceptions=tuple(left))
    return replace(season, first_day=first, hours=hours, capacity=capacity)


def _day(state: State, change: ChangePlan, day: date) -> DayException:
    """A day's hours by its open slots, and its windows."""
    known = {name: state.slots[name] for name in state.days.get(day, ())}
    times = [
        (slot.start, slot.end)
        for name, slot in known.items()
        if (slot.open or name in change.reopening) and name not in change.closing
    ]
    times += [(new.start, new.end) for new in change.opening if new.start.date() == day]
    windows = max(1, change.windows.get(day, windows_open(state, day)))
    return DayException(date=day, reason="as it stands", sessions=_sessions(times), windows=windows)


def _sessions(times: list[tuple[datetime, datetime]]) -> tuple[Session, ...]:
    """Slots that follow one another make a session."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted(times):
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(Session(start=start.time(), end=end.time()) for start, end in found)
