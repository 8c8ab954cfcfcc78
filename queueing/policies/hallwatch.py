"""How full the hall will be within half an hour, and what the counter goes by when somebody comes unasked:
one definition for the counter, the pages, the API and the policy that notes it."""

from __future__ import annotations

from datetime import datetime, timedelta

from queueing.crowd.hall import Watch, most_waiting, step
from queueing.domain import State
from queueing.domain.tallies import QUARTER
from queueing.domain.waits import away, in_hall, windows_open
from queueing.domain.walkin_offer import Seen
from queueing.policies.learned import (
    minute_of,
    remaining_walk_ins,
    rumour_alarm,
    service_now,
    show_rates,
    spans_of,
    walk_in_quarters,
)
from queueing.policies.outlook import hall_of
from queueing.season.model import Season

AHEAD, STEP = 30, 5
"""Minutes that are looked ahead, and those of a step."""


def alarm_rings(state: State, season: Season, now: datetime) -> bool:
    """The rumour alarm rings now, or rang today."""
    return state.facts.rumour_day == now.date() or rumour_alarm(state, season, now).ringing


def hall_ahead(state: State, season: Season, now: datetime) -> float:
    """The most people expected to wait in the hall within half an hour, if all who come unasked stay."""
    coming = [
        booked + unasked
        for booked, unasked in zip(_due(state, season, now), _unasked(state, season, now), strict=True)
    ]
    return most_waiting(len(in_hall(state, now)), coming, _served(state, season, now))


def hall_watch(state: State, season: Season, now: datetime) -> Watch:
    """The hall's state now: worse at once, better only after ten minutes of it."""
    note, today = state.facts.hall, now.date()
    before = Watch()
    if note and note.day == today:
        since = note.better_since
        before = Watch(note.hall, None if since is None else _minutes(since))
    windows = windows_open(state, today)
    return step(before, hall_of(season), hall_ahead(state, season, now), windows, _minutes(now))


def seen(state: State, season: Season, now: datetime) -> Seen:
    """What a walk-in's ticket is decided by."""
    return Seen(hall_watch(state, season, now).state, alarm_rings(state, season, now))


def _minutes(moment: datetime) -> float:
    return minute_of(moment) + moment.second / 60


def _due(state: State, season: Season, now: datetime) -> list[float]:
    """People expected in each step: the booked who are not here yet, by the share who come, and those told to
    come back."""
    people = [0.0] * (AHEAD // STEP)
    show = show_rates(state, season).overall
    until = now + timedelta(minutes=AHEAD)
    for name in state.days.get(now.date(), ()):
        slot = state.slots[name]
        if slot.start >= until or slot.end <= now:
            continue
        for seat in slot.seats:
            told = slot.start + timedelta(minutes=seat.told)
            if now < told <= until and state.cards[seat.card].visit is None:
                people[_step(told, now)] += show
    for visit in state.visits.values():
        if away(visit, now) and visit.told <= until:
            people[_step(visit.told, now)] += 1
    return people


def _step(moment: datetime, now: datetime) -> int:
    return min(AHEAD // STEP - 1, int((moment - now).total_seconds() // (60 * STEP)))


def _unasked(state: State, season: Season, now: datetime) -> list[float]:
    """People expected to come unasked in each step, at the level of today."""
    level = remaining_walk_ins(state, season, now).level
    usual = [(minute_of(start), people) for start, _, people in walk_in_quarters(state, season, now.date())]
    begin = minute_of(now)
    return [
        level * sum(people for start, people in usual if start <= at < start + QUARTER) * STEP / QUARTER
        for at in range(begin, begin + AHEAD, STEP)
    ]


def _served(state: State, season: Season, now: datetime) -> list[float]:
    """People the windows can serve in each step."""
    today, begin = now.date(), minute_of(now)
    each = STEP * windows_open(state, today) / service_now(state, season, today)
    hours = spans_of(state, season, today)
    return [each * any(start <= at < end for start, end in hours) for at in range(begin, begin + AHEAD, STEP)]
