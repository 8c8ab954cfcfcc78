"""`queueing crowd table`: the rows that are promised, and the page they are written to."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from queueing.cli import crowd, main
from queueing.cli.crowd_page import fill
from queueing.crowd import cases
from queueing.crowd.simulate import simulate
from queueing.crowd.table import Table, distinct, tasks

PAGE = Path(__file__).parents[2] / "docs" / "crowd.md"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("docs") / "crowd.md"
    shutil.copy(PAGE, copy)
    return copy


@pytest.fixture(scope="module")
def rows(written: Path) -> list[dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        patch.setattr("typer.echo", lambda text, **_: said.append(str(text)))
        with pytest.raises(SystemExit) as end:
            main(["crowd", "table", "--json", "--days", "10", "--write", str(written)])
    assert end.value.code == 0
    return json.loads(said[-1])


def test_each_row_has_a_case_and_its_figures(rows: list[dict[str, Any]]) -> None:
    assert len({(row["section"], row["case"]) for row in rows}) == len(rows) > 40
    for row in rows:
        assert {"case", "p95_peak", "p95_wait", "utilisation"} <= set(row)
        if row["section"] != "required":
            assert row["p95_peak"] > 0 < row["utilisation"]
            assert row["p95_peak_range"][0] <= row["p95_peak"] <= row["p95_peak_range"][1]


def test_what_must_be_shown_comes_first_with_must_and_goal(rows: list[dict[str, Any]]) -> None:
    first = rows[:7]
    assert {row["section"] for row in first} == {"required"}
    assert all(row["must"] and row["goal"] and row["value"] for row in first)
    assert {row["reached"] for row in first} <= {"goal", "must", "missed"}


def test_the_order_of_the_season_table_holds_on_few_days(rows: list[dict[str, Any]]) -> None:
    peak = {row["case"]: row["p95_peak"] for row in rows if row["section"] == "season"}
    assert (
        peak["rumour, no system (40 % before opening)"]
        > peak["rigid slots, 14 each"]
        > peak["ours, base behaviour"]
        > peak["perfect information, within 3 minutes"]
    )


def test_every_table_of_the_page_is_written(rows: list[dict[str, Any]], written: Path) -> None:
    page = written.read_text(encoding="utf-8")
    tables = re.findall(r"<!-- crowd:([a-z-]+) -->\n\n\| .*?<!-- /crowd:\1 -->", page, re.DOTALL)
    assert len(tables) == len(set(tables)) == page.count("<!-- crowd:") == 13
    assert rows[0]["value"] in page


def test_a_marker_without_a_table_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="nothing"):
        fill("<!-- crowd:nothing -->\n<!-- /crowd:nothing -->", Table(10))


def test_every_closed_form_row_says_whether_its_design_was_used(rows: list[dict[str, Any]]) -> None:
    designs = [row for row in rows if row["section"] == "closed form"]
    assert sum(row["held_out"] for row in designs) >= 20
    assert all(row["closed_form"] > 0 for row in designs)


def test_any_number_of_processes_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    some = [task for task in tasks(10) if task.section in ("season", "alarm")][-7:]
    monkeypatch.setattr(crowd, "tasks", lambda days: some)
    one, two = crowd.compute(10, jobs=1), crowd.compute(10, jobs=2)
    assert one.results == two.results
    assert list(one.results) == [(task.section, task.name) for task in some]


def test_what_is_alike_is_computed_once() -> None:
    todo = tasks(10)
    once = distinct(todo)
    assert len(once) < len(todo)
    assert {task.same_as for task in once} == {task.same_as for task in todo}
    base = [
        task for task in todo if task.name in ("ours, base behaviour", "everything on", "as planned; control")
    ]
    assert len(base) == 3 and len({task.same_as for task in base}) == 1


def test_the_tasks_are_the_cells_of_the_tables() -> None:
    names = [(task.section, task.name) for task in tasks(10)]
    assert len(set(names)) == len(names)


def test_seeds_are_fixed() -> None:
    one = cases.season()[5]
    assert simulate(one.plan, one.controls, days=5) == simulate(one.plan, one.controls, days=5)


def test_a_page_that_is_not_there_is_said_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["crowd", "table", "--days", "10", "--write", "no-such-page.md"])
    assert "找不到文件" in capsys.readouterr().err
