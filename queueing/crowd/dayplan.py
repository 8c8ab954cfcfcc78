"""A day to simulate: what is planned, how people behave, what goes wrong. Minutes are minutes of the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from queueing.crowd.capacity import net_capacity, spread, told_offset

SESSIONS = ((510, 690), (810, 1020))
"""8:30-11:30 and 13:30-17:00."""
PROFILE: Mapping[int, float] = {8: 5.0, 9: 4.0, 10: 3.0, 11: 2.0, 13: 2.0, 14: 2.0, 15: 1.0, 16: 1.0}
OVERRUN = 30
"""Minutes after a session's end in which those present are still served."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What people do; all of it assumed until the branch has counted.

    `show`: share of booked people who come; `offset_mean`, `offset_sd`: minutes between told time and
    arrival (negative is early); `priority`: share who are 90+ or disabled; `level_shape`: Gamma shape of a
    day's walk-in level; `variation`: coefficient of variation of a service; `show_shock`, `speed_shock`:
    deviation of a whole day's show rate and service speed; `wet_days`: share of days on which it rains and
    only `wet_show` of the booked come (on the others more, so that `show` is the mean); `couples`: share of
    those who collect who come as a pair, told the same time (or neither told), there at the same moment.
    """

    show: float = 0.80
    offset_mean: float = -8.0
    offset_sd: float = 12.0
    priority: float = 0.08
    level_shape: float = 4.0
    variation: float = 0.5
    show_shock: float = 0.0
    speed_shock: float = 0.0
    wet_days: float = 0.0
    wet_show: float = 0.0
    couples: float = 0.0


REMINDED = Behaviour(show=0.90, offset_mean=-6.0, offset_sd=7.0)
"""Two reminders that name date and time, and the words "come on time": an assumed effect."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the hall when a simulation starts. `told` is None for a walk-in."""

    arrived: float
    told: float | None = None
    priority: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """The moment a simulation starts from: who waits, how many windows are busy, walk-ins so far."""

    at: float
    waiting: Sequence[Person] = ()
    busy: int = 0
    walk_ins_seen: int = 0


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One day. `told` maps a told time to the people booked for it (of a day under way: those still due);
    `walk_ins` are stretches (start, end, people usually coming in it), which may begin before opening;
    `times_usual` multiplies them (a rumour). `windows_change` maps minutes to windows open from then on;
    `batches` are (minute, people, minutes each), such as an employer who comes for many cards; `service` is
    the mean in minutes. Who comes later than `grace` minutes is ordered like a walk-in. `first_come`: called
    in the order of arrival, whatever the told time (what a branch without a system does).
    """

    told: Mapping[int, int]
    walk_ins: Sequence[tuple[float, float, float]]
    windows: int = 4
    service: float = 4.0
    sessions: Sequence[tuple[int, int]] = SESSIONS
    slot_minutes: int = 15
    behaviour: Behaviour = field(default_factory=Behaviour)
    times_usual: float = 1.0
    windows_change: Mapping[int, int] = field(default_factory=dict)
    batches: Sequence[tuple[float, int, float]] = ()
    grace: float = 15.0
    first_come: bool = False
    start: Start | None = None

    @property
    def open_minutes(self) -> float:
        """Window minutes planned, with the changes (those with spare windows not counted)."""
        return sum(self.windows_between(start, end) for start, end in self.sessions)

    def windows_between(self, start: float, end: float) -> float:
        """Window minutes between two moments of one session."""
        marks = sorted({start, end, *(m for m in self.windows_change if start < m < end)})
        return sum(self.windows_at(a) * (b - a) for a, b in pairwise(marks))

    def windows_at(self, minute: float) -> int:
        """Windows staffed at a minute of a session."""
        before = [at for at in self.windows_change if at <= minute]
        return self.windows_change[max(before)] if before else self.windows

    @property
    def slots(self) -> list[int]:
        """The starts of the day's slots."""
        return slot_starts(self.sessions, self.slot_minutes)


def slot_starts(sessions: Iterable[tuple[int, int]], minutes: int) -> list[int]:
    """Where slots of so many minutes start; a shorter piece at the end makes none."""
    return [at for start, end in sessions for at in range(start, end - minutes + 1, minutes)]


def profile_bins(
    total: float, profile: Mapping[int, float], sessions: Sequence[tuple[int, int]], minutes: int
) -> list[tuple[float, float, float]]:
    """`total` walk-ins of a usual day spread over the slots by the weight of their clock hour."""
    starts = slot_starts(sessions, minutes)
    parts = spread(total, [profile.get(at // 60, 0.0) for at in starts])
    return [(at, at + minutes, people) for at, people in zip(starts, parts, strict=True)]


def told_times(limits: Mapping[int, int], slot_minutes: int, step: int) -> dict[int, int]:
    """Slot start -> people, as told time -> people: a slot's people take turns over steps of so many
    minutes."""
    told: dict[int, int] = {}
    for start, places in limits.items():
        for index in range(places):
            at = start + told_offset(index, places, slot_minutes, step)
            told[at] = told.get(at, 0) + 1
    return told


def net_limits(
    *,
    windows: int = 4,
    service: float = 4.0,
    sessions: Sequence[tuple[int, int]] = SESSIONS,
    slot_minutes: int = 15,
    walk_ins: Sequence[tuple[float, float, float]] = (),
    load: float = 0.82,
    show: float = 0.8,
    first_slot_factor: float = 0.6,
    walk_ins_stay: float = 0.6,
) -> dict[int, int]:
    """Slot start -> limit, by the net-capacity rule; `walk_ins` one stretch a slot, or none."""
    starts = slot_starts(sessions, slot_minutes)
    firsts = {start for start, _ in sessions}
    usual = {start: people for start, _, people in walk_ins}
    limits = net_capacity(
        [windows * slot_minutes / service] * len(starts),
        [start in firsts for start in starts],
        [usual.get(start, 0.0) for start in starts],
        load=load,
        show_rate=show,
        first_slot_factor=first_slot_factor,
        walk_ins_stay=walk_ins_stay,
    )
    return dict(zip(starts, limits, strict=True))
