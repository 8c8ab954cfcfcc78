"""Holders and employers out of an operator's CSV file.

Every line gives one row or one `BadRow` with all that is wrong with it. A reason may repeat the cohort or
employer that was not understood, never a name or a number: refused lines end up on screens and in tickets.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, TypeVar

from . import csvfields as fields
from .csvlines import BadRow, Column, CsvFileError, Line, read_lines
from .person import PersonRecord, sms_number
from .text import BadFieldError, tidy

__all__ = ["BadRow", "CsvFileError", "EmployerRow", "HolderRow", "age_band", "read_employers", "read_holders"]

AgeBand = Literal["60", "70", "80", "90"]
Channel = Literal["employer", "self"]
T = TypeVar("T")

HOLDER_COLUMNS = (
    Column("name", "姓名", ("持卡人", "持卡人姓名", "名字"), required=True),
    Column(
        "id_number", "身份证号", ("身份证号码", "身份证", "公民身份号码", "证件号码", "id"), required=True
    ),
    Column(
        "phone",
        "手机号",
        ("手机", "手机号码", "电话", "联系电话", "电话号码", "联系方式", "mobile"),
        required=True,
    ),
    Column("cohort", "人群", ("类别", "人员类别", "人群类别"), required=True),
    Column("employer", "单位", ("单位名称", "原单位", "所属单位", "工作单位", "单位编号")),
    Column("contact_phone", "家属手机", ("子女手机", "子女电话", "家属电话", "紧急联系电话", "代办人电话")),
    Column("address", "地址", ("住址", "家庭住址", "联系地址")),
    Column("priority", "优先", ("残疾", "是否优先", "是否残疾", "优先照顾")),
)
EMPLOYER_COLUMNS = (
    Column("name", "单位名称", ("单位", "名称", "employer"), required=True),
    Column("employer", "编号", ("单位编号", "code", "id")),
    Column("contact", "联系人", ("经办人", "负责人", "联系人姓名")),
    Column("phone", "电话", ("联系电话", "手机", "手机号", "电话号码", "办公电话", "联系方式")),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HolderRow:
    line: int
    name: str
    id_number: str
    cohort: str
    age_band: AgeBand
    phone: str = ""
    contact_phone: str = ""
    address: str = ""
    employer: str | None = None
    priority: bool = False

    def __repr__(self) -> str:
        return f"HolderRow(line={self.line}, cohort={self.cohort!r}, employer={self.employer!r})"

    @property
    def channel(self) -> Channel:
        return "employer" if self.employer else "self"

    @property
    def reachable_by_sms(self) -> bool:
        return sms_number(self.phone, self.contact_phone) is not None

    def person(self) -> PersonRecord:
        return PersonRecord(
            id_number=self.id_number,
            name=self.name,
            phone=self.phone,
            contact_phone=self.contact_phone,
            address=self.address,
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EmployerRow:
    line: int
    name: str
    employer: str | None = None
    contact: str = ""
    phone: str = ""

    def __repr__(self) -> str:
        return f"EmployerRow(line={self.line}, name={self.name!r})"


def read_holders(
    path: Path, cohorts: Mapping[str, str], employers: Mapping[str, str], on: date
) -> Iterator[HolderRow | BadRow]:
    """Streams. `cohorts` and `employers` map spellings to ids (an id is one too); ages are those on `on`."""
    known = _Known(fields.spellings(cohorts), fields.spellings(employers), on)
    for line in read_lines(path, HOLDER_COLUMNS):
        yield line if isinstance(line, BadRow) else _holder(line, known)


def read_employers(path: Path) -> Iterator[EmployerRow | BadRow]:
    """Only the name is required: whom to phone may be filled in later."""
    names: dict[str, int] = {}
    codes: dict[str, int] = {}
    for line in read_lines(path, EMPLOYER_COLUMNS):
        yield line if isinstance(line, BadRow) else _employer(line, names, codes)


def age_band(birth: date, on: date) -> AgeBand:
    """Who is younger than 60 (women retire earlier) counts with the youngest band."""
    age = on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
    if age >= 90:
        return "90"
    return "80" if age >= 80 else "70" if age >= 70 else "60"


@dataclass(slots=True)
class _Known:
    cohorts: Mapping[str, str]
    employers: Mapping[str, str]
    on: date
    lines: dict[str, int] = field(default_factory=dict)


class _Reading:
    """The fields of one line, and what is wrong with them."""

    def __init__(self, line: Line, columns: Sequence[Column]) -> None:
        self._line = line
        self._titles = {column.key: column.title for column in columns}
        self._faults: dict[str, str] = {}

    def take(self, key: str, parse: Callable[[str], T], otherwise: T) -> T:
        try:
            return parse(self._line.fields.get(key, ""))
        except BadFieldError as fault:
            self._faults[self._titles[key]] = fault.reason
            return otherwise

    @property
    def bad(self) -> BadRow | None:
        if not self._faults:
            return None
        return BadRow(self._line.number, "、".join(self._faults), "；".join(self._faults.values()))


def _holder(line: Line, known: _Known) -> HolderRow | BadRow:
    reading = _Reading(line, HOLDER_COLUMNS)
    name = reading.take("name", fields.name, "")
    owner = reading.take(
        "id_number", lambda text: fields.owner(text, line.number, known.lines, known.on), None
    )
    aligned = reading.bad is None  # else the columns may have slipped, and a cohort be somebody's name
    row = HolderRow(
        line=line.number,
        name=name,
        id_number=owner.number if owner else "",
        age_band=age_band(owner.birth, known.on) if owner else "60",
        phone=reading.take("phone", fields.phone, ""),
        contact_phone=reading.take("contact_phone", fields.phone, ""),
        address=reading.take("address", tidy, ""),
        cohort=reading.take("cohort", lambda text: fields.cohort(text, known.cohorts, aligned), ""),
        employer=reading.take("employer", lambda text: fields.employer(text, known.employers, aligned), None),
        priority=reading.take("priority", fields.flag, False),
    )
    return reading.bad or row


def _employer(line: Line, names: dict[str, int], codes: dict[str, int]) -> EmployerRow | BadRow:
    reading = _Reading(line, EMPLOYER_COLUMNS)
    row = EmployerRow(
        line=line.number,
        name=reading.take("name", lambda text: fields.once(text, line.number, names, "单位名称"), ""),
        employer=reading.take("employer", lambda text: fields.code(text, line.number, codes), None),
        contact=reading.take("contact", tidy, ""),
        phone=reading.take("phone", fields.phone, ""),
    )
    return reading.bad or row
