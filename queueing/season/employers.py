"""The list of employers that collect for their retirees, as a file that a spreadsheet can write."""

import csv
from pathlib import Path

from msgspec import Struct

from queueing.season.errors import Problem, SeasonError

COLUMNS = ("编号", "单位名称", "联系人", "电话")


class EmployerRow(Struct, frozen=True):
    """One employer; contact and phone may be empty until the bank has called."""

    id: str
    name: str
    contact: str = ""
    phone: str = ""


def read_employers(path: Path) -> list[EmployerRow]:
    """The rows of a CSV file with the columns COLUMNS (the last two optional); else SeasonError says why."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SeasonError([Problem(path.name, "", "找不到这个文件，请检查目录。")]) from None
    except (OSError, UnicodeDecodeError):
        raise SeasonError([Problem(path.name, "", "读不出来，请另存为 UTF-8 编码的 CSV。")]) from None
    rows = csv.DictReader(text.splitlines())
    if missing := [column for column in COLUMNS[:2] if column not in (rows.fieldnames or ())]:
        reason = f"第一行缺少列：{'、'.join(missing)}。应为：{','.join(COLUMNS)}。"
        raise SeasonError([Problem(path.name, "第 1 行", reason)])
    return [EmployerRow(*((row.get(column) or "").strip() for column in COLUMNS)) for row in rows]
