"""Who will be called before somebody, and how fast the windows work: what a wait is estimated from."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from queueing.domain.counter_order import BOOKED_HEAD_START, PRIORITY_HEAD_START
from queueing.domain.state import Card, State, Visit

LAST_SERVICES = 20
LATER = timedelta(minutes=15)
"""A ticket for at least so much later is an appointment: its holder need not wait in the hall."""


def windows_open(state: State, today: date) -> int:
    """The windows of a day: as opened on the day, else as planned for it, else as the season has them."""
    changed = state.facts.windows_today
    if changed and changed[0] == today:
        return changed[1]
    return dict(state.facts.windows_days).get(today, state.facts.windows)


def services_today(state: State, today: date) -> tuple[float, ...]:
    """The minutes of today's last services, the latest last."""
    return state.facts.services if state.facts.services_day == today else ()


def note_service(state: State, called: datetime, ended: datetime) -> float:
    """Remember how long a service took, in minutes."""
    minutes = (ended - called).total_seconds() / 60
    services = (*services_today(state, ended.date()), minutes)[-LAST_SERVICES:]
    state.set_facts(services=services, services_day=ended.date())
    return minutes


def forget_service(state: State, minutes: float, ended: datetime) -> None:
    """That service was a slip; of several as long, it does not matter which is forgotten."""
    services = list(services_today(state, ended.date()))
    if minutes in services:
        services.remove(minutes)
        state.set_facts(services=tuple(services))


def due_at(visit: Visit) -> datetime:
    """When a visit's wait begins: the booked in time and those with a ticket for later at their told time,
    the others when they came."""
    if visit.late or (visit.ticket and visit.told - visit.arrived < LATER):
        return visit.arrived
    return max(visit.told, visit.arrived)


def away(visit: Visit, now: datetime) -> bool:
    """Somebody with a ticket for later today, who has not come back yet."""
    comes_back = visit.ticket and not visit.late and visit.told - visit.arrived >= LATER
    return bool(comes_back) and visit.told > now


def in_hall(state: State, now: datetime) -> list[str]:
    """The cards of those waiting in the hall: not at a window, and not told to come back later."""
    return [
        card
        for card, visit in state.visits.items()
        if not visit.window and visit.arrived.date() == now.date() and not away(visit, now)
    ]


def people_ahead(state: State, now: datetime, due: datetime, *, booked: bool, priority: bool) -> list[str]:
    """The cards of those in the hall, not at a window, who will be called before somebody due then."""
    rank = due - _head_start(booked, priority)
    return [
        card
        for card, visit in state.visits.items()
        if not visit.window and visit.arrived.date() == now.date() and _rank(visit, state.cards[card]) <= rank
    ]


def still_to_come(state: State, now: datetime, due: datetime) -> int:
    """Booked people who are not here yet and, if they come, will be called before somebody without a booking
    due then."""
    until = due + timedelta(minutes=BOOKED_HEAD_START)
    since = now - timedelta(minutes=state.facts.rules.grace)
    count = 0
    for slot_id in state.days.get(now.date(), ()):
        slot = state.slots[slot_id]
        if slot.start > until or slot.end < since:
            continue
        for seat in slot.seats:
            told = slot.start + timedelta(minutes=seat.told)
            count += since <= told <= until and state.cards[seat.card].visit is None
    return count


def _rank(visit: Visit, card: Card) -> datetime:
    booked = visit.ticket == 0 and not visit.late
    return due_at(visit) - _head_start(booked, card.priority)


def _head_start(booked: bool, priority: bool) -> timedelta:
    return timedelta(minutes=BOOKED_HEAD_START * booked + PRIORITY_HEAD_START * priority)
