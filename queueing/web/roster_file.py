"""A roster as a file: .xlsx or .csv with name, the last four of the ID number, and 已发 or 退回."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font

from queueing.errors import UserError
from queueing.people.person import Person
from queueing.people.text import compact, match_key, tidy

HEADINGS = ("姓名", "身份证后四位", "结果", "签名")
LARGEST = 2_000_000
LARGEST_INSIDE = 20_000_000
MOST_PARTS = 200
"""An .xlsx is a zip file: what 2 MB hold may be a thousand times as much once it is opened."""
MOST_LINES = 5_000
_NAMES = {"姓名", "持卡人", "名字"}
_TAILS = {"身份证后四位", "身份证尾号", "尾号", "身份证号", "身份证"}
_RESULTS = {"结果", "发放结果", "发放情况", "是否发放", "状态"}
_ISSUED = {"已发", "发放", "已发放", "已领", "是", "√", "1"}
_RETURNED = {"退回", "未发", "未领", "未发放", "退", "否", "×", "0"}
_UNREADABLE = "这个文件读不出来，请用下载的表格填好后另存为 .xlsx 或 .csv 再上传。"


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A line: the person, and "issued", "returned" or what was written instead."""

    number: int
    name: str
    tail: str
    result: str

    @property
    def who(self) -> str:
        """As the line calls the person."""
        return f"{self.name} {self.tail}".strip() or "（空白）"

    def fits(self, person: Person) -> bool:
        """Whether the line means this person."""
        return match_key(self.name) == match_key(person.name) and person.id_number.endswith(self.tail or "?")


def read_roster(data: bytes, filename: str) -> list[RosterLine]:
    """The lines of a file; raises UserError when it is not one we can read."""
    if len(data) > LARGEST:
        raise UserError("文件太大，请只上传这份名单。")
    table = _xlsx(data) if filename.lower().endswith(".xlsx") else _csv(data)
    rows = [(number, [tidy(cell) for cell in row]) for number, row in enumerate(table, start=1)]
    start, columns = _heading(rows)
    lines = [
        RosterLine(number, row[columns[0]], _tail(row[columns[1]]), _result(row[columns[2]]))
        for number, row in rows
        if number > start and len(row) > max(columns) and any(row[column] for column in columns[:2])
    ]
    if not lines:
        raise UserError("文件里没有名单，请在表头下面一行一人地填好再上传。")
    return lines


def write_xlsx(title: str, people: Iterable[tuple[Person | None, str]]) -> bytes:
    """The list to fill in, with a column to sign in."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  a new book has a sheet
    sheet.title = "发放名单"
    sheet.append([title])
    sheet.append(list(HEADINGS))
    for person, result in people:
        if person:
            sheet.append([person.name, person.id_number[-4:], result, ""])
    sheet["A1"].font = Font(bold=True, size=14)
    for cell in sheet[2]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(horizontal="center")
    for column, width in zip("ABCD", (14, 16, 12, 24), strict=True):
        sheet.column_dimensions[column].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_csv(people: Iterable[tuple[Person | None, str]]) -> bytes:
    """The same as text, with the mark by which spreadsheets know its encoding. A tail is written so that a
    spreadsheet keeps its zeros when it reads them: nothing but four characters."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    writer.writerows([person.name, person.id_number[-4:], result, ""] for person, result in people if person)
    return out.getvalue().encode("utf-8-sig")


def _heading(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, tuple[int, int, int]]:
    for number, row in rows[:10]:
        keys = [compact(cell) for cell in row]
        found = [
            next((i for i, key in enumerate(keys) if key in names), -1)
            for names in (_NAMES, _TAILS, _RESULTS)
        ]
        if min(found) >= 0:
            return number, (found[0], found[1], found[2])
    raise UserError("没有找到表头，第一行应写：姓名、身份证后四位、结果。")


def _csv(data: bytes) -> Iterator[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            yield from islice(csv.reader(io.StringIO(text)), MOST_LINES)
        except csv.Error:
            raise UserError(_UNREADABLE) from None
        return
    raise UserError(_UNREADABLE)


def _xlsx(data: bytes) -> Iterator[list[str]]:
    """Whatever the library trips over in a file that was made to trip it is a file that can't be read."""
    try:
        _check_inside(data)
        with closing(load_workbook(io.BytesIO(data), read_only=True, data_only=True)) as book:
            for row in book.worksheets[0].iter_rows(max_row=MOST_LINES, max_col=20, values_only=True):
                yield ["" if cell is None else _as_text(cell) for cell in row]
    except UserError:
        raise
    except Exception:
        raise UserError(_UNREADABLE) from None


def _check_inside(data: bytes) -> None:
    """The sizes a zip file names are those it is opened to: reading stops there."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        inside = parts.infolist()
    if len(inside) > MOST_PARTS or sum(part.file_size for part in inside) > LARGEST_INSIDE:
        raise UserError("这个文件打开后太大，请只上传这份名单。")


def _as_text(cell: object) -> str:
    """A tail that a spreadsheet took for a number has lost its zeros."""
    if isinstance(cell, int | float) and float(cell).is_integer():
        return f"{int(cell):04d}"
    return str(cell)


def _tail(text: str) -> str:
    tail = compact(text).upper()[-4:]
    return tail.rjust(4, "0") if tail.isdecimal() else tail


def _result(text: str) -> str:
    word = compact(text)
    return "issued" if word in _ISSUED else "returned" if word in _RETURNED else word
