"""How often the rumour alarm rings, on simulated days looked at by quarters as at the live counter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt

from queueing.crowd.cases import WALK_INS
from queueing.crowd.dayplan import DayPlan
from queueing.crowd.draws import draw
from queueing.crowd.walkins import watched

BY = (555, 600, 900, 1440)
"""9:15, 10:00, 15:00, and at all that day."""
AFTERNOON = 810


@dataclass(frozen=True, slots=True)
class Heard:
    """The shares of `days` on which the alarm rang by each of `BY`."""

    days: int
    shares: tuple[float, ...]

    def error(self, share: float) -> float:
        """The standard error of one of the shares."""
        return sqrt(share * (1 - share) / self.days)


def kinds() -> dict[str, DayPlan]:
    """Usual days, rumours of several sizes, and one that begins in the afternoon."""
    usual = DayPlan({}, WALK_INS)
    later = [(start, end, people * (3 if start >= AFTERNOON else 1)) for start, end, people in WALK_INS]
    return {
        "usual days": usual,
        **{f"walk-ins x {times}": replace(usual, times_usual=float(times)) for times in (2, 3, 5)},
        "walk-ins x 3 from 13:30": replace(usual, walk_ins=later),
    }


def heard(plan: DayPlan, days: int, seed: int) -> Heard:
    """How often it rings on days of a plan, where `WALK_INS` are usual."""
    rang = [_rang(draw(plan, seed, day).arrivals) for day in range(days)]
    return Heard(days, tuple(sum(at is not None and at <= by for at in rang) / days for by in BY))


def _rang(arrivals: list[tuple[float, int]]) -> float | None:
    """The minute at which it rang: the end of the quarter that was enough."""
    counts: Mapping[float, int] = _counted(arrivals)
    alarm = watched((counts[start], people) for start, _, people in WALK_INS)
    return None if alarm.rang_at is None else WALK_INS[alarm.rang_at][1]


def _counted(arrivals: list[tuple[float, int]]) -> dict[float, int]:
    counts = {start: 0 for start, _, _ in WALK_INS}
    for at, _ in arrivals:
        counts[at // 15 * 15] += 1
    return counts
