"""A token is a stretch of text that says something about time; days.py and hours.py know how to read them."""

import re
from collections.abc import Callable, Sequence
from datetime import date, time

import msgspec

from queueing.sms.grammar.numbers import NUMBER
from queueing.sms.grammar.reading import Part


class Token(msgspec.Struct, frozen=True):
    start: int
    end: int
    dates: tuple[date, ...] = ()
    part: Part | None = None
    clock: time | None = None
    clock_to: time | None = None
    either: bool = False  # "9.30": a day and an hour at once until the rest of the message is known
    wrong: str = ""  # a day that is in no calendar, see Reading.unclear
    wrong_day: date | None = None
    weekday: bool = False  # the day is named by its weekday only
    bare_day: int | None = None  # "2号": perhaps the number of an offer

    @property
    def is_day(self) -> bool:
        return bool(self.dates or self.wrong)


class Context(msgspec.Struct):
    """What earlier words settle for later ones: the month of "8号" in "7月5号到8号", the 下午 of "3点"."""

    today: date
    month: tuple[int, int] | None = None
    part: Part | None = None
    noon: bool = False
    weeks: int | None = None


Maker = Callable[["re.Match[str]", Context], Token | None]
Rule = tuple["re.Pattern[str]", Maker]


def rule(pattern: str, maker: Maker) -> Rule:
    """`N` in a pattern stands for a number in digits or in Chinese."""
    return re.compile(pattern.replace("N", NUMBER)), maker


def scan(said: str, rules: Sequence[Rule], today: date) -> list[Token]:
    """The tokens of a text from left to right; at each place the first rule that does not decline wins."""
    context = Context(today)
    tokens: list[Token] = []
    at = 0
    while at < len(said):
        token = _token_at(said, at, rules, context)
        if token:
            tokens.append(token)
        at = token.end if token else at + 1
    return tokens


def _token_at(said: str, at: int, rules: Sequence[Rule], context: Context) -> Token | None:
    for pattern, maker in rules:
        found = pattern.match(said, at)
        token = maker(found, context) if found else None
        if token:
            return token
    return None
