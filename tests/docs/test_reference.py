"""Whatever a person may meet is documented: events, templates, settings, policies, processes, read models."""

from dataclasses import fields

import pytest

from queueing.domain.kernel import known_events
from queueing.policies.rules import POLICIES
from queueing.projections.registry import all_projections
from queueing.rehearsal.personas import Habits
from queueing.rehearsal.report import Checks, Report
from queueing.runtime.programs import programs
from queueing.settings import Settings
from tests.docs.pages import ROOT, text
from workers.schedule import EVERY_SECONDS, OTHERS_SECONDS

FOLDERS = ("queueing/", "workers/", "config/", "templates/", "tests/", "bench/")
SPOKEN = {60: "minute", 300: "5 minutes", 600: "10 minutes", 3600: "hour"}


def undocumented(names: list[str], page: str) -> list[str]:
    """Those a page does not name as code."""
    return [name for name in names if f"`{name}`" not in text(page)]


def test_every_event() -> None:
    assert undocumented([event.__name__ for event in known_events()], "docs/domain.md") == []


def test_every_template() -> None:
    templates = [path.stem for path in sorted((ROOT / "templates" / "sms").glob("*.txt"))]
    assert len(templates) > 30
    assert undocumented(templates, "docs/sms-templates.md") == []


def test_every_setting() -> None:
    assert undocumented([field.name for field in fields(Settings)], "docs/settings.md") == []


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_with_how_often_it_runs(name: str) -> None:
    often = SPOKEN[EVERY_SECONDS.get(name, OTHERS_SECONDS)]
    assert f"| `{name}` | {often} |" in text("docs/operations.md")


def test_every_process() -> None:
    started = programs(Settings.from_env({"VAR_DIR": "x"}))
    named = [f"{one.name}-1" if one.count > 1 else one.name for one in started]
    assert undocumented(named, "docs/operations.md") == []


def test_every_read_model() -> None:
    assert undocumented([one.name for one in all_projections()], "docs/operations.md") == []


def test_every_assumption_of_the_rehearsal() -> None:
    assert undocumented([field.name for field in fields(Habits)], "docs/rehearsal.md") == []


def test_every_check_and_number_of_the_report() -> None:
    told = [*Checks.__struct_fields__, *(set(Report.__struct_fields__) - {"checks", "season", "seed"})]
    assert undocumented(told, "docs/rehearsal.md") == []


def test_every_folder_is_on_the_map() -> None:
    known = [path.name for path in sorted((ROOT / "queueing").iterdir()) if (path / "__init__.py").exists()]
    assert [name for name in known if f"queueing/{name}" not in text("README.md")] == []
    assert [name for name in known if f"queueing/{name}" not in text("docs/architecture.md")] == []


def test_files_and_modules_named_exist() -> None:
    for page in ("README.md", "docs/architecture.md", "docs/operations.md", "docs/rehearsal.md"):
        for word in text(page).replace("`", " ").split():
            path = word.strip("().,;:")
            if path.startswith(FOLDERS) and "<" not in path:
                assert (ROOT / path).exists(), f"{page}: {path}"
