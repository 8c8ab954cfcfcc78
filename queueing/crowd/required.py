"""What docs/crowd.md must show, judged by the results of its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from queueing.crowd.campaign import Filled
from queueing.crowd.judging import Judged
from queueing.crowd.simulate import Outcome

Results = Mapping[tuple[str, str], Any]
"""(section, name) -> what the task gave."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The closed form's P95 peak of a design beside the simulated days; `used`: to choose its constant on."""

    used: bool
    closed: int
    found: Outcome

    @property
    def error(self) -> int:
        """People by which the closed form is too high."""
        return self.closed - self.found.p95_peak


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
    designs: list[Compared] = [one for one in of(results, "closed form").values() if not one.used]
    worst = max(designs, key=lambda one: abs(one.error))
    mean = sum(abs(one.error) for one in designs) / len(designs)
    return Row(
        "closed form against simulation, designs not calibrated on",
        f"largest error {abs(worst.error)} people in {len(designs)} designs, mean {mean:.1f}",
        "within 3",
        "within 2",
        abs(worst.error) <= 3,
        abs(worst.error) <= 2,
        worst.found,
    )


def _pacing(results: Results) -> Row:
    found: list[Filled] = [
        one for name, one in of(results, "pacing").items() if name.startswith("order-up-to")
    ]
    least, failed = min(found, key=lambda one: one.filled), sum(one.without_seat for one in found)
    return Row(
        "order-up-to pacing, response .30 to .80",
        f"at least {least.filled:.1%} ± {least.filled_error:.1%} of seats filled, "
        f"{failed} attempts without a seat",
        ">= 85 % filled, no attempt without a seat",
        ">= 95 %",
        least.filled >= 0.85 and not failed,
        least.filled >= 0.95 and not failed,
    )


def _coverage(results: Results) -> Row:
    judged: dict[str, Judged] = of(results, "waits")
    booked, rumours = (
        min((one for name, one in judged.items() if name.startswith(days)), key=_covered)
        for days in ("booked", "rumour")
    )
    return Row(
        "stated waits: share within the range",
        f"booked days {_covered(booked):.1%} ± {booked.coverage_error:.1%}, "
        f"rumour days {_covered(rumours):.1%} ± {rumours.coverage_error:.1%} (the worst of each)",
        ">= 85 % and >= 75 %",
        ">= 90 % both",
        _covered(booked) >= 0.85 and _covered(rumours) >= 0.75,
        min(_covered(booked), _covered(rumours)) >= 0.9,
    )


def _covered(one: Judged) -> float:
    return one.score.coverage


def gap_closed(results: Results) -> dict[str, float]:
    """The share of the way from what is common to perfect information (within 3 minutes) that ours goes, by
    the P95 peak of waiting people."""
    found: dict[str, Outcome] = of(results, "season")
    best = found["perfect information, within 3 minutes"].p95_peak
    shares = {}
    for name in ("ours, base behaviour", "ours, reminders and punctual"):
        for start in ("rumour, no system (40 % before opening)", "rigid slots, 14 each"):
            gap = found[start].p95_peak - best
            shares[f"{name}, from: {start}"] = (found[start].p95_peak - found[name].p95_peak) / gap
    return shares


def of(results: Results, section: str) -> dict[str, Any]:
    """The results of a section by name."""
    return {name: one for (of, name), one in results.items() if of == section}


def _peak(found: Outcome) -> str:
    return f"{found.p95_peak} [{found.p95_peak_low}-{found.p95_peak_high}]"
