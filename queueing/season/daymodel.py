"""A date of a season as a day to simulate: its hours, windows, slots and bookings in minutes of the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime

from queueing.crowd.capacity import told_offset
from queueing.crowd.dayplan import Behaviour, DayPlan, profile_bins
from queueing.season import calendar
from queueing.season.model import Season


def usual_day(season: Season) -> date | None:
    """The first date with the hours and windows that most open dates have; None without an open date."""
    shapes = {day: _shape(season, day) for day in calendar.open_days(season)}
    if not shapes:
        return None
    usual = Counter(shapes.values()).most_common(1)[0][0]
    return next(day for day, shape in shapes.items() if shape == usual)


def plan_of(
    season: Season,
    day: date,
    booked: Mapping[str, int] | None = None,
    behaviour: Behaviour | None = None,
) -> DayPlan | None:
    """The plan of a date, with `booked` people in each slot (by id), or every slot full if not given. None
    when the branch is closed that day."""
    sessions = [(minute_of(start), minute_of(end)) for start, end in calendar.sessions(day, season)]
    if not sessions:
        return None
    rule = season.capacity
    told: Counter[int] = Counter()
    for slot in calendar.day_slots(day, season):
        places = slot.capacity if booked is None else booked.get(slot.id, 0)
        for index in range(places):
            offset = told_offset(index, slot.capacity, rule.slot_minutes, rule.told_step_minutes)
            told[minute_of(slot.start) + offset] += 1
    return DayPlan(
        told=dict(told),
        walk_ins=profile_bins(rule.walk_ins_per_day, rule.walk_in_profile, sessions, rule.slot_minutes),
        windows=calendar.windows(day, season),
        service=rule.service_minutes,
        sessions=sessions,
        slot_minutes=rule.slot_minutes,
        behaviour=behaviour or Behaviour(show=rule.show_rate, couples=season.hall.couples),
        grace=float(season.counter.grace_minutes),
    )


def minute_of(moment: datetime) -> int:
    """The minute of its day."""
    return moment.hour * 60 + moment.minute


def _shape(season: Season, day: date) -> tuple[object, ...]:
    opening = calendar.sessions(day, season)
    return (calendar.windows(day, season), *((start.time(), end.time()) for start, end in opening))
