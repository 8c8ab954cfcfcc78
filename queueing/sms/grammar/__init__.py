"""Reads an inbound message. A small closed grammar: pure, and silent rather than clever when in doubt."""

import re
import unicodedata
from datetime import date
from typing import Final

from queueing.sms.grammar import intents
from queueing.sms.grammar import vocabulary as words
from queueing.sms.grammar.choice import choose
from queueing.sms.grammar.faq import KEYS as FAQ_KEYS
from queueing.sms.grammar.faq import TEMPLATE_KEYS as FAQ_TEMPLATE_KEYS
from queueing.sms.grammar.manners import plainly
from queueing.sms.grammar.normal import normalise, without_numbers
from queueing.sms.grammar.reading import LAST, Intent, Part, Reading, Relative
from queueing.sms.grammar.when import DAY, When, find

__all__ = ["FAQ_KEYS", "FAQ_TEMPLATE_KEYS", "LAST", "Intent", "Part", "Reading", "Relative", "read"]

_YES_SIGNS: Final = frozenset("👍👌🆗✅✔☑💯")
_THANKS_SIGNS: Final = frozenset("🙏🌹❤💐🤝😊😄😀🌷🌸👏")

_GREETING: Final = re.compile(
    r"[啊呀哦,?!]*(?:(?:您|你|你们|大家)好|早上好|上午好|中午好|下午好|晚上好|在吗|在不在|在么|有人(?:在)?吗|hello|hi|喂|同志|"
    r"师傅|大夫|银行|工作人员|客服|请问)(?:[啊呀哦,?!]|(?:您|你|你们|大家)好|"
    r"在吗|在不在|有人(?:在)?吗|喂|同志|师傅|请问)*"
)

_DAY_OR_OFFER: Final = re.compile(
    rf"(?:我|俺|就|要|选择?|那就|定|约|挑|,)*{DAY}(?:吧|可以|行|好|那个|这个|就行|吗|的|时间|,)*"
)
_NOT_CHOOSING: Final = frozenset({Intent.STOP, Intent.START, Intent.CANCEL})


def read(text: str, today: date) -> Reading:
    """What `text` asks for, as understood on `today`."""
    said, sensitive = without_numbers(normalise(text))
    if _is_ours(text):
        return Reading(Intent.UNKNOWN, sensitive=sensitive)
    plain, asks = plainly(said)
    if not plain:
        return Reading(_wordless(text, said), question=asks, sensitive=sensitive)
    when = find(plain, today)
    wanted, key = intents.intent(when.rest, when, asks)
    wanted, choice = _with_choice(wanted, when)
    return Reading(
        wanted,
        choice=choice,
        faq=key if wanted is Intent.FAQ else None,
        dates=when.dates,
        excluded=when.excluded,
        part=when.part,
        clock=when.clock,
        clock_to=when.clock_to,
        relative=intents.relative(when.rest, when, wanted),
        past=any(day < today for day in when.dates),
        unclear=bool(when.wrong),
        negated=intents.negated(when.rest),
        question=asks,
        sensitive=sensitive,
        shift=intents.shift(when.rest),
        pointing=bool(words.POINTING.search(when.rest)),
        wrong=when.wrong,
        wrong_day=when.wrong_day,
        books=bool(words.BOOKS.search(when.rest)),
        everyone=bool(words.EVERYONE.search(when.rest)),
    )


def _is_ours(text: str) -> bool:
    """One of our own messages sent back or on: its words are not the person's."""
    return unicodedata.normalize("NFKC", text).lstrip().startswith("【")


def _wordless(text: str, said: str) -> Intent:
    """Nothing is left to read: it was courtesy, a question mark, or signs only."""
    if _GREETING.fullmatch(said):
        return Intent.HELP  # whoever greets waits for a word
    if said:
        return Intent.HELP if set(said) <= {"?", ","} else Intent.THANKS
    if _YES_SIGNS & set(text):
        return Intent.YES
    return Intent.THANKS if _THANKS_SIGNS & set(text) else Intent.UNKNOWN


def _with_choice(wanted: Intent, when: When) -> tuple[Intent, int | None]:
    """A number answers a question unless the message also ends something; "2号" is a day or an offer."""
    choice = choose(when.rest)
    if when.bare_day and _DAY_OR_OFFER.fullmatch(when.rest):
        return wanted, when.bare_day
    if choice.n is None:
        return (Intent.MORE if choice.refused and wanted is not Intent.STOP else wanted), None
    if wanted in _NOT_CHOOSING and choice.n != 0 and not choice.refused:
        return wanted, None
    return Intent.CHOOSE, choice.n
