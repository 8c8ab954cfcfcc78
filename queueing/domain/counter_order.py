"""Who is called next: one function for the live counter and the simulator.

Booked people are due at their told time, the others when they came. Everybody's score grows by one a minute
from the moment they are due; being booked, and priority (90+, disabled), are head starts in minutes. So
nothing is absolute, and nobody starves: whoever waits longer than the largest head start is before every
newcomer.
"""

from __future__ import annotations

from datetime import datetime

BOOKED_HEAD_START = 10.0
PRIORITY_HEAD_START = 15.0


def head_start(*, booked: bool, priority: bool) -> float:
    """Minutes by which a person is ahead of a walk-in who was due at the same moment. Scores grow alike, so
    among those who are due the order never changes: the least (due - head start) is first."""
    return BOOKED_HEAD_START * booked + PRIORITY_HEAD_START * priority


def order_score(*, booked: bool, priority: bool, told: datetime, arrived: datetime, now: datetime) -> float:
    """The score in minutes; the highest is called first. `told` counts for the booked only; one who comes
    late is due from the arrival. A booked person's score before the told time is negative and less than
    that of anybody who is due."""
    due = max(told, arrived) if booked else arrived
    minutes = (now - due).total_seconds() / 60
    if minutes < 0:
        return minutes
    return minutes + head_start(booked=booked, priority=priority)
