"""Which ticket somebody gets who comes unasked: for now, for a calm time later today, or none but places on
other days; and serving them now all the same, when staff say why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import msgspec

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import checked_reason
from queueing.domain.kernel import Context, evolves
from queueing.domain.offers import Wish, offer
from queueing.domain.places import ticket_room, told_times
from queueing.domain.state import Card, Slot, State, Visit
from queueing.domain.tallies import count_sent
from queueing.domain.waits import LATER, away, people_ahead, windows_open
from queueing.domain.walkin_offer import (
    FULL,
    GREEN,
    NEAR,
    OTHER_DAY,
    STAY,
    TODAY,
    Seen,
    WalkInOffer,
    walk_in_offer,
)
from queueing.domain.walkins import controlled, quota_left

NOTICE = timedelta(minutes=30)
"""How far away a calmer time is at least: nearer, one may as well wait."""
WAIT_WEIGHT = 0.05
"""How much of a slot's fullness being one slot later weighs."""


@dataclass(frozen=True, slots=True)
class Place:
    """A slot and told time of today; `why` it is not for now."""

    slot: str
    told: datetime
    why: str = ""


def came_late(state: State, card: Card, now: datetime) -> bool:
    """They were booked for today and came after their place was given up: never sent home."""
    missed = card.no_show
    return missed is not None and state.slots[missed.slot].start.date() == now.date()


def offered(state: State, card_id: str, card: Card, now: datetime, seen: Seen) -> WalkInOffer:
    """What somebody who comes unasked is offered now."""
    if came_late(state, card, now):
        return WalkInOffer(STAY)
    live = controlled(state)
    few = state.facts.rules.later_from
    return walk_in_offer(
        waiting=len(people_ahead(state, now, now, booked=False, priority=card.priority)),
        hall=seen.hall if live else GREEN,
        alarm=seen.alarm and live,
        quota_left=quota_left(state, now.date()),
        tickets_from=max(few, windows_open(state, now.date())) if few else None,
        room_later=bool(_later(_with_room(state, card_id, now), state, now)),
        priority=card.priority,
    )


def newcomer_offered(state: State, now: datetime, seen: Seen) -> WalkInOffer:
    """What somebody without priority is offered who comes unasked now."""
    return offered(state, "", Card(cohort="", channel="self", registered=now), now, seen)


def place_today(state: State, card_id: str, card: Card, now: datetime, seen: Seen) -> Place | str:
    """Where a ticket of today is for, or why there is none."""
    found = offered(state, card_id, card, now, seen)
    if found.offer == OTHER_DAY:
        return found.why
    current, room = _ahead(state, now), _with_room(state, card_id, now)
    if found.offer == TODAY:
        later = _later(room, state, now)
        calmest = min(later, key=lambda s: (_fullness(state.slots[s]) + WAIT_WEIGHT * later.index(s), s))
        return Place(calmest, _told(state, calmest, now), found.why)
    if current and (card.priority or came_late(state, card, now)):
        return Place(current[0], _told(state, current[0], now))
    if not room:
        return FULL
    told = _told(state, room[0], now)
    return Place(room[0], told, NEAR if room[0] != current[0] and told - now >= LATER else "")


def serve_now(state: State, now: datetime) -> Place | None:
    """A ticket for now, whatever room, quota and hall say; None when nothing of today is left."""
    current = _ahead(state, now)
    return Place(current[0], now) if current else None


def bring_forward(
    card_id: str, visit: Visit, reason: str, wait: tuple[int, int] | None, state: State, context: Context
) -> list[e.Event]:
    """Who was told to come back later is served now."""
    checked_reason(reason)
    place = serve_now(state, context.now)
    if place is None or visit.window or not away(visit, context.now):
        return []
    low, high = wait or (None, None)
    return [
        context.fact(
            e.TicketBroughtForward,
            card=card_id,
            ticket=visit.ticket,
            old_slot=visit.slot,
            new_slot=place.slot,
            told=place.told,
            reason=reason,
            wait_low=low,
            wait_high=high,
        )
    ]


def another_day(state: State, card_id: str, card: Card, context: Context, why: str) -> list[e.Event]:
    """Nobody goes without a slot: the calmest ones are kept; when the whole season has none, staff phone."""
    wish = Wish() if why == FULL else Wish(after=datetime.combine(context.now.date(), time.max))
    try:
        return [offer(state, card_id, card, wish, context, "today_full", why=why)]
    except r.NothingFree:
        if card.phone_list:
            raise
        return [context.fact(e.PhoneListed, card=card_id, reason="no_place")]


def _ahead(state: State, now: datetime) -> list[str]:
    """Today's open slots that are not over."""
    return [s for s in state.days.get(now.date(), ()) if state.slots[s].open and state.slots[s].end > now]


def _with_room(state: State, card_id: str, now: datetime) -> list[str]:
    return [s for s in _ahead(state, now) if ticket_room(state.slots[s], now, card_id) > 0]


def _later(room: list[str], state: State, now: datetime) -> list[str]:
    return [s for s in room if state.slots[s].start >= now + NOTICE]


def _told(state: State, slot: str, now: datetime) -> datetime:
    return max(now, told_times(state.slots[slot], state.facts.rules, 1)[0])


def _fullness(slot: Slot) -> float:
    """How much of a slot is taken, walk-ins' room included."""
    return (len(slot.seats) + slot.served + slot.tickets) / max(1, slot.capacity + slot.walk_in_room)


@evolves(e.TicketBroughtForward)
def _brought_forward(state: State, event: e.TicketBroughtForward) -> None:
    visit = state.cards[event.card].visit
    if visit is None:
        return
    now = msgspec.structs.replace(
        visit,
        slot=event.new_slot,
        told=event.told,
        why="",
        wait_low=event.wait_low,
        wait_high=event.wait_high,
    )
    state.change_card(event.card, visit=now)
    state.put(state.visits, event.card, now)
    for slot, more in ((event.old_slot, -1), (event.new_slot, 1)):
        state.change_slot(slot, tickets=state.slots[slot].tickets + more)
    count_sent(state, event.at, overridden=1)
