"""How good the stated waits are, on simulated days: each person who finds all windows busy is given a range,
as at the live counter, and it is compared with the wait that came of it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from queueing.crowd.control import Controls
from queueing.crowd.dayplan import OVERRUN, DayPlan
from queueing.crowd.draws import WALK_IN, People, draw
from queueing.crowd.floor import Floor
from queueing.crowd.simulate import BATCHES, standard_error
from queueing.crowd.tally import Tally
from queueing.crowd.waits import LAST, Score, Wait, across_breaks, estimate, score
from queueing.domain.counter_order import BOOKED_HEAD_START

_LOOK_BACK = 3 * LAST
"""How many of the latest calls are looked through for the services that ended last."""


class _Watched(Floor):
    """A hall that states a wait to everybody who has to wait and is due."""

    def __init__(self, plan: DayPlan, people: People, controls: Controls | None, tally: Tally) -> None:
        self.given: dict[int, tuple[float, Wait]] = {}
        super().__init__(plan, people, controls, tally)

    @property
    def judged(self) -> list[tuple[Wait, float]]:
        """The waits stated, with the minutes really waited."""
        given = self.given
        return [(given[i][1], now - given[i][0]) for now, i in self.calls if i in given]

    def _queue(self, index: int, at: float) -> None:
        super()._queue(index, at)
        if self.people.told[index] <= at and self.target:
            self.given[index] = (at, self._stated(index, at))

    def _stated(self, index: int, at: float) -> Wait:
        key = next(key for key, one in self.due if one == index)
        ahead = sum(other < key for other, _ in self.due)
        ahead += sum(told - BOOKED_HEAD_START < key for told, _ in self.early) * (not self.plan.first_come)
        recent = self._finished(at)
        wait = estimate(ahead, self.target, recent, self.plan.service)
        if more := self._overtakers(index, at, wait.mean):
            wait = estimate(ahead + more, self.target, recent, self.plan.service)
        return across_breaks(wait, at, self.plan.sessions, OVERRUN)

    def _overtakers(self, index: int, at: float, wait: float) -> float:
        """Booked people not here yet who will be due, and before this walk-in, while it waits."""
        if self.plan.first_come or self.people.kind[index] != WALK_IN:
            return 0.0
        until = at + min(wait, BOOKED_HEAD_START)
        booked = sum(n for told, n in self.plan.told.items() if at < told <= until)
        here = sum(told <= until for told, _ in self.early)
        return max(0.0, self.plan.behaviour.show * booked - here)

    def _finished(self, at: float) -> list[float]:
        """Minutes of the services that ended last."""
        service = self.people.service
        ended = sorted((now + service[i], service[i]) for now, i in self.calls[-_LOOK_BACK:])
        return [minutes for end, minutes in ended if end <= at][-LAST:]


@dataclass(frozen=True, slots=True)
class Judged:
    """The score of estimates, and the standard error of the share within the range (by batches of days)."""

    score: Score
    coverage_error: float


def judge(plan: DayPlan, controls: Controls | None = None, *, days: int = 200, seed: int = 1) -> Judged:
    """The score of the estimates given on so many days of `plan`."""
    by_day = pairs(plan, controls, days=days, seed=seed)
    batches = [score(chain.from_iterable(by_day[first::BATCHES])) for first in range(min(BATCHES, days))]
    error = standard_error([batch.coverage for batch in batches])
    return Judged(score(chain.from_iterable(by_day)), error)


def pairs(
    plan: DayPlan, controls: Controls | None = None, *, days: int = 200, seed: int = 1
) -> list[list[tuple[Wait, float]]]:
    """The estimates given on each day, with the minutes really waited."""
    tally, judged = Tally(plan), []
    for day in range(days):
        hall = _Watched(plan, draw(plan, seed, day), controls, tally)
        hall.run()
        judged.append(hall.judged)
    return judged
