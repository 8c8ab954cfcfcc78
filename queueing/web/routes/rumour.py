"""A calm word against a rumour: choose whom it concerns, see the message and how many get it, confirm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response

from queueing import words
from queueing.domain import Command, Refusal, State
from queueing.domain.reassure import (
    ReassureHolders,
    SuggestAnotherTime,
    booked_later_today,
    concerned,
    reassured_lately,
    suggested_lately,
)
from queueing.domain.waves import unreached
from queueing.projections.message_rules import Times
from queueing.sms.filling import fill, renderer
from queueing.web import cookies
from queueing.web.guard import Manager, pages
from queueing.web.rendering import page
from queueing.web.site import Site, TheSite

router = pages()
Text = Annotated[str, Form(max_length=40)]
AT_ONCE = 500
"""Holders a command: a long one would keep the desk from everybody else."""
TOGETHER = 20
"""Commands asked at the same time: they share a commit."""
LABELS = {
    "waiting": "所有还没领的人",
    "later": "还没轮到的人（最容易跟着别人来）",
    "unbooked": "轮到了、还没约的人",
    "booked": "已经约好的人",
    "today": "今天晚些时候有预约的人：问愿不愿意改到清静的日子",
}
TODAY = "today"
"""Not a calm word but a question: would another time suit?"""


@dataclass(frozen=True, slots=True)
class Audience:
    """How many a group is: who will get the message, who had it within a day, who can't get any."""

    sent: int
    had_it: int
    unreached: int


@router.get("/rumour")
def show(request: Request, site: TheSite, staff: Manager) -> Response:
    """Whom it may concern, and how many they are."""
    now = site.now()
    with site.system.desk.view() as state:
        groups = [(group, label, _audience(state, group, now)) for group, label in LABELS.items()]
    texts = [_text(site, "rumour"), _text(site, "another_time")]
    return page(request, "rumour/choose.html", {"groups": groups, "texts": texts})


@router.post("/rumour/preview")
def preview(request: Request, site: TheSite, staff: Manager, group: Text = "") -> Response:
    """What would be sent to how many, and when; nothing is sent yet."""
    if group not in LABELS:
        return _back("请先选发给哪些人。", "bad")
    now = site.now()
    with site.system.desk.view() as state:
        audience = _audience(state, group, now)
    if not audience.sent:
        return _back("这些人里没有要发的：都在一天之内发过了，或者收不到短信。", "bad")
    context = {
        "group": group,
        "label": LABELS[group],
        "audience": audience,
        "text": _text(site, "another_time" if group == TODAY else "rumour"),
        "leaves": Times(site.system.season).awake(now),
        "cap": site.system.season.messages.max_per_person_per_day,
    }
    return page(request, "rumour/preview.html", context)


@router.post("/rumour/send")
def send(site: TheSite, staff: Manager, group: Text = "", sure: Text = "") -> Response:
    """Send it. Sent twice it goes to nobody twice: the desk knows who had it."""
    if group not in LABELS or sure != "1":
        return _back("还没有确认，什么都没有发。", "bad")
    with site.system.desk.view() as state:
        cards = _concerned(state, group, site.now())
    sent, what = 0, "问改期的短信" if group == TODAY else "安心短信"
    try:
        commands = list(_commands(group, cards, Times(site.system.season).awake(site.now())))
        for start in range(0, len(commands), TOGETHER):
            some = commands[start : start + TOGETHER]
            asked = [site.system.desk.submit(command, by=staff.by, via="counter") for command in some]
            sent += sum(len(one.result().events) for one in asked)
    except Refusal as refusal:
        return _back(words.sentence(refusal), "bad")
    return _back(f"已经交给系统：{sent}人会收到{what}。" if sent else "没有人要发，刚才已经发过了。")


def _commands(group: str, cards: Sequence[str], leaves: datetime) -> Iterator[Command]:
    """Who is offered places is asked alone, so that the next one is offered what is left."""
    if group == TODAY:
        yield from (SuggestAnotherTime(card, leaves) for card in cards)
        return
    for start in range(0, len(cards), AT_ONCE):
        yield ReassureHolders(tuple(cards[start : start + AT_ONCE]))


def _audience(state: State, group: str, now: datetime) -> Audience:
    found: Counter[str] = Counter()
    lately = suggested_lately if group == TODAY else reassured_lately
    for card_id in _concerned(state, group, now):
        card = state.cards[card_id]
        found["unreached" if unreached(card) else "had_it" if lately(card, now) else "sent"] += 1
    return Audience(found["sent"], found["had_it"], found["unreached"])


def _concerned(state: State, group: str, now: datetime) -> list[str]:
    return booked_later_today(state, now) if group == TODAY else concerned(state, group, now)


def _text(site: Site, template: str) -> str:
    """The message as it is sent, to somebody booked for three in the afternoon; its places are made up."""
    when = datetime.combine(site.today(), time(15))
    slots = [(when + timedelta(days=day)).isoformat() for day in (1, 2)]
    params = {"when": when.isoformat(), "slots": slots}
    return renderer(site.system).render(template, fill(site.system, template, params, ""))


def _back(text: str, tone: cookies.Tone = "good") -> Response:
    response = RedirectResponse("/rumour", 303)
    cookies.say(response, text, tone)
    return response
