"""`queueing season open` and `queueing import employers FILE`."""

from pathlib import Path

import pytest

from queueing.domain import events as e
from queueing.settings import Settings
from queueing.system import open_system
from tests.importing.conftest import Installation


def names(installation: Installation) -> dict[str, str]:
    return {
        event.employer: event.name
        for _, event in installation.facts()
        if isinstance(event, e.EmployerRegistered)
    }


def test_opening_the_season_registers_all_employers_of_the_programme(installation: Installation) -> None:
    assert len(names(installation)) == 124
    assert names(installation)["e001"] == "高岛制盐有限公司"
    assert sum(isinstance(event, e.SeasonOpened) for _, event in installation.facts()) == 1


def test_opening_it_again_changes_nothing(installation: Installation) -> None:
    head = installation.head()
    told = installation.run("season", "open")
    assert told.code == 0
    assert "早已开启，没有改变" in told.out
    assert installation.head() == head


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_of_employers_goes_in_once(installation: Installation, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "单位.csv"
    text = "编号,单位名称,联系人,电话\n,文登纺织厂,孙经办,15400000091\ne900,文登机械厂,,0631-9912345\n"
    file.write_bytes(text.encode(encoding))

    told = installation.run("import", "employers", str(file))

    assert told.code == 0
    assert "新登记 2" in told.out
    found = names(installation)
    assert found["e125"] == "文登纺织厂", "the next free number"
    assert found["e900"] == "文登机械厂"
    head = installation.head()
    assert "无变化 2" in installation.run("import", "employers", str(file)).out
    assert installation.head() == head
    system = open_system(Settings.from_env())
    try:
        contact = system.vault.get_employer_contact("e125")
        assert contact is not None
        assert (contact.name, contact.phone) == ("孙经办", "15400000091")
    finally:
        system.close()


def test_an_employer_known_by_name_keeps_its_number(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("单位名称,联系人,电话\n高岛制盐有限公司,孙经办,15400000091\n", encoding="utf-8")
    told = installation.run("import", "employers", str(file))
    assert "无变化 1" in told.out
    assert len(names(installation)) == 124


def test_a_bad_row_is_named_and_the_others_go_in(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "编号,单位名称,联系人,电话\n,文登纺织厂,,12\n,文登机械厂,,\n,文登机械厂,,\n", encoding="utf-8"
    )
    told = installation.run("import", "employers", str(file))
    assert told.code == 2
    assert "第 2 行，电话：" in told.err
    assert "第 4 行，单位名称：单位名称与第3行相同" in told.err
    assert "文登机械厂" in names(installation).values()
    assert len(names(installation)) == 125


def test_a_wrong_column_is_one_sentence(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("公司,电话\n文登纺织厂,\n", encoding="utf-8")
    told = installation.run("import", "employers", str(file))
    assert told.code == 1
    assert told.err.startswith("缺少列：单位名称。")
    assert len(told.err.strip().splitlines()) == 1
