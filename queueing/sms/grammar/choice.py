"""Answers to a numbered question: 1, １, 选2, 第三个, "1不行，2可以", and the option itself copied back."""

import re
from typing import Final

import msgspec

from queueing.sms.grammar.numbers import number
from queueing.sms.grammar.reading import LAST
from queueing.sms.grammar.when import CANNOT, DAY, HOUR

_VERB: Final = (
    r"(?:选择?|挑|要|定|订|是|就|约|换成?|改成?|回复?|发|按|答|还是|那就|我|俺|想|用|数字|号码|"
    r"ok|yes|好的?|行|可以|嗯|对)"
)
_TAIL: Final = (
    r"(?:那个|这个|的|吧|可以|也?行|好|就行|就好|合适|没?问题|了|就这样|就这个|那天|ok|"
    r"yes|号|项|条|吗|能行|都行|取消|选)"
)
_DIGIT: Final = r"(?P<n>[0-9]|[零一二三四五六七八九])(?![0-9零一二三四五六七八九十])"

_EDGE: Final = r"[,、. 和跟或]"
_END: Final = rf"(?:{_EDGE}|[:/~-](?![0-9])|$|{DAY}|{HOUR})"
_ALONE: Final = re.compile(rf"(?:^|(?<={_EDGE})|(?<=[^0-9][:/~-])){_VERB}*第?{_DIGIT}{_TAIL}*(?={_END})")
_ORDINAL: Final = re.compile(
    r"(?:第(?P<n>[0-9一二三四五六七八九])|"
    r"(?P<first>头一?|前面那|最前面那?|最上面那?|上面那)|(?P<middle>中间那?))[个项条]"
)
_LAST: Final = re.compile(r"(?:最后(?:面|那)?一?|末了那?|末尾那?|最下面那?|后[面头]那)[个项条]")
_EXTREME: Final = re.compile(r"最(?:(?P<first>早)|晚|迟)的?那?[个项条]")
_SELECTED: Final = re.compile(r"(?:选择?|挑|回复)第?(?P<n>[0-9])(?![0-9个张人])")
_NUMERAL: Final = "[0-9一二三四五六七八九]"
_REFUSED: Final = re.compile(
    rf"(?:不是|不要|不选|别选|除了|不)(?:第(?P<n>{_NUMERAL})|(?P<p>[0-9])(?![0-9]))[个项条]?|"
    rf"(?:第(?P<q>{_NUMERAL})|(?P<m>[0-9]))(?:号|[个项条])?"
    rf"(?:[和跟或、,]第?(?P<o>{_NUMERAL})[个项条]?)?(?:的?时间)?(?:都|也|就)?{CANNOT}"
)
_EITHER_WILL_DO: Final = re.compile(r"都|或|随便|任")
_OUT_OF_PLACE: Final = re.compile(r"第[0-9一二三四五六七八九](?:个月|个星期|个礼拜|次|代|批|张|天|医院)")


class Choice(msgspec.Struct, frozen=True):
    n: int | None = None
    refused: bool = False


def choose(rest: str) -> Choice:
    """The one number chosen; none when there is more than one and it is not said that either will do."""
    text = _OUT_OF_PLACE.sub("", rest)
    refused = {number(n) for m in _REFUSED.finditer(text) for n in m.groups() if n}
    text = _REFUSED.sub(",", text)
    chosen = list(dict.fromkeys(n for n in _numbers(text) if n not in refused))
    if len(chosen) == 1 or (chosen and _EITHER_WILL_DO.search(text)):
        return Choice(chosen[0], bool(refused))
    return Choice(None, bool(refused))


def _numbers(text: str) -> list[int]:
    found = [(m.start("n"), number(m["n"])) for p in (_ALONE, _SELECTED) for m in p.finditer(text)]
    found += [(m.start(), _ordinal(m)) for m in _ORDINAL.finditer(text)]
    found += [(m.start(), LAST) for m in _LAST.finditer(text)]
    found += [(m.start(), 1 if m["first"] else LAST) for m in _EXTREME.finditer(text)]
    return [n for _, n in sorted(found, key=lambda at: at[0]) if n is not None]


def _ordinal(m: "re.Match[str]") -> int | None:
    if m["n"]:
        return number(m["n"])
    return 1 if m["first"] else 2
