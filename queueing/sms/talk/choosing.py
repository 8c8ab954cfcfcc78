"""What answers the open question: a number, yes, no, or the same once more.

A question is open that the conversation asked, or that a notice asked with places to choose from; the last
one counts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from queueing.domain.state import Card
from queueing.sms.grammar.reading import LAST, Intent, Reading
from queueing.sms.replies import asked_whose, digest_of, recent, status_of
from queueing.sms.talk.answers import agent, missed, status
from queueing.sms.talk.cards import ask_whose, for_a_card, taken_as, with_card
from queueing.sms.talk.places import take, which
from queueing.sms.talk.stopping import for_these
from queueing.sms.turns import ALL, Asking, Situation, Thread, Turn

_OF_A_QUESTION = frozenset({Intent.CHOOSE, Intent.YES, Intent.NO, Intent.MORE, Intent.MOVE, Intent.AGAIN})


def noticed(at: Situation) -> Situation:
    """The situation with the question of a notice, if that was asked last."""
    asked = _notices(at)
    if len(asked) != 1 or _goes_on(asked[0], at):
        return at
    offer = at.state(asked[0]).offer
    if offer is None:
        return at
    return replace(at, thread=Thread("offers", asked[0], offer.slots, until=offer.until, said=at.thread.said))


def several_noticed(reading: Reading, at: Situation) -> Turn | None:
    """Asked for several people at once, a number alone does not say for whom."""
    asked = _notices(at)
    if len(asked) < 2 or reading.intent not in _OF_A_QUESTION or at.thread.card in asked:
        return None
    return ask_whose(asked, reading, at)


def _notices(at: Situation) -> list[str]:
    """The cards whose holders a notice has asked since the conversation asked something."""
    since = at.thread.asked if at.thread.open(at.now) else None
    return [card for card in at.cards if _asks(at.state(card), at.now, since)]


def _asks(state: Card, now: datetime, since: datetime | None) -> bool:
    """A notice has asked this card's holder, after `since`, and the places are still kept."""
    live = state.offer is not None and state.offer.notice and state.offer.until >= now
    return live and state.suggested is not None and (since is None or state.suggested > since)


def _goes_on(card: str, at: Situation) -> bool:
    """The conversation is about that notice already."""
    offer = at.state(card).offer
    return at.thread.card == card and offer is not None and at.thread.options == offer.slots


def number_in(reading: Reading, at: Situation) -> int | None:
    """The number sent, if it is to be taken as one: with an open question "2号" is a choice, else a date.
    "All" is the last one where that is among the answers."""
    if at.thread.open(at.now) == "whose" and ALL in at.thread.options and reading.everyone:
        return LAST
    if reading.choice is None:
        return None
    if reading.intent is Intent.CHOOSE or at.thread.open(at.now):
        return reading.choice
    return None


def chosen(choice: int, reading: Reading, at: Situation) -> Asking:
    """A number answers the open question only; 9 is a person and 0 gives back what is booked."""
    question = at.thread.open(at.now)
    if choice == 9:
        return (yield from agent(reading, at))
    if question and choice == LAST:
        choice = len(at.thread.options)
    if question and 1 <= choice <= len(at.thread.options):
        option = at.thread.options[choice - 1]
        if question == "whose":
            return (yield from _chosen_card(option, at))
        return (yield from take(at.thread.card, option, at))
    if choice == 0:
        return (yield from for_a_card(taken_as(reading, Intent.CANCEL), at))
    if question:
        return (yield from missed(at))
    return (yield from for_a_card(taken_as(reading, _too_late(at)), at))


def _too_late(at: Situation) -> Intent:
    """A number that comes after its question: whoever has a time wanted another one."""
    state = at.state(at.thread.card) if at.thread.card in at.cards else None
    asked = at.thread.question == "offers" or any(_was_noticed(card, at) for card in at.cards)
    booked = state.booking if state else any(at.state(card).booking for card in at.cards)
    return Intent.MOVE if asked and booked else Intent.BOOK


def _was_noticed(card: str, at: Situation) -> bool:
    suggested = at.state(card).suggested
    return suggested is not None and suggested.date() == at.now.date()


def _chosen_card(card: str, at: Situation) -> Asking:
    pending = at.thread.pending or Reading(intent=Intent.STATUS)
    if pending.intent in (Intent.STOP, Intent.START):
        cards = at.thread.options[:-1] if card == ALL else (card,)
        return (yield from for_these(pending.intent, cards, at))
    offer = at.state(card).offer
    if pending.intent in _OF_A_QUESTION and offer and offer.notice and offer.until >= at.now:
        at = replace(at, thread=Thread("offers", card, offer.slots, until=offer.until))
        if pending.choice is not None:
            return (yield from chosen(pending.choice, pending, at))
        answer = {Intent.YES: yes, Intent.NO: no, Intent.AGAIN: again}.get(pending.intent)
        if answer:
            return (yield from answer(pending, at))
        return (yield from with_card(pending, card, at))
    return (yield from with_card(pending, card, replace(at, thread=Thread(card=card))))


def yes(reading: Reading, at: Situation) -> Asking:
    """ "Yes" names no place: with an offer open the places are asked again, else the booking is confirmed by
    saying it. Told that nothing is booked, whoever says yes again wants a time; who was told anything else
    has only read it."""
    if at.thread.open(at.now) != "offers":
        turn = yield from status(reading, at)
        if digest_of(turn) not in {one.what for one in recent(at)}:
            return turn
        if _unbooked(turn):
            return (yield from for_a_card(taken_as(reading, Intent.BOOK), at))
        return replace(turn, replies=())
    return (yield from (missed(at) if at.thread.misses else which(at)))


def _unbooked(turn: Turn) -> bool:
    return any(reply.template == "status_none" for reply in turn.replies)


def keep(reading: Reading, at: Situation) -> Asking:
    """Comes as booked: the booking is said, and nothing is asked any more. Without one it is a yes."""
    card = at.thread.card
    booked = [card] if card else [c for c in at.cards if at.state(c).booking]
    if booked and all(at.state(c).booking for c in booked):
        turn = status_of(booked[:3], at)
        return Turn(Thread(card=card), turn.replies)
    return (yield from yes(reading, at))


def no(reading: Reading, at: Situation) -> Asking:
    """None of the places offered: others; to a notice: the booking stays. Without an offer: then not now."""
    if at.asked_by_notice:
        return (yield from keep(reading, at))
    if at.thread.open(at.now) == "offers":
        return (yield from for_a_card(taken_as(reading, Intent.MORE), at))
    return (yield from status(reading, at))


def again(reading: Reading, at: Situation) -> Asking:
    """The open question once more, else what is booked."""
    question = at.thread.open(at.now)
    if question == "whose":
        return Turn(at.thread, (asked_whose(at.thread),))
    return (yield from (which(at) if question == "offers" else status(reading, at)))
