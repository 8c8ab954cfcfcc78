"""What a message was understood to say. The conversation decides what follows from it."""

from datetime import date, time
from enum import StrEnum

import msgspec


class Intent(StrEnum):
    BOOK = "book"  # wants a time; also any message that only names a day, an hour or "随便"
    CHOOSE = "choose"  # answers a numbered question: see Reading.choice
    CANCEL = "cancel"
    MOVE = "move"  # has a time and wants another
    MORE = "more"  # none of what was offered suits: see Reading.relative
    STATUS = "status"
    WAIT = "wait"  # how long the wait is now, how many people are there
    YES = "yes"
    KEEP = "keep"  # comes as booked, wants nothing changed
    NO = "no"
    NOT_NOW = "not_now"  # later, when there is time; wants to think about it
    AGAIN = "again"  # the last thing once more, please
    HELP = "help"
    FAQ = "faq"  # see Reading.faq
    STOP = "stop"
    START = "start"
    AGENT = "agent"  # a person shall call back
    COLLECTED = "collected"  # says the card has been collected
    PROXY = "proxy"  # somebody else will come
    HOME_VISIT = "home_visit"
    THANKS = "thanks"  # nothing but courtesy
    UNKNOWN = "unknown"


class Part(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"


class Relative(StrEnum):
    EARLIEST = "earliest"
    ANY = "any"
    EARLIER = "earlier"
    LATER = "later"
    OTHER = "other"


LAST = -1
"""The choice in "最后一个": the last of those offered, however many they were."""


class Reading(msgspec.Struct, frozen=True):
    """One message, read. It never holds the words themselves, nor any number a person sent.

    choice    0-9 as sent, or LAST. "2号" is BOOK with a day and a choice: an open question decides which.
    dates     days asked for, in the order said; a stretch ("下周", "5号到8号") is listed day by day.
    excluded  days said not to suit.
    clock     the time asked for, or the begin of a span; it ends at clock_to ("10点前" has just that).
    past      a day asked for lies before today. It is kept as given.
    unclear   a day was named that cannot be placed; `wrong` says why: "short" (6月31日: its month ends on
              wrong_day), "lunar" (农历四月二十) or "no_day" (13月5日).
    books     a time is wanted, whatever else is asked.
    everyone  all the phone's people are meant: 都退订, 我们俩.
    negated   the message refuses something.
    question  it is asked rather than told ("能取消吗"): what cannot be undone deserves a question back.
    shift     so many days later (or earlier: negative) than what is booked or offered: 推迟一周.
    pointing  one of the places offered is pointed at by its time: 上午那个.
    sensitive it holds digits like a phone or identity number: never echo or log the text.
    """

    intent: Intent
    choice: int | None = None
    faq: str | None = None
    dates: tuple[date, ...] = ()
    excluded: tuple[date, ...] = ()
    part: Part | None = None
    clock: time | None = None
    clock_to: time | None = None
    relative: Relative | None = None
    past: bool = False
    unclear: bool = False
    negated: bool = False
    question: bool = False
    sensitive: bool = False
    shift: int = 0
    pointing: bool = False
    wrong: str = ""
    wrong_day: date | None = None
    everyone: bool = False
    books: bool = False

    @property
    def has_when(self) -> bool:
        """Whether anything was said about the time."""
        return bool(self.dates or self.part or self.clock or self.clock_to)
