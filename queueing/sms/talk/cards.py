"""Whose card a message is about, and what is done for that card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from queueing.domain import Refusal
from queueing.domain import refusals as r
from queueing.domain.booking import CancelBooking
from queueing.domain.holders import RequestHomeVisit
from queueing.sms.grammar.reading import Intent, Reading
from queueing.sms.replies import already_collected, said_to_silent, status_of, whose
from queueing.sms.talk.answers import list_for_phone, standing, told_no
from queueing.sms.talk.places import places
from queueing.sms.turns import Asking, Reply, Situation, Thread, Turn

QUESTION_LASTS = timedelta(hours=24)
"""How long "whose?" stays open; an offer is open as long as it is held."""

FOR_A_CARD = frozenset(
    {Intent.BOOK, Intent.MOVE, Intent.CANCEL, Intent.MORE, Intent.HOME_VISIT, Intent.COLLECTED}
)


def for_a_card(reading: Reading, at: Situation) -> Asking:
    """Find out whose card is meant; ask when several could be. Whoever cancels while places are offered to
    one card does not mean the other one's booking."""
    known = [at.state(card) for card in at.cards]
    waiting = any(not one.done for one in known)
    if reading.intent is Intent.CANCEL and waiting and not any(one.booking for one in known):
        return Turn(Thread(), (Reply("cancelled_none", {"who": ""}, at.cards[0]),))
    fitting = _fitting(reading.intent, at)
    of_the_offer = at.thread.card in fitting or reading.intent is Intent.CANCEL
    if of_the_offer and at.thread.open(at.now) == "offers":
        return (yield from with_card(reading, at.thread.card, at))
    if len(fitting) == 1:
        return (yield from with_card(reading, fitting[0], at))
    return ask_whose(fitting, reading, at)


def ask_whose(cards: Sequence[str], reading: Reading, at: Situation) -> Turn:
    """Whose card? What was asked is kept until it is known."""
    asked = Thread("whose", options=tuple(cards), until=at.now + QUESTION_LASTS, pending=reading)
    return Turn(asked, (whose(cards, reading),))


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


def with_card(reading: Reading, card: str, at: Situation) -> Asking:
    """What is asked, for this card."""
    state = at.state(card)
    match reading.intent:
        case Intent.CANCEL if reading.question:
            return status_of([card], at)
        case Intent.CANCEL:
            return (yield from _cancel(card, at))
        case Intent.BOOK | Intent.MOVE | Intent.MORE:
            return (yield from places(reading, card, at))
        case Intent.HOME_VISIT:
            return (yield from _home_visit(card, at))
        case Intent.COLLECTED:
            if state.done:
                return Turn(Thread(card=card), (already_collected(card, state),))
            return (yield from list_for_phone(card, at, "says_collected"))
        case _:
            return status_of([card], at)


def _cancel(card: str, at: Situation) -> Asking:
    known = at.state(card)
    result = yield CancelBooking(card)
    if isinstance(result, r.NoBooking):
        return Turn(Thread(card=card), (Reply("cancelled_none", {}, card),))
    if isinstance(result, Refusal):
        return (yield from told_no(result, card, at))
    return Turn(Thread(card=card), said_to_silent(known, card, result))


def _home_visit(card: str, at: Situation) -> Asking:
    """Staff will phone; said again when asked again."""
    result = yield RequestHomeVisit(card)
    if isinstance(result, Refusal):
        return (yield from told_no(result, card, at))
    return Turn(Thread(card=card), () if result.events else (Reply("home_visit", {}, card),))


def proxy(reading: Reading, at: Situation) -> Asking:
    """Somebody else comes: what they bring; a day named with it is a wish for a place as well."""
    bring = Reply("proxy_ok", {}, at.cards[0])
    if reading.has_when:
        turn = yield from for_a_card(taken_as(reading, Intent.BOOK), at)
        return replace(turn, replies=(*turn.replies, bring))
    return Turn(replace(at.thread, misses=0), (bring,))


def faq(reading: Reading, at: Situation) -> Asking:
    """A question with a standing answer; a time that is wanted as well is not forgotten over it."""
    answer = standing(reading, at)
    if reading.books and reading.has_when and not any(at.state(card).booking for card in at.cards):
        turn = yield from for_a_card(taken_as(reading, Intent.BOOK), at)
        return replace(turn, replies=(*turn.replies, answer))
    return Turn(replace(at.thread, misses=0), (answer,))


def taken_as(reading: Reading, intent: Intent) -> Reading:
    """The same words, taken as something else; a bare number says nothing about a day."""
    if reading.intent is Intent.CHOOSE:
        return Reading(intent=intent)
    return Reading(
        intent=intent,
        dates=reading.dates,
        part=reading.part,
        clock=reading.clock,
        relative=reading.relative,
        shift=reading.shift,
        past=reading.past,
        wrong=reading.wrong,
        wrong_day=reading.wrong_day,
    )
