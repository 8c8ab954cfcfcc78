"""Parts of the day and hours: 上午, 头晌, 9点, 九点半, 两点一刻, 14:30, 差一刻十点, 9点到10点, 10点前."""

import re
from datetime import time
from typing import Final

from queueing.sms.grammar.numbers import number
from queueing.sms.grammar.reading import Part
from queueing.sms.grammar.tokens import Context, Rule, Token, rule

_MORNING: Final = "上午|早上|早晨|清早|清晨|大早上?|一早|头午|头晌|前晌|午前"
_AFTERNOON: Final = "下午|午后|过午|过晌|下晌|后晌|后半晌|傍黑|傍晚|晚上|夜里|晚(?=[七八九六78]点)"
_NOON: Final = "中午|晌午|正午"
_QUARTERS: Final = {"半": 30, "一刻": 15, "三刻": 45, "1刻": 15, "3刻": 45, "2刻": 30, "两刻": 30}


def morning(m: "re.Match[str]", context: Context) -> Token:
    context.part, context.noon = Part.MORNING, False
    return Token(*m.span(), part=Part.MORNING)


def afternoon(m: "re.Match[str]", context: Context) -> Token:
    context.part, context.noon = Part.AFTERNOON, False
    return Token(*m.span(), part=Part.AFTERNOON)


def noon(m: "re.Match[str]", context: Context) -> Token:
    context.part, context.noon = None, True
    return Token(*m.span(), clock=None if m["hour_follows"] is not None else time(12))


def _time(hour: int, minute: int, context: Context) -> time | None:
    """An hour as a branch means it: 3点 is in the afternoon, since nobody is served at night."""
    afternoon = context.part is Part.AFTERNOON or (context.part is None and hour <= 6)
    if context.noon:
        afternoon = hour <= 3
    if afternoon and 1 <= hour < 12:
        hour += 12
    return time(hour, minute) if hour <= 23 and 0 <= minute <= 59 else None


def _minute(text: str | None) -> int | None:
    if not text or text in "整多":
        return 0
    return _QUARTERS[text] if text in _QUARTERS else number(text.rstrip("分"))


def _token(m: "re.Match[str]", first: time | None, last: time | None = None) -> Token | None:
    return Token(*m.span(), clock=first, clock_to=last) if first or last else None


_SMALL_AMOUNT: Final = "晚早快慢有差大小近远多少好迟高低后前"
_NOT_AN_HOUR: Final = re.compile(r"[点儿]|[都也][不没]|事|问题|用")


def _is_a_little(m: "re.Match[str]") -> bool:
    """晚一点, 一点都不: no hour is meant."""
    if m[1] not in {"一", "1"} or m["minute"]:
        return False
    return m.string[m.start() - 1 : m.start()] in set(_SMALL_AMOUNT) or bool(
        _NOT_AN_HOUR.match(m.string, m.end())
    )


def clock(m: "re.Match[str]", context: Context) -> Token | None:
    hour, minute = number(m[1]), _minute(m["minute"])
    if hour is None or minute is None or _is_a_little(m):
        return None
    at = _time(hour, minute, context)
    return _token(m, None, at) if m["until"] else _token(m, at)


def quarter_to(m: "re.Match[str]", context: Context) -> Token | None:
    short, hour = _minute(m[1]), number(m[2])
    if not short or not hour or not 1 < hour <= 12:
        return None
    return _token(m, _time(hour - 1, 60 - short, context))


def hours(m: "re.Match[str]", context: Context) -> Token | None:
    """9到10点, 八九点."""
    first, last = number(m[1]), number(m[2])
    if first is None or last is None:
        return None
    return _token(m, _time(first, 0, context), _time(last, _minute(m[3]) or 0, context))


def digital(m: "re.Match[str]", context: Context) -> Token | None:
    if m["half"]:
        context.part = Part.MORNING if m["half"] == "am" else Part.AFTERNOON
    at = _time(int(m[1]), int(m["minute"] or 0), context)
    return _token(m, None, at) if m["until"] else _token(m, at)


def dotted_hour(m: "re.Match[str]", context: Context) -> Token | None:
    hour, minute = int(m[1]), int(m[2])
    return _token(m, _time(hour, minute, context)) if 7 <= hour <= 17 and minute % 5 == 0 else None


_ABOUT: Final = r"(?:左右|前后|来钟|钟)?"
_UNTIL: Final = r"(?:(?P<until>以前|之前|前(?![天后]))|以后|之后|后(?!天))?"
_MINUTE: Final = r"(?P<minute>半|整|[一三123两]刻|多|N分?(?![0-9个张人号日月点天位:]))?"
_HALF: Final = r"(?: ?(?P<half>am|pm))"

RULES: Final[tuple[Rule, ...]] = (
    rule(rf"{_MORNING}|(?<=[明今后天儿])早(?![点些一晚就])", morning),
    rule(rf"{_AFTERNOON}|(?<=[明今后天])晚(?![点些一到])", afternoon),
    rule(rf"(?:{_NOON})(?P<hour_follows>(?=N点))?", noon),
    rule(r"差(一刻|N分)钟?到?(N)点", quarter_to),
    rule(r"(?<![0-9])(N)点?[到至~-](N)点(半)?", hours),
    rule(r"([一二两三四五六七八九])、?([二三四五六七八九十])点()", hours),
    rule(rf"(?<![0-9])([0-9]{{1,2}}):(?P<minute>[0-9]{{2}}){_HALF}?{_ABOUT}{_UNTIL}", digital),
    rule(rf"(?<![0-9])([0-9]{{1,2}})(?P<minute>)?{_HALF}(?P<until>)?", digital),
    rule(r"(?<![0-9])([0-9]{1,2})\.([0-9]{2})(?![0-9元块])", dotted_hour),
    rule(rf"(?<![0-9])(N)(?:点钟?|时(?![间候常不刻段])){_MINUTE}{_ABOUT}{_UNTIL}", clock),
    rule(
        r"(?<=上午|下午|早上|晚上|中午)([0-9]{1,2})(?P<minute>)(?P<until>)(?P<half>)(?![0-9:点.个号日月])",
        digital,
    ),
)
