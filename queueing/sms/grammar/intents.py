"""What a message wants. Refusals are looked for before wishes, and what is narrow before what is wide."""

import re
from typing import Final

from queueing.sms.grammar import faq
from queueing.sms.grammar import vocabulary as words
from queueing.sms.grammar.numbers import number
from queueing.sms.grammar.reading import Intent, Relative
from queueing.sms.grammar.when import When


def negated(rest: str) -> bool:
    return bool(words.NEGATION.search(rest))


_TAKES_RELATIVE: Final = frozenset({Intent.BOOK, Intent.MORE, Intent.MOVE})


def relative(rest: str, when: When, wanted: Intent) -> Relative | None:
    if wanted not in _TAKES_RELATIVE:
        return None
    found = _relative(rest) or (Relative.OTHER if wanted is Intent.MORE else None)
    settled = when.says_when and (
        found is Relative.ANY or (found is Relative.OTHER and wanted is not Intent.MORE)
    )
    return None if settled else found


def shift(rest: str) -> int:
    """推迟一周, 早两天: by how many days; 0 when nothing is said of it."""
    found = words.SHIFT.search(rest)
    count = number(found["n"]) if found else None
    if found is None or count is None:
        return 0
    days = count * (7 if found["week"] else 1)
    return days if found["later"] else -days


def _relative(rest: str) -> Relative | None:
    return next((which for which, pattern in words.RELATIVES if pattern.search(rest)), None)


def intent(rest: str, when: When, asks: bool) -> tuple[Intent, str | None]:
    """The intent, and the key when it is a question with a standing answer."""
    if found := _first(_SETTLING, rest):
        return found, None
    if words.CALM_TIME.search(rest):
        return Intent.MOVE if words.MOVE.search(rest) else Intent.BOOK, None
    if words.WAIT.search(rest):
        return Intent.WAIT, None
    key = faq.asked(rest)
    if key and not (key == "证件" and words.PROXY.search(rest)):
        return Intent.FAQ, key
    if words.AGAIN.search(rest):
        return Intent.AGAIN, None
    found = _personal(words.NO_CALL.sub("", rest)) or _change(rest, when, asks) or _answer(rest)
    found = found or _wish(rest) or _time_only(rest, when)
    if found is Intent.UNKNOWN and words.NO_CALL.search(rest):
        found = Intent.NOT_NOW
    return found, None


_Ordered = tuple[tuple[Intent, "re.Pattern[str]"], ...]
_SETTLING: Final[_Ordered] = ((Intent.STOP, words.STOP), (Intent.START, words.START))
_PERSONAL: Final[_Ordered] = (
    (Intent.COLLECTED, words.COLLECTED),
    (Intent.PROXY, words.PROXY),
    (Intent.HOME_VISIT, words.HOME_VISIT),
    (Intent.AGENT, words.AGENT),
)
_WISHES: Final[_Ordered] = (
    (Intent.HELP, words.HELP),
    (Intent.KEEP, words.COMMITTED),
    (Intent.BOOK, words.BOOK),
)


def _first(rules: _Ordered, rest: str) -> Intent | None:
    return next((which for which, pattern in rules if pattern.search(rest)), None)


def _personal(rest: str) -> Intent | None:
    found = None if words.KEEP.search(rest) else _first(_PERSONAL, rest)
    if found is Intent.COLLECTED and words.NOT_COLLECTED.search(rest):
        return Intent.BOOK
    if found is Intent.HOME_VISIT and words.BETTER_FIRST.search(rest):
        return Intent.NOT_NOW
    put_off = words.CANCEL.search(rest) or words.MOVE.search(rest)
    return None if found is Intent.HOME_VISIT and put_off else found


def _change(rest: str, when: When, asks: bool) -> Intent | None:
    """A wish to keep, cancel or move what is booked, or to see other places than those offered."""
    if words.KEEP.search(rest):
        return Intent.STATUS if asks else Intent.KEEP
    if words.SWAP.search(rest):
        return Intent.MORE
    if words.CANCEL.search(rest) and not words.MOVE.search(rest):
        if words.IF.search(rest):
            return Intent.STATUS
        return _cancel(rest, when, asks)
    if words.MOVE.search(rest) or (when.dates and words.TIME_REFUSED.search(rest)):
        return Intent.MOVE
    if words.SHIFT.search(rest):
        return Intent.MOVE
    if words.NOT_NOW.search(rest):
        return Intent.NOT_NOW
    if words.MORE.search(rest) and _relative(rest) is not Relative.EARLIEST:
        return Intent.MORE
    if words.CANNOT_COME.search(rest):
        return Intent.MOVE if when.dates else Intent.CANCEL
    return Intent.MOVE if words.BUSY.search(rest) or words.TIME_REFUSED.search(rest) else None


def _cancel(rest: str, when: When, asks: bool) -> Intent:
    if asks and re.search("怎么|咋|如何", rest):
        return Intent.HELP
    if asks and words.ASKS_CANCELLED.search(rest) and not re.search("能|可以|行", rest):
        return Intent.STATUS
    new_day = when.dates and (when.excluded or words.NEW_DAY.search(rest))
    return Intent.MOVE if new_day else Intent.CANCEL


def _answer(rest: str) -> Intent | None:
    """Words that are an answer only when nothing else is said with them."""
    for which, pattern in ((Intent.THANKS, words.ACK), (Intent.YES, words.YES), (Intent.NO, words.NO_ONLY)):
        if pattern.fullmatch(rest):
            return which
    return None


def _wish(rest: str) -> Intent | None:
    if _relative(rest) in {Relative.EARLIEST, Relative.ANY} or words.ASKS_FOR_PLACES.search(rest):
        return Intent.BOOK
    return Intent.STATUS if words.STATUS.search(rest) else _first(_WISHES, rest)


def _time_only(rest: str, when: When) -> Intent:
    """A day or an hour with little around it asks for that time; in a story it does not."""
    named = when.says_when or when.wrong or when.excluded
    return Intent.BOOK if named and len(words.FILLERS.sub("", rest)) <= words.STORY else Intent.UNKNOWN
