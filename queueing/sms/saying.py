"""How a parameter is said in a message: 6月5日星期二上午9:00, three numbered places, a name cut to length."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from queueing.sms.manifest import Param, ParamType
from queueing.sms.wording import cut, simplified

STEP: Final = 5
"""Times are told in steps of so many minutes; an odd one is told a little early rather than late."""

LONGEST_NAME: Final = 5

_WEEKDAYS: Final = "一二三四五六日"
_SLOT: Final = re.compile(r"[0-9]{8}-[0-9]{4}")
_LANDLINE: Final = re.compile(r"[0-9][0-9-]+[0-9]")
_MASKED: Final = re.compile(r"[^*]{0,2}\*+[^*]?|—")


class Unsayable(ValueError):  # noqa: N818  (what it is, not an error of ours)
    """Why a value cannot be said. It never repeats the value, which may be personal."""


def say_date(day: date) -> str:
    return f"{day.month}月{day.day}日星期{_WEEKDAYS[day.weekday()]}"


def say_moment(moment: datetime) -> str:
    return say_date(moment) + say_time(moment)


def say_time(moment: datetime) -> str:
    half = "上午" if moment.hour < 12 else "中午" if moment.hour == 12 else "下午"
    hour = moment.hour - 12 if moment.hour > 12 else moment.hour
    return f"{half}{hour}:{moment.minute // STEP * STEP:02}"


def say(param: Param, value: object, allowed: str) -> str:
    """The value in words; Unsayable when it cannot be. `allowed` are traditional characters to keep."""
    match param.type:
        case ParamType.MOMENT:
            return say_moment(_moment(value))
        case ParamType.DATE:
            return say_date(_moment(value))
        case ParamType.TEXT:
            return cut(simplified(_text(value), allowed), param.max or 0)
        case ParamType.INT:
            return _int(value, param.max or 0)
        case ParamType.LANDLINE:
            return _landline(value, param.max or 0)
        case ParamType.SLOTS:
            return _slots([_moment(slot) for slot in _list(value, param.max or 0)])
        case ParamType.WHO:
            return f"{simplified(_masked(value), allowed)}：" if value else ""
        case ParamType.NAMES:
            names = [_masked(name) for name in _list(value, param.max or 0)]
            return _numbered([simplified(name, allowed) for name in names])


def _slots(moments: Sequence[datetime]) -> str:
    """Numbered places; a day they share is said once, above them."""
    if len({moment.date() for moment in moments}) == 1 and len(moments) > 1:
        return f"{say_date(moments[0])}\n" + _numbered([say_time(moment) for moment in moments])
    return _numbered([say_moment(moment) for moment in moments])


def _moment(value: object) -> datetime:
    """A datetime, a date, either in ISO format, or a slot id."""
    if isinstance(value, str):
        return _parsed(value)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    raise Unsayable("不是时间")


def _parsed(value: str) -> datetime:
    try:
        return (
            datetime.strptime(value, "%Y%m%d-%H%M")
            if _SLOT.fullmatch(value)
            else datetime.fromisoformat(value)
        )
    except ValueError:
        raise Unsayable("不是时间") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unsayable("不是文字")
    return " ".join(value.split())


def _int(value: object, largest: int) -> str:
    if not isinstance(value, int) or not 0 <= value <= largest:
        raise Unsayable(f"不是 0 到 {largest} 的整数")
    return str(value)


def _landline(value: object, longest: int) -> str:
    text = _text(value)
    if not _LANDLINE.fullmatch(text) or len(text) > longest:
        raise Unsayable("不是固定电话")
    return text


def _masked(value: object) -> str:
    """Names never leave in full: who asks by a shared phone sees enough to choose, and no more."""
    text = _text(value)
    if not _MASKED.fullmatch(text) or len(text) > LONGEST_NAME:
        raise Unsayable("有没有遮住的姓名")
    return text


def _list(value: object, most: int) -> Sequence[object]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= most:
        raise Unsayable(f"不是 1 到 {most} 项")
    return value


def _numbered(lines: Sequence[str]) -> str:
    return "\n".join(f"{number}、{line}" for number, line in enumerate(lines, 1))


def longest(param: Param) -> object:
    """A value that takes the most room its type allows."""
    moment, most = "2018-12-30T11:55", param.max or 0
    return {
        ParamType.MOMENT: moment,
        ParamType.DATE: moment[:10],
        ParamType.TEXT: "宽" * most,
        ParamType.INT: most,
        ParamType.LANDLINE: "0" * most,
        ParamType.SLOTS: [f"2018-12-{30 - day}T11:55" for day in range(most)],
        ParamType.NAMES: ["王***兰"] * most,
        ParamType.WHO: "王***兰",
    }[param.type]
