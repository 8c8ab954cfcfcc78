"""Which card: by id, by booking code, by phone, or by the letter's code and name. Nothing personal comes
out."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Annotated

from fastapi import Path
from starlette.concurrency import run_in_threadpool

from queueing.domain import refusals as r
from queueing.people.phone import BadPhoneError, parse_phone
from queueing.web import limits
from queueing.web.api import answers
from queueing.web.api import models as m
from queueing.web.api.access import too_many
from queueing.web.api.operation import operation, router
from queueing.web.api.problems import INVALID, NOBODY_FOUND, Problem
from queueing.web.api.route import Caller, TheCaller
from queueing.web.limits import Limit
from queueing.web.personal_code import card_of
from queueing.web.site import Site

cards = router("cards")
MISSES = Limit(60, timedelta(minutes=15))
"""Of a key, before it looks like trying out people's codes."""


def _card(site: Site, card: str) -> m.Card:
    with site.system.desk.view() as state:
        return answers.card_in(state, card)


@operation(
    cards, "GET", "/cards/{card}", "read", "查一张卡",
    "卡在哪里、有没有预约、是不是在大厅。不说持卡人是谁。",
    may=[r.UnknownCard],
)  # fmt: skip
async def get_card(caller: TheCaller, card: Annotated[m.CardId, Path()]) -> m.Card:
    """By its id."""
    return await run_in_threadpool(_card, caller.site, card)


def _found(caller: Caller, body: m.Lookup) -> list[str]:
    """The cards, or a Problem. Misses are counted, so that codes can't be tried out."""
    site, counted = caller.site, f"api-lookup:{caller.key.id}"
    now = site.now()
    with site.db() as conn:
        if not limits.take(conn, {counted: MISSES}, now):
            raise too_many(MISSES.within.total_seconds())
    found: list[str] = []
    if body.phone:
        with suppress(BadPhoneError):
            found = site.system.vault.find_by_phone(parse_phone(body.phone).number)
    elif card := card_of(site.system.vault, body.name, body.code):
        found = [card]
    if not found:
        raise Problem(NOBODY_FOUND)
    with site.db() as conn:
        limits.give_back(conn, counted, now)
    return found


def _lookup(caller: Caller, body: m.Lookup) -> m.Cards:
    if bool(body.phone) == bool(body.name or body.code) or bool(body.name) != bool(body.code):
        where = {"pointer": "#", "detail": "要么写 phone，要么写 name 和 code"}
        raise Problem(INVALID, more={"errors": [where]})
    found = _found(caller, body)
    with caller.site.system.desk.view() as state:
        known = [answers.card_in(state, card) for card in found if card in state.cards]
    if not known:
        raise Problem(NOBODY_FOUND)
    return m.Cards(cards=known)


@operation(
    cards, "POST", "/cards/lookup", "book", "某人的卡是哪张",
    "按电话（儿女的也行），或按姓名加信上的数字。用 POST，地址和地址的日志里就没有号码。查不到的次数有限制。",
    may=[NOBODY_FOUND],
)  # fmt: skip
async def look_up(caller: TheCaller, body: m.Lookup) -> m.Cards:
    """Several people may share a phone."""
    return await run_in_threadpool(_lookup, caller, body)
