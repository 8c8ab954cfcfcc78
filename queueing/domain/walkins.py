"""People who come unasked: the quota of same-day tickets, and the alarm when many more come than usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import check_season, checked_reason
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.state import State

HIGHEST_QUOTA = 5000


@dataclass(frozen=True, slots=True)
class SetWalkInQuota(Command):
    """Give so many same-day tickets today."""

    quota: int
    reason: str


@dataclass(frozen=True, slots=True)
class RaiseRumourAlarm(Command):
    """Many more people come unasked than usual: `seen` by now, where `expected` are."""

    seen: int
    expected: float


def quota(state: State, day: date) -> int | None:
    """The same-day tickets of a day: as set, else the season's; None when only the slots limit them."""
    changed = state.facts.quota
    if changed and changed[0] == day:
        return changed[1]
    return state.facts.rules.walk_in_quota or None


def quota_left(state: State, day: date) -> int | None:
    """The tickets still to give on a day; None when only the slots limit them."""
    most = quota(state, day)
    if most is None:
        return None
    given = state.facts.tickets if state.facts.tickets_day == day else 0
    return max(0, most - given)


@decides(SetWalkInQuota)
def set_quota(command: SetWalkInQuota, state: State, context: Context) -> list[e.Event]:
    """For today; the same again changes nothing. Tickets that were given stay."""
    check_season(state, context.now)
    checked_reason(command.reason)
    today = context.now.date()
    if not 0 <= command.quota <= HIGHEST_QUOTA:
        raise r.BadValue("quota")
    if state.facts.quota == (today, command.quota):
        return []
    return [context.fact(e.WalkInQuotaSet, day=today, quota=command.quota, reason=command.reason)]


@decides(RaiseRumourAlarm)
def raise_alarm(command: RaiseRumourAlarm, state: State, context: Context) -> list[e.Event]:
    """Once a day."""
    today = context.now.date()
    if state.facts.rumour_day == today:
        return []
    return [
        context.fact(e.RumourAlarmRaised, day=today, seen=command.seen, expected=round(command.expected, 1))
    ]


@evolves(e.WalkInQuotaSet)
def _quota_set(state: State, event: e.WalkInQuotaSet) -> None:
    state.set_facts(quota=(event.day, event.quota))


@evolves(e.RumourAlarmRaised)
def _alarmed(state: State, event: e.RumourAlarmRaised) -> None:
    state.set_facts(rumour_day=event.day)
