"""The report of a rehearsal: numbers and checks from the log and the outbox. Everything but `seconds` is
the same for the same seed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import psycopg

from queueing.domain import State, evolve
from queueing.projections.compare import differences
from queueing.rehearsal.story import Story, tell
from queueing.season import calendar
from queueing.season.model import Season
from queueing.system import System


class Queue(msgspec.Struct, frozen=True):
    """Waits in minutes, people waiting: means and 95th percentiles over visits and days."""

    visits: int
    mean_hall_wait: float
    p95_hall_wait: float
    p95_wait_after_slot: float
    mean_daily_peak: float
    p95_daily_peak: int
    highest_peak: int
    worst_day: str
    utilisation: float
    """Services asked of the windows' planned time, on the days with visits."""


class SweepResult(msgspec.Struct, frozen=True):
    """What the sweep found and what came of it."""

    rounds: int
    uncollected_at_start: int
    told: int
    collected_after: int
    uncollected_at_end: int


class Checks(msgspec.Struct, frozen=True):
    """Each of these must be 0."""

    slots_over_capacity: int
    double_bookings: int
    collected_messaged_by_sweep: int
    reminded_without_booking: int
    cards_unaccounted: int
    projections_differ: int

    @property
    def passed(self) -> bool:
        """All are 0."""
        return not any(msgspec.structs.astuple(self))


class Played(msgspec.Struct, frozen=True):
    """How it was played, and what the log does not hold: parts of crowd control left out, days of the rumour,
    times that somebody asked for a place and none was free, people who came and got neither a ticket nor
    another day."""

    without: tuple[str, ...] = ()
    rumour: tuple[date, ...] = ()
    without_seat: int = 0
    unheard: int = 0


class Report(msgspec.Struct, frozen=True):
    """A rehearsal in numbers."""

    season: str
    seed: int
    holders: int
    collected: int
    by_wave: dict[str, dict[str, int]]
    by_how: dict[str, int]
    booked_by: dict[str, int]
    employers: dict[str, int]
    messages: dict[str, dict[str, int]]
    sweep: SweepResult
    queue: Queue
    days: list[dict[str, int | str]]
    slots: list[tuple[str, int, int]]
    differences: list[str]
    checks: Checks
    events: int
    seconds: float
    played: Played = Played()


def report(system: System, seed: int, seconds: float, played: Played = Played()) -> Report:
    """Tell the season that this system's log holds; what the log can't know is `played`."""
    story = tell(system.log.read_all())
    with system.pool.connection() as connection:
        differing = differences(connection, _folded(system))
        messages = _messages(connection)
        swept_late = _swept_late(connection, story)
        reminded = _reminded(connection, story)
    checks = Checks(
        slots_over_capacity=len(story.over_capacity),
        double_bookings=story.double_bookings,
        collected_messaged_by_sweep=swept_late,
        reminded_without_booking=reminded,
        cards_unaccounted=abs(story.registered - len(story.places)) + _misplaced(system, story),
        projections_differ=len(differing),
    )
    return Report(
        season=system.season.name,
        seed=seed,
        holders=story.registered,
        collected=len(story.collected),
        by_wave=_by_wave(system, story),
        by_how=dict(sorted(story.how.items())),
        booked_by=dict(sorted(story.booked_by.items())),
        employers=dict(sorted(story.employers.items())),
        messages=messages,
        sweep=_sweep(story),
        queue=_queue(story, system.season),
        days=_days(story),
        slots=[(slot, story.capacity[slot], story.most_in_slot[slot]) for slot in sorted(story.capacity)],
        differences=differing[:20],
        checks=checks,
        events=system.log.head(),
        seconds=round(seconds, 1),
        played=played,
    )


def _folded(system: System) -> State:
    """The state, folded from the log anew."""
    state = State()
    for _, event in system.log.read_all():
        evolve(state, event)
        state.commit()
    return state


HERE = frozenset({"bank", "window", "returned", "recalled"})


def _misplaced(system: System, story: Story) -> int:
    """Cards that the log and the desk see in different places (one place at the branch is as another)."""
    with system.desk.view() as state:
        return sum(
            1
            for card, place in story.places.items()
            if card not in state.cards or not _same_place(place, state.cards[card].place)
        )


def _same_place(told: str, known: str) -> bool:
    return told == known or (told in HERE and known in HERE)


def _by_wave(system: System, story: Story) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for card, cohort in story.cohort.items():
        wave = system.season.wave_of(cohort).id
        found[wave]["cards"] += 1
        found[wave]["collected"] += card in story.collected
    return {wave: dict(counts) for wave, counts in sorted(found.items())}


def _messages(connection: psycopg.Connection[Any]) -> dict[str, dict[str, int]]:
    rows = connection.execute(
        "SELECT kind, state, count(*) FROM messages GROUP BY kind, state ORDER BY kind, state"
    ).fetchall()
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for kind, state, count in rows:
        found[str(kind)][str(state)] = int(count)
    return dict(found)


def _swept_late(connection: psycopg.Connection[Any], story: Story) -> int:
    """Sweep messages that left after their card was collected."""
    rows = connection.execute(
        "SELECT card, outcome_at FROM messages WHERE kind = 'sweep' AND state IN ('accepted', 'delivered')"
    ).fetchall()
    return sum(1 for card, at in rows if card in story.collected and story.collected[card] < at)


def _reminded(connection: psycopg.Connection[Any], story: Story) -> int:
    """Reminders that left while their version of the booking was not live."""
    rows = connection.execute(
        "SELECT card, booking, version, outcome_at FROM messages"
        " WHERE kind = 'reminder' AND state IN ('accepted', 'delivered')"
    ).fetchall()
    return sum(1 for card, booking, version, at in rows if not _was_live(story, card, booking, version, at))


def _was_live(story: Story, card: str, booking: int, version: int, at: datetime) -> bool:
    live = story.live.get(card)
    if live is not None and (live.booking, live.version) == (booking, version) and story.since[card] <= at:
        return True
    return any(
        (number, moved) == (booking, version) and start <= at <= end
        for start, end, number, moved in story.booking_spans.get(card, ())
    )


def _sweep(story: Story) -> SweepResult:
    started = story.sweep_rounds[0][1] if story.sweep_rounds else None
    after = sum(1 for at in story.collected.values() if started and at >= started)
    return SweepResult(
        rounds=len(story.sweep_rounds),
        uncollected_at_start=story.sweep_rounds[0][2] if story.sweep_rounds else 0,
        told=len(story.swept),
        collected_after=after,
        uncollected_at_end=story.registered - len(story.collected),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies (nearest rank); 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def window_minutes(day: date, season: Season) -> float:
    """Minutes that the windows are planned for on a day."""
    spans = calendar.sessions(day, season)
    return calendar.windows(day, season) * sum((end - start).total_seconds() / 60 for start, end in spans)


def _queue(story: Story, season: Season) -> Queue:
    planned = sum(window_minutes(day, season) for day in {wait.day for wait in story.waits})
    worst = max(story.peak, key=lambda day: (story.peak[day], day), default=None)
    halls = [wait.hall for wait in story.waits]
    booked = [wait.after_due for wait in story.waits if wait.booked]
    peaks = list(story.peak.values())
    return Queue(
        visits=len(halls),
        mean_hall_wait=round(sum(halls) / max(1, len(halls)), 1),
        p95_hall_wait=round(percentile(halls, 0.95), 1),
        p95_wait_after_slot=round(percentile(booked, 0.95), 1),
        mean_daily_peak=round(sum(peaks) / max(1, len(peaks)), 1),
        p95_daily_peak=int(percentile(peaks, 0.95)),
        highest_peak=max(peaks, default=0),
        worst_day=worst.isoformat() if worst else "",
        utilisation=round(len(halls) * season.capacity.service_minutes / max(1.0, planned), 3),
    )


def _days(story: Story) -> list[dict[str, int | str]]:
    waits: dict[date, list[float]] = defaultdict(list)
    for wait in story.waits:
        waits[wait.day].append(wait.hall)
    found: list[dict[str, int | str]] = []
    for day in sorted(story.by_day):
        row: dict[str, int | str] = {"day": day.isoformat(), "peak_waiting": story.peak[day]}
        row["mean_wait"] = round(sum(waits[day]) / max(1, len(waits[day])))
        row["visits"] = len(waits[day])
        found.append(row | dict(sorted(story.by_day[day].items())))
    return found
