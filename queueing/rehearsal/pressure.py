"""A short season under pressure: two windows, more people than the days have places for, and the behaviour
that docs/crowd.md assumes, so that a rehearsal shows what each part of the crowd control gives. Three days of
notices, then ten days of handing out, on the seventh of which three times the usual walk-ins come; the season
goes on after them, so that nobody is without a place because it ends.

A hard rumour is the branch of docs/crowd.md, with twice as much of everything, and three times the usual
walk-ins on six of the ten days: twice three days running, as rumours go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import date, timedelta
from pathlib import Path

from msgspec.structs import replace

from queueing.rehearsal.parts import PARTS, RIGID
from queueing.rehearsal.personas import Habits, Punctual
from queueing.rehearsal.rehearse import Plan
from queueing.season.calendar import add_working_days
from queueing.season.model import DayException, Season

WINDOWS = 2
HOLDERS = 6000
"""More than the days have places for: about half of those told book."""
NOTICE_DAYS, DAYS, AFTER, RUMOUR = 3, 10, 10, 6
"""Working days: with notices only, played, after the play (for bookings ahead); and which of the played ones
has the rumour, counted from 0."""
WALK_INS = 18
COHORTS = {"getihu": 0.12, "xiaowei": 0.11, "daobi": 0.09, "tuoguan": 0.38, "jumin": 0.30}
"""Those who collect in person, in the proportions of `rehearse.COHORTS`."""
BASE = Habits(
    shows_up=0.80,
    early_minutes=8.0,
    spread_minutes=12.0,
    reminded=Punctual(0.90, 6.0, 7.0),
    walk_ins_a_day=WALK_INS,
    walk_in_pool=1,
    rumour_share=0.0,
    rumour_times=3.0,
)
"""The base behaviour of docs/crowd.md, and that of those who read a reminder."""

HARD = (2, 3, 4, 7, 8, 9)
"""The played days of a hard rumour, counted from 0."""


@dataclass(frozen=True, slots=True)
class Case:
    """A row of the table: what is left out, the days of the rumour, and how many times the branch."""

    without: frozenset[str] = frozenset()
    rumour: tuple[int, ...] = (RUMOUR,)
    times: int = 1


CASES: dict[str, Case] = {
    "everything on": Case(),
    **{f"without {part}": Case(frozenset({part})) for part in PARTS},
    "rigid slots": Case(RIGID),
}
"""The rows of the table of the parts."""
RUMOURS: dict[str, Case] = {
    "walk-ins x3, live control on": Case(frozenset(), HARD, 2),
    "walk-ins x3, live control off": Case(frozenset({"control", "quota"}), HARD, 2),
}
"""The rows of the table of hard rumours."""


def hard_season(season: Season, windows: int = WINDOWS) -> Season:
    """The configured season cut to its first days: everybody's turn at once, so many windows, and walk-ins to
    fit."""
    days = _working_days(season, NOTICE_DAYS + DAYS + AFTER)
    closed = tuple(DayException(date=day, reason="演练", sessions=()) for day in days[:NOTICE_DAYS])
    everyone = [wave.id for wave in season.waves if wave.everyone]
    share = windows / WINDOWS
    return replace(
        season,
        first_day=days[0],
        last_day=days[-1],
        hours=replace(season.hours, exceptions=closed),
        waves=tuple(
            replace(wave, opens=days[-1] if wave.id in everyone else days[0]) for wave in season.waves
        ),
        sweep=replace(season.sweep, date=days[-1], last_call=days[-1]),
        capacity=replace(
            season.capacity,
            windows=windows,
            walk_ins_per_day=WALK_INS * share,
            walk_in_places_per_day=round(22 * share),
            walk_in_quota=round(22 * share),
        ),
    )


def _working_days(season: Season, count: int) -> list[date]:
    first = add_working_days(season.first_day - timedelta(days=1), 1, season)
    return [first, *(add_working_days(first, number, season) for number in range(1, count))]


def pressure(
    season: Season,
    season_dir: Path,
    *,
    holders: int = HOLDERS,
    seed: int = 7,
    parts_off: frozenset[str] = frozenset(),
    windows: int = WINDOWS,
    rumour: Sequence[int] = (RUMOUR,),
) -> Plan:
    """The plan of such a rehearsal; `rumour` are the played days with one, counted from 0."""
    hard = hard_season(season, windows)
    return Plan(
        holders,
        seed,
        hard,
        season_dir,
        habits=changed(BASE, walk_ins_a_day=WALK_INS * windows / WINDOWS),
        without=parts_off,
        cohorts=COHORTS,
        stop=add_working_days(hard.first_day, NOTICE_DAYS + DAYS, season),
        rumour=tuple(add_working_days(hard.first_day, NOTICE_DAYS + day, season) for day in rumour),
    )


def of_case(case: Case, season: Season, season_dir: Path, *, holders: int, seed: int) -> Plan:
    """The plan of a row, with so many holders for the branch as it is."""
    return pressure(
        season,
        season_dir,
        holders=holders * case.times,
        seed=seed,
        parts_off=case.without,
        windows=WINDOWS * case.times,
        rumour=case.rumour,
    )
