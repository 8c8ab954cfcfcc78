"""The figures of docs/crowd.md: what to simulate, and the rows that come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from queueing.crowd import cases, hearing, worlds
from queueing.crowd.bound import bound, day_of
from queueing.crowd.campaign import POLICIES, Campaign, Filled, average, run
from queueing.crowd.cases import Design
from queueing.crowd.control import Controls
from queueing.crowd.dayplan import DayPlan
from queueing.crowd.hearing import Heard, heard
from queueing.crowd.judging import Judged, judge
from queueing.crowd.offering import FILLS, WAYS, Offering, offering
from queueing.crowd.required import Compared, of, required
from queueing.crowd.simulate import Outcome, simulate

SEED = 2018
RESPONSES = (0.30, 0.55, 0.80)
CELLS = ("season", "parts", "robustness", "couples")
"""The sections whose rows are simulated days."""
_SEASONS_PER_DAYS, _MOST_SEASONS = 50, 10
_ALARM_DAYS = 5
"""Days the alarm is listened to for each simulated day: only the walk-ins are drawn."""
Simulated = tuple[DayPlan, Controls | None]


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to compute, in any process: `name` says what of which `section`."""

    section: str
    name: str
    days: int
    argument: Any

    def __call__(self) -> Any:
        """The result: an Outcome, a Compared, a Judged, a Heard or a Filled."""
        return _COMPUTE[self.section](self.argument, self.days)

    @property
    def same_as(self) -> tuple[str, int, str]:
        """Equal for tasks that give the same: what is computed, of what."""
        return _COMPUTE[self.section].__name__, self.days, repr(self.argument)


def _outcome(argument: Simulated, days: int) -> Outcome:
    plan, controls = argument
    return simulate(plan, controls, days=days, seed=SEED)


def _design(design: Design, days: int) -> Compared:
    found = simulate(design.plan, None, days=days, seed=SEED)
    return Compared(design.used, bound(day_of(design.plan)).p95_peak(), found)


def _judged(argument: Simulated, days: int) -> Judged:
    return judge(argument[0], argument[1], days=max(20, days // 4), seed=SEED)


def _campaign(argument: tuple[float, str], days: int) -> Filled:
    response, policy = argument
    seasons = min(_MOST_SEASONS, max(2, days // _SEASONS_PER_DAYS))
    return average([run(Campaign(response=response), policy, SEED + n) for n in range(seasons)])


def _heard(plan: DayPlan, days: int) -> Heard:
    return heard(plan, _ALARM_DAYS * days, SEED)


def _offered(argument: tuple[str, float], days: int) -> Offering:
    way, fill = argument
    return offering(way, fill, days=max(20, days // 5), fillings=max(2, days // 100), seed=SEED)


_COMPUTE: Mapping[str, Callable[[Any, int], Any]] = {
    **dict.fromkeys(CELLS, _outcome),
    "closed form": _design,
    "waits": _judged,
    "pacing": _campaign,
    "alarm": _heard,
    "offers": _offered,
}


def tasks(days: int) -> list[Task]:
    """Everything the tables need, each independent of the others."""
    listed = [*cases.season(), *cases.parts(), *worlds.robustness(), *worlds.couples()]
    todo = [Task(case.section, case.name, days, (case.plan, case.controls)) for case in listed]
    designs = [*cases.held_out(), *cases.chosen_on()]
    todo += [Task("closed form", one.words, days, one) for one in designs]
    todo += [Task("waits", name, days, what) for name, what in cases.stated_waits().items()]
    todo += [Task("alarm", name, days, plan) for name, plan in hearing.kinds().items()]
    todo += [
        Task("pacing", f"{policy}, response {response:.2f}", days, (response, policy))
        for response in RESPONSES
        for policy in POLICIES
    ]
    todo += [Task("offers", f"{way}, {fill:.0%} full", days, (way, fill)) for way in WAYS for fill in FILLS]
    return todo


def distinct(todo: list[Task]) -> list[Task]:
    """One of each group of tasks that give the same, those that take longest first, so that no process is
    left with a long one at the end."""
    first = {task.same_as: task for task in reversed(todo)}
    order = list(_COMPUTE)
    return sorted(first.values(), key=lambda task: (-order.index(task.section), task.name))


@dataclass(slots=True)
class Table:
    """All results, as rows for people and programs."""

    days: int
    results: dict[tuple[str, str], Any] = field(default_factory=dict)

    def take(self, todo: list[Task], found: Mapping[tuple[str, int, str], Any]) -> None:
        """Fill in the results of all tasks, in their order, from those of `distinct`."""
        self.results.update({(task.section, task.name): found[task.same_as] for task in todo})

    def section(self, name: str) -> dict[str, Any]:
        """The results of a section by name."""
        return of(self.results, name)

    def outcomes(self, section: str) -> dict[str, Outcome]:
        """The simulated cells of a section."""
        return self.section(section)

    def rows(self) -> list[dict[str, Any]]:
        """First the required rows, then each simulated cell: {case, p95_peak, p95_wait, utilisation, …}."""
        listed = [
            {
                "case": row.case,
                **_figures(row.outcome),
                "value": row.value,
                "must": row.must,
                "goal": row.goal,
                "reached": row.verdict,
                "section": "required",
            }
            for row in required(self.results)
        ]
        for section in CELLS:
            for name, found in self.outcomes(section).items():
                listed.append({"case": name, **_figures(found), "section": section})
        for name, design in self.section("closed form").items():
            closed = {"closed_form": design.closed, "held_out": not design.used}
            listed.append({"case": name, **_figures(design.found), **closed, "section": "closed form"})
        return listed


def _figures(found: Outcome | None) -> dict[str, Any]:
    if found is None:
        return {"p95_peak": None, "p95_wait": None, "utilisation": None}
    return {
        "p95_peak": found.p95_peak,
        "p95_wait": found.p95_wait,
        "utilisation": round(found.utilisation, 4),
        "p95_peak_range": [found.p95_peak_low, found.p95_peak_high],
        "p95_wait_error": round(found.p95_wait_error, 3),
        "utilisation_error": round(found.utilisation_error, 5),
        "days": found.days,
        "served": round(found.served, 1),
        "away": round(found.away, 3),
        "tickets": round(found.tickets, 2),
        "other_day": round(found.other_day, 2),
        "rebooked": round(found.rebooked, 2),
        "overtime": round(found.overtime, 1),
        "p95_hall": found.p95_hall,
    }
