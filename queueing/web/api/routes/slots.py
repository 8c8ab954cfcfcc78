"""Slots and what is free, and places kept for a holder."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import Path, Query
from starlette.concurrency import run_in_threadpool

from queueing.domain import State
from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import bookable, opens_for
from queueing.domain.offers import OfferSlots, Wish
from queueing.domain.places import free_places
from queueing.web import calm
from queueing.web.api import answers
from queueing.web.api import models as m
from queueing.web.api.operation import operation, router
from queueing.web.api.problems import INVALID, Problem
from queueing.web.api.route import Caller, TheCaller
from queueing.web.site import Site

slots = router("slots")
MOST_DAYS = 31
First = Annotated[date, Query(alias="from", description="第一天。", examples=["2018-06-05"])]
Last = Annotated[date, Query(alias="to", description="最后一天，最多31天。", examples=["2018-06-08"])]
BOOKABLE = (
    r.UnknownCard, r.AlreadyCollected, r.AtEmployer, r.CardNotHere, r.HolderIsErased, r.SeasonNotOpen,
    r.SeasonOver, r.TooEarly,
)  # fmt: skip


def days_between(first: date, last: date) -> list[date]:
    """The days asked for, or a Problem when there are too many or none."""
    count = (last - first).days + 1
    if not 1 <= count <= MOST_DAYS:
        where = {"parameter": "to", "in": "query", "detail": f"应在 from 当天到其后{MOST_DAYS - 1}天之间"}
        raise Problem(INVALID, more={"errors": [where]})
    return [first + timedelta(days=number) for number in range(count)]


def _loads(site: Site, days: list[date]) -> m.Slots:
    found = [one for day in days for one in calm.slots(site, day)]
    return m.Slots(slots=[m.Slot.model_validate(one) for one in found])


@operation(
    slots, "GET", "/slots", "read", "几天的时段",
    "每个时段的名额、已约、空余和忙闲，和主管看板的数字相同。",
)  # fmt: skip
async def list_slots(caller: TheCaller, first: First, last: Last) -> m.Slots:
    """Several days."""
    return await run_in_threadpool(_loads, caller.site, days_between(first, last))


@operation(slots, "GET", "/slots/{slot}", "read", "一个时段", "内容和列表相同。", may=[r.UnknownSlot])
async def get_slot(caller: TheCaller, slot: Annotated[m.SlotId, Path()]) -> m.Slot:
    """By its id."""
    try:
        day = date.fromisoformat(slot[:8])
    except ValueError:
        raise r.UnknownSlot(slot) from None
    found = await run_in_threadpool(_loads, caller.site, [day])
    for one in found.slots:
        if one.slot == slot:
            return one
    raise r.UnknownSlot(slot)


def _places(caller: Caller, card_id: str, days: list[date]) -> m.Availability:
    now = caller.site.now()
    with caller.site.system.desk.view() as state:
        card = bookable(state, card_id, now)
        first = max(opens_for(state, card) or now.date(), now.date())
        places = [
            place
            for day in days
            if day >= first
            for place in _places_of_day(state, caller, card_id, card.cohort, day)
        ]
    return m.Availability(card=card_id, places=places)


def _places_of_day(state: State, caller: Caller, card_id: str, cohort: str, day: date) -> list[m.Place]:
    now = caller.site.now()
    ahead = [(one, state.slots[one]) for one in state.days.get(day, ())]
    return [
        m.Place(
            slot=name, start=slot.start, ends=slot.end,
            free=free_places(slot, now, caller.key.channel, cohort, card_id),
        )
        for name, slot in ahead
        if slot.open and slot.start > now
    ]  # fmt: skip


@operation(
    slots, "GET", "/cards/{card}/availability", "book", "某人能选的时段",
    "今后开放的时段，和这位领卡人经这把密钥的渠道能约到的名额。",
    may=BOOKABLE,
)  # fmt: skip
async def availability(
    caller: TheCaller, card: Annotated[m.CardId, Path()], first: First, last: Last
) -> m.Availability:
    """For one card."""
    return await run_in_threadpool(_places, caller, card, days_between(first, last))


@operation(
    slots, "POST", "/offers", "book", "替人留号",
    "留最多三个不挤的号，留半小时；这段时间里约其中一个一定约得到。more 是换几个没给过的，可以一直换。",
    status=201,
    may=[*BOOKABLE, r.NothingFree],
)  # fmt: skip
async def offer(caller: TheCaller, body: m.Wanted) -> m.Offer:
    """Soft holds."""
    wish = Wish(days=tuple(body.days), part=body.part, near=body.near and body.near.replace(tzinfo=None))
    crowd = await run_in_threadpool(caller.site.system.crowd.at, caller.site.now())
    reason = "more" if body.more else "asked"
    outcome = await caller.act(OfferSlots(body.card, wish, reason, crowd=crowd))
    (event,) = (one for one in outcome.events if isinstance(one, e.SlotsOffered))
    return answers.offer(event)
