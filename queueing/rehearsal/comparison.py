"""Rehearsals under pressure side by side: what each part of crowd control gives, by the product itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from queueing.rehearsal.report import Report, percentile


class Row(msgspec.Struct, frozen=True):
    """One case over all its seeds. People waiting: `p95_peak` and `mean_peak` over the usual days,
    `worst_peak` on `worst_day`; over the `rumour_days` the highest (`rumour_peak`), P95 and mean, with a
    day's walk-ins who were sent to later, to another day, and of them served all the same; `p95_wait` after
    the told time, the mean over seeds; `utilisation` of the windows' planned time; times that somebody found
    no place (`without_seat`), people who came and were given nothing (`unheard`)."""

    case: str
    without: tuple[str, ...]
    days: int
    p95_peak: int
    mean_peak: float
    rumour_peak: int
    rumour_days: int
    rumour_p95: int
    rumour_mean: float
    sent_later: float
    sent_to_another_day: float
    overridden: float
    worst_peak: int
    worst_day: str
    p95_wait: float
    p95_hall: float
    utilisation: float
    collected: int
    without_seat: int
    unheard: int
    checks: int
    seconds: float


def row(case: str, reports: Sequence[Report]) -> Row:
    """The row of a case from its rehearsals (at least one)."""
    usual, rumour = _peaks(reports, rumour=False), _peaks(reports, rumour=True)
    worst = max(reports, key=lambda one: one.queue.highest_peak).queue
    count = len(reports)
    return Row(
        case=case,
        without=reports[0].played.without,
        days=len(usual) + len(rumour),
        p95_peak=int(percentile(usual, 0.95)),
        mean_peak=round(sum(usual) / max(1, len(usual)), 1),
        rumour_peak=max(rumour, default=0),
        rumour_days=len(rumour),
        rumour_p95=int(percentile(rumour, 0.95)),
        rumour_mean=round(sum(rumour) / max(1, len(rumour)), 1),
        sent_later=_a_day(reports, "sent_later"),
        sent_to_another_day=_a_day(reports, "sent_to_another_day"),
        overridden=_a_day(reports, "overridden"),
        worst_peak=worst.highest_peak,
        worst_day=worst.worst_day,
        p95_wait=round(sum(one.queue.p95_wait_after_slot for one in reports) / count, 1),
        p95_hall=round(sum(one.queue.p95_hall_wait for one in reports) / count, 1),
        utilisation=round(sum(one.queue.utilisation for one in reports) / count, 3),
        collected=round(sum(one.collected for one in reports) / count),
        without_seat=sum(one.played.without_seat for one in reports),
        unheard=sum(one.played.unheard for one in reports),
        checks=sum(sum(msgspec.structs.astuple(one.checks)) for one in reports),
        seconds=round(sum(one.seconds for one in reports), 1),
    )


def _peaks(reports: Sequence[Report], *, rumour: bool) -> list[int]:
    """The most people waiting on each day with visits, of the rumour or of the others."""
    return [int(day["peak_waiting"]) for day in _days(reports, rumour=rumour)]


def _days(reports: Sequence[Report], *, rumour: bool) -> list[dict[str, int | str]]:
    return [
        day
        for one in reports
        for day in one.days
        if int(day["visits"]) and (date.fromisoformat(str(day["day"])) in one.played.rumour) is rumour
    ]


def _a_day(reports: Sequence[Report], what: str) -> float:
    """The mean of a count over the rumour days."""
    counts = [int(day.get(what, 0)) for day in _days(reports, rumour=True)]
    return round(sum(counts) / max(1, len(counts)), 1)


HEAD = (
    "case",
    "P95 peak, usual days (mean)",
    "peak, rumour day",
    "worst day",
    "P95 wait after told time, min",
    "utilisation",
    "collected",
    "found no place",
    "given nothing",
)


RUMOUR_HEAD = (
    "case",
    "rumour days",
    "P95 peak, rumour days",
    "P95 peak, usual days (mean)",
    "P95 wait after told time, min",
    "utilisation",
    "collected",
    "found no place",
    "given nothing",
)


def rumour_cells(one: Row) -> tuple[object, ...]:
    """A row of a hard rumour as the page shows it."""
    return (
        one.case,
        one.rumour_days,
        f"**{one.rumour_p95}**",
        f"{one.p95_peak} ({one.mean_peak:.1f})",
        f"{one.p95_wait:.1f}",
        f"{one.utilisation:.1%}",
        one.collected,
        one.without_seat,
        one.unheard,
    )


def cells(one: Row) -> tuple[object, ...]:
    """A row as the page shows it."""
    return (
        one.case,
        f"**{one.p95_peak}** ({one.mean_peak:.1f})",
        one.rumour_peak,
        f"{one.worst_peak} on {one.worst_day}",
        f"{one.p95_wait:.1f}",
        f"{one.utilisation:.1%}",
        one.collected,
        one.without_seat,
        one.unheard,
    )
