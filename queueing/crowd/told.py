"""The wait somebody is told, at this moment of the branch."""

from __future__ import annotations

from datetime import datetime, timedelta

from queueing.crowd.show import shrunk
from queueing.crowd.waits import Wait, estimate, rolling_mean
from queueing.domain.state import Card, State
from queueing.domain.waits import people_ahead, services_today, still_to_come, windows_open

SHOW = 0.85
"""Share of the booked still to come that will, before the log has seen any (assumed)."""


def for_newcomer(state: State, now: datetime) -> Wait | None:
    """What somebody without a booking is told who comes now; None while no window is open."""
    return _wait(state, now, now, booked=False, priority=False)


def for_holder(state: State, now: datetime, card_id: str) -> Wait | None:
    """What this holder is told on arriving now, from when they are due."""
    card = state.cards.get(card_id)
    due = _due(state, card, now) if card else None
    priority = card.priority if card else False
    return _wait(state, now, due or now, booked=due is not None, priority=priority)


def stated(wait: Wait | None) -> tuple[int, int] | None:
    """The range of a wait, as a fact keeps it."""
    return wait.stated if wait else None


def _due(state: State, card: Card, now: datetime) -> datetime | None:
    """When somebody booked for today is due; None for walk-ins and those who come late."""
    booking = card.booking
    if booking is None or booking.told.date() != now.date():
        return None
    late = now > booking.told + timedelta(minutes=state.facts.rules.grace)
    return None if late else max(booking.told, now)


def _show(state: State) -> float:
    """Share of booked people who come, as this branch has seen it."""
    seen = state.shown.values()
    return shrunk(sum(one.came for one in seen), sum(one.due for one in seen), SHOW)


def _wait(state: State, now: datetime, due: datetime, *, booked: bool, priority: bool) -> Wait | None:
    windows = windows_open(state, now.date())
    if windows < 1:
        return None
    recent, nominal = services_today(state, now.date()), state.facts.rules.service_minutes
    ahead = float(len(people_ahead(state, now, due, booked=booked, priority=priority)))
    if not booked:
        ahead += _show(state) * still_to_come(state, now, due)
    served_by_then = (due - now).total_seconds() / 60 * windows / rolling_mean(recent, nominal)
    ahead = max(0.0, ahead - served_by_then)
    at_windows = sum(1 for visit in state.visits.values() if visit.window)
    return estimate(ahead, windows, recent, nominal, all_busy=at_windows >= windows)
