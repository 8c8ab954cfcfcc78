"""Hand-overs of an outage, entered afterwards from paper: many at once, each with its own outcome.

A line names somebody by number, or by name and the last four of the ID number. What the books don't allow is
kept as a dispute for staff to settle; what can't be read stays on the page to be put right. Nothing is
dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from queueing import words
from queueing.domain import Refusal, State
from queueing.domain import refusals as r
from queueing.domain.disputes import DisputeHandOver
from queueing.domain.events import CardCollected
from queueing.domain.handover import HandOver
from queueing.domain.state import Card
from queueing.people.text import compact
from queueing.web.finding import find
from queueing.web.site import Site

HOWS = {"self": "本人", "proxy": "代领", "home": "上门"}
MOST = 2_000
_HOW_WORDS = {"本人": "self", "自己": "self", "代领": "proxy", "代": "proxy", "家人": "proxy", "上门": "home"}
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:点.时]([0-5]\d)?分?|([01]\d|2[0-3])([0-5]\d)")
_DISPUTES: dict[type[Refusal], str] = {
    r.AlreadyCollected: "collected",
    r.AtEmployer: "employer",
    r.CalledElsewhere: "elsewhere",
    r.CardNotHere: "not_here",
    r.HolderIsErased: "erased",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of paper: whom it names, when, how, whether the IDs were seen. After it was entered, `state`
    is "done", "conflict" (kept for staff to settle) or "again" (nothing happened: put it right), and `said`
    is a sentence. `hint` is who the number stands for, on a line that was printed."""

    who: str = ""
    at: str = ""
    how: str = "self"
    seen: bool = False
    hint: str = ""
    state: str = ""
    said: str = ""
    card: str = ""

    @property
    def blank(self) -> bool:
        """Nothing was written on it: a printed name without a time was not served."""
        return not self.at.strip() and not (self.who.strip() and not self.hint)


def pasted(text: str, seen: bool) -> list[Line]:
    """The lines of a text, such as "A963 9:05 本人" or "鞠桂英 0023 9点10 代领"."""
    return [_read(line, seen) for line in text.splitlines()[:MOST] if line.strip()]


def enter(site: Site, day: date, lines: list[Line], by: str) -> list[Line]:
    """Enter them one by one, in their order; each comes back with its outcome."""
    return [line if line.blank or line.state == "done" else _enter(site, day, line, by) for line in lines]


def _read(text: str, seen: bool) -> Line:
    who, at, how = [], "", "self"
    for word in re.split(r"[\s,，;；、\t]+", text.strip()):
        if word in _HOW_WORDS:
            how = _HOW_WORDS[word]
        elif not at and re.search(r"[:：点.时]", word) and _clock(word):
            at = word
        else:
            who.append(word)
    return Line(" ".join(who), at, how, seen)


def _enter(site: Site, day: date, line: Line, by: str) -> Line:
    moment = _clock(line.at)
    if moment is None:
        return replace(line, state="again", said="时间没看懂，应像 9:05 这样。")
    cards = _named(site, line.who)
    if len(cards) != 1:
        said = "没有找到这个人，请写预约号，或姓名加身份证后四位。"
        if cards:
            said = f"有{len(cards)}个人都对得上，请写姓名加身份证后四位。"
        return replace(line, state="again", said=said)
    return _hand_over(site, replace(line, card=cards[0]), datetime.combine(day, moment), by)


def _hand_over(site: Site, line: Line, happened: datetime, by: str) -> Line:
    command = HandOver(line.card, line.how, line.seen, line.seen, happened=happened)
    try:
        site.system.desk.handle(command, by=by, via="paper")
    except Refusal as refusal:
        why = _DISPUTES.get(type(refusal), "")
        if not why:
            return replace(line, state="again", said=words.sentence(refusal))
        if why == "collected" and _entered_before(site, line, happened):
            return replace(line, state="done", said="这一行之前已经补录过了，没有重复。")
        return _dispute(site, line, happened, why, refusal, by)
    return replace(line, state="done", said="已补录。")


def _dispute(site: Site, line: Line, happened: datetime, why: str, refusal: Refusal, by: str) -> Line:
    """Kept, or told why it can't be (a time that is still to come)."""
    try:
        site.system.desk.handle(DisputeHandOver(line.card, line.how, happened, why), by=by, via="paper")
    except Refusal as problem:
        return replace(line, state="again", said=words.sentence(problem))
    return replace(line, state="conflict", said=words.sentence(refusal) + "已记在下面，请查清。")


def _entered_before(site: Site, line: Line, happened: datetime) -> bool:
    """Whether the card's last hand-over is this line."""
    told = [event for _, event in site.system.log.history(f"card:{line.card}")]
    last = [event for event in told if isinstance(event, CardCollected)][-1:]
    return any((event.happened, event.how) == (happened, line.how) for event in last)


def _named(site: Site, who: str) -> list[str]:
    """The cards a line may mean; with a name and a tail, those that fit both."""
    parts = who.split()
    if len(parts) == 1 and (number := re.fullmatch(r"[AaＡ]?(\d{1,7})", parts[0])):
        with site.system.desk.view() as state:
            booked = list(_booked(state, int(number[1])))
        if booked:
            return booked
    found = [find(site, part) for part in parts]
    return [card for card in found[0] if all(card in more for more in found[1:])] if found else []


def _booked(state: State, number: int) -> Iterator[str]:
    """Whose booking had this number: live, missed, or served."""
    return (name for name, card in state.cards.items() if number in _numbers(card))


def _numbers(card: Card) -> set[int]:
    served = card.collected
    return {
        one.number if hasattr(one, "number") else one.booking
        for one in (card.booking, card.no_show, served and served.booking, served and served.visit)
        if one
    }


def _clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(compact(text))
    if not found:
        return None
    hour, minute = (found[1], found[2] or "0") if found[1] else (found[3], found[4])
    return time(int(hour), int(minute))
