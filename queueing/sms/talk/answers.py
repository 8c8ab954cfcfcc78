"""Answers that change nothing but, at most, whom staff will phone."""

from __future__ import annotations

from dataclasses import replace

from queueing.domain import Refusal
from queueing.domain import refusals as r
from queueing.domain.holders import ListForPhone, TellWait
from queueing.log import Outcome
from queueing.projections.message_rules import CALL_TEMPLATES
from queueing.sms.grammar import FAQ_TEMPLATE_KEYS
from queueing.sms.grammar.reading import Reading
from queueing.sms.replies import refused, status_of, wait_of
from queueing.sms.turns import Asking, Reply, Situation, Thread, Turn


def told_no(refusal: Refusal, card: str, at: Situation) -> Asking:
    """Where a message can't say what to do instead, a person calls."""
    if isinstance(refusal, r.CardNotHere | r.SeasonOver):
        return (yield from list_for_phone(card, at))
    return refused(refusal, card, at)


def agent(reading: Reading, at: Situation) -> Asking:
    """A person, please."""
    return (yield from list_for_phone(at.thread.card or at.cards[0], at))


def list_for_phone(card: str, at: Situation, reason: str = "asked") -> Asking:
    """Staff will call; said again when asked again."""
    result = yield ListForPhone(card, reason)
    listed = isinstance(result, Outcome) and result.events
    said = Reply(CALL_TEMPLATES.get(reason, "staff_will_call"), {}, card)
    thread = replace(at.thread, misses=0) if at.thread.open(at.now) else Thread(card=card)
    return Turn(thread, () if listed else (said,))


def missed(at: Situation) -> Asking:
    """Not understood: once we say how, the second time a person calls. The open question stays open."""
    card = at.thread.card or at.cards[0]
    if at.thread.misses >= 1:
        return (yield from list_for_phone(card, at, "not_understood"))
    return Turn(replace(at.thread, misses=at.thread.misses + 1), (Reply("not_understood", {}, card),))


def status(reading: Reading, at: Situation) -> Asking:
    """What is booked; an open question stays open."""
    waiting = _waiting(at)[:3]
    turn = status_of(waiting, at)
    yield from _noting(waiting, at, turn)
    return Turn(replace(at.thread, misses=0) if at.thread.open(at.now) else turn.thread, turn.replies)


def wait(reading: Reading, at: Situation) -> Asking:
    """How long the wait is now; of another day nobody knows, but that there is no hurry."""
    waiting = _waiting(at)
    card = at.thread.card if at.thread.card in waiting else waiting[0]
    turn = Turn(replace(at.thread, misses=0), (wait_of(card, at),))
    if any(day != at.now.date() for day in reading.dates):
        return replace(turn, replies=(Reply("faq", {"key": "不急"}, card),))
    yield from _noting([card], at, turn)
    return turn


def _noting(cards: list[str], at: Situation, turn: Turn) -> Asking:
    """The waits that a turn tells are kept, to be compared with those that come of it."""
    for card in cards:
        told = at.wait(card)
        if told and any(reply.card == card and "wait" in reply.params for reply in turn.replies):
            yield TellWait(card, *told.stated)
    return turn


def _waiting(at: Situation) -> list[str]:
    return [c for c in at.cards if not at.state(c).done] or list(at.cards)


def not_now(reading: Reading, at: Situation) -> Asking:
    """There is no hurry: what is booked, or that the card waits. Places offered lapse by themselves."""
    waiting = [at.thread.card] if at.thread.card else _waiting(at)[:3]
    turn = status_of(waiting, at)
    yield from _noting(waiting, at, turn)
    return Turn(replace(at.thread, misses=0), turn.replies)


def help_(reading: Reading, at: Situation) -> Asking:
    """What can be replied."""
    yield from ()
    return Turn(replace(at.thread, misses=0), (Reply("help", {}, at.cards[0]),))


def standing(reading: Reading, at: Situation) -> Reply:
    """The standing answer to a question."""
    key = reading.faq or ""
    own = FAQ_TEMPLATE_KEYS.get(key)
    return Reply(own, {}, at.cards[0]) if own else Reply("faq", {"key": key}, at.cards[0])


def thanks(reading: Reading, at: Situation) -> Asking:
    """Courtesy needs no answer."""
    yield from ()
    return Turn(replace(at.thread, misses=0))
