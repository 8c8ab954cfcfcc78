"""All a message says about time, and the text that is left when it is taken out."""

import re
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Final

import msgspec

from queueing.sms.grammar import days, hours
from queueing.sms.grammar.reading import Part
from queueing.sms.grammar.tokens import Token, scan

DAY: Final = "◇"
HOUR: Final = "◆"
"""What stands in the remaining text where a day, or an hour or part of the day, was."""

CANNOT: Final = (
    r"(?:[去来到赶过上]不[了成上及去来]|赶不过[去来]|不能[去来到]|不[去来](?!行|可以)|不方便|没空|没时间|没工夫|没功夫|有事|"
    r"有点事|不在家|不得空|没得空|不合适|走不开|脱不开|在外地|不凑巧|不巧|不中(?!用)|不成|不赶趟|不可以|不行|不好|不要|太[早晚赶远]|起不[来了]|去(?:医院|看病|打针)|要(?:去)?(?:医院|看病|打针|输液|透析|接孙|接孩|接送|开会|体检|走亲|出门)|不想|要上班|没法)"
)
_REFUSED_AFTER: Final = re.compile(rf",?(?:(?![,吗吧]).){{0,6}}?,?{CANNOT}(?!行吗|可以吗|吗|就|的话|再)")
_REPLACED_AFTER: Final = re.compile(
    r"(?!,?(?:也?行|可以|能|有空))[^,]{0,6}?,?[^,]{0,4}?(?:改|换|挪|调|推|延|提前)[^,]{0,2}?(?:到|成|为|至|在)?$"
)
_GIVEN_UP_AFTER: Final = re.compile(
    r"(?:的|那个|的预约|,)*(?:想|要|我想|我要|能|可以|需要)?(?:取消|改|换)(?![成到为卡新密领]|社保)"
)
_REFUSED_BEFORE: Final = re.compile(
    r"(?:不要|不想[约去在要]?|别[约选排]?|别安排|除了?|不[约选去是]|非|避开|取消|把)(?:在|掉|我|了|约在)?$"
)
_JOINT: Final = re.compile(r"[、和跟或到至~-]?|或者|还是|还有|以及")
_RANGE: Final = re.compile(r"[到至~-]")


class When(msgspec.Struct, frozen=True):
    rest: str
    dates: tuple[date, ...] = ()
    excluded: tuple[date, ...] = ()
    part: Part | None = None
    clock: time | None = None
    clock_to: time | None = None
    wrong: str = ""
    wrong_day: date | None = None
    bare_day: int | None = None

    @property
    def says_when(self) -> bool:
        return bool(self.dates or self.part or self.clock or self.clock_to)


def find(said: str, today: date) -> When:
    scanned = [_bounded(t, said, today) for t in scan(said, (*days.RULES, *hours.RULES), today)]
    tokens = _settled(_joined(scanned, said))
    gaps = _gaps(tokens, said)
    refused = _refused(tokens, gaps)
    wanted = [t for t, no in zip(tokens, refused, strict=True) if not no]
    unwanted = [t for t, no in zip(tokens, refused, strict=True) if no]
    clocks = [t for t in wanted if t.clock or t.clock_to]
    asked = _distinct(wanted)
    excluded = tuple(day for day in _distinct(unwanted) if day not in asked)
    return When(
        rest=_rest(tokens, gaps),
        dates=asked,
        excluded=excluded,
        part=_part(wanted) or (None if excluded else _other(_part(unwanted))),
        clock=clocks[0].clock if clocks else None,
        clock_to=_ends(clocks),
        wrong=next((t.wrong for t in tokens if t.wrong), ""),
        wrong_day=next((t.wrong_day for t in tokens if t.wrong_day), None),
        bare_day=tokens[0].bare_day if len(tokens) == 1 else None,
    )


def _part(tokens: Sequence[Token]) -> Part | None:
    return next((t.part for t in tokens if t.part), None)


def _other(part: Part | None) -> Part | None:
    """Who cannot come in the morning is asking for the afternoon."""
    return {Part.MORNING: Part.AFTERNOON, Part.AFTERNOON: Part.MORNING}[part] if part else None


def _ends(clocks: Sequence[Token]) -> time | None:
    return next((t.clock_to for t in clocks if t.clock_to), None)


def _distinct(tokens: Sequence[Token]) -> tuple[date, ...]:
    return tuple(dict.fromkeys(d for t in tokens for d in t.dates))


_BEFORE: Final = re.compile("以前|之前|前(?![后天台])|截止")
_AFTER: Final = re.compile("以后|之后|后(?!天)|起|开始|往后")


def _bounded(token: Token, said: str, today: date) -> Token:
    """20号前 is any day until then, 20号以后 the week from then on."""
    if len(token.dates) != 1 or token.dates[0] <= today:
        return token
    day = token.dates[0]
    if found := _BEFORE.match(said, token.end):
        return Token(token.start, found.end(), dates=_days_between(today, day - timedelta(days=1)))
    if found := _AFTER.match(said, token.end):
        return Token(token.start, found.end(), dates=_days_between(day, day + timedelta(days=6)))
    return token


def _days_between(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def _joined(tokens: list[Token], said: str) -> list[Token]:
    """5号到8号 is every day between, 9点到10点 one span of time, 6月5日星期二 one day."""
    joined: list[Token] = []
    for token in tokens:
        before = joined[-1] if joined else None
        both = _both(before, token, said[before.end : token.start]) if before else None
        if both:
            joined[-1] = both
        else:
            joined.append(token)
    return joined


def _both(first: Token, last: Token, between: str) -> Token | None:
    if _RANGE.fullmatch(between):
        return _span(first, last)
    return _same_day(first, last) if between in {"", ","} else None


def _same_day(first: Token, last: Token) -> Token | None:
    """A day and its weekday, in either order; the weekday alone might have meant the week after."""
    if first.weekday == last.weekday or len(first.dates) != 1 or len(last.dates) != 1:
        return None
    named = last if first.weekday else first
    if first.dates[0].weekday() != last.dates[0].weekday():
        return None
    return Token(first.start, last.end, dates=named.dates)


def _span(first: Token, last: Token) -> Token | None:
    if first.clock and last.clock and first.clock < last.clock:
        return Token(first.start, last.end, clock=first.clock, clock_to=last.clock)
    if first.weekday and last.weekday and len(first.dates) == len(last.dates) == 1:
        first = _in_the_week_of(first, last)
    if (
        not first.dates
        or not last.dates
        or not timedelta(0) < last.dates[-1] - first.dates[0] < timedelta(days=62)
    ):
        return None
    return Token(first.start, last.end, dates=_days_between(first.dates[0], last.dates[-1]))


def _in_the_week_of(first: Token, last: Token) -> Token:
    """周一到周五, said on a Tuesday: what is left of this week, not next Monday back to Friday."""
    back = first.dates[0] > last.dates[0]
    day = first.dates[0] - timedelta(days=7) if back else first.dates[0]
    return Token(first.start, first.end, dates=(day,), weekday=True)


def _settled(tokens: list[Token]) -> list[Token]:
    """ "9.30" is an hour beside another day, and a day when nothing else is one."""
    hour_expected = any(t.part or (t.dates and not t.either) for t in tokens)
    return [_as_hour(t) if t.either and hour_expected else t for t in tokens]


def _as_hour(token: Token) -> Token:
    return Token(token.start, token.end, clock=time(token.dates[0].month, token.dates[0].day))


def _gaps(tokens: Sequence[Token], said: str) -> list[str]:
    """The text before the first token, and after each up to the next."""
    starts = [t.start for t in tokens] + [len(said)]
    return [said[: starts[0]]] + [said[t.end : start] for t, start in zip(tokens, starts[1:], strict=True)]


def _rest(tokens: Sequence[Token], gaps: Sequence[str]) -> str:
    marks = [DAY if t.is_day else HOUR for t in tokens]
    return gaps[0] + "".join(mark + gap for mark, gap in zip(marks, gaps[1:], strict=True))


def _refused(tokens: Sequence[Token], gaps: Sequence[str]) -> list[bool]:
    """Which tokens name a time that does not suit: said right after it (周三不行) or before it (不要周三).

    周三周四都不行 refuses both; in 明天上午不行下午可以 only the morning is refused, not the day.
    """
    refused = [False] * len(tokens)
    for i in reversed(range(len(tokens))):
        after, is_last = gaps[i + 1], i + 1 == len(tokens)
        if not is_last and _JOINT.fullmatch(after):
            refused[i] = refused[i + 1] and _all_refused(tokens, refused, i)
        else:
            refused[i] = bool(_REFUSED_AFTER.match(after)) or _given_up(after, tokens, i)
        refused[i] = refused[i] or _refused_before(gaps, i)
    return refused


def _refused_before(gaps: Sequence[str], i: int) -> bool:
    """In 明天不去了后天去 the refusal belongs to the day before it."""
    taken = i > 0 and "," not in gaps[i] and _REFUSED_AFTER.match(gaps[i])
    return not taken and bool(_REFUSED_BEFORE.search(gaps[i]))


def _all_refused(tokens: Sequence[Token], refused: Sequence[bool], i: int) -> bool:
    """For a day: whether each hour named for it is refused."""
    if not tokens[i].is_day:
        return True
    hours_of_day = []
    for token, no in zip(tokens[i + 1 :], refused[i + 1 :], strict=True):
        if token.is_day:
            break
        hours_of_day.append(no)
    return all(hours_of_day)


def _given_up(after: str, tokens: Sequence[Token], i: int) -> bool:
    """周三改到周四, 明天的取消: the day spoken of is the one that was booked."""
    if i + 1 < len(tokens):
        return bool(_REPLACED_AFTER.match(after))
    return bool(_GIVEN_UP_AFTER.match(after))
