"""No more messages, and messages again. On a phone of several people one question: whose, or all."""

from __future__ import annotations

from collections.abc import Sequence

from queueing.domain import Command
from queueing.domain.holders import OptIn, OptOut
from queueing.log import Outcome
from queueing.sms.grammar.reading import Intent, Reading
from queueing.sms.replies import whose_or_all
from queueing.sms.talk.cards import QUESTION_LASTS
from queueing.sms.turns import ALL, Asking, Reply, Situation, Thread, Turn


def stop(reading: Reading, at: Situation) -> Asking:
    """No more messages."""
    return (yield from _asked(reading, [c for c in at.cards if not at.state(c).opted_out], at))


def start(reading: Reading, at: Situation) -> Asking:
    """Messages again."""
    return (yield from _asked(reading, [c for c in at.cards if at.state(c).opted_out], at))


def _asked(reading: Reading, concerned: list[str], at: Situation) -> Asking:
    """Where it makes a difference for one of them only, there is nothing to ask."""
    if len(concerned) < 2 or reading.everyone:
        return (yield from for_these(reading.intent, concerned or at.cards[:1], at))
    asked = Thread("whose", options=(*concerned, ALL), until=at.now + QUESTION_LASTS, pending=reading)
    return Turn(asked, (whose_or_all(concerned, reading),))


def for_these(intent: Intent, cards: Sequence[str], at: Situation) -> Asking:
    """For these cards, with one answer: of one of several it says whose."""
    for card in cards:
        command: Command = OptOut(card, True) if intent is Intent.STOP else OptIn(card, True)
        result = yield command
        if not isinstance(result, Outcome):
            break
    params = {} if len(cards) == 1 else {"who": ""}
    said = "opted_out" if intent is Intent.STOP else "opted_in"
    return Turn(Thread(), (Reply(said, params, cards[0]),))
