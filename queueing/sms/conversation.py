"""The conversation: from what a message was understood to say to commands, replies and the next open
question.

It is a generator and does no I/O: it yields commands and is sent the Outcome or the Refusal of each. Facts
that reach a person by message anyway (a booking made, an offer) need no reply here: their messages follow
from the events. A digit answers the open question only; nothing is ever booked from a guess.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from queueing.sms.grammar.reading import Intent, Reading
from queueing.sms.replies import remembered, told_enough
from queueing.sms.talk import answers, choosing, stopping
from queueing.sms.talk.cards import FOR_A_CARD, faq, for_a_card, proxy
from queueing.sms.turns import ALL, Asking, Situation, Thread
from queueing.sms.wishes import pointed_at


def converse(reading: Reading, at: Situation) -> Asking:
    """Answer one message. Whoever would be told the same a third time within a day is called instead: it did
    not help, and a carrier would not let it through."""
    turn = yield from _answered(reading, at)
    if turn.replies and told_enough(turn, at):
        stands = at if turn.thread.question else replace(at, thread=turn.thread)
        turn = yield from answers.list_for_phone(turn.replies[0].card or at.cards[0], stands)
    return remembered(turn, at)


def _answered(reading: Reading, at: Situation) -> Asking:
    at = choosing.noticed(_of_these_cards(at))
    if asked := choosing.several_noticed(reading, at):
        return asked
    choice = choosing.number_in(reading, at)
    if choice is None:
        choice = pointed_at(reading, at)
    if choice is not None:
        return (yield from choosing.chosen(choice, reading, at))
    handler = _HANDLERS.get(reading.intent)
    if handler is not None:
        return (yield from handler(reading, at))
    if reading.intent in FOR_A_CARD:
        return (yield from for_a_card(reading, at))
    return (yield from answers.missed(at))


def _of_these_cards(at: Situation) -> Situation:
    """Without a question about cards this phone does not speak for any more."""
    spoken_of = (at.thread.card, *(at.thread.options if at.thread.question == "whose" else ()))
    if any(card and card != ALL and card not in at.cards for card in spoken_of):
        return replace(at, thread=Thread(said=at.thread.said))
    return at


_HANDLERS: dict[Intent, Callable[[Reading, Situation], Asking]] = {
    Intent.STATUS: answers.status,
    Intent.WAIT: answers.wait,
    Intent.YES: choosing.yes,
    Intent.KEEP: choosing.keep,
    Intent.AGAIN: choosing.again,
    Intent.NO: choosing.no,
    Intent.NOT_NOW: answers.not_now,
    Intent.HELP: answers.help_,
    Intent.FAQ: faq,
    Intent.PROXY: proxy,
    Intent.STOP: stopping.stop,
    Intent.START: stopping.start,
    Intent.AGENT: answers.agent,
    Intent.THANKS: answers.thanks,
}
