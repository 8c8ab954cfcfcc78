"""The days that docs/crowd.md compares: 4 windows, 4 minutes, 390 minutes, 36 walk-ins usually."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from queueing.crowd.capacity import whole_numbers
from queueing.crowd.control import ALL_ON, TICKETS_ONLY, Controls
from queueing.crowd.dayplan import (
    PROFILE,
    REMINDED,
    SESSIONS,
    Behaviour,
    DayPlan,
    net_limits,
    profile_bins,
    slot_starts,
    told_times,
)

USUAL = 36.0
LOAD, LOAD_REMINDED = 0.83, 0.86
WALK_INS = profile_bins(USUAL, PROFILE, SESSIONS, 15)
_UNSHOCKED = Behaviour(level_shape=0)
HESITANT = replace(
    ALL_ON, accept_today=0.35, accept_other_day=0.4, accept_today_then=0.25, accept_message=0.2
)


@dataclass(frozen=True, slots=True)
class Case:
    """A cell of the tables: a plan under some controls (None: nothing is done)."""

    section: str
    name: str
    plan: DayPlan
    controls: Controls | None


def ours(load: float = LOAD, behaviour: Behaviour | None = None, **changes: Any) -> DayPlan:
    """A day booked to the limits of the net-capacity rule."""
    behaviour = behaviour or Behaviour()
    limits = net_limits(walk_ins=WALK_INS, load=load, show=behaviour.show)
    return DayPlan(told_times(limits, 15, 5), WALK_INS, behaviour=behaviour, **changes)


def rigid(places: int, behaviour: Behaviour | None = None) -> DayPlan:
    """What most booking systems do: as many in each slot, told to come when it begins, called in the order of
    arrival."""
    told = dict.fromkeys(slot_starts(SESSIONS, 15), places)
    return DayPlan(told, WALK_INS, behaviour=behaviour or Behaviour(), first_come=True)


def rumour(people: float, before_opening: float) -> DayPlan:
    """A branch without a system: so many people, that share of them in the two hours before it opens."""
    early = (390.0, 510.0, people * before_opening)
    rest = profile_bins(people * (1 - before_opening), PROFILE, SESSIONS, 15)
    return DayPlan({}, [early, *rest], behaviour=_UNSHOCKED, first_come=True)


def random_arrivals(people: float) -> DayPlan:
    """Nobody booked, nobody in a hurry: evenly random over the day."""
    even = profile_bins(people, dict.fromkeys(range(24), 1.0), SESSIONS, 15)
    return DayPlan({}, even, behaviour=_UNSHOCKED, first_come=True)


def perfect(load: float, offset_sd: float) -> DayPlan:
    """Everybody booked comes, nobody else does, within so many minutes of the told time."""
    behaviour = Behaviour(show=1.0, offset_mean=-offset_sd, offset_sd=offset_sd, level_shape=0)
    limits = net_limits(load=load, show=1.0, first_slot_factor=0.8)
    return DayPlan(told_times(limits, 15, 5), (), behaviour=behaviour)


def season() -> list[Case]:
    """From no system to perfect information, at about the same utilisation."""
    return [
        Case("season", "rumour, no system (40 % before opening)", rumour(326, 0.4), None),
        Case("season", "rumour, no system (20 % before opening)", rumour(326, 0.2), None),
        Case("season", "no booking, evenly random", random_arrivals(326), None),
        Case("season", "rigid slots, 15 each", rigid(15), None),
        Case("season", "rigid slots, 14 each", rigid(14), None),
        Case("season", "ours, base behaviour", ours(), ALL_ON),
        Case("season", "ours, reminders and punctual", ours(LOAD_REMINDED, REMINDED), ALL_ON),
        Case("season", "perfect information, within 3 minutes", perfect(0.845, 3.0), None),
        Case("season", "perfect information, to the minute", perfect(0.845, 0.0), None),
    ]


def parts() -> list[Case]:
    """Ours with one part off at a time, the number of booked people kept."""
    base, total = ours(), sum(ours().told.values())
    starts = slot_starts(SESSIONS, 15)
    flat = dict(zip(starts, whole_numbers([total / len(starts)] * len(starts)), strict=True))
    no_opening = _with_total(total, first_slot_factor=1.0)
    slots = {start: sum(n for at, n in base.told.items() if start <= at < start + 15) for start in starts}
    off = [
        ("everything on", base, ALL_ON),
        ("no small first slot", _told(no_opening), ALL_ON),
        ("walk-ins not netted (flat limits)", _told(flat), ALL_ON),
        ("all told the slot's start", replace(base, told=slots), ALL_ON),
        ("called in the order of arrival", replace(base, first_come=True), ALL_ON),
        ("no tickets for later today", base, replace(ALL_ON, tickets_from=None)),
        ("no quota, alarm or amber", base, TICKETS_ONLY),
        ("no live control at all", base, None),
        ("15 / 0.8 = 19 in each slot", _told(dict.fromkeys(starts, 19)), ALL_ON),
    ]
    return [Case("parts", name, plan, controls) for name, plan, controls in off]


@dataclass(frozen=True, slots=True)
class Design:
    """A day of another branch, for the closed form: `used` to choose its constant on, or only to judge it."""

    windows: int
    service: float
    load: float
    behaviour: Behaviour
    first_slot_factor: float
    walk_ins: float
    used: bool

    @property
    def plan(self) -> DayPlan:
        """The day, booked to its limits, all walk-ins expected to stay."""
        bins = profile_bins(self.walk_ins, PROFILE, SESSIONS, 15)
        limits = net_limits(
            windows=self.windows,
            service=self.service,
            walk_ins=bins,
            load=self.load,
            show=self.behaviour.show,
            first_slot_factor=self.first_slot_factor,
            walk_ins_stay=1.0,
        )
        told = told_times(limits, 15, 5)
        return DayPlan(told, bins, self.windows, self.service, behaviour=self.behaviour)

    @property
    def words(self) -> str:
        """The design in a line."""
        people, offset = self.behaviour, f"{self.behaviour.offset_mean:.0f} ± {self.behaviour.offset_sd:.0f}"
        return (
            f"{self.windows} windows, {self.service:.0f} min (CV {people.variation}), "
            f"show {people.show:.2f}, offset {offset}, walk-ins {self.walk_ins:.0f}"
        )


def chosen_on(count: int = 12, seed: int = 20) -> list[Design]:
    """Designs drawn at random, like the branch: on such the closed form's constant was chosen."""
    random = Random(seed)
    return [
        Design(
            windows=random.randint(2, 6),
            service=random.choice([3.0, 4.0, 5.0]),
            load=random.uniform(0.72, 0.92),
            behaviour=Behaviour(
                show=random.uniform(0.7, 0.95), offset_mean=-7.0, offset_sd=random.uniform(6, 16)
            ),
            first_slot_factor=random.uniform(0.5, 0.9),
            walk_ins=random.uniform(0, 50),
            used=True,
        )
        for _ in range(count)
    ]


def held_out(count: int = 20, seed: int = 57) -> list[Design]:
    """Designs of a wider family, never used to choose anything: other numbers of windows, services, their
    variation, earliness and loads."""
    random = Random(seed)
    return [
        Design(
            windows=random.randint(2, 8),
            service=random.choice([3.0, 4.0, 5.0, 6.0]),
            load=random.uniform(0.70, 0.90),
            behaviour=Behaviour(
                show=random.uniform(0.65, 0.98),
                offset_mean=random.uniform(-15, -2),
                offset_sd=random.uniform(4, 20),
                variation=random.choice([0.3, 0.5, 0.7, 0.9]),
            ),
            first_slot_factor=random.uniform(0.5, 1.0),
            walk_ins=random.uniform(0, 60),
            used=False,
        )
        for _ in range(count)
    ]


def stated_waits() -> dict[str, tuple[DayPlan, Controls | None]]:
    """Days on which the stated waits are judged; the windows' speed differs by 15 % from day to day."""
    fickle = Behaviour(speed_shock=0.15)
    crowd = replace(rumour(326, 0.4), behaviour=replace(_UNSHOCKED, speed_shock=0.15))
    return {
        "booked days, control": (ours(behaviour=fickle), ALL_ON),
        "booked days, no control": (ours(behaviour=fickle), None),
        "rumour days (walk-ins x 3), control": (ours(behaviour=fickle, times_usual=3.0), ALL_ON),
        "rumour days (walk-ins x 3), no control": (ours(behaviour=fickle, times_usual=3.0), None),
        "rumour days, no system": (crowd, None),
    }


def _told(limits: Mapping[int, int]) -> DayPlan:
    return replace(ours(), told=told_times(limits, 15, 5))


def _with_total(total: int, first_slot_factor: float) -> dict[int, int]:
    """Limits by the rule whose load is lowered until no more than `total` are booked."""
    load = LOAD
    while True:
        limits = net_limits(walk_ins=WALK_INS, load=load, first_slot_factor=first_slot_factor)
        if sum(limits.values()) <= total:
            return limits
        load -= 0.001
