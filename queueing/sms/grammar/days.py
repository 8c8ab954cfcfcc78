"""Days: 明天, 下周三, 6月5日, 6.5, 5号, 月底 … Each maker reads one way of naming them."""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from chinese_calendar.constants import holidays

from queueing.sms.grammar.numbers import number
from queueing.sms.grammar.tokens import Context, Rule, Token, rule

_WEEK: Final = "周|星期|礼拜"
_WEEKDAYS: Final = {c: i for i, c in enumerate("一二三四五六日")} | {c: i for i, c in enumerate("1234567")}
_WEEKDAYS_ALSO: Final = {"天": 6, "七": 6}
_DAY: Final = "(?:日|号)"

_SHIFTS: Final = {
    "大大后": 4,
    "大后": 3,
    "后": 2,
    "明": 1,
    "赶明": 1,
    "今": 0,
    "昨": -1,
    "前": -2,
}


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _placed(m: "re.Match[str]", year: int, month: int, day: int) -> Token:
    """A token for a day that was named in full; of one that does not exist, what is wrong with it."""
    found = _day(year, month, day)
    if found:
        return Token(*m.span(), dates=(found,))
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return Token(*m.span(), wrong="no_day")
    return Token(*m.span(), wrong="short", wrong_day=date(year, month, monthrange(year, month)[1]))


def _stretch(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def _year(text: str, today: date) -> int:
    if text.isascii():
        return int(text) % 100 + 2000
    digits = [number(c) for c in text[-2:]]
    return 2000 + 10 * (digits[0] or 0) + (digits[-1] or 0) if text else today.year


def lunar(m: "re.Match[str]", context: Context) -> Token:
    return Token(*m.span(), wrong="lunar")


def year_month_day(m: "re.Match[str]", context: Context) -> Token | None:
    month, day = number(m[2]), number(m[3])
    year = _year(m[1], context.today) if m[1] else context.today.year
    if month is None or day is None:
        return None
    context.month = (year, month)
    return _placed(m, year, month, day)


def eight_digits(m: "re.Match[str]", context: Context) -> Token | None:
    day = _day(int(m[1]), int(m[2]), int(m[3]))
    return Token(*m.span(), dates=(day,)) if day else None


_FAR: Final = timedelta(days=45)


def dotted(m: "re.Match[str]", context: Context) -> Token | None:
    """6.5, 6/5, 6-5. "9.30" is an hour when that day is far off, and either when it is not: see when.py.

    "1-2" names two offers rather than a day long gone.
    """
    month, day = int(m[1]), int(m[2])
    when = _day(context.today.year, month, day)
    like_hour = m[0][len(m[1])] == "." and len(m[2]) == 2 and 8 <= month <= 17 and day % 5 == 0
    like_offers = day <= 9 and context.today - when > _FAR if when else False
    if when is None or like_offers or (like_hour and when - context.today > _FAR):
        return None
    context.month = (when.year, month)
    return Token(*m.span(), dates=(when,), either=like_hour)


def _in_month(day: int | None, context: Context) -> date | None:
    """The day of the month named before, else the next month that has it on or after today."""
    if day is None or not 1 <= day <= 31:
        return None
    if context.month:
        return _day(*context.month, day)
    year, month = context.today.year, context.today.month
    for _ in range(3):
        found = _day(year, month, day)
        if found and found >= context.today:
            return found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return None


_OFFERS: Final = 4


def day_of_month(m: "re.Match[str]", context: Context) -> Token | None:
    day = number(m[1])
    if day is None or not 1 <= day <= 31:
        return None
    found = _in_month(day, context)
    if not found:
        return _placed(m, *context.month, day) if context.month else Token(*m.span(), wrong="no_day")
    return Token(*m.span(), dates=(found,), bare_day=day if day <= _OFFERS and not context.month else None)


def days_of_month(m: "re.Match[str]", context: Context) -> Token | None:
    """5到8号, 5、6号, 七八号."""
    first, last = number(m[1]), number(m[3])
    if first is None or last is None or last <= first:
        return None
    begins, ends = _in_month(first, context), _in_month(last, context)
    if not begins or not ends or ends < begins:
        return None
    together = m[2] in {"到", "至", "-", "~"}
    return Token(*m.span(), dates=_stretch(begins, ends) if together else (begins, ends))


def tens_of_month(m: "re.Match[str]", context: Context) -> Token | None:
    """二十几号: one of the days from the 20th to the 29th."""
    if m["named"] and (named := number(m["named"])):
        context.month = (context.today.year, named)
    tens = 20 if m["tens"][0] in "二2" else 10
    days = [day for n in range(tens, tens + 10) if (day := _in_month(n, context))]
    return Token(*m.span(), dates=tuple(sorted(days))) if days else None


def day_word(m: "re.Match[str]", context: Context) -> Token:
    return Token(*m.span(), dates=(context.today + timedelta(days=_SHIFTS[m[1]]),))


def now(m: "re.Match[str]", context: Context) -> Token:
    return Token(*m.span(), dates=(context.today,))


def days_from_now(m: "re.Match[str]", context: Context) -> Token | None:
    count = number(m["n"])
    if count is None:
        return None
    days = count * (7 if m["week"] else 1)
    return Token(*m.span(), dates=(context.today + timedelta(days=days),))


def two_day_words(m: "re.Match[str]", context: Context) -> Token:
    """明后天, 今明两天."""
    return Token(*m.span(), dates=tuple(context.today + timedelta(days=_SHIFTS[c]) for c in m[1]))


def these_days(m: "re.Match[str]", context: Context) -> Token:
    return Token(*m.span(), dates=_stretch(context.today, context.today + timedelta(days=3)))


_FESTIVALS: Final = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明": "Tomb-sweeping Day",
    "五一": "Labour Day",
    "劳动": "Labour Day",
    "端午": "Dragon Boat Festival",
    "国庆": "National Day",
    "中秋": "Mid-autumn Festival",
}


def _festival(name: str, today: date) -> list[date]:
    """The days off of a festival of this year; none when they are not known."""
    known = holidays.items()
    return sorted(day for day, festival in known if (day.year, festival) == (today.year, _FESTIVALS[name]))


def festival(m: "re.Match[str]", context: Context) -> Token:
    """端午节: its days off; 过完端午, 端午节后: the days that follow."""
    days = _festival(m["name"], context.today)
    if not days:
        return Token(*m.span(), wrong="no_day")
    if not (m["over"] or m["after"]):
        return Token(*m.span(), dates=tuple(days))
    last = days[-1]
    return Token(*m.span(), dates=_stretch(last + timedelta(days=1), last + timedelta(days=5)))


def in_a_few_days(m: "re.Match[str]", context: Context) -> Token:
    return Token(
        *m.span(), dates=_stretch(context.today + timedelta(days=2), context.today + timedelta(days=5))
    )


def _monday(context: Context, weeks: int) -> date:
    return context.today - timedelta(days=context.today.weekday()) + timedelta(weeks=weeks)


def _weeks(prefix: str | None) -> int | None:
    if not prefix:
        return None
    return {"上": -1, "下": 1}.get(prefix[0], 0) * (2 if prefix.startswith("下下") else 1)


def _weekdays(text: str) -> list[int]:
    return [(_WEEKDAYS | _WEEKDAYS_ALSO)[c] for c in text]


def _on_weekdays(weekdays: Sequence[int], weeks: int | None, context: Context) -> tuple[date, ...]:
    """Without 这 or 下 the next such day is meant, and today only when nothing else can be: one says 今天."""
    if weeks is not None:
        return tuple(_monday(context, weeks) + timedelta(days=d) for d in weekdays)
    ahead = ((d - context.today.weekday() - 1) % 7 + 1 for d in weekdays)
    return tuple(context.today + timedelta(days=n) for n in ahead)


def weekday(m: "re.Match[str]", context: Context) -> Token:
    """下周三; in "下周三到周五" the second day is in the same week as the first."""
    weeks = _weeks(m[1])
    if weeks is None:
        weeks = context.weeks
    context.weeks = weeks
    return Token(*m.span(), dates=_on_weekdays(_weekdays(m[2]), weeks, context), weekday=True)


def two_weekdays(m: "re.Match[str]", context: Context) -> Token | None:
    """周三四, 周三、四; not 周三一定 or 周三四点."""
    days = _weekdays(m[2] + m[3])
    if days[1] <= days[0]:
        return None
    return Token(*m.span(), dates=_on_weekdays(days, _weeks(m[1]), context))


def weekend(m: "re.Match[str]", context: Context) -> Token:
    return Token(*m.span(), dates=_on_weekdays([5, 6], _weeks(m[1]) or 0, context))


def week(m: "re.Match[str]", context: Context) -> Token:
    context.weeks = _weeks(m[1]) or 0
    first = _monday(context, context.weeks)
    return Token(*m.span(), dates=_stretch(max(first, context.today), first + timedelta(days=6)))


_THIRDS: Final = {"初": (1, 7), "上": (1, 10), "中": (11, 20), "下": (21, 31), "底": (25, 31), "末": (25, 31)}


def month(m: "re.Match[str]", context: Context) -> Token | None:
    """6月, 下个月, 月底: all its days from today on, or all of them when it is over."""
    groups, today = m.groupdict(), context.today
    named = number(groups["named"]) if groups.get("named") else None
    if groups.get("named") and (named is None or not 1 <= named <= 12):
        return None
    later, index = divmod(today.month - 1 + (groups.get("relative") or "").count("下"), 12)
    context.month = (today.year, named) if named else (today.year + later, index + 1)
    first, last = _THIRDS[groups["third"][0]] if groups["third"] else (1, 31)
    days = tuple(d for n in range(first, last + 1) if (d := _day(*context.month, n)))
    return Token(*m.span(), dates=tuple(d for d in days if d >= today) or days)


_YEAR: Final = "20[0-9]{2}|[12][0-9]|二零[一二三][零一二三四五六七八九]|[一二][零一二三四五六七八九]"
_THIRD: Final = "(?:的)?(?P<third>初|底|末|[上中下]旬|中(?![午间]))"
_THIS_OR_NEXT: Final = "(?<![约排])上个?|这个?|本|下下个?|下个?"
_LATER: Final = "(?:之后|以后|后(?!天))"
_NOT_A_SECOND_WEEKDAY: Final = "(?![点时:半刻个早定起样会般人位天号月0-9])"

RULES: Final[tuple[Rule, ...]] = (
    rule(
        rf"(?P<over>(?:过[了完]|等过?完?))?(?:过)?(?P<name>{'|'.join(_FESTIVALS)})(?:节|假期?)?"
        rf"(?P<after>(?:之后|以后|后(?!天)|过后|过完))?(?:那天|当天)?",
        festival,
    ),
    rule(rf"[农阴旧古老]历(?:N月)?(?:初?N)?{_DAY}?|N月初N|(?<![月最当])初N(?![次步])", lunar),
    rule(rf"({_YEAR})年(N)月份?(N){_DAY}?", year_month_day),
    rule(r"(?<![0-9])(20[0-9]{2})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?![0-9])", year_month_day),
    rule(r"(?<![0-9])(20[0-9]{2})(0[1-9]|1[0-2])([0-3][0-9])(?![0-9])", eight_digits),
    rule(rf"(?<![0-9])()(N)月份?(N)(?:{_DAY}|(?![点时:个几零一二三四五六七八九十0-9]))", year_month_day),
    rule(rf"(?:再?过)?(?P<n>N)(?:天|日|(?P<week>周|个?星期|个?礼拜)){_LATER}", days_from_now),
    rule(rf"再?过(?:两|几|2|两三|三五)天|(?:几|两三|三五)天{_LATER}", in_a_few_days),
    rule(r"再?过(?P<n>N)(?:天|(?P<week>周|个?星期|个?礼拜))", days_from_now),
    rule(rf"(?<![0-9])(N){_DAY}?([到至~、,和跟或-])(N){_DAY}", days_of_month),
    rule(rf"(?<![0-9])(?:(?P<named>N)月份?)?(?P<tens>二?十|[12]0?)几{_DAY}", tens_of_month),
    rule(rf"([一二三四五六七八])()([二三四五六七八九]){_DAY}", days_of_month),
    rule(rf"(?<![0-9.])([0-9]{{1,2}})[./-]([0-9]{{1,2}})(?:{_DAY}|(?![0-9点月:个时年元块折万./]))", dotted),
    rule(rf"(?<![0-9])(?P<named>N)月份?{_THIRD}?", month),
    rule(rf"(?P<relative>本|这个?|下下个?|下个?)月份?{_THIRD}?", month),
    rule(r"月?(?P<third>(?<=月)[初底末]|[上中下]旬)", month),
    rule(rf"(?<![0-9])(?<![0-9]-)(N){_DAY}(?![窗楼线路机柜店子内院公])", day_of_month),
    rule(r"(?<![以之然最])(大大后|大后|赶明|后|明|今|昨|前)(?:天|日|儿个?|个儿?)", day_word),
    rule(r"(明|今|后(?!晌))(?=早|晚|晌|上午|下午|中午)", day_word),
    rule(r"(明后|今明)(?:两|2)?[天日]", two_day_words),
    rule(r"这(?:两|几|2|两三)天", these_days),
    rule(r"(?:现在|立刻|这会儿?|这就)(?=.{0,2}(?:能|可以|[去来](?!不)|过[去来](?!不)|有|约|就))", now),
    rule(
        rf"({_THIS_OR_NEXT})?(?:{_WEEK})([一二三四五六])[、或和跟]?([一二三四五六日]){_NOT_A_SECOND_WEEKDAY}",
        two_weekdays,
    ),
    rule(rf"({_THIS_OR_NEXT})?(?:{_WEEK})([一二三四五六日天七1-7])(?![0-9])", weekday),
    rule(rf"({_THIS_OR_NEXT})?(?:{_WEEK})末", weekend),
    rule(rf"(这个?|本|下下个?|下个?)(?:{_WEEK})", week),
)
