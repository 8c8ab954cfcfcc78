"""A day of the real log as a plan to simulate: who is booked and not here yet, who usually comes unasked, the
windows, the speed they work at, and of a day under way, who waits now."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from queueing.crowd.dayplan import Behaviour, DayPlan, Person, Start, profile_bins
from queueing.crowd.hall import Hall
from queueing.domain import State
from queueing.domain.waits import windows_open
from queueing.policies.learned import (
    expected_show,
    minute_of,
    service_now,
    show_rates,
    spans_of,
    usual_walk_ins,
    walk_ins_so_far,
    windows_of,
)
from queueing.season.model import Season


def hall_of(season: Season) -> Hall:
    """The hall as configured."""
    return Hall(season.hall.area, season.hall.seats, season.hall.companions)


def day_plan(state: State, season: Season, day: date, now: datetime) -> DayPlan:
    """The plan of a day as it stands; of today, from now on once it is open."""
    rule, today = season.capacity, now.date()
    told, chances = _due(state, season, day, now)
    live = bool(state.facts.season) and day == today
    open_windows = windows_open(state, day) if live else windows_of(state, season, day)
    usual = usual_walk_ins(state, season, min(day, today))
    show = sum(chances) / len(chances) if chances else rule.show_rate
    hours = spans_of(state, season, day)
    return DayPlan(
        told=told,
        walk_ins=profile_bins(usual, rule.walk_in_profile, hours, rule.slot_minutes),
        windows=open_windows,
        service=service_now(state, season, day),
        sessions=tuple(hours),
        slot_minutes=rule.slot_minutes,
        behaviour=Behaviour(show=show, couples=season.hall.couples),
        windows_change=_shut(state, day, open_windows),
        grace=season.counter.grace_minutes,
        start=_start(state, day, now) if day == today and hours and minute_of(now) > hours[0][0] else None,
    )


def _due(state: State, season: Season, day: date, now: datetime) -> tuple[dict[int, int], list[float]]:
    """Told time -> people booked who are not here yet and may still come; each one's chance to."""
    rates, counts = show_rates(state, season), Counter[int]()
    chances: list[float] = []
    late = now - timedelta(minutes=season.counter.no_show_after_minutes)
    for name in state.days.get(day, ()):
        slot = state.slots[name]
        due = [
            seat
            for seat in slot.seats
            if state.cards[seat.card].visit is None and slot.start + timedelta(minutes=seat.told) > late
        ]
        counts.update(minute_of(slot.start) + seat.told for seat in due)
        chances += expected_show(state, rates, due)
    return dict(sorted(counts.items())), chances


def _shut(state: State, day: date, usual: int) -> dict[int, int]:
    """Windows at the minutes where closed slots begin and end."""
    changes: dict[int, int] = {}
    for name in state.days.get(day, ()):
        slot = state.slots[name]
        if not slot.open:
            changes[minute_of(slot.start)] = 0
            changes[minute_of(slot.end)] = usual
        elif changes.get(minute_of(slot.start)) == 0:
            changes[minute_of(slot.start)] = usual
    return changes


def _start(state: State, day: date, now: datetime) -> Start:
    waiting = [
        Person(
            arrived=minute_of(visit.arrived),
            told=None if visit.ticket or visit.late else minute_of(visit.told),
            priority=state.cards[card].priority,
        )
        for card, visit in state.visits.items()
        if not visit.window
    ]
    busy = sum(1 for visit in state.visits.values() if visit.window)
    return Start(minute_of(now), tuple(waiting), busy, walk_ins_so_far(state, day))
