"""Nothing in the repository names a machine it was made on, or the host of a package index."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

SKIPPED = {"var", "build", "dist", "node_modules"}
BINARY = {".png", ".pyc", ".xlsx", ".ico"}
MACHINE = re.compile(r"(?<![\w.:$~}])/(?:home|root|Users|work|mnt|srv)/\w")
HOST = re.compile(r"pypi\.org|pythonhosted\.org|tsinghua\.edu|index-url +http")


def files() -> Iterator[Path]:
    """The project's text files."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts) or SKIPPED & set(parts)
        if path.is_file() and not hidden and path.suffix not in BINARY and ".egg-info" not in str(path):
            yield path


def found(pattern: re.Pattern[str]) -> list[str]:
    """Where a pattern occurs."""
    return [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in files()
        for match in pattern.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]


def test_files_are_found() -> None:
    assert len(list(files())) > 200


@pytest.mark.parametrize("wrong", ["open('/" + "home/me/x')", "see /" + "work/main"])
def test_a_path_of_a_machine_would_be_seen(wrong: str) -> None:
    assert MACHINE.search(wrong)


def test_no_path_of_a_machine() -> None:
    assert found(MACHINE) == []


def test_no_host_of_an_index() -> None:
    assert found(HOST) == []
