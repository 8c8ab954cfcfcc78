"""A season played with 300 people: everything that may happen does, and every check is 0."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import psycopg
import pytest

from queueing.rehearsal.page import write_page
from queueing.rehearsal.personas import Habits
from queueing.rehearsal.rehearse import Plan, rehearse
from queueing.rehearsal.report import Report
from queueing.rehearsal.text import CHECKS, as_text
from tests.rehearsal.seasons import MONTH, WEEK
from tests.support import database, settings

HOLDERS = 300
LIVELY = Habits(
    answer_days=0.6,
    changes_mind=0.3,
    cancels=0.15,
    writes_nonsense=0.1,
    says_thanks=0.2,
    delivered_twice=0.1,
    asks_home_visit=0.6,
    opts_out=0.03,
    slip_at_counter=0.05,
)
"""What is rare in a large season is frequent here, so that all of it happens."""


@pytest.fixture(scope="module")
def played(pg_server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Report]]:
    """The database of a month played, and its report."""
    with database(pg_server_url) as url:
        plan = Plan(HOLDERS, 7, MONTH, habits=LIVELY)
        yield url, rehearse(settings(url, tmp_path_factory.mktemp("var")), url, plan)


@pytest.fixture(scope="module")
def report(played: tuple[str, Report]) -> Report:
    return played[1]


def play(server: str, var_dir: Path, holders: int, seed: int) -> Report:
    with database(server) as url:
        return rehearse(settings(url, var_dir), url, Plan(holders, seed, WEEK))


def test_every_check_is_zero(report: Report) -> None:
    assert msgspec.structs.asdict(report.checks) == dict.fromkeys(CHECKS, 0)
    assert report.checks.passed
    assert report.differences == []


def test_the_report_has_what_was_promised(report: Report) -> None:
    told = msgspec.to_builtins(report)
    promised = {"holders", "collected", "by_wave", "messages", "sweep", "queue", "seconds", "checks"}
    assert promised <= told.keys()
    assert told["checks"].keys() == {
        "slots_over_capacity",
        "double_bookings",
        "collected_messaged_by_sweep",
        "reminded_without_booking",
        "cards_unaccounted",
        "projections_differ",
    }


def test_its_numbers_add_up(report: Report, played: tuple[str, Report]) -> None:
    assert report.holders == HOLDERS
    assert sum(wave["cards"] for wave in report.by_wave.values()) == HOLDERS
    assert sum(wave["collected"] for wave in report.by_wave.values()) == report.collected
    assert sum(report.by_how.values()) == report.collected
    assert report.sweep.uncollected_at_end == HOLDERS - report.collected
    assert report.sweep.collected_after <= report.collected
    assert sum(int(day.get("collected", 0)) for day in report.days) == sum(
        count for how, count in report.by_how.items() if how != "employer"
    )
    with psycopg.connect(played[0]) as connection:
        rows = connection.execute("SELECT kind, state, count(*) FROM messages GROUP BY 1, 2").fetchall()
        handed = connection.execute("SELECT count(*) FROM card_status WHERE place = 'handed'").fetchone()
    assert {(kind, state): n for kind, state, n in rows} == {
        (kind, state): n for kind, states in report.messages.items() for state, n in states.items()
    }
    assert handed == (report.collected,)


def test_people_and_employers_do_all_they_may(report: Report, played: tuple[str, Report]) -> None:
    with psycopg.connect(played[0]) as connection:
        kinds = {row[0] for row in connection.execute("SELECT DISTINCT type FROM queueing_tt_main")}
        heard = dict(connection.execute("SELECT intent, count(*) FROM inbound GROUP BY intent").fetchall())
    assert {
        "slot-booked",
        "booking-moved",
        "booking-cancelled",
        "slots-offered",
        "holder-arrived",
        "walk-in-ticketed",
        "card-collected",
        "no-show-recorded",
        "holder-invited",
        "phone-listed",
        "phone-call-done",
        "sweep-started",
        "card-released",
        "cards-handed-to-employer",
        "employer-roster-returned",
        "employer-reconciled",
        "employer-reminded",
        "card-activated",
        "collection-undone",
        "home-visit-requested",
        "holder-opted-out",
        "wave-opened",
        "wave-closed",
        "season-closed",
    } <= kinds
    assert {"book", "choose", "move", "thanks"} <= heard.keys()
    assert report.booked_by.keys() >= {"sms", "web", "phone"}
    assert report.by_how.keys() >= {"self", "proxy", "employer"}
    assert report.sweep.rounds == 4
    assert report.queue.visits > 50
    assert report.collected > HOLDERS / 2


def test_the_season_is_played_to_its_end(report: Report, played: tuple[str, Report]) -> None:
    with psycopg.connect(played[0]) as connection:
        due = connection.execute("SELECT count(*) FROM messages WHERE state IN ('due', 'claimed')").fetchone()
    assert due == (0,)
    assert report.days[0]["day"] == "2018-05-16"


def test_no_card_is_told_of_the_sweep_more_than_once_a_round(played: tuple[str, Report]) -> None:
    with psycopg.connect(played[0]) as connection:
        rounds = connection.execute(
            "SELECT card, template, created::date, count(*) FROM messages WHERE kind = 'sweep'"
            " GROUP BY 1, 2, 3 HAVING count(*) > 1"
        ).fetchall()
    assert rounds == []


def test_text_and_page_show_the_report(report: Report, tmp_path: Path) -> None:
    text = as_text(report)
    assert f"{HOLDERS} 人，领到 {report.collected} 人" in text
    assert all(f"{title}：0" in text for title in CHECKS.values())
    write_page(report, tmp_path / "pages" / "report.html")
    page = (tmp_path / "pages" / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 5
    assert str(report.collected) in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_same_seed_plays_the_same_season_and_another_one_another(
    pg_server_url: str, tmp_path: Path
) -> None:
    first, again, other = (play(pg_server_url, tmp_path, 80, seed) for seed in (3, 3, 4))
    assert msgspec.structs.replace(first, seconds=0.0) == msgspec.structs.replace(again, seconds=0.0)
    assert first.days != other.days
    assert first.checks.passed
    assert other.checks.passed
