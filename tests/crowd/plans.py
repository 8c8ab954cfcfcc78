"""The day that the crowd tests share: 4 windows, 4 minutes, base behaviour."""

from typing import Any

from queueing.crowd.dayplan import (
    PROFILE,
    SESSIONS,
    Behaviour,
    DayPlan,
    net_limits,
    profile_bins,
    told_times,
)

WALK_INS = profile_bins(36, PROFILE, SESSIONS, 15)


def base(load: float = 0.83, behaviour: Behaviour | None = None, **changes: Any) -> DayPlan:
    """A fully booked day by the net-capacity rule."""
    behaviour = behaviour or Behaviour()
    limits = net_limits(walk_ins=WALK_INS, load=load, show=behaviour.show)
    return DayPlan(told=told_times(limits, 15, 5), walk_ins=WALK_INS, behaviour=behaviour, **changes)
