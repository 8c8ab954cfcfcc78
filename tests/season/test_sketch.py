"""The sketch of the way: shown on pages as it is, so nothing but a drawing gets in."""

import pytest

from queueing.season.errors import SeasonError
from queueing.season.load import load_season
from queueing.season.model import Season
from tests.season.conftest import Spoil


def test_the_shipped_season_has_one_that_is_described_for_who_cannot_see_it(season: Season) -> None:
    assert season.map.startswith("<svg") and 'aria-label="示意图' in season.map


def test_a_season_needs_none(spoil: Spoil) -> None:
    directory = spoil("map.svg", "<svg", "<svg")
    (directory / "map.svg").unlink()
    assert load_season(directory).map == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<svg", "<svg onload='x'", "不能有 onload"),
        ("<rect", "<script>1</script><rect", "不能有 <script>"),
        ("<rect", "<foreignObject/><rect", "不能有 <foreignObject>"),
        ("<rect", "<rect style='fill: red'/><rect", "不能有 style"),
        ("</svg>", "", "不是完整的 SVG"),
        (" aria-label=", " data-label=", "aria-label"),
        ("</svg>", f"<text>{'长' * 3000}</text></svg>", "太大"),
    ],
)
def test_what_is_more_than_a_drawing_is_refused(spoil: Spoil, old: str, new: str, said: str) -> None:
    with pytest.raises(SeasonError) as caught:
        load_season(spoil("map.svg", old, new))
    (problem,) = caught.value.problems
    assert problem.file == "map.svg" and said in problem.reason


def test_a_drawing_from_a_program_may_name_its_language(spoil: Spoil) -> None:
    directory = spoil("map.svg", "<svg", '<svg xmlns="http://www.w3.org/2000/svg"')
    assert load_season(directory).map.startswith("<svg xmlns")
