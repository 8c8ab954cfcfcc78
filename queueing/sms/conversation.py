"""The conversation: from what a message was understood to say to commands, replies and the next open
question.

It is a generator and does no I/O: it yields commands and is sent the Outcome or the Refusal of each. Facts
that reach a person by message anyway (a booking made, an offer, an opt-out) need no reply here: their
messages follow from the events. A digit answers the open question only; nothing is ever booked from a
guess.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from queueing.domain import Command, Refusal
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot, CancelBooking, MoveBooking
from queueing.domain.events import SlotsOffered
from queueing.domain.holders import ListForPhone, OptIn, OptOut, RequestHomeVisit
from queueing.domain.offers import OfferSlots, Wish
from queueing.domain.state import Card
from queueing.log import Outcome
from queueing.sms.grammar import FAQ_TEMPLATE_KEYS
from queueing.sms.grammar.reading import LAST, Intent, Part, Reading, Relative

QUESTION_LASTS = timedelta(hours=24)
"""How long "whose?" stays open; an offer is open as long as it is held."""


@dataclass(frozen=True, slots=True)
class Thread:
    """What was last asked of a phone: `question` is "", "offers" or "whose"."""

    question: str = ""
    card: str = ""
    options: tuple[str, ...] = ()
    until: datetime | None = None
    pending: Reading | None = None
    misses: int = 0

    def open(self, now: datetime) -> str:
        """The question that is still open, or ""."""
        return self.question if self.until is not None and now <= self.until else ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer no event asks for."""

    template: str
    params: dict[str, Any] = field(default_factory=dict)
    card: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a message led to."""

    thread: Thread
    replies: tuple[Reply, ...] = ()


Asking = Generator[Command, Outcome | Refusal, Turn]
Look = Callable[[str], Card | None]


@dataclass(frozen=True, slots=True)
class Situation:
    """What the conversation may know: the phone's cards, their state, the time."""

    cards: tuple[str, ...]
    look: Look
    now: datetime
    thread: Thread

    def state(self, card: str) -> Card:
        """The state of one of the phone's cards."""
        found = self.look(card)
        if found is None:
            raise r.UnknownCard(card)
        return found


def converse(reading: Reading, at: Situation) -> Asking:
    """Answer one message."""
    choice = _choice(reading, at)
    if choice is not None:
        return (yield from _chosen(choice, reading, at))
    handler = _HANDLERS.get(reading.intent)
    if handler is not None:
        return (yield from handler(reading, at))
    if reading.intent in _FOR_A_CARD:
        return (yield from _for_a_card(reading, at))
    return (yield from _missed(at))


def _choice(reading: Reading, at: Situation) -> int | None:
    """The number sent, if it is to be taken as one: with an open question "2号" is a choice, else a date."""
    if reading.choice is None:
        return None
    if reading.intent is Intent.CHOOSE or at.thread.open(at.now):
        return reading.choice
    return None


def _chosen(choice: int, reading: Reading, at: Situation) -> Asking:
    question = at.thread.open(at.now)
    if choice == 9:
        return (yield from _agent(reading, at))
    if question and choice == LAST:
        choice = len(at.thread.options)
    if question and 1 <= choice <= len(at.thread.options):
        option = at.thread.options[choice - 1]
        if question == "whose":
            return (yield from _chosen_card(option, at))
        return (yield from _take(at.thread.card, option, at))
    if choice == 0:
        return (yield from _for_a_card(replace_intent(reading, Intent.CANCEL), at))
    if question:
        return (yield from _missed(at))
    return (yield from _for_a_card(replace_intent(reading, Intent.BOOK), at))


def replace_intent(reading: Reading, intent: Intent) -> Reading:
    """The same words, taken as something else; a bare number says nothing about a day."""
    if reading.intent is Intent.CHOOSE:
        return Reading(intent=intent)
    return Reading(
        intent=intent,
        dates=reading.dates,
        part=reading.part,
        clock=reading.clock,
        relative=reading.relative,
    )


def _chosen_card(card: str, at: Situation) -> Asking:
    pending = at.thread.pending or Reading(intent=Intent.STATUS)
    return (yield from _with_card(pending, card, replace(at, thread=Thread(card=card))))


def _take(card: str, slot: str, at: Situation) -> Asking:
    """Book or move to the chosen place; a place gone all the same brings the nearest ones."""
    moving = at.state(card).booking is not None
    result = yield (MoveBooking(card, slot) if moving else BookSlot(card, slot))
    if isinstance(result, Outcome):
        if not result.events:
            return _status_of([card], at)
        return Turn(Thread(card=card))
    if isinstance(result, r.SlotFull | r.SlotPast | r.SlotNotOpen | r.UnknownSlot):
        return (yield from _offer(card, Wish(), at, reason="gone"))
    return _refused(result, card, at)


_FOR_A_CARD = frozenset(
    {Intent.BOOK, Intent.MOVE, Intent.CANCEL, Intent.MORE, Intent.HOME_VISIT, Intent.COLLECTED}
)


def _for_a_card(reading: Reading, at: Situation) -> Asking:
    """Find out whose card is meant; ask when several could be."""
    fitting = _fitting(reading.intent, at)
    if at.thread.card in fitting and at.thread.open(at.now) == "offers":
        return (yield from _with_card(reading, at.thread.card, at))
    if len(fitting) == 1:
        return (yield from _with_card(reading, fitting[0], at))
    asked = Thread("whose", options=tuple(fitting), until=at.now + QUESTION_LASTS, pending=reading)
    return Turn(asked, (Reply("whose", {"names": list(fitting)}, fitting[0]),))


def _fitting(intent: Intent, at: Situation) -> Sequence[str]:
    """The phone's cards that the message can be about; all of them when it fits none."""
    booked = [c for c in at.cards if at.state(c).booking]
    waiting = [c for c in at.cards if not at.state(c).done]
    if intent in (Intent.CANCEL, Intent.MOVE):
        return booked or waiting or at.cards
    if intent is Intent.BOOK:
        unbooked = [c for c in waiting if c not in booked]
        return unbooked or booked or at.cards
    return waiting or at.cards


def _with_card(reading: Reading, card: str, at: Situation) -> Asking:
    state = at.state(card)
    match reading.intent:
        case Intent.CANCEL if reading.question:
            return _status_of([card], at)
        case Intent.CANCEL:
            return (yield from _cancel(card, at))
        case Intent.BOOK if state.booking:
            params = {"when": state.booking.told.isoformat()}
            return Turn(Thread(card=card), (Reply("already_booked", params, card),))
        case Intent.MORE:
            wish = _wish(reading)
            return (yield from _offer(card, replace(wish, without=at.thread.options), at, reason="more"))
        case Intent.BOOK | Intent.MOVE:
            if reading.past and all(day < at.now.date() for day in reading.dates):
                return Turn(at.thread, (Reply("past_slot", {}, card),))
            return (yield from _offer(card, _wish(reading), at))
        case Intent.HOME_VISIT:
            result = yield RequestHomeVisit(card)
            return Turn(Thread(card=card)) if isinstance(result, Outcome) else _refused(result, card, at)
        case Intent.COLLECTED:
            if state.done:
                return Turn(Thread(card=card), (_already_collected(card, state),))
            return (yield from _list_for_phone(card, at))
        case _:
            return _status_of([card], at)


def _wish(reading: Reading) -> Wish:
    """What was asked, as the domain understands it. Days that are past say nothing."""
    part = {Part.MORNING: "am", Part.AFTERNOON: "pm"}.get(reading.part, "") if reading.part else ""
    if reading.relative is Relative.EARLIER:
        part = "am"
    near = reading.clock or reading.clock_to
    return Wish(days=reading.dates, part=part, near=near, not_days=reading.excluded)


def _offer(card: str, wish: Wish, at: Situation, reason: str = "asked") -> Asking:
    """Keep calm places and ask which one; the offer's message follows from its event."""
    wish = replace(wish, days=tuple(day for day in wish.days if day >= at.now.date()))
    result = yield OfferSlots(card, wish, reason)
    if isinstance(result, r.NothingFree) and wish.without:
        result = yield OfferSlots(card, replace(wish, without=()), reason)
    if isinstance(result, Refusal):
        return _refused(result, card, at)
    offered = next(event for event in result.events if isinstance(event, SlotsOffered))
    return Turn(Thread("offers", card=card, options=offered.slots, until=offered.until))


def _cancel(card: str, at: Situation) -> Asking:
    result = yield CancelBooking(card)
    if isinstance(result, r.NoBooking):
        return Turn(Thread(card=card), (Reply("cancelled_none", {}, card),))
    return Turn(Thread(card=card)) if isinstance(result, Outcome) else _refused(result, card, at)


def _already_collected(card: str, state: Card) -> Reply:
    day = state.collected.at.date().isoformat() if state.collected else ""
    return Reply("already_collected", {"date": day}, card)


def _refused(refusal: Refusal, card: str, at: Situation) -> Turn:
    """Every no says what to do instead."""
    thread = Thread(card=card)
    match refusal:
        case r.TooEarly():
            return Turn(thread, (Reply("too_early", {"opens": refusal.opens.isoformat()}, card),))
        case r.AlreadyBooked():
            return Turn(thread, (Reply("already_booked", {"when": refusal.told.isoformat()}, card),))
        case r.AlreadyCollected():
            return Turn(thread, (_already_collected(card, at.state(card)),))
        case r.AtEmployer():
            return Turn(thread, (Reply("at_employer", {"employer": refusal.employer}, card),))
        case r.NothingFree() | r.SlotFull():
            return Turn(thread, (Reply("no_slots", {}, card),))
        case _:
            return Turn(thread, (Reply("unavailable", {}, card),))


def _status_of(cards: Sequence[str], at: Situation) -> Turn:
    return Turn(Thread(card=cards[0], misses=0), tuple(_status_reply(card, at) for card in cards))


def _status_reply(card: str, at: Situation) -> Reply:
    state = at.state(card)
    if state.done:
        return _already_collected(card, state)
    if state.booking:
        return Reply("status", {"when": state.booking.told.isoformat()}, card)
    if state.channel == "employer":
        return Reply("at_employer", {"employer": state.employer}, card)
    return Reply("status_none", {}, card)


def _status(reading: Reading, at: Situation) -> Asking:
    yield from ()
    waiting = [c for c in at.cards if not at.state(c).done] or list(at.cards)
    turn = _status_of(waiting[:3], at)
    return Turn(replace(at.thread, misses=0) if at.thread.open(at.now) else turn.thread, turn.replies)


def _yes(reading: Reading, at: Situation) -> Asking:
    """ "Yes" names no place: with an offer open the places are asked again, else the booking is confirmed by
    saying it."""
    if at.thread.open(at.now) == "offers":
        return (yield from _missed(at))
    return (yield from _status(reading, at))


def _no(reading: Reading, at: Situation) -> Asking:
    """None of the places offered: others."""
    if at.thread.open(at.now) == "offers":
        return (yield from _for_a_card(replace_intent(reading, Intent.MORE), at))
    return (yield from _missed(at))


def _help(reading: Reading, at: Situation) -> Asking:
    yield from ()
    return Turn(replace(at.thread, misses=0), (Reply("help", {}, at.cards[0]),))


def _faq(reading: Reading, at: Situation) -> Asking:
    yield from ()
    key = reading.faq or ""
    own = FAQ_TEMPLATE_KEYS.get(key)
    reply = Reply(own, {}, at.cards[0]) if own else Reply("faq", {"key": key}, at.cards[0])
    return Turn(replace(at.thread, misses=0), (reply,))


def _proxy(reading: Reading, at: Situation) -> Asking:
    """Somebody else comes: what they bring; a day named with it is a wish for a place."""
    if reading.has_when:
        return (yield from _for_a_card(replace_intent(reading, Intent.BOOK), at))
    return Turn(replace(at.thread, misses=0), (Reply("proxy_ok", {}, at.cards[0]),))


def _stop(reading: Reading, at: Situation) -> Asking:
    for card in at.cards:
        yield OptOut(card)
    return Turn(Thread())


def _start(reading: Reading, at: Situation) -> Asking:
    for card in at.cards:
        yield OptIn(card)
    return Turn(Thread())


def _agent(reading: Reading, at: Situation) -> Asking:
    return (yield from _list_for_phone(at.thread.card or at.cards[0], at))


def _list_for_phone(card: str, at: Situation, reason: str = "asked") -> Asking:
    """Staff will call; said again when asked again."""
    result = yield ListForPhone(card, reason)
    listed = isinstance(result, Outcome) and result.events
    return Turn(Thread(card=card), () if listed else (Reply("staff_will_call", {}, card),))


def _thanks(reading: Reading, at: Situation) -> Asking:
    yield from ()
    return Turn(replace(at.thread, misses=0))


def _missed(at: Situation) -> Asking:
    """Not understood: once we say how, the second time a person calls. The open question stays open."""
    card = at.thread.card or at.cards[0]
    if at.thread.misses >= 1:
        return (yield from _list_for_phone(card, at, "not_understood"))
    return Turn(replace(at.thread, misses=at.thread.misses + 1), (Reply("not_understood", {}, card),))


_HANDLERS: dict[Intent, Callable[[Reading, Situation], Asking]] = {
    Intent.STATUS: _status,
    Intent.YES: _yes,
    Intent.NO: _no,
    Intent.HELP: _help,
    Intent.FAQ: _faq,
    Intent.PROXY: _proxy,
    Intent.STOP: _stop,
    Intent.START: _start,
    Intent.AGENT: _agent,
    Intent.THANKS: _thanks,
}
