"""The tables of docs/crowd.md, written between its markers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from queueing.crowd.campaign import Filled
from queueing.crowd.simulate import Outcome
from queueing.crowd.table import Table, gap_closed, required
from queueing.crowd.waits import Score

_MARK = re.compile(r"(<!-- crowd:([a-z-]+) -->\n).*?(<!-- /crowd:\2 -->)", re.DOTALL)


def fill(page: str, found: Table) -> str:
    """The page with each `<!-- crowd:NAME --> … <!-- /crowd:NAME -->` filled anew; KeyError for a NAME that
    there is no table for."""
    return _MARK.sub(lambda match: f"{match[1]}\n{_TABLES[match[2]](found)}\n\n{match[3]}", page)


def grid(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows)])


def _required(found: Table) -> str:
    return grid(
        ("case", "must", "goal", "ours", "reached"),
        ((row.case, row.must, row.goal, row.value, f"**{row.verdict}**") for row in required(found.results)),
    )


def _cells(outcomes: dict[str, Outcome]) -> str:
    head = (
        "case",
        "P95 peak [90 % range]",
        "P95 wait after told time",
        "hall wait mean / P95",
        "utilisation",
        "overtime",
        "served",
        "unserved",
        "later today / other day / rebooked",
    )
    return grid(
        head,
        (
            (
                name,
                f"**{one.p95_peak}** [{one.p95_peak_low}-{one.p95_peak_high}]",
                f"{one.p95_wait:.1f} ± {one.p95_wait_error:.1f}" if one.p95_wait else "-",
                f"{one.mean_hall:.1f} / {one.p95_hall:.1f}",
                f"{one.utilisation:.1%} ± {one.utilisation_error:.1%}",
                f"{one.overtime:.0f}",
                f"{one.served:.0f}",
                f"{one.away:.2f}",
                f"{one.tickets:.1f} / {one.other_day:.1f} / {one.rebooked:.1f}",
            )
            for name, one in outcomes.items()
        ),
    )


def _gap(found: Table) -> str:
    return grid(
        ("ours, from", "closed"), ((name, f"{x:.0%}") for name, x in gap_closed(found.results).items())
    )


def _closed(found: Table) -> str:
    rows: list[tuple[object, ...]] = []
    for (section, name), result in found.results.items():
        if section == "closed form":
            closed, one = result
            rows.append(
                (
                    name,
                    f"{one.utilisation:.1%}",
                    f"{one.p95_peak} [{one.p95_peak_low}-{one.p95_peak_high}]",
                    closed,
                    f"{closed - one.p95_peak:+d}",
                )
            )
    return grid(("design", "utilisation", "simulated P95 peak", "closed form", "error"), rows)


def _pacing(found: Table) -> str:
    rows: list[tuple[object, ...]] = []
    for (section, name), one in found.results.items():
        if section == "pacing":
            assert isinstance(one, Filled)  # noqa: S101 - for the type checker
            rows.append(
                (
                    name,
                    f"{one.filled:.1%}",
                    one.without_seat,
                    f"{one.invitations:.1f}",
                    f"{one.worst_day:.1f} x",
                )
            )
    head = (
        "pacing",
        "seats filled",
        "attempts without a seat",
        "invitations a person",
        "busiest day / seats",
    )
    return grid(head, rows)


def _waits(found: Table) -> str:
    rows: list[tuple[object, ...]] = []
    for (section, name), one in found.results.items():
        if section == "waits":
            assert isinstance(one, Score)  # noqa: S101 - for the type checker
            rows.append(
                (
                    name,
                    one.count,
                    f"{one.coverage:.1%}",
                    f"{one.not_above:.1%}",
                    f"{one.bias:+.1f}",
                    f"{one.error:.1f}",
                )
            )
    head = ("days", "estimates", "within the range", "not above it", "bias, min", "mean error, min")
    return grid(head, rows)


def _classes(found: Table) -> str:
    shown = {
        "ours, base behaviour": found.outcomes("season")["ours, base behaviour"],
        "walk-ins x 3; control": found.outcomes("robustness")["walk-ins x 3; control"],
        "walk-ins x 3; no control": found.outcomes("robustness")["walk-ins x 3; no control"],
    }
    return grid(
        ("case", "class", "people", "mean", "P95", "longest"),
        (
            (name, group, one.people, f"{one.mean:.1f}", f"{one.p95:.1f}", f"{one.longest:.0f}")
            for name, outcome in shown.items()
            for group, one in outcome.classes.items()
        ),
    )


def _alarm(found: Table) -> str:
    days = {"usual days": found.outcomes("season")["ours, base behaviour"]}
    for times in (2, 3, 5):
        days[f"walk-ins x {times}"] = found.outcomes("robustness")[f"walk-ins x {times}; control"]
    return grid(
        ("days", "alarm by 10:00", "alarm that day"),
        ((name, f"{one.alarm_early:.0%}", f"{one.alarm_share:.0%}") for name, one in days.items()),
    )


_TABLES: dict[str, Callable[[Table], str]] = {
    "required": _required,
    "season": lambda found: _cells(found.outcomes("season")),
    "gap": _gap,
    "parts": lambda found: _cells(found.outcomes("parts")),
    "robustness": lambda found: _cells(found.outcomes("robustness")),
    "closed-form": _closed,
    "pacing": _pacing,
    "waits": _waits,
    "classes": _classes,
    "alarm": _alarm,
}
