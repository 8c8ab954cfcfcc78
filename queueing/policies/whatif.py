"""What if: a day as planned beside the same day with something changed, under the same luck."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from math import ceil
from threading import Lock

from queueing.crowd.control import ALL_ON, Controls
from queueing.crowd.dayplan import DayPlan, net_limits, profile_bins, told_times
from queueing.crowd.simulate import Outcome, simulate
from queueing.season.model import CapacityRule

DAYS = 500
SEED = 7
KEPT = 64
BATCH_MINUTES = 0.5
"""Minutes for each card of an employer's batch at one window (assumed)."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed; None or the neutral number leaves a thing as it is.

    `opens`, `closes`: minutes by which the day begins earlier and ends later; `service`: minutes a person
    takes; `limits`: factor of the people booked; `walk_ins`: factor of those who come unasked; `outage_from`,
    `outage_to`: minutes of the day without any window; `lost_at`: the minute from which a window is lost;
    `employer_cards`: an employer who comes at `employer_at` for so many cards; `full`: the day is booked to
    its limits, whatever is booked now.
    """

    windows: int | None = None
    opens: int = 0
    closes: int = 0
    slot_minutes: int | None = None
    service: float | None = None
    limits: float = 1.0
    show: float | None = None
    walk_ins: float = 1.0
    outage_from: int | None = None
    outage_to: int | None = None
    lost_at: int | None = None
    employer_cards: int = 0
    employer_at: int = 600
    full: bool = False

    @property
    def nothing(self) -> bool:
        """Nothing is changed."""
        return self == Change(full=self.full)


@dataclass(frozen=True, slots=True)
class Compared:
    """The plan and the changed plan, and what 500 days of each came to."""

    plan: DayPlan
    changed: DayPlan
    now: Outcome
    then: Outcome


def full_day(rule: CapacityRule, plan: DayPlan) -> DayPlan:
    """The same day booked to the limits of the net-capacity rule."""
    walk_ins = plan.walk_ins
    limits = net_limits(
        windows=plan.windows,
        service=plan.service,
        sessions=plan.sessions,
        slot_minutes=plan.slot_minutes,
        walk_ins=walk_ins,
        load=rule.load,
        show=plan.behaviour.show,
        first_slot_factor=rule.first_slot_factor,
        walk_ins_stay=rule.walk_ins_stay,
    )
    return replace(plan, told=told_times(limits, plan.slot_minutes, rule.told_step_minutes))


def apply(plan: DayPlan, change: Change, rule: CapacityRule) -> DayPlan:
    """The plan with the change. With other windows, hours or slots a full day is booked anew to its limits; a
    day as booked keeps its people."""
    sessions = list(plan.sessions)
    if sessions:
        sessions[0] = (sessions[0][0] - change.opens, sessions[0][1])
        sessions[-1] = (sessions[-1][0], sessions[-1][1] + change.closes)
    minutes = change.slot_minutes or plan.slot_minutes
    usual = sum(people for _, _, people in plan.walk_ins)
    windows = plan.windows if change.windows is None else change.windows
    changed = replace(
        plan,
        windows=windows,
        windows_change={at: windows if n == plan.windows else n for at, n in plan.windows_change.items()},
        sessions=tuple(sessions),
        slot_minutes=minutes,
        service=change.service or plan.service,
        walk_ins=profile_bins(usual, rule.walk_in_profile, sessions, minutes),
        times_usual=plan.times_usual * change.walk_ins,
        behaviour=replace(plan.behaviour, show=change.show or plan.behaviour.show),
    )
    if change.full:
        changed = full_day(rule, changed)
    if change.limits != 1.0:
        changed = replace(changed, told=_scaled(changed.told, change.limits))
    return _troubled(changed, change)


def _scaled(told: Mapping[int, int], factor: float) -> dict[int, int]:
    """So many times the people, fractions carried on."""
    scaled, carry = {}, 0.0
    for at, people in sorted(told.items()):
        carry += people * factor
        scaled[at] = int(carry + 1e-9)
        carry -= scaled[at]
    return scaled


def _troubled(plan: DayPlan, change: Change) -> DayPlan:
    """A window lost, an outage, an employer's batch."""
    windows = dict(plan.windows_change)
    if change.lost_at is not None:
        windows[change.lost_at] = max(0, plan.windows - 1)
    if change.outage_from is not None and change.outage_to is not None:
        again = replace(plan, windows_change=windows).windows_at(change.outage_to)
        windows = {at: n for at, n in windows.items() if not change.outage_from <= at < change.outage_to}
        windows |= {change.outage_from: 0, change.outage_to: again}
    batches = tuple(plan.batches)
    if change.employer_cards:
        batches = (*batches, (change.employer_at, 1, ceil(BATCH_MINUTES * change.employer_cards)))
    return replace(plan, windows_change=windows, batches=batches)


def compare(plan: DayPlan, change: Change, rule: CapacityRule, controls: Controls = ALL_ON) -> Compared:
    """Both, with the same seed. The present plan is simulated once for as long as it stays the same."""
    base = full_day(rule, plan) if change.full else plan
    changed = apply(plan, change, rule)
    now = _simulated(base, controls)
    return Compared(base, changed, now, now if change.nothing else _simulated(changed, controls))


class Simulations:
    """Plans that were simulated lately, at most so many; whoever asks for one that is under way waits for it.
    A plan is made from the log, so a position of the log that matters makes another plan."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[str, Future[Outcome]] = OrderedDict()

    def of(self, plan: DayPlan, controls: Controls) -> Outcome:
        """What so many days of a plan come to."""
        key = repr((plan, controls, DAYS, SEED))
        with self._lock:
            future = self._kept.get(key)
            begin = future is None
            if future is None:
                future = self._kept[key] = Future()
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            else:
                self._kept.move_to_end(key)
        if begin:
            try:
                future.set_result(simulate(plan, controls, days=DAYS, seed=SEED))
            except BaseException as error:
                with self._lock:
                    self._kept.pop(key, None)
                future.set_exception(error)
        return future.result()


_simulations = Simulations()


def _simulated(plan: DayPlan, controls: Controls) -> Outcome:
    """Simulated once, as long as it is among the last plans asked for."""
    return _simulations.of(plan, controls)
