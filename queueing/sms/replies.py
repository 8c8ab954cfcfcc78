"""Answers no event asks for: what holds already, why something is refused, and confirmations to those whom
events send none."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from queueing import words
from queueing.domain import Refusal
from queueing.domain import refusals as r
from queueing.domain.events import BookingCancelled, BookingMoved, SlotBooked
from queueing.domain.state import Card
from queueing.log import Outcome
from queueing.sms.grammar.reading import Intent, Reading
from queueing.sms.turns import ALL, Reply, Said, Situation, Thread, Turn

MOST = 2
"""How often a phone is told the same within a day; a carrier lets no third one through."""
DAY = timedelta(hours=24)


def digest_of(turn: Turn) -> str:
    """What a turn tells, shortened; "" when it tells nothing by itself."""
    told: list[object] = [(one.template, one.card, one.params) for one in turn.replies]
    if not told and turn.thread.question == "offers":
        told = [turn.thread.card, turn.thread.options]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12] if told else ""


def recent(at: Situation) -> tuple[Said, ...]:
    """What this phone was told within a day."""
    return tuple(one for one in at.thread.said if at.now - one.at < DAY)


def told_enough(turn: Turn, at: Situation) -> bool:
    """The phone was told this as often as it may be."""
    what = digest_of(turn)
    return bool(what) and sum(one.what == what for one in recent(at)) >= MOST


def remembered(turn: Turn, at: Situation) -> Turn:
    """The turn, with what it tells kept in the thread, and when it asked."""
    what = digest_of(turn)
    said = (*recent(at), *([Said(what, at.now)] if what else []))
    new = turn.thread.options != at.thread.options or turn.thread.until != at.thread.until
    asks = new or any(reply.template in QUESTIONS for reply in turn.replies)
    asked = (at.now if asks else at.thread.asked) if turn.thread.question else None
    return replace(turn, thread=replace(turn.thread, said=said[-KEPT:], asked=asked))


KEPT = 12
LATE = timedelta(minutes=10)
"""So long after the told time its holder is told that late is no matter, and not when it was."""
QUESTIONS = frozenset({"whose", "whose_or_all", "which_place", "which_move"})
"""Templates that ask the open question again."""


def already_collected(card: str, state: Card) -> Reply:
    day = state.collected.at.date().isoformat() if state.collected else ""
    return Reply("already_collected", {"date": day}, card)


_ABOUT = {
    Intent.BOOK: "约时间",
    Intent.MORE: "约时间",
    Intent.MOVE: "改时间",
    Intent.CANCEL: "要取消",
    Intent.HOME_VISIT: "要上门",
    Intent.COLLECTED: "领过了",
    Intent.STOP: "不再收短信",
    Intent.START: "恢复收短信",
}


def whose(cards: Sequence[str], reading: Reading | None) -> Reply:
    """Who is meant, with what was asked for them."""
    about = _ABOUT.get(reading.intent, "") if reading else ""
    return Reply("whose", {"names": list(cards), "about": about}, cards[0])


def whose_or_all(cards: Sequence[str], reading: Reading | None) -> Reply:
    """Who is meant, or all of them: the last number."""
    asked = whose(cards, reading)
    return Reply("whose_or_all", asked.params | {"all": len(cards) + 1}, asked.card)


def asked_whose(thread: Thread) -> Reply:
    """The question "whose?" of a thread once more."""
    if ALL in thread.options:
        return whose_or_all(thread.options[:-1], thread.pending)
    return whose(thread.options, thread.pending)


def refused(refusal: Refusal, card: str, at: Situation) -> Turn:
    """Every no says what to do instead."""
    thread = Thread(card=card)
    match refusal:
        case r.TooEarly():
            return Turn(thread, (Reply("too_early", {"opens": refusal.opens.isoformat()}, card),))
        case r.AlreadyBooked():
            return Turn(thread, (Reply("already_booked", {"when": refusal.told.isoformat()}, card),))
        case r.AlreadyCollected():
            return Turn(thread, (already_collected(card, at.state(card)),))
        case r.AtEmployer():
            return Turn(thread, (Reply("at_employer", {"employer": refusal.employer}, card),))
        case r.NothingFree() | r.SlotFull():
            return Turn(thread, (Reply("no_slots", {}, card),))
        case _:
            return Turn(thread, (Reply("unavailable", {}, card),))


def status_of(cards: Sequence[str], at: Situation) -> Turn:
    return Turn(Thread(card=cards[0], misses=0), tuple(_status_reply(card, at) for card in cards))


def _status_reply(card: str, at: Situation) -> Reply:
    state = at.state(card)
    if state.done:
        return already_collected(card, state)
    if state.booking:
        params = {"when": state.booking.told.isoformat()}
        if state.booking.told + LATE < at.now:
            return Reply("late", {}, card)
        wait = at.wait(card) if state.booking.told.date() == at.now.date() else None
        if wait is None:
            return Reply("status", params, card)
        return Reply("status_today", params | {"wait": words.wait_range(wait)}, card)
    if state.channel == "employer":
        return Reply("at_employer", {"employer": state.employer}, card)
    opens = at.opens(card)
    if opens and at.now.date() < opens:
        return Reply("too_early", {"opens": opens.isoformat()}, card)
    return Reply("status_none", {}, card)


def wait_of(card: str, at: Situation) -> Reply:
    """The wait now, to whoever may come today; to the others what they wait for."""
    state, opens = at.state(card), at.opens(card)
    wait = at.wait(card)
    told = words.wait_range(wait) if wait else ""
    early = opens is not None and at.now.date() < opens
    if state.done or state.booking or early or state.channel == "employer":
        return _status_reply(card, at)
    return Reply("wait_now", {"wait": told}, card) if wait else Reply("faq", {"key": "不急"}, card)


def said_to_silent(known: Card, card: str, result: Outcome) -> tuple[Reply, ...]:
    """Who opted out gets no confirmations, but whoever writes is answered."""
    if not known.opted_out:
        return ()
    for event in result.events:
        match event:
            case SlotBooked():
                return (Reply("booked", {"when": event.told.isoformat()}, card),)
            case BookingMoved():
                return (Reply("moved", {"when": event.told.isoformat()}, card),)
            case BookingCancelled():
                return (Reply("cancelled", {}, card),)
    return ()
