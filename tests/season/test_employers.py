"""The employers of the article, as the import takes them."""

from pathlib import Path

import pytest

from queueing.season.employers import EmployerRow, read_employers
from queueing.season.errors import SeasonError
from tests.season.conftest import CONFIG


def test_all_124_employers_are_there_once_and_in_order() -> None:
    rows = read_employers(CONFIG / "employers.csv")
    assert [row.id for row in rows] == [f"e{number:03d}" for number in range(1, 125)]
    assert len({row.name for row in rows}) == 124


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (1, "高岛制盐有限公司"),
        (32, "双力板簧有限公司"),
        (40, "威海昆崙酒店有限公司"),
        (57, "北汽黑豹(威海)汽车有限公司"),
        (116, "双力板簧有限公司废旧金属收购门市部"),
        (117, "文城建设集团第五分公司(山成桥梁)"),
        (124, "文登区财源五金厂"),
    ],
)
def test_names_are_spelled_as_published(number: int, name: str) -> None:
    assert read_employers(CONFIG / "employers.csv")[number - 1].name == name


def test_a_spreadsheet_with_a_byte_order_mark_and_extra_columns_is_read(tmp_path: Path) -> None:
    file = tmp_path / "employers.csv"
    file.write_text("编号,单位名称,备注,电话\r\ne001, 甲厂 ,,0631-1\r\n", encoding="utf-8-sig", newline="")
    assert read_employers(file) == [EmployerRow("e001", "甲厂", "", "0631-1")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("名称\n甲厂\n".encode(), "第一行缺少列：编号、单位名称"),
        (b"", "第一行缺少列"),
        ("编号,单位名称\ne001,甲厂".encode("gbk"), "UTF-8"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "employers.csv"
    file.write_bytes(content)
    with pytest.raises(SeasonError, match=reason):
        read_employers(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SeasonError, match=r"employers\.csv：找不到"):
        read_employers(tmp_path / "employers.csv")
