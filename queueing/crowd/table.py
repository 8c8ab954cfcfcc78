"""The figures of docs/crowd.md: what to simulate, and what of it must be shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from queueing.crowd import cases
from queueing.crowd.bound import bound, day_of
from queueing.crowd.campaign import POLICIES, Campaign, Filled, average, run
from queueing.crowd.cases import Case, Design
from queueing.crowd.control import Controls
from queueing.crowd.dayplan import DayPlan
from queueing.crowd.judging import judge
from queueing.crowd.simulate import Outcome, simulate
from queueing.crowd.waits import Score

SEED = 2018
RESPONSES = (0.30, 0.55, 0.80)
_SEASONS_PER_DAYS = 50


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to compute, in any process: `name` says what of which `section`."""

    section: str
    name: str
    days: int
    argument: Any

    def __call__(self) -> Any:
        """The result: an Outcome, a Score, a Filled, or (closed form, Outcome)."""
        return _COMPUTE[self.section](self.argument, self.days)


def _outcome(case: Case, days: int) -> Outcome:
    return simulate(case.plan, case.controls, days=days, seed=SEED)


def _design(design: Design, days: int) -> tuple[int, Outcome]:
    return bound(day_of(design.plan)).p95_peak(), simulate(design.plan, None, days=days, seed=SEED)


def _judged(argument: tuple[DayPlan, Controls | None], days: int) -> Score:
    return judge(argument[0], argument[1], days=max(20, days // 4), seed=SEED)


def _campaign(argument: tuple[float, str], days: int) -> Filled:
    response, policy = argument
    seasons = max(2, days // _SEASONS_PER_DAYS)
    return average([run(Campaign(response=response), policy, SEED + n) for n in range(seasons)])


_COMPUTE: Mapping[str, Callable[[Any, int], Any]] = {
    "season": _outcome,
    "parts": _outcome,
    "robustness": _outcome,
    "closed form": _design,
    "waits": _judged,
    "pacing": _campaign,
}


def tasks(days: int) -> list[Task]:
    """Everything the tables need, each independent of the others."""
    listed = [*cases.season(), *cases.parts(), *cases.robustness()]
    todo = [Task(case.section, case.name, days, case) for case in listed]
    todo += [Task("closed form", f"design {n}", days, one) for n, one in enumerate(cases.designs(), 1)]
    todo += [Task("waits", name, days, what) for name, what in cases.stated_waits().items()]
    todo += [
        Task("pacing", f"{policy}, response {response:.2f}", days, (response, policy))
        for response in RESPONSES
        for policy in POLICIES
    ]
    return todo


Results = Mapping[tuple[str, str], Any]
"""(section, name) -> what the task gave."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table that must be shown. The figures are of its main case, None where it has none."""

    case: str
    value: str
    must: str
    goal: str
    must_met: bool
    goal_met: bool
    outcome: Outcome | None = None

    @property
    def verdict(self) -> str:
        """What was reached, in a word."""
        return "goal" if self.goal_met else "must" if self.must_met else "missed"


def required(results: Results) -> list[Row]:
    """The rows that the product must show, judged."""
    return [
        _base(results),
        _reminded(results),
        _rumour(results),
        _outage(results),
        _closed(results),
        _pacing(results),
        _coverage(results),
    ]


def _base(results: Results) -> Row:
    found: Outcome = results["season", "ours, base behaviour"]
    must = found.p95_peak <= 15 and found.p95_wait <= 10 and found.utilisation >= 0.82
    return Row(
        "base behaviour, at least 82 % utilisation",
        f"P95 peak {_peak(found)}, P95 wait {found.p95_wait:.1f} min at {found.utilisation:.1%}",
        "P95 peak <= 15, P95 wait <= 10 min",
        "<= 13",
        must,
        must and found.p95_peak <= 13,
        found,
    )


def _reminded(results: Results) -> Row:
    found: Outcome = results["season", "ours, reminders and punctual"]
    must = found.p95_peak <= 12 and found.utilisation >= 0.83
    return Row(
        "reminders and punctual arrival, at least 83 %",
        f"P95 peak {_peak(found)} at {found.utilisation:.1%}",
        "<= 12",
        "<= 12 at >= 85 %",
        must,
        must and found.utilisation >= 0.85,
        found,
    )


def _rumour(results: Results) -> Row:
    found: Outcome = results["robustness", "walk-ins x 3; control"]
    nobody = found.away == 0
    return Row(
        "rumour day, walk-ins x 3, live control",
        f"P95 peak {_peak(found)}, unserved and without a slot {found.away:.3f} a day",
        "<= 20, nobody without a slot",
        "<= 14",
        found.p95_peak <= 20 and nobody,
        found.p95_peak <= 14 and nobody,
        found,
    )


def _outage(results: Results) -> Row:
    found: Outcome = results["robustness", "a window lost at 10:00; control"]
    without: Outcome = results["robustness", "a window lost at 10:00; no control"]
    must = found.p95_peak <= without.p95_peak / 2
    return Row(
        "a window lost at 10:00 without warning, live control",
        f"P95 peak {_peak(found)} (without control {_peak(without)})",
        "at most half of the peak without control",
        "<= 25",
        must,
        must and found.p95_peak <= 25,
        found,
    )


def _closed(results: Results) -> Row:
    errors = [closed - found.p95_peak for closed, found in _of(results, "closed form").values()]
    worst = max(map(abs, errors))
    return Row(
        "closed form against simulation, designs not calibrated on",
        f"largest error {worst} people in {len(errors)} designs",
        "within 3",
        "within 2",
        worst <= 3,
        worst <= 2,
    )


def _pacing(results: Results) -> Row:
    found: list[Filled] = [
        one for name, one in _of(results, "pacing").items() if name.startswith("order-up-to")
    ]
    least, failed = min(one.filled for one in found), sum(one.without_seat for one in found)
    return Row(
        "order-up-to pacing, response .30 to .80",
        f"at least {least:.1%} of seats filled, {failed} attempts without a seat",
        ">= 85 % filled, no attempt without a seat",
        ">= 95 %",
        least >= 0.85 and not failed,
        least >= 0.95 and not failed,
    )


def _coverage(results: Results) -> Row:
    scores: dict[str, Score] = _of(results, "waits")
    booked = min(one.coverage for name, one in scores.items() if name.startswith("booked"))
    rumours = min(one.coverage for name, one in scores.items() if name.startswith("rumour"))
    return Row(
        "stated waits: share within the range",
        f"booked days {booked:.1%}, rumour days {rumours:.1%} (the worst of each)",
        ">= 85 % and >= 75 %",
        ">= 90 % both",
        booked >= 0.85 and rumours >= 0.75,
        min(booked, rumours) >= 0.9,
    )


def gap_closed(results: Results) -> dict[str, float]:
    """The share of the way from what is common to perfect information (within 3 minutes) that ours goes, by
    the P95 peak of waiting people."""
    found: dict[str, Outcome] = _of(results, "season")
    best = found["perfect information, within 3 minutes"].p95_peak
    shares = {}
    for name in ("ours, base behaviour", "ours, reminders and punctual"):
        for start in ("rumour, no system (40 % before opening)", "rigid slots, 14 each"):
            gap = found[start].p95_peak - best
            shares[f"{name}, from: {start}"] = (found[start].p95_peak - found[name].p95_peak) / gap
    return shares


def _of(results: Results, section: str) -> dict[str, Any]:
    return {name: one for (of, name), one in results.items() if of == section}


def _peak(found: Outcome) -> str:
    return f"{found.p95_peak} [{found.p95_peak_low}-{found.p95_peak_high}]"


@dataclass(slots=True)
class Table:
    """All results, as rows for people and programs."""

    days: int
    results: dict[tuple[str, str], Any] = field(default_factory=dict)

    def outcomes(self, section: str) -> dict[str, Outcome]:
        """The simulated cells of a section."""
        return _of(self.results, section)

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
        for section in ("season", "parts", "robustness"):
            for name, found in self.outcomes(section).items():
                listed.append({"case": name, **_figures(found), "section": section})
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
    }
