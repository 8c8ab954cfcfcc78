"""`queueing import holders FILE`, as an operator runs it."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from queueing.domain import events as e
from queueing.importing import cohort_spellings, employer_ids, import_holders
from queueing.people.csvread import HolderRow, read_holders
from queueing.people.synthetic import people, write_csv
from queueing.season.load import load_season
from queueing.settings import Settings
from queueing.system import open_system
from tests.importing.conftest import Installation
from tests.support import CONFIG

COHORTS = {"danwei": 0.3, "getihu": 0.3, "tuoguan": 0.4}
SIZE = 60


@pytest.fixture
def rows() -> list[HolderRow]:
    return list(people(SIZE, 11, COHORTS, ["e001", "e002"], on=date(2018, 5, 16)))


def spoken(rows: list[HolderRow], path: Path, encoding: str = "utf-8-sig") -> Path:
    """A list as an operator writes it: names of cohorts and employers, not ids."""
    season = load_season(CONFIG)
    cohorts = {
        cohort.id: cohort.spellings[0] if cohort.spellings else cohort.name for cohort in season.cohorts
    }
    employers = {"e001": "高岛制盐有限公司", "e002": "国网山东省电力公司威海市文登区供电公司"}
    write_csv(path, rows, encoding, cohort_names=cohorts, employer_names=employers)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_goes_in_whatever_its_encoding(
    installation: Installation, rows: list[HolderRow], tmp_path: Path, encoding: str
) -> None:
    told = installation.run("import", "holders", str(spoken(rows, tmp_path / "名单.csv", encoding)))

    assert (told.code, told.out) == (0, f"读到 {SIZE} 行：新登记 {SIZE}，更正 0，无变化 0，有问题 0。\n")
    cards = [event for _, event in installation.facts() if isinstance(event, e.CardRegistered)]
    assert Counter((one.cohort, one.employer, one.reach) for one in cards) == Counter(
        (row.cohort, row.employer or "", row.reachable_by_sms) for row in rows
    )
    assert installation.count("vault_people") == SIZE


def test_an_english_heading_does_too(
    installation: Installation, rows: list[HolderRow], tmp_path: Path
) -> None:
    text = spoken(rows, tmp_path / "list.csv", "utf-8").read_text(encoding="utf-8")
    heading, _, rest = text.partition("\n")
    english = "name,id_number,phone,cohort,employer,contact_phone,address,priority"
    (tmp_path / "list.csv").write_text(f"{english}\n{rest}", encoding="utf-8")
    assert heading.startswith("姓名,身份证号")
    assert installation.run("import", "holders", str(tmp_path / "list.csv")).code == 0
    assert installation.count("vault_people") == SIZE


def test_the_same_list_twice_changes_nothing(
    installation: Installation, rows: list[HolderRow], tmp_path: Path
) -> None:
    file = str(spoken(rows, tmp_path / "list.csv"))
    installation.run("import", "holders", file)
    head = installation.head()

    told = installation.run("import", "holders", file)

    assert (told.code, told.out) == (0, f"读到 {SIZE} 行：新登记 0，更正 0，无变化 {SIZE}，有问题 0。\n")
    assert installation.head() == head
    assert installation.count("vault_people") == SIZE


def test_bad_rows_are_named_by_line_field_and_reason_and_the_good_ones_go_in(
    installation: Installation, rows: list[HolderRow], tmp_path: Path
) -> None:
    file = spoken(rows, tmp_path / "list.csv", "utf-8")
    lines = file.read_text(encoding="utf-8").splitlines()
    cells = [line.split(",") for line in lines]
    selfs = [n for n, row in enumerate(rows, 1) if not row.employer][:5]
    cells[selfs[0]][0] = ""
    cells[selfs[1]][1] = cells[selfs[1]][1][:-1] + ("1" if cells[selfs[1]][1][-1] != "1" else "2")
    cells[selfs[2]][2] = "1540000"
    cells[selfs[3]][3] = "火星人"
    cells[selfs[4]][4] = "高岛制盐有限公司"
    theirs = next(n for n, row in enumerate(rows, 1) if row.employer)
    cells[theirs][4] = ""
    lines = [",".join(line) for line in cells]
    lines.append(lines[selfs[0] + 6])
    lines.append('"没有关上的引号,1,2,3')
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    told = installation.run("import", "holders", str(file))

    assert told.code == 2
    assert f"第 {selfs[0] + 1} 行，姓名：姓名为空" in told.err
    assert f"第 {selfs[1] + 1} 行，身份证号：" in told.err
    assert f"第 {selfs[2] + 1} 行，手机号：" in told.err
    assert f"第 {selfs[3] + 1} 行，人群：没有“火星人”这个人群" in told.err
    assert f"第 {selfs[4] + 1} 行，人群：填了单位，人群却不是单位代领" in told.err
    assert f"第 {theirs + 1} 行，单位：这一类人员由单位代领" in told.err
    assert f"第 {SIZE + 2} 行，身份证号：身份证号与第" in told.err
    assert f"第 {SIZE + 3} 行，整行：引号不成对" in told.err
    assert told.out == f"读到 {SIZE + 2} 行：新登记 {SIZE - 6}，更正 0，无变化 0，有问题 8。\n"
    assert installation.count("vault_people") == SIZE - 6
    for row in rows:
        assert row.id_number not in told.err + told.out
        assert not row.phone or row.phone not in told.err + told.out
        assert row.name not in told.err + told.out


def test_corrected_and_imported_again_the_rest_goes_in(
    installation: Installation, rows: list[HolderRow], tmp_path: Path
) -> None:
    good = spoken(rows, tmp_path / "good.csv", "utf-8")
    lines = good.read_text(encoding="utf-8").splitlines()
    (tmp_path / "bad.csv").write_text("\n".join([*lines[:-1], "," + lines[-1]]) + "\n", encoding="utf-8")
    assert installation.run("import", "holders", str(tmp_path / "bad.csv")).code == 2
    told = installation.run("import", "holders", str(good))
    assert told.out == f"读到 {SIZE} 行：新登记 1，更正 0，无变化 {SIZE - 1}，有问题 0。\n"


@pytest.mark.parametrize("wrong", ["姓名,号码,手机号,人群", "", "王小兰,999999194803090021,15400000001,托管"])
def test_a_file_that_is_none_is_one_sentence(installation: Installation, tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        f"{wrong}\n王小兰,999999194803090021,15400000001,托管\n" if wrong else "", encoding="utf-8"
    )
    head = installation.head()

    told = installation.run("import", "holders", str(file))

    assert told.code == 1
    said = [line for line in told.err.splitlines() if "正在导入" not in line and line.strip()]
    assert len(said) == 1, told.err
    assert said[0].endswith("。")
    assert "王小兰" not in told.err
    assert "15400000001" not in told.err
    assert installation.head() == head


def test_a_file_that_is_not_there_is_one_sentence(installation: Installation, tmp_path: Path) -> None:
    told = installation.run("import", "holders", str(tmp_path / "none.csv"))
    assert told.code != 0
    assert "Traceback" not in told.err
    assert len(told.err.strip().splitlines()) == 1


def test_a_corrected_list_corrects(installation: Installation, rows: list[HolderRow], tmp_path: Path) -> None:
    installation.run("import", "holders", str(spoken(rows, tmp_path / "list.csv", "utf-8")))
    lines = (tmp_path / "list.csv").read_text(encoding="utf-8").splitlines()
    number = next(n for n, row in enumerate(rows, 1) if row.cohort == "getihu")
    lines[number] = lines[number].replace("个体", "托管", 1)
    (tmp_path / "list.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    told = installation.run("import", "holders", str(tmp_path / "list.csv"))

    assert told.out == f"读到 {SIZE} 行：新登记 0，更正 1，无变化 {SIZE - 1}，有问题 0。\n"
    assert [event.cohort for _, event in installation.facts() if isinstance(event, e.CardReassigned)] == [
        "tuoguan"
    ]


def test_after_a_crash_between_vault_and_log_the_next_import_registers(
    installation: Installation, rows: list[HolderRow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vault has everybody, and the process died before the log had anybody."""
    file = spoken(rows, tmp_path / "list.csv")
    head = installation.head()
    system = open_system(Settings.from_env())

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    try:
        read = read_holders(file, cohort_spellings(system.season), employer_ids(system), date(2018, 5, 16))
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(system.desk, "handle", dies)
            import_holders(system, read, by="staff:import")
    finally:
        system.close()
    assert installation.count("vault_people") == SIZE
    assert installation.head() == head

    told = installation.run("import", "holders", str(file))

    assert told.out == f"读到 {SIZE} 行：新登记 {SIZE}，更正 0，无变化 0，有问题 0。\n"
    assert installation.count("vault_people") == SIZE
    cards = {event.card for _, event in installation.facts() if isinstance(event, e.CardRegistered)}
    assert len(cards) == SIZE


def test_a_long_list_of_bad_rows_is_cut_and_counted(installation: Installation, tmp_path: Path) -> None:
    lines = ["姓名,身份证号,手机号,人群", *(f",{n},1,无" for n in range(70))]
    (tmp_path / "list.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = installation.run("import", "holders", str(tmp_path / "list.csv"))
    assert told.code == 2
    assert told.err.count("第 ") == 50
    assert "另有 20 行有问题" in told.err
