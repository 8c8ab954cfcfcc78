"""The conversation: from what a message was understood to say to commands, replies and the next open
question.

It is a generator and does no I/O: it yields commands and is sent the Outcome or the Refusal of each. Facts
that reach a person by message anyway (a booking made, an offer, an opt-out) need no reply here: their
messages follow from the events. A digit answers the open question only; nothing is ever booked from a
guess.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from queueing.domain import Command, Refusal
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot, CancelBooking, MoveBooking
from queueing.domain.events import SlotsOffered
from queueing.domain.holders import ListForPhone, OptIn, OptOut, RequestHomeVisit
from queueing.domain.offers import OfferSlots, Wish
from queueing.log import Outcome
from queueing.projections.message_rules import CALL_TEMPLATES
from queueing.sms.grammar import FAQ_TEMPLATE_KEYS
from queueing.sms.grammar.reading import LAST, Intent, Reading
from queueing.sms.replies import (
    already_collected,
    refused,
    remembered,
    said_to_silent,
    status_of,
    told_enough,
    wait_of,
    whose,
)
from queueing.sms.turns import Asking, Reply, Situation, Thread, Turn
from queueing.sms.wishes import declines, near_to, pointed_at, together, wish_of

QUESTION_LASTS = timedelta(hours=24)
"""How long "whose?" stays open; an offer is open as long as it is held."""


def converse(reading: Reading, at: Situation) -> Asking:
    """Answer one message. Whoever would be told the same a third time within a day is called instead: it did
    not help, and a carrier would not let it through."""
    turn = yield from _answered(reading, at)
    if turn.replies and told_enough(turn, at):
        turn = yield from _list_for_phone(turn.replies[0].card or at.cards[0], at)
    return remembered(turn, at)


def _answered(reading: Reading, at: Situation) -> Asking:
    spoken_of = (at.thread.card, *(at.thread.options if at.thread.question == "whose" else ()))
    if any(card and card not in at.cards for card in spoken_of):
        at = replace(at, thread=Thread(said=at.thread.said))  # the phone speaks for other cards now
    choice = _choice(reading, at)
    if choice is None:
        choice = pointed_at(reading, at)
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
        shift=reading.shift,
    )


def _chosen_card(card: str, at: Situation) -> Asking:
    pending = at.thread.pending or Reading(intent=Intent.STATUS)
    return (yield from _with_card(pending, card, replace(at, thread=Thread(card=card))))


def _take(card: str, slot: str, at: Situation) -> Asking:
    """Book or move to the chosen place; a place gone all the same brings the nearest ones."""
    known = at.state(card)
    result = yield (MoveBooking(card, slot) if known.booking else BookSlot(card, slot))
    if isinstance(result, Outcome):
        if not result.events:
            return status_of([card], at)
        return Turn(Thread(card=card), said_to_silent(known, card, result))
    if isinstance(result, r.SlotPast):
        return (yield from _offer(card, Wish(), at, reason="gone"))  # what is near is past soon, too
    if isinstance(result, r.SlotFull | r.SlotNotOpen | r.UnknownSlot):
        return (yield from _offer(card, near_to(slot), at, reason="gone"))
    return (yield from _told_no(result, card, at))


SEEN = 12
"""How many slots offered before are left out when others are asked for."""

_FOR_A_CARD = frozenset(
    {Intent.BOOK, Intent.MOVE, Intent.CANCEL, Intent.MORE, Intent.HOME_VISIT, Intent.COLLECTED}
)


def _for_a_card(reading: Reading, at: Situation) -> Asking:
    """Find out whose card is meant; ask when several could be. Whoever cancels while places are offered to
    one card does not mean the other one's booking."""
    known = [at.state(card) for card in at.cards]
    waiting = any(not one.done for one in known)
    if reading.intent is Intent.CANCEL and waiting and not any(one.booking for one in known):
        return Turn(Thread(), (Reply("cancelled_none", {"who": ""}, at.cards[0]),))
    fitting = _fitting(reading.intent, at)
    of_the_offer = at.thread.card in fitting or reading.intent is Intent.CANCEL
    if of_the_offer and at.thread.open(at.now) == "offers":
        return (yield from _with_card(reading, at.thread.card, at))
    if len(fitting) == 1:
        return (yield from _with_card(reading, fitting[0], at))
    asked = Thread("whose", options=tuple(fitting), until=at.now + QUESTION_LASTS, pending=reading)
    return Turn(asked, (whose(fitting, reading),))


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
            return status_of([card], at)
        case Intent.CANCEL:
            return (yield from _cancel(card, at))
        case Intent.BOOK | Intent.MOVE | Intent.MORE:
            return (yield from _places(reading, card, at))
        case Intent.HOME_VISIT:
            return (yield from _home_visit(card, at))
        case Intent.COLLECTED:
            if state.done:
                return Turn(Thread(card=card), (already_collected(card, state),))
            return (yield from _list_for_phone(card, at, "says_collected"))
        case _:
            return status_of([card], at)


def _places(reading: Reading, card: str, at: Situation) -> Asking:
    """Places that fit what was asked; or others than those offered."""
    booking = at.state(card).booking
    if booking and reading.intent is Intent.BOOK:
        params = {"when": booking.told.isoformat()}
        return Turn(Thread(card=card), (Reply("already_booked", params, card),))
    if reading.intent is Intent.MORE or (reading.intent is Intent.MOVE and declines(reading, at)):
        asked = together(reading, at.thread.pending)
        wish = replace(wish_of(asked, card, at), without=(*at.thread.seen, *at.thread.options))
        return (yield from _offer(card, wish, at, reason="more", reading=asked))
    if reading.past and all(day < at.now.date() for day in reading.dates):
        return Turn(at.thread, (Reply("past_slot", {}, card),))
    wish = wish_of(reading, card, at)
    if at.thread.question == "offers" and at.thread.card == card and wish == Wish():
        if at.thread.open(at.now) and not at.thread.misses:
            return (yield from _which(at))
        if told_enough(Turn(at.thread), at):
            wish = replace(wish, without=at.thread.options)
    return (yield from _offer(card, wish, at, reading=reading))


def _offer(
    card: str, wish: Wish, at: Situation, reason: str = "asked", reading: Reading | None = None
) -> Asking:
    """Keep calm places and ask which one; the offer's message follows from its event. What was asked is
    kept, so that others can be offered that fit it too."""
    wish = replace(wish, days=tuple(day for day in wish.days if day >= at.now.date()))
    result = yield OfferSlots(card, wish, reason, at.token)
    if isinstance(result, r.NothingFree) and wish.without:
        result = yield OfferSlots(card, replace(wish, without=()), reason, at.token)
    if isinstance(result, Refusal):
        return (yield from _told_no(result, card, at))
    offered = next((event for event in result.events if isinstance(event, SlotsOffered)), None)
    kept = offered or at.state(card).offer  # delivered again: the offer stands, and its message too
    if kept is None:
        return status_of([card], at)
    seen = wish.without[-SEEN:]
    return Turn(Thread("offers", card, kept.slots, until=kept.until, pending=reading, seen=seen))


def _cancel(card: str, at: Situation) -> Asking:
    known = at.state(card)
    result = yield CancelBooking(card)
    if isinstance(result, r.NoBooking):
        return Turn(Thread(card=card), (Reply("cancelled_none", {}, card),))
    if isinstance(result, Refusal):
        return (yield from _told_no(result, card, at))
    return Turn(Thread(card=card), said_to_silent(known, card, result))


def _home_visit(card: str, at: Situation) -> Asking:
    """Staff will phone; said again when asked again."""
    result = yield RequestHomeVisit(card)
    if isinstance(result, Refusal):
        return (yield from _told_no(result, card, at))
    return Turn(Thread(card=card), () if result.events else (Reply("home_visit", {}, card),))


def _status(reading: Reading, at: Situation) -> Asking:
    yield from ()
    waiting = [c for c in at.cards if not at.state(c).done] or list(at.cards)
    turn = status_of(waiting[:3], at)
    return Turn(replace(at.thread, misses=0) if at.thread.open(at.now) else turn.thread, turn.replies)


def _wait(reading: Reading, at: Situation) -> Asking:
    """How long the wait is now; of another day nobody knows, but that there is no hurry."""
    yield from ()
    waiting = [c for c in at.cards if not at.state(c).done] or list(at.cards)
    card = at.thread.card if at.thread.card in waiting else waiting[0]
    reply = wait_of(card, at)
    if any(day != at.now.date() for day in reading.dates):
        reply = Reply("faq", {"key": "不急"}, card)
    return Turn(replace(at.thread, misses=0), (reply,))


def _yes(reading: Reading, at: Situation) -> Asking:
    """ "Yes" names no place: with an offer open the places are asked again, else the booking is confirmed by
    saying it."""
    if at.thread.open(at.now) != "offers":
        return (yield from _status(reading, at))
    return (yield from (_missed(at) if at.thread.misses else _which(at)))


def _which(at: Situation) -> Asking:
    """The places that are kept once more, and that a number is needed."""
    yield from ()
    offer = at.state(at.thread.card).offer
    if offer is None:
        return status_of([at.thread.card], at)
    places = Reply("which_place", {"slots": [told.isoformat() for told in offer.told]}, at.thread.card)
    return Turn(replace(at.thread, misses=1), (places,))


def _again(reading: Reading, at: Situation) -> Asking:
    """The open question once more, else what is booked."""
    question = at.thread.open(at.now)
    if question == "whose":
        return Turn(at.thread, (whose(at.thread.options, at.thread.pending),))
    return (yield from (_which(at) if question == "offers" else _status(reading, at)))


def _no(reading: Reading, at: Situation) -> Asking:
    """None of the places offered: others. Without an offer: then not now."""
    if at.thread.open(at.now) == "offers":
        return (yield from _for_a_card(replace_intent(reading, Intent.MORE), at))
    return (yield from _status(reading, at))


def _not_now(reading: Reading, at: Situation) -> Asking:
    """There is no hurry: what is booked, or that the card waits. Places offered lapse by themselves."""
    yield from ()
    card = at.thread.card
    waiting = [card] if card else [c for c in at.cards if not at.state(c).done] or list(at.cards)
    turn = status_of(waiting[:3], at)
    return Turn(replace(at.thread, misses=0), turn.replies)


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
    """Somebody else comes: what they bring; a day named with it is a wish for a place as well."""
    bring = Reply("proxy_ok", {}, at.cards[0])
    if reading.has_when:
        turn = yield from _for_a_card(replace_intent(reading, Intent.BOOK), at)
        return replace(turn, replies=(*turn.replies, bring))
    return Turn(replace(at.thread, misses=0), (bring,))


def _stop(reading: Reading, at: Situation) -> Asking:
    return (yield from _for_all([OptOut(card) for card in at.cards], "opted_out", at))


def _start(reading: Reading, at: Situation) -> Asking:
    return (yield from _for_all([OptIn(card) for card in at.cards], "opted_in", at))


def _for_all(commands: Sequence[Command], said: str, at: Situation) -> Asking:
    """For all cards of the phone. What is so already follows from no event, and is said all the same."""
    changed = False
    for command in commands:
        result = yield command
        changed |= isinstance(result, Outcome) and bool(result.events)
    return Turn(Thread(), () if changed else (Reply(said, {}, at.cards[0]),))


def _told_no(refusal: Refusal, card: str, at: Situation) -> Asking:
    """Where a message can't say what to do instead, a person calls."""
    if isinstance(refusal, r.CardNotHere | r.SeasonOver):
        return (yield from _list_for_phone(card, at))
    return refused(refusal, card, at)


def _agent(reading: Reading, at: Situation) -> Asking:
    return (yield from _list_for_phone(at.thread.card or at.cards[0], at))


def _list_for_phone(card: str, at: Situation, reason: str = "asked") -> Asking:
    """Staff will call; said again when asked again."""
    result = yield ListForPhone(card, reason)
    listed = isinstance(result, Outcome) and result.events
    said = Reply(CALL_TEMPLATES.get(reason, "staff_will_call"), {}, card)
    thread = replace(at.thread, misses=0) if at.thread.open(at.now) else Thread(card=card)
    return Turn(thread, () if listed else (said,))


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
    Intent.WAIT: _wait,
    Intent.YES: _yes,
    Intent.AGAIN: _again,
    Intent.NO: _no,
    Intent.NOT_NOW: _not_now,
    Intent.HELP: _help,
    Intent.FAQ: _faq,
    Intent.PROXY: _proxy,
    Intent.STOP: _stop,
    Intent.START: _start,
    Intent.AGENT: _agent,
    Intent.THANKS: _thanks,
}
