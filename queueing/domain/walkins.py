"""People who come unasked: the quota of same-day tickets, the alarm when many more come than usual, how full
the hall will be, and whether these decide by themselves what a walk-in gets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import check_season, checked_reason
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.state import HallNote, State
from queueing.domain.walkin_offer import HALL_STATES

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


@dataclass(frozen=True, slots=True)
class SwitchWalkInControl(Command):
    """Let the hall's state and the alarm decide what walk-ins get, or leave it to staff."""

    on: bool
    reason: str


@dataclass(frozen=True, slots=True)
class NoteHall(Command):
    """How full the hall will be; fields as in `HallWatched`."""

    hall: str
    ahead: float
    windows: int
    better_since: datetime | None = None


def controlled(state: State) -> bool:
    """The hall's state and the alarm decide by themselves what a walk-in gets."""
    switched = state.facts.control
    return state.facts.rules.walk_in_control if switched is None else switched


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


@decides(SwitchWalkInControl)
def switch_control(command: SwitchWalkInControl, state: State, context: Context) -> list[e.Event]:
    """Until it is switched again; as it is already changes nothing. Quota, room and tickets for later hold
    all the same."""
    check_season(state, context.now)
    checked_reason(command.reason)
    if controlled(state) is command.on:
        return []
    return [context.fact(e.WalkInControlSwitched, on=command.on, reason=command.reason)]


@decides(NoteHall)
def note_hall(command: NoteHall, state: State, context: Context) -> list[e.Event]:
    """What is known of today already is not noted again."""
    if command.hall not in HALL_STATES:
        raise r.BadValue("hall")
    today = context.now.date()
    note = HallNote(day=today, hall=command.hall, better_since=command.better_since)
    if state.facts.hall == note:
        return []
    return [
        context.fact(
            e.HallWatched,
            day=today,
            hall=command.hall,
            ahead=round(command.ahead, 1),
            windows=command.windows,
            better_since=command.better_since,
        )
    ]


@evolves(e.WalkInControlSwitched)
def _switched(state: State, event: e.WalkInControlSwitched) -> None:
    state.set_facts(control=event.on)


@evolves(e.HallWatched)
def _hall_watched(state: State, event: e.HallWatched) -> None:
    state.set_facts(hall=HallNote(day=event.day, hall=event.hall, better_since=event.better_since))


@evolves(e.WalkInQuotaSet)
def _quota_set(state: State, event: e.WalkInQuotaSet) -> None:
    state.set_facts(quota=(event.day, event.quota))


@evolves(e.RumourAlarmRaised)
def _alarmed(state: State, event: e.RumourAlarmRaised) -> None:
    state.set_facts(rumour_day=event.day)
