"""Every key an operator can write is explained in docs/season.md."""

from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec
import pytest

from queueing.season.faq import placeholders
from queueing.season.model import Faq, HolidayYear, Season, SeasonSettings, Session, Table, WaveSettings

TEXT = (Path(__file__).parents[2] / "docs" / "season.md").read_text(encoding="utf-8")


def keys(struct: type[Table], prefix: str = "") -> Iterator[str]:
    for field in msgspec.structs.fields(struct):
        inner = list(_tables(field.type))
        if inner:
            yield from keys(inner[0], f"{prefix}{field.name}.")
        else:
            yield prefix + field.name


def _tables(hint: Any) -> Iterator[type[Table]]:
    if isinstance(hint, type) and issubclass(hint, Table) and hint is not Session:
        yield hint
    elif get_origin(hint) in (tuple, UnionType):
        for argument in get_args(hint):
            yield from _tables(argument)


ALL = [
    *keys(SeasonSettings),
    *keys(WaveSettings),
    *keys(HolidayYear, "years.<year>."),
    *keys(Faq, "<answer>."),
]


def test_the_keys_are_really_collected() -> None:
    assert len(ALL) > 60
    assert {"capacity.windows", "hours.exceptions.date", "reserves.pools.share", "waves.opens"} <= set(ALL)


@pytest.mark.parametrize("key", ALL)
def test_every_key_is_documented(key: str) -> None:
    assert f"`{key}`" in TEXT


def test_every_placeholder_is_documented(season: Season) -> None:
    names = {"wave_<id>" if name.startswith("wave_") else name for name in placeholders(season)}
    assert [name for name in names if f"`{{{name}}}`" not in TEXT] == []
