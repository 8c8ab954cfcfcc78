"""How many people the hall holds in comfort, and what to do as it fills.

Space a person needs is graded as pedestrian planners grade queues (Fruin's levels of service). Elders with
walkers need more, so the states begin early. They are a proposal, not a regulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from queueing.domain.walkin_offer import AMBER, GREEN, HALL_STATES, RED, STOP

AREA = {GREEN: 1.2, AMBER: 0.9, RED: 0.6}
"""The least square metres a person has in each state; below the last, nobody more comes in."""
HOLD_MINUTES = 10
"""How long the forecast must be better before a state is left for a calmer one."""
MEASURES = {
    GREEN: "照常办理",
    AMBER: "现场取的号都约到今天晚些时候，加开窗口，通知后两个时段的人晚些来",
    RED: "门外座位等候，没预约的只约其他日子",
    STOP: "门口管控，只出不进，通知网点负责人",
}
_CALM, _BUSY = 0.5, 1.0


@dataclass(frozen=True, slots=True)
class Hall:
    """A waiting hall: usable square metres, seats, and companions who come with each person."""

    area: float = 60.0
    seats: int = 40
    companions: float = 0.5

    def heads(self, waiting: float, windows: int) -> float:
        """Everybody in the hall: those waiting and those at windows, with their companions."""
        return (waiting + windows) * (1 + self.companions)

    def limit(self, windows: int, state: str = GREEN) -> int:
        """The most people waiting (not those at windows) for which the hall is still in `state`."""
        persons = 1 + self.companions
        room = floor(self.area / (AREA[state] * persons) + 1e-9) - windows
        if state == GREEN:  # comfort is a seat for everybody; beyond it people stand
            room = min(room, floor(self.seats / persons + 1e-9))
        return max(0, room)

    def state_of(self, waiting: float, windows: int) -> str:
        """The state with so many people waiting."""
        return next((s for s in HALL_STATES[:3] if waiting <= self.limit(windows, s)), STOP)

    def level(self, p95_waiting: float, windows: int) -> str:
        """How crowded a slot will be: "calm", "busy" or "crowded", by the P95 of waiting people against the
        green limit."""
        part = p95_waiting / max(1, self.limit(windows))
        return "calm" if part <= _CALM else "busy" if part <= _BUSY else "crowded"


@dataclass(frozen=True, slots=True)
class Watch:
    """The state now; `better_since` is the minute from which the forecast has been calmer than it."""

    state: str = GREEN
    better_since: float | None = None

    @property
    def measures(self) -> str:
        """What to do in this state."""
        return MEASURES[self.state]


def step(watch: Watch, hall: Hall, waiting: float, windows: int, minute: float) -> Watch:
    """The state after a look at `minute`: `waiting` is the most forecast for the next half hour. It gets
    worse at once and better only after ten minutes, so that measures don't flicker. Full stop is left only
    when the hall is in amber again."""
    now = hall.state_of(waiting, windows)
    if now == RED and watch.state == STOP:
        now = STOP
    if HALL_STATES.index(now) >= HALL_STATES.index(watch.state):
        return Watch(now)
    since = minute if watch.better_since is None else watch.better_since
    return Watch(now) if minute - since >= HOLD_MINUTES else Watch(watch.state, since)


def most_waiting(waiting: float, arrivals: Sequence[float], served: Sequence[float]) -> float:
    """The most people waiting at the end of any of some equal steps: those there now, the people expected in
    each step, and as many as the windows can serve in it (fluid: means without their chance)."""
    most = now = waiting
    for coming, going in zip(arrivals, served, strict=True):
        now = max(0.0, now + coming - going)
        most = max(most, now)
    return most
