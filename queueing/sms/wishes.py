"""What a reading asks of the domain: which places are wanted, and which of the places offered is meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from queueing.domain.offers import Wish
from queueing.sms.grammar.reading import Intent, Part, Reading, Relative
from queueing.sms.turns import Situation


def wish_of(reading: Reading, card: str, at: Situation) -> Wish:
    """What was asked, as the domain understands it. Days that are past say nothing."""
    part = {Part.MORNING: "am", Part.AFTERNOON: "pm"}.get(reading.part, "") if reading.part else ""
    near = reading.clock or reading.clock_to
    wish = Wish(days=reading.dates, part=part, near=near, not_days=reading.excluded)
    spoken_of = _spoken_of(card, at)
    if reading.shift and spoken_of:
        return replace(wish, days=(spoken_of[0].date() + timedelta(days=reading.shift),))
    booking = at.state(card).booking
    if booking and reading.intent is Intent.MOVE and reading.has_when and not (reading.dates or reading.past):
        same_day = booking.told.date()
        return wish if same_day in reading.excluded else replace(wish, days=(same_day,))
    if reading.has_when or reading.relative not in (Relative.EARLIER, Relative.LATER):
        return wish
    if reading.relative is Relative.LATER:
        return replace(wish, after=spoken_of[-1]) if spoken_of else wish
    return replace(wish, before=spoken_of[0]) if spoken_of else replace(wish, part="am")


def _spoken_of(card: str, at: Situation) -> list[datetime]:
    """The times from which "earlier" and "later" are meant: those offered, else the one booked."""
    known = at.state(card)
    if at.thread.open(at.now) == "offers" and at.thread.card == card:
        return sorted(slot_start(slot) for slot in at.thread.options)
    return [known.booking.told] if known.booking else []


def near_to(slot: str) -> Wish:
    """The places nearest to one: of its day, and around its time."""
    start = slot_start(slot)
    return Wish(days=(start.date(),), near=start.time())


def slot_start(slot: str) -> datetime:
    """The begin of a slot, from its id."""
    return datetime.strptime(slot, "%Y%m%d-%H%M")


def together(reading: Reading, asked: Reading | None) -> Reading:
    """What was asked before, as far as the new message says nothing else: "有下午的吗" is about the day
    that was named."""
    if asked is None:
        return reading
    if not reading.has_when:
        return asked if reading.relative in (None, Relative.OTHER) else reading
    if reading.dates:
        return reading
    return msgspec.structs.replace(reading, dates=asked.dates, excluded=asked.excluded, past=asked.past)


def declines(reading: Reading, at: Situation) -> bool:
    """Says of the places offered that they don't suit, and no other time."""
    return at.thread.open(at.now) == "offers" and not (reading.has_when or reading.shift or reading.wrong)


def pointed_at(reading: Reading, at: Situation) -> int | None:
    """Which of the places offered is named by its time: 10点半, 明天那个. Only when it can be no other one,
    and is told rather than asked."""
    told = reading.clock is not None and reading.clock_to is None
    offer = at.state(at.thread.card).offer if at.thread.open(at.now) == "offers" else None
    if offer is None or reading.intent is not Intent.BOOK or not (told or reading.pointing):
        return None
    if reading.question or reading.negated or reading.relative or offer.slots != at.thread.options:
        return None
    meant = [number for number, time in enumerate(offer.told, 1) if _names(reading, time)]
    return meant[0] if len(meant) == 1 else None


def _names(reading: Reading, told: datetime) -> bool:
    """The message's day, part of the day and hour are those of this time."""
    if reading.dates and told.date() not in reading.dates:
        return False
    if reading.part and (told.hour < 12) != (reading.part is Part.MORNING):
        return False
    return reading.clock is None or reading.clock == told.time()
