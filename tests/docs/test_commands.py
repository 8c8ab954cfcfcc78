"""What the documents tell people to type exists: commands, options, make targets, variables."""

import re
from collections.abc import Iterator
from functools import cache

import pytest
import typer

from queueing.cli import build
from queueing.web.staff import ROLES
from tests.docs.pages import OPERATORS, ROOT, code_lines, text

_CALL = re.compile(r"^(?:.*[ (/])?queueing ([a-z].*)$")
_OURS = {"PGBIN", "DATABASE_URL", "REDIS_URL"}
"""Variables of a shell example, or given to other programs."""


@cache
def commands() -> dict[tuple[str, ...], set[str]]:
    """Every command and its options."""
    return dict(_leaves(typer.main.get_command(build()), ()))


def _leaves(command: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    below = getattr(command, "commands", None)
    if below:
        for name, one in below.items():
            yield from _leaves(one, (*path, name))
    else:
        options = {option for one in getattr(command, "params", ()) for option in one.opts}
        yield path, options | {"--help"}


def calls(page: str) -> list[str]:
    """What follows `queueing` wherever a page calls it."""
    return [match[1] for line in code_lines(page) if (match := _CALL.match(line.split("#")[0].strip()))]


def unknown(call: str) -> list[str]:
    """What of a call does not exist."""
    words = call.replace(")", " ").replace('"', " ").split()
    path = next((tuple(words[:n]) for n in (3, 2, 1) if tuple(words[:n]) in commands()), ())
    if not path:
        return [call]
    return [word for word in words if word.startswith("--") and word not in commands()[path]]


@pytest.mark.parametrize("page", OPERATORS)
def test_every_call_exists(page: str) -> None:
    assert [wrong for call in calls(page) for wrong in unknown(call)] == []


def test_calls_are_found_and_wrong_ones_seen() -> None:
    assert len(calls("README.md")) > 15
    assert unknown("season shut") == ["season shut"]
    assert unknown("season check --quick") == ["--quick"]


def test_the_readme_names_every_command() -> None:
    called = [tuple(call.split()) for call in calls("README.md")]
    assert [path for path in commands() if all(call[: len(path)] != path for call in called)] == []


def test_every_role_is_named() -> None:
    line = next(line for line in text("README.md").splitlines() if "staff add LOGIN" in line)
    assert [role for role in ROLES if role not in line] == []
    assert [role for role in ROLES if role not in text("docs/manual.zh.md")] == []


@pytest.mark.parametrize("page", ["CHANGELOG.md", *OPERATORS])
def test_every_make_target_exists(page: str) -> None:
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {target for line in code_lines(page) for target in re.findall(r"\bmake ([a-z]+)", line)}
    assert named - known == set()


@pytest.mark.parametrize("page", OPERATORS)
def test_every_variable_exists(page: str) -> None:
    settings = set(re.findall(r"^\| `([A-Z_]+)`", text("docs/settings.md"), re.MULTILINE))
    named = {name for line in code_lines(page) for name in re.findall(r"\b([A-Z][A-Z_]{2,})=", line)}
    assert len(settings) > 10
    assert named - settings - _OURS == set()
