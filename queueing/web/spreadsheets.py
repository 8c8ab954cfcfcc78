"""Files that spreadsheet programs open: .csv and .xlsx. No cell is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from starlette.responses import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDEST = 40


def as_csv(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """With a byte order mark, so that Chinese is read as such."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_harmless(_rounded(value)) for value in row] for row in rows)
    return _file(f"{name}.csv", ("\ufeff" + out.getvalue()).encode(), "text/csv; charset=utf-8")


def as_xlsx(name: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """One sheet, its heading frozen, its columns as wide as what they hold."""
    book = Workbook()
    page = book.active
    if page is None:
        raise RuntimeError("a new workbook has a sheet")
    page.title = title[:31]
    page.append(list(columns))
    for row in rows:
        page.append([_rounded(value) for value in row])
    for line in page.iter_rows():
        for cell in line:
            if cell.data_type == "f":
                cell.data_type = "s"
    for index, column in enumerate(page.iter_cols(), 1):
        widest = max(len(str(cell.value or "")) for cell in column)
        page.column_dimensions[get_column_letter(index)].width = min(_WIDEST, 2 * widest + 2)
        column[0].font = Font(bold=True)
    page.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return _file(f"{name}.xlsx", out.getvalue(), XLSX)


def _file(name: str, body: bytes, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=kind, headers=headers)


def _rounded(value: Any) -> Any:
    return round(value, 2) if isinstance(value, float) else value


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would compute is marked as text."""
    return "'" + value if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
