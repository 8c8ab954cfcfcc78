"""The tables of docs/crowd.md, written between its markers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from queueing.crowd import cases
from queueing.crowd.campaign import Filled
from queueing.crowd.hall import Hall
from queueing.crowd.hearing import Heard
from queueing.crowd.judging import Judged
from queueing.crowd.offering import FILLS, Offering
from queueing.crowd.required import Compared, gap_closed, required
from queueing.crowd.simulate import Outcome
from queueing.crowd.table import Table

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
                _peak(one),
                _wait(one),
                f"{one.mean_hall:.1f} / {one.p95_hall:.1f} ± {one.p95_hall_error:.1f}",
                f"{one.utilisation:.1%} ± {one.utilisation_error:.1%}",
                f"{one.overtime:.0f} ± {one.overtime_error:.0f}",
                f"{one.served:.0f} ± {one.served_error:.0f}",
                f"{one.away:.2f} ± {one.away_error:.2f}",
                f"{one.tickets:.1f} / {one.other_day:.1f} / {one.rebooked:.1f}",
            )
            for name, one in outcomes.items()
        ),
    )


def _wait(one: Outcome) -> str:
    return f"{one.p95_wait:.1f} ± {one.p95_wait_error:.1f}" if one.p95_wait else "-"


def _range(one: Outcome) -> str:
    return f"{one.p95_peak} [{one.p95_peak_low}-{one.p95_peak_high}]"


def _peak(one: Outcome | None) -> str:
    return f"**{one.p95_peak}** [{one.p95_peak_low}-{one.p95_peak_high}]" if one else ""


def _worlds(found: Table) -> str:
    """A row a world: nothing done about it beside live control."""
    outcomes = found.outcomes("robustness")
    rows: list[tuple[object, ...]] = []
    for name, one in outcomes.items():
        world, _, what = name.partition("; ")
        if what == "no control":
            continue
        none = outcomes.get(f"{world}; no control") if what == "control" else None
        rows.append(
            (
                world if what == "control" else f"{world}; {what.removeprefix('control, ')}",
                _peak(none),
                _peak(one),
                f"{_wait(none)} / {_wait(one)}" if none else _wait(one),
                f"{one.utilisation:.1%} ± {one.utilisation_error:.1%}",
                f"{none.away:.2f} / {one.away:.2f}" if none else f"{one.away:.2f}",
                f"{one.tickets:.1f} / {one.other_day:.1f} / {one.rebooked:.1f}",
            )
        )
    head = (
        "world",
        "P95 peak, nothing done",
        "P95 peak, live control",
        "P95 wait after told time: nothing / control",
        "utilisation, control",
        "unserved: nothing / control",
        "control: later today / other day / rebooked",
    )
    return grid(head, rows)


def _couples(found: Table) -> str:
    """A row a share of couples, with the heads in the hall for people with companions."""
    outcomes, windows = found.outcomes("couples"), cases.ours().windows
    rows: list[tuple[object, ...]] = []
    for name, one in outcomes.items():
        share, _, what = name.partition("; ")
        if what == "control":
            none = outcomes[f"{share}; no control"]
            heads = Hall().heads(one.p95_peak, windows)
            rows.append((share, _peak(none), _peak(one), f"{one.mean_peak:.1f}", _wait(one), f"{heads:.0f}"))
    head = (
        "people",
        "P95 peak, nothing done",
        "P95 peak, live control",
        "mean peak, control",
        "P95 wait after told time, control",
        "heads in the hall at the P95 peak",
    )
    return grid(head, rows)


def _gap(found: Table) -> str:
    return grid(
        ("ours, from", "closed"), ((name, f"{x:.0%}") for name, x in gap_closed(found.results).items())
    )


def _closed(found: Table, used: bool) -> str:
    designs: dict[str, Compared] = found.section("closed form")
    head = ("design", "utilisation", "simulated P95 peak", "closed form", "error")
    return grid(
        head,
        (
            (name, f"{one.found.utilisation:.1%}", _range(one.found), one.closed, f"{one.error:+d}")
            for name, one in designs.items()
            if one.used == used
        ),
    )


def _pacing(found: Table) -> str:
    seasons: dict[str, Filled] = found.section("pacing")
    head = (
        "pacing",
        "seats filled",
        "attempts without a seat",
        "invitations a person",
        "busiest day / seats",
    )
    return grid(
        head,
        (
            (
                name,
                f"{one.filled:.1%} ± {one.filled_error:.1%}",
                one.without_seat,
                f"{one.invitations:.1f}",
                f"{one.worst_day:.1f} x",
            )
            for name, one in seasons.items()
        ),
    )


def _offers(found: Table) -> str:
    cells: dict[str, list[Offering]] = {}
    for (section, name), one in found.results.items():
        if section == "offers":
            cells.setdefault(name.rsplit(", ", 1)[0], []).append(one)
    rows = (
        (way, *(f"{one.peak:.1f} ± {one.error:.1f}" for one in ones), f"{ones[0].liking:.0%}")
        for way, ones in cells.items()
    )
    return grid(("places offered", *(f"{fill:.0%} full" for fill in FILLS), "liked (half full)"), rows)


def _waits(found: Table) -> str:
    judged: dict[str, Judged] = found.section("waits")
    head = ("days", "estimates", "within the range", "not above it", "bias, min", "mean error, min")
    return grid(
        head,
        (
            (
                name,
                one.score.count,
                f"{one.score.coverage:.1%} ± {one.coverage_error:.1%}",
                f"{one.score.not_above:.1%}",
                f"{one.score.bias:+.1f}",
                f"{one.score.error:.1f}",
            )
            for name, one in judged.items()
        ),
    )


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
    days: dict[str, Heard] = found.section("alarm")
    return grid(
        ("days", "alarm by 9:15", "by 10:00", "by 15:00", "that day"),
        (
            (name, *(f"{share:.1%} ± {one.error(share):.1%}" for share in one.shares))
            for name, one in days.items()
        ),
    )


_TABLES: dict[str, Callable[[Table], str]] = {
    "required": _required,
    "season": lambda found: _cells(found.outcomes("season")),
    "gap": _gap,
    "parts": lambda found: _cells(found.outcomes("parts")),
    "robustness": _worlds,
    "couples": _couples,
    "closed-form": lambda found: _closed(found, used=False),
    "chosen-on": lambda found: _closed(found, used=True),
    "pacing": _pacing,
    "waits": _waits,
    "offers": _offers,
    "classes": _classes,
    "alarm": _alarm,
}
