"""What is wrong with a day somebody asked for, in words of at most 15 characters."""

from __future__ import annotations

from datetime import date
from typing import Final

from chinese_calendar import get_holiday_detail

from queueing.season.calendar import is_public_holiday
from queueing.season.model import Season
from queueing.sms.saying import say_date

_PLAIN: Final = {
    "no_day": "没有这个日期",
    "lunar": "请说阳历（公历）日期",
    "today": "今天没有空位了",
    "shut_days": "您说的那几天不办理",
    "full_days": "您说的那几天没有空位",
}
_FESTIVALS: Final = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
}


def wrong_day(note: str, noted: str, season: Season) -> str:
    """The words for an offer's `note` and `noted`."""
    if note in _PLAIN:
        return _PLAIN[note]
    if not noted:
        return "那天没有空位"
    day = date.fromisoformat(noted)
    match note:
        case "short":
            return f"{day.month}月只有{day.day}天"
        case "past":
            return f"{say_date(day)}已经过了"
        case "full":
            return f"{say_date(day)}约满了"
        case "over":
            return f"领卡到{day.month}月{day.day}日为止"
        case _:
            return _shut(day, season)


def _shut(day: date, season: Season) -> str:
    """A day on which the branch does not hand out cards, with the holiday's name where it has one."""
    if is_public_holiday(day, season):
        name = _FESTIVALS.get(_holiday(day), "")
        return f"{day.month}月{day.day}日{name}放假"
    return f"{say_date(day)}不办理"


def _holiday(day: date) -> str:
    """The name the calendar has for it; "" for years it does not know."""
    try:
        return get_holiday_detail(day)[1] or ""
    except NotImplementedError:
        return ""
