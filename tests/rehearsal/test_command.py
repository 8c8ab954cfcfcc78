"""`queueing rehearse`, as it is run."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from msgspec.structs import replace

from queueing import cli
from queueing.cli import rehearse as command
from queueing.rehearsal.report import Report
from tests.support import CONFIG

DATES = {
    "season.toml": {
        "last_day = 2018-07-31": "last_day = 2018-05-24",
        "date = 2018-07-01": "date = 2018-05-22",
        "last_call = 2018-07-25": "last_call = 2018-05-24",
        "certify_by = 2018-06-30": "certify_by = 2018-05-24",
    },
    "waves.toml": {
        "opens = 2018-06-01": "opens = 2018-05-18",
        "opens = 2018-07-01": "opens = 2018-05-22",
    },
}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    pg_url: str,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run the command on a season of nine days; its code and what it said."""
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    for name, changes in DATES.items():
        text = (config / name).read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        (config / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("SEASON_DIR", str(config))
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("DATABASE_URL", pg_url)
    monkeypatch.setenv("REDIS_URL", redis_url)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            cli.main(["rehearse", *arguments])
        said = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return end.value.code, said.out, said.err

    return run


def databases(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}


def test_it_prints_json_writes_a_page_and_leaves_no_database(run: Run, pg_url: str, tmp_path: Path) -> None:
    before = databases(pg_url)

    code, out, _ = run("--holders", "40", "--seed", "5", "--json", "--page", str(tmp_path / "report.html"))

    told = json.loads(out)
    assert code == 0
    assert (told["holders"], told["seed"]) == (40, 5)
    assert set(told["checks"].values()) == {0}
    assert told["seconds"] > 0
    assert "<svg" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert {name for name in databases(pg_url) - before if name.startswith("rehearsal")} == set()


def test_a_check_that_fails_fails_the_command(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    original = command.rehearse

    def spoiled(*arguments: object, **named: object) -> Report:
        report = original(*arguments, **named)  # type: ignore[arg-type]
        return replace(report, checks=replace(report.checks, double_bookings=1))

    monkeypatch.setattr(command, "rehearse", spoiled)
    code, out, _ = run("--holders", "10")
    assert code == 1
    assert "一卡两约：1" in out


def test_a_number_of_holders_that_makes_no_sense_is_one_sentence(run: Run) -> None:
    code, _, err = run("--holders", "3")
    assert code != 0
    assert len(err.strip().splitlines()) == 1
