"""Turn a TOML table into a struct; every unknown, missing or ill-typed key is reported, in Chinese."""

import difflib
import re
import tomllib
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import inspect

from queueing.season.errors import Problem
from queueing.season.model import Session

T = TypeVar("T")
Report = Callable[[str, str], None]
_CLOCK = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")
_NO_TABLE = "应为一个表（[方括号标题] 下的若干设置）。"


def read_table(path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    """The file's content, or None with the reason added to `problems`."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        problems.append(Problem(path.name, "", "找不到这个文件，请检查目录，或从示例配置里复制一份。"))
    except (OSError, UnicodeDecodeError):
        problems.append(Problem(path.name, "", "读不出来，请检查权限，并保存为 UTF-8 编码。"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = f"第 {line[1]} 行" if line else "文件末尾"
        problems.append(Problem(path.name, where, "不合 TOML 的写法，请检查引号、等号、方括号和重复的设置。"))
    return None


def convert(file: str, table: Any, into: type[T], problems: list[Problem]) -> T | None:
    """`table` as an `into`; None when something was wrong, and then `problems` says what."""
    found: list[Problem] = []
    plain = _walk(table, into, "", lambda key, reason: found.append(Problem(file, key, reason)))
    problems.extend(found)
    return None if found else msgspec.convert(plain, into)


def _walk(value: Any, hint: Any, key: str, report: Report) -> Any:
    """`value` made ready for msgspec (times and sessions read from text), after reporting what is wrong."""
    if hint is Session and isinstance(value, str):
        return _session(value, key, report)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _struct(value, hint, key, report)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            return report(key, "应为方括号里的一列。")
        item = get_args(hint)[0]
        return [_walk(one, item, f"{key}[{number}]", report) for number, one in enumerate(value, 1)]
    if get_origin(hint) is dict:
        key_hint, value_hint = get_args(hint)
        return _dict(value, key_hint, value_hint, key, report)
    if get_origin(hint) is UnionType:
        return _walk(value, next(arg for arg in get_args(hint) if arg is not NoneType), key, report)
    return _leaf(value, hint, key, report)


def _struct(value: Any, struct: type[msgspec.Struct], key: str, report: Report) -> Any:
    if not isinstance(value, dict):
        return report(key, _NO_TABLE)
    fields = {field.name: field for field in msgspec.structs.fields(struct)}
    for name in value:
        if name not in fields:
            like = difflib.get_close_matches(name, fields, 1)
            report(
                _join(key, name), f"没有这个设置，是不是 {like[0]}？" if like else "没有这个设置，请删去。"
            )
    for name, field in fields.items():
        if field.required and name not in value:
            report(_join(key, name), "缺少这个设置，请补上。")
    known = [field for name, field in fields.items() if name in value]
    return {
        field.name: _walk(value[field.name], field.type, _join(key, field.name), report) for field in known
    }


def _dict(value: Any, key_hint: Any, value_hint: Any, key: str, report: Report) -> Any:
    if not isinstance(value, dict):
        return report(key, _NO_TABLE)
    numbered = isinstance(inspect.type_info(key_hint), inspect.IntType)
    plain = {}
    for name, one in value.items():
        at = _join(key, name)
        known = _leaf(int(name) if numbered and name.isdecimal() else name, key_hint, at, report)
        plain[known] = _walk(one, value_hint, at, report)
    return plain


def _session(value: str, key: str, report: Report) -> Any:
    start, _, end = (part.strip() for part in value.partition("-"))
    if not (_CLOCK.match(start) and _CLOCK.match(end)):
        return report(key, f'应写成 "08:30-11:30" 这样的起止时间；现在是 "{value}"。')
    if _clock(start) >= _clock(end):
        return report(key, f"开始时间要早于结束时间；现在是 {value}。")
    return {"start": _clock(start), "end": _clock(end)}


def _leaf(value: Any, hint: Any, key: str, report: Report) -> Any:
    if (
        isinstance(inspect.type_info(hint), inspect.TimeType)
        and isinstance(value, str)
        and _CLOCK.match(value)
    ):
        return _clock(value)
    try:
        return msgspec.convert(value, hint)
    except msgspec.ValidationError:
        return report(key, f"应为{_describe(hint)}；现在是 {_shown(value)}。")


def _describe(hint: Any) -> str:
    match inspect.type_info(hint):
        case inspect.IntType(ge=low, le=high):
            return f"整数（{low} 到 {high}）"
        case inspect.FloatType(gt=above, ge=low, le=high):
            return f"数字（大于 {above}，最多 {high}）" if above is not None else f"数字（{low} 到 {high}）"
        case inspect.StrType(pattern=str(pattern)):
            return f"引号里的文字，格式 {pattern}"
        case inspect.StrType(max_length=high):
            return f"引号里的文字，1 到 {high} 个字"
        case inspect.LiteralType(values=values):
            return " 或 ".join(f'"{value}"' for value in values)
        case inspect.BoolType():
            return " true 或 false"
        case inspect.DateType():
            return "日期，如 2018-05-16"
    return '时间，如 "08:30"'


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict | list):
        return "一个表" if isinstance(value, dict) else "一列"
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _clock(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
