"""The fields of an operator's file: what each may hold, and what to say when it holds something else."""

import re
from collections.abc import Mapping
from datetime import date

from .csvlines import CsvFileError
from .idnumber import IdNumber, parse_id_number
from .phone import normalise_phone
from .text import BadFieldError, compact, match_key, tidy

_YES = frozenset({"是", "有", "优先", "残疾", "1", "y", "yes", "true", "√"})
_NO = frozenset({"", "否", "无", "没有", "0", "n", "no", "false", "×", "-"})
_NO_EMPLOYER = frozenset({"", "无", "-", "—", "个人"})
_NO_PHONE = frozenset({"", "无", "没有", "-", "—"})
_CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")
_NAME_LIMIT = 40


def spellings(ids: Mapping[str, str]) -> dict[str, str]:
    """Ids by match key; every id is a spelling of itself."""
    known: dict[str, str] = {}
    for spelling, identity in [*ids.items(), *((identity, identity) for identity in ids.values())]:
        if known.setdefault(match_key(spelling), identity) != identity:
            raise CsvFileError(f"“{spelling}”对应两个编号，请先改正配置。")
    return known


def name(text: str) -> str:
    tidied = tidy(text)
    if not tidied:
        raise BadFieldError("姓名为空，请补填")
    if any(mark in tidied for mark in "?？\ufffd"):
        raise BadFieldError("姓名中有问号，可能丢了生僻字，请以 UTF-8 重新保存后核对")
    if len(tidied) > _NAME_LIMIT or any(c.isdigit() for c in tidied):
        raise BadFieldError("姓名不像姓名，请核对各列是否错位")
    return tidied


def owner(text: str, line: int, lines: dict[str, int], on: date) -> IdNumber:
    parsed = parse_id_number(text)
    if parsed.birth > on:
        raise BadFieldError("身份证号中的出生日期在将来，请核对第7至14位")
    first = lines.setdefault(parsed.number, line)
    if first != line:
        raise BadFieldError(f"身份证号与第{first}行相同，请删去重复的一行")
    return parsed


def phone(text: str) -> str:
    return "" if match_key(text) in _NO_PHONE else normalise_phone(text)


def cohort(text: str, cohorts: Mapping[str, str], aligned: bool) -> str:
    if not match_key(text):
        raise BadFieldError("人群为空，请补填")
    if match_key(text) not in cohorts:
        raise BadFieldError(f"没有{quoted(text, aligned)}这个人群，请按配置中的名称填写")
    return cohorts[match_key(text)]


def employer(text: str, employers: Mapping[str, str], aligned: bool) -> str | None:
    key = match_key(text)
    if key in _NO_EMPLOYER:
        return None
    if key not in employers:
        raise BadFieldError(f"没有{quoted(text, aligned)}这个单位，请先导入该单位，或核对名称")
    return employers[key]


def quoted(text: str, aligned: bool) -> str:
    """What was typed, unless it may belong in another column."""
    return f"“{tidy(text)[:30]}”" if aligned and not re.search(r"\d{5}", compact(text)) else ""


def flag(text: str) -> bool:
    key = match_key(text)
    if key in _YES:
        return True
    if key in _NO:
        return False
    raise BadFieldError("优先一栏请填“是”或“否”，或留空")


def once(text: str, line: int, lines: dict[str, int], what: str) -> str:
    """A text no earlier line had."""
    tidied = tidy(text)
    if not tidied:
        raise BadFieldError(f"{what}为空，请补填")
    first = lines.setdefault(match_key(text), line)
    if first != line:
        raise BadFieldError(f"{what}与第{first}行相同，请删去重复的一行")
    return tidied


def code(text: str, line: int, lines: dict[str, int]) -> str | None:
    typed = compact(text)
    if typed and not _CODE.fullmatch(typed):
        raise BadFieldError("编号只用字母、数字和短横，最多20个，如 e001")
    return once(typed, line, lines, "编号") if typed else None
