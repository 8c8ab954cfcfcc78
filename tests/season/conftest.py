"""The shipped season, and a copy of its files to spoil."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from queueing.season.load import load_season
from queueing.season.model import Season

CONFIG = Path(__file__).parents[2] / "config"
Spoil = Callable[[str, str, str], Path]


@pytest.fixture(scope="session")
def season() -> Season:
    return load_season(CONFIG)


@pytest.fixture
def spoil(tmp_path: Path) -> Spoil:
    """spoil(file, old, new): the directory of a copy in which one piece of text is replaced."""
    copy = tmp_path / "config"
    shutil.copytree(CONFIG, copy)

    def replace(file: str, old: str, new: str) -> Path:
        text = (copy / file).read_text(encoding="utf-8")
        assert old in text
        (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return copy

    return replace
