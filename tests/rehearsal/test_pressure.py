"""The rehearsal under pressure: each part of crowd control can be left out, and what that does is read from
the season and the play."""

from pathlib import Path

import pytest

from queueing.cli.rehearsed import fill
from queueing.rehearsal.comparison import row
from queueing.rehearsal.parts import PARTS, without
from queueing.rehearsal.pressure import CASES, hard_season, pressure
from queueing.rehearsal.rehearse import rehearse
from queueing.rehearsal.report import Report
from queueing.season.calendar import open_days
from queueing.season.load import load_season
from tests.support import CONFIG, database, settings

SEASON = load_season(CONFIG)


def play(server: str, var_dir: Path, *parts: str) -> Report:
    with database(server) as url:
        plan = pressure(SEASON, CONFIG, holders=60, seed=3, parts_off=frozenset(parts))
        return rehearse(settings(url, var_dir), url, plan)


def test_every_part_has_a_row() -> None:
    assert set().union(*(case.without for case in CASES.values())) == PARTS.keys()


@pytest.mark.parametrize("part", ["limits", "told", "offers", "quota", "control", "hours"])
def test_a_part_that_is_planned_is_planned_otherwise_without_it(part: str) -> None:
    hard = hard_season(SEASON)
    assert without(hard, frozenset({part})) != hard
    assert without(hard, frozenset()) == hard


def test_the_rumour_is_on_a_day_that_is_played() -> None:
    plan = pressure(SEASON, CONFIG)
    assert plan.rumour is not None and plan.stop is not None
    played = [day for day in open_days(plan.season) if day < plan.stop]
    assert len(played) == 10
    assert plan.rumour == (played[6],)


def test_a_rehearsal_says_what_it_was_played_without(pg_server_url: str, tmp_path: Path) -> None:
    paced, at_once = play(pg_server_url, tmp_path), play(pg_server_url, tmp_path, "pacing", "reminders")
    assert paced.checks.passed
    assert at_once.checks.passed
    assert at_once.played.without == ("pacing", "reminders")
    one = row("all", [paced, at_once])
    assert one.days == sum(int(day["visits"]) > 0 for report in (paced, at_once) for day in report.days)
    page = fill("a\n<!-- rehearsed -->\nstale\n<!-- /rehearsed -->\nb", [one])
    assert "| all |" in page
    assert "stale" not in page
