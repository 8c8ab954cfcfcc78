"""Operators' CSV files as lines with named fields: encoding, delimiter and headings are found, not asked for.

Each physical line is read by itself. A quote somebody forgot to close then spoils its own line and not the
rest of the file, and the line numbers are those an editor shows.
"""

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from queueing.errors import UserError

from .text import match_key

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DELIMITERS = ",;\t，；"
_CHUNK = 1 << 16
_LONG_NUMBER = re.compile(r"\d{6}")
_REMARK = re.compile(r"\(.*?\)|\*")


class CsvFileError(UserError):
    """The file as a whole can't be read. Says in Chinese why and what to do; never quotes a person's data."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """One refused line: its number in the file, the columns concerned, and why."""

    line: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Column:
    """`title` is what the column is called when we speak of it; it is also one of its spellings."""

    key: str
    title: str
    aliases: Sequence[str] = ()
    required: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    number: int
    fields: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Line({self.number})"


def read_lines(path: Path, columns: Sequence[Column]) -> Iterator[Line | BadRow]:
    """The lines below the heading, blank ones left out. An optional column that is absent reads as empty."""
    with path.open(encoding=detect_encoding(path), newline=None) as file:
        first, heading = _heading(file)
        delimiter = max(_DELIMITERS, key=heading.count)
        titles = _cells(heading, delimiter)
        places = _places(first, titles, columns)
        width = max(place for place, title in enumerate(titles or ()) if title.strip()) + 1
        for number, text in enumerate(file, start=first + 1):
            cells = _cells(text, delimiter)
            if cells is None:
                yield BadRow(number, "整行", "引号不成对，或单元格内有换行，请改正这一行")
            elif any(cell.strip() for cell in cells):
                yield _line(number, cells, places, width)


def detect_encoding(path: Path) -> str:
    """By its byte order mark, else UTF-8 if all of it is, else GB18030."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError:
        raise CsvFileError(f"打不开文件 {path.name}，请核对路径和权限。") from None
    marked = [encoding for bom, encoding in _BOMS.items() if start.startswith(bom)]
    for encoding in marked or ("utf-8", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    raise CsvFileError("无法识别文件的编码，请另存为“CSV UTF-8”后再导入。")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True


def _heading(file: TextIO) -> tuple[int, str]:
    for number, text in enumerate(file, start=1):
        if text.strip(" \t\r\n,;，；"):
            return number, text
    raise CsvFileError("文件是空的，请核对后再导入。")


def _cells(text: str, delimiter: str) -> list[str] | None:
    """None if the quotes of this line don't match."""
    try:
        cells = next(csv.reader([text.rstrip("\r\n")], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None
    # Spreadsheets keep long numbers as ="3710…" so that they stay text.
    return [cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell for cell in cells]


def _places(number: int, titles: list[str] | None, columns: Sequence[Column]) -> dict[str, int]:
    """Where each known column stands, or one error with all that is wrong with the heading."""
    wanted = "、".join(column.title for column in columns if column.required)
    if titles is None or any(_LONG_NUMBER.search(title) for title in titles):
        # A file without a heading: its first line is somebody's data and must not be shown.
        raise CsvFileError(f"第{number}行应为标题行，请补上，至少要有这些列：{wanted}。")
    places: dict[str, int] = {}
    for column in columns:
        spellings = {_title_key(spelling) for spelling in (column.key, column.title, *column.aliases)}
        found = [place for place, title in enumerate(titles) if _title_key(title) in spellings]
        if len(found) > 1:
            raise CsvFileError(f"“{'”和“'.join(titles[place] for place in found)}”是同一列，请只保留一列。")
        places.update((column.key, place) for place in found)
    missing = [column.title for column in columns if column.required and column.key not in places]
    if missing:
        present = "、".join(title.strip() for title in titles if title.strip())
        raise CsvFileError(
            f"缺少列：{'、'.join(missing)}。文件中的列：{present}；需要的列：{wanted}。请改正标题行。"
        )
    return places


def _title_key(title: str) -> str:
    """`* 身份证号（必填）` and `ID Number` are headings too."""
    return _REMARK.sub("", match_key(title)).replace("_", "")


def _line(number: int, cells: list[str], places: Mapping[str, int], width: int) -> Line | BadRow:
    """Spreadsheets pad lines with empty cells on the right; those don't count."""
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) != width:
        return BadRow(number, "整行", f"应有{width}个字段，现有{len(cells)}个，请核对分隔符和引号")
    return Line(number, {key: cells[place].strip() for key, place in places.items()})
