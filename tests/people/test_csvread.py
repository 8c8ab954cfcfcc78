from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueing.people.csvread import (
    BadRow,
    CsvFileError,
    EmployerRow,
    HolderRow,
    age_band,
    read_employers,
    read_holders,
)
from queueing.people.idnumber import make_id_number

from .conftest import somebody

ON = date(2018, 5, 16)
COHORTS = {"托管退休职工": "tuoguan", "托管": "tuoguan", "个体工商户": "getihu", "单位代领": "danwei"}
EMPLOYERS = {"威力工具（集团）有限公司": "e003", "天润曲轴股份有限公司": "e004"}
HEADING = "姓名,身份证号,手机号,人群,单位"
ID, OTHER_ID = somebody(1).id_number, somebody(2).id_number

Read = Callable[..., list[HolderRow | BadRow]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(*lines: str, encoding: str = "utf-8") -> list[HolderRow | BadRow]:
        path = tmp_path / "holders.csv"
        path.write_bytes("\r\n".join(lines).encode(encoding))
        return list(read_holders(path, COHORTS, EMPLOYERS, ON))

    return read


def holder(**fields: object) -> HolderRow:
    row = {"line": 2, "name": "王小兰", "id_number": ID, "phone": "15412345678", "cohort": "tuoguan"}
    return HolderRow(**{**row, "age_band": "70", **fields})


def test_a_line_becomes_a_holder(read: Read):
    rows = read(HEADING, f"王 小兰, {ID} ,154-1234-5678,单位代领,威力工具(集团)有限公司")

    assert rows == [holder(cohort="danwei", employer="e003")]
    assert isinstance(rows[0], HolderRow)
    assert (rows[0].channel, rows[0].reachable_by_sms) == ("employer", True)


def test_who_has_no_employer_collects_in_person(read: Read):
    for nobody in ("", "无", "-"):
        [row] = read(HEADING, f"王小兰,{ID},15412345678,托管,{nobody}")
        assert row == holder()
        assert isinstance(row, HolderRow)
        assert row.channel == "self"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding_is_recognised(read: Read, encoding: str):
    rows = read(HEADING, f"欧阳𠮷兰,{ID},,托管退休职工,", encoding=encoding)

    assert rows == [holder(name="欧阳𠮷兰", phone="")]


def test_gb18030_is_recognised_however_late_its_first_character_comes(tmp_path: Path):
    path = tmp_path / "holders.csv"
    path.write_bytes(
        b"name,id_number,phone,cohort\n" + b"\n" * 100_000 + f"王小兰,{ID},,托管".encode("gb18030")
    )

    assert list(read_holders(path, COHORTS, EMPLOYERS, ON)) == [holder(line=100_002, phone="")]


def test_a_file_in_no_encoding_is_refused(tmp_path: Path):
    path = tmp_path / "holders.csv"
    path.write_bytes(HEADING.encode("gb18030") + b"\n\xff\xff\xff")

    with pytest.raises(CsvFileError, match="编码"):
        list(read_holders(path, COHORTS, EMPLOYERS, ON))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "，"])
def test_every_usual_delimiter_is_recognised(read: Read, delimiter: str):
    rows = read(*(line.replace(",", delimiter) for line in (HEADING, f"王小兰,{ID},15412345678,托管,")))

    assert rows == [holder()]


@pytest.mark.parametrize(
    "heading",
    [
        "name,id_number,phone,cohort,employer",
        "Name,ID Number,Mobile,Cohort,Employer",
        "姓 名,身份证号码,联系电话,类别,单位名称",
        "*姓名（必填）,公民身份号码,手机,人员类别,原单位",
        '"姓名","身份证号","手机号码","人群","工作单位"',
        "姓名,身份证号,电话,人群,单位,,",
    ],
)
def test_headings_have_many_spellings(read: Read, heading: str):
    assert read(heading, f"王小兰,{ID},15412345678,托管,") == [holder()]


def test_columns_may_stand_in_any_order_among_others(read: Read):
    rows = read(
        "序号,人群,子女手机,优先,身份证号,地址,手机,姓名",
        f'1,托管,15488880000,是,{ID},"文登区,示例路1号",,王小兰',
    )

    assert rows == [holder(phone="", contact_phone="15488880000", address="文登区,示例路1号", priority=True)]


def test_blank_lines_and_padding_do_not_count(read: Read):
    rows = read("", ",,,,", HEADING, "", f"王小兰,{ID},15412345678,托管,,,", ",,,,", "")

    assert rows == [holder(line=5)]


def test_a_number_kept_as_a_spreadsheet_formula_is_read(read: Read):
    assert read(HEADING, f'王小兰,="{ID}",\'15412345678,托管,') == [holder()]


def test_a_missing_column_is_one_clear_error(read: Read):
    with pytest.raises(CsvFileError) as caught:
        read("姓名,证件,人群", f"王小兰,{ID},托管")

    assert str(caught.value) == (
        "缺少列：身份证号、手机号。文件中的列：姓名、证件、人群；需要的列：姓名、身份证号、手机号、人群。请改正标题行。"
    )


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([""], "空"),
        ([f"王小兰,{ID},15412345678,托管"], "标题行"),
        (['姓名,"身份证号,手机号,人群'], "标题行"),
        (["姓名,身份证号,手机,电话,人群"], "“手机”和“电话”"),
    ],
)
def test_a_file_with_a_wrong_heading_is_refused(read: Read, lines: list[str], reason: str):
    with pytest.raises(CsvFileError, match=reason):
        read(*lines)


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path):
    with pytest.raises(CsvFileError, match="打不开文件 none"):
        list(read_holders(tmp_path / "none.csv", COHORTS, EMPLOYERS, ON))


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (f",{ID},15412345678,托管,", "姓名", "姓名为空"),
        (f"王?兰,{ID},15412345678,托管,", "姓名", "生僻字"),
        (f"王兰2,{ID},15412345678,托管,", "姓名", "错位"),
        (f"王小兰,{ID[:-1]},15412345678,托管,", "身份证号", "现为17位"),
        ("王小兰,,15412345678,托管,", "身份证号", "为空"),
        (f"王小兰,{make_id_number('999999', date(2018, 5, 17), 1)},,托管,", "身份证号", "在将来"),
        (f"王小兰,{ID},1541234567,托管,", "手机号", "现为10位"),
        (f"王小兰,{ID},15412345678,,", "人群", "人群为空"),
        (f"王小兰,{ID},15412345678,农民,", "人群", "“农民”"),
        (f"王小兰,{ID},15412345678,托管,某某公司", "单位", "“某某公司”"),
        (f"王小兰,{ID},15412345678,托管", "整行", "应有5个字段，现有4个"),
        (f"王小兰,{ID},15412345678,托管,,甲", "整行", "应有5个字段，现有6个"),
        (f'王小兰,{ID},15412345678,托管,"天润', "整行", "引号"),
        (f"王小兰,{ID},1541234567,农民,", "手机号、人群", "；"),
    ],
)
def test_a_bad_line_is_told_by_number_field_and_reason(read: Read, line: str, field: str, reason: str):
    good = f"李秀英,{OTHER_ID},,托管,"

    first, bad, last = read(HEADING, good, line, good.replace(OTHER_ID, somebody(3).id_number))

    assert isinstance(bad, BadRow)
    assert (bad.line, bad.field) == (3, field)
    assert reason in bad.reason
    assert isinstance(first, HolderRow)
    assert isinstance(last, HolderRow)
    assert last.line == 4


def test_the_same_id_number_twice_names_the_line_of_the_first(read: Read):
    _, _, bad = read(
        HEADING, f"王小兰,{ID},,托管,", f"李秀英,{OTHER_ID},,托管,", f"王小兰,{ID.lower()},,托管,"
    )

    assert bad == BadRow(4, "身份证号", "身份证号与第2行相同，请删去重复的一行")


def test_priority_is_yes_or_no(read: Read):
    heading = "姓名,身份证号,手机,人群,残疾"
    numbers = [somebody(seq).id_number for seq in range(5)]
    lines = [f"王小兰,{n},,托管,{x}" for n, x in zip(numbers, ["是", "Y", "", "否", "也许"], strict=True)]

    *rows, bad = read(heading, *lines)

    assert [row.priority for row in rows if isinstance(row, HolderRow)] == [True, True, False, False]
    assert isinstance(bad, BadRow)
    assert bad.field == "优先"


@pytest.mark.parametrize(
    "line",
    [
        f"托管,15412345678,{ID},王小兰,",
        f"{ID},王小兰,15412345678,王小兰,王小兰",
        f"王小兰,{ID},王小兰,{OTHER_ID},15412345678",
        f"王小兰,{ID}1,1541234567,王小兰,{OTHER_ID}",
        f"王小兰,{ID},15412345678",
        f'"王小兰,{ID},15412345678,托管,',
    ],
)
def test_a_refusal_repeats_no_name_or_number_even_when_columns_slipped(read: Read, line: str):
    [bad] = read(HEADING, line)

    assert isinstance(bad, BadRow)
    assert [secret for secret in ("王小兰", ID, OTHER_ID, "1541234567") if secret in repr(bad)] == []


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=8))
def test_any_lines_give_at_most_one_row_each(tmp_path_factory: pytest.TempPathFactory, lines: list[str]):
    path = tmp_path_factory.mktemp("any") / "holders.csv"
    path.write_text("\n".join([HEADING, *lines]), encoding="utf-8", newline="")

    rows = list(read_holders(path, COHORTS, EMPLOYERS, ON))

    numbers = [row.line for row in rows]
    assert numbers == sorted(set(numbers))


def test_two_meanings_of_one_spelling_are_refused(tmp_path: Path):
    path = tmp_path / "holders.csv"
    path.write_text(HEADING, encoding="utf-8")

    with pytest.raises(CsvFileError, match="两个编号"):
        list(read_holders(path, {"托管": "tuoguan", "托 管": "other"}, {}, ON))


@pytest.mark.parametrize(
    ("birth", "band"),
    [
        (date(1963, 5, 16), "60"),
        (date(1958, 5, 16), "60"),
        (date(1948, 5, 17), "60"),
        (date(1948, 5, 16), "70"),
        (date(1938, 5, 17), "70"),
        (date(1938, 5, 16), "80"),
        (date(1928, 5, 16), "90"),
        (date(1915, 1, 1), "90"),
    ],
)
def test_the_age_band_changes_on_the_birthday(birth: date, band: str):
    assert age_band(birth, ON) == band


def test_employers_are_read_with_or_without_code_and_contact(tmp_path: Path):
    path = tmp_path / "employers.csv"
    path.write_text(
        "编号,单位名称,联系人,电话\ne001,高岛制盐有限公司,孙经办,0631 9900001\n,威力工具集团有限公司,,\n",
        encoding="gb18030",
    )

    assert list(read_employers(path)) == [
        EmployerRow(line=2, name="高岛制盐有限公司", employer="e001", contact="孙经办", phone="0631-9900001"),
        EmployerRow(line=3, name="威力工具集团有限公司"),
    ]


def test_bad_employers_are_told_by_line(tmp_path: Path):
    path = tmp_path / "employers.csv"
    lines = ["单位,编号,电话", "甲公司,e001,", "甲 公司,e002,", ",e003,", "乙公司,e001,", "丙公司,一号,12"]
    path.write_text("\n".join(lines), encoding="utf-8")

    bad = [row for row in read_employers(path) if isinstance(row, BadRow)]

    assert [(row.line, row.field) for row in bad] == [
        (3, "单位名称"),
        (4, "单位名称"),
        (5, "编号"),
        (6, "编号、电话"),
    ]
    assert "第2行" in bad[0].reason


def test_the_employers_of_the_season_are_readable():
    path = Path(__file__).parents[2] / "config" / "employers.csv"

    rows = list(read_employers(path))

    assert len(rows) == 124
    assert not [row for row in rows if isinstance(row, BadRow)]
