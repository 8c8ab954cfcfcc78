"""Places in a slot: how many are free for whom, and the told times inside it. Pure arithmetic on a `Slot`."""

from __future__ import annotations

from datetime import datetime, timedelta

from queueing.domain.events import Rules
from queueing.domain.state import Slot


def held_by_others(slot: Slot, now: datetime, card: str) -> int:
    """Places kept by unexpired offers to other people."""
    if not slot.holds:
        return 0
    return sum(1 for hold in slot.holds if hold.until > now and hold.card != card)


def free_places(slot: Slot, now: datetime, via: str, cohort: str, card: str) -> int:
    """Places left in a slot for this person: the limit, less live bookings, places kept by offers, tickets
    beyond the walk-ins' own room, and places reserved for pools the person is not in (until they overflow
    to all). A place kept for the person is theirs through whichever channel they answer. Never negative."""
    taken = len(slot.seats) + held_by_others(slot, now, card)
    room = min(slot.capacity, slot.capacity + slot.walk_in_room - slot.tickets) - taken
    if slot.reserved and now < slot.overflow_at and not _kept_for(slot, now, card):
        room -= sum(
            _unused(slot, pool, kept, now)
            for pool, kept in slot.reserved.items()
            if not _in_pool(pool, via, cohort)
        )
    return max(0, room)


def _kept_for(slot: Slot, now: datetime, card: str) -> bool:
    return any(hold.card == card and hold.until > now for hold in slot.holds)


def _in_pool(pool: str, via: str, cohort: str) -> bool:
    channel = "phone" if via in ("counter", "paper") else via
    return pool in (f"channel:{channel}", f"cohort:{cohort}")


def _unused(slot: Slot, pool: str, kept: int, now: datetime) -> int:
    """Places of a pool that neither bookings nor offers to its members have taken."""
    booked = sum(1 for seat in slot.seats if _in_pool(pool, seat.via, seat.cohort))
    offered = sum(1 for hold in slot.holds if hold.until > now and _in_pool(pool, hold.via, hold.cohort))
    return max(0, kept - booked - offered)


def holdable(slot: Slot, rules: Rules, now: datetime, card: str) -> bool:
    """An offer may keep one more place: only a part of a slot is ever kept by offers (at least one place)."""
    limit = max(1, int(slot.capacity * rules.hold_share))
    return held_by_others(slot, now, card) < limit


def ticket_room(slot: Slot, now: datetime, card: str = "") -> int:
    """Tickets that may still be given for a slot: the walk-ins' own room and the places nobody booked. A
    booking that was served in the slot has used its place up."""
    used = len(slot.seats) + slot.served + slot.tickets + held_by_others(slot, now, card)
    return slot.capacity + slot.walk_in_room - used


def told_times(slot: Slot, rules: Rules, count: int) -> list[datetime]:
    """The next `count` told times of a slot: steps of `rules.told_step` minutes, the least used first, then
    the earliest."""
    steps = range(0, max(1, int((slot.end - slot.start).total_seconds() // 60)), max(1, rules.told_step))
    taken = [*[seat.told for seat in slot.seats], *[hold.told for hold in slot.holds]]
    minutes = sorted({*steps, *taken})
    times = []
    for _ in range(count):
        minute = min(minutes, key=taken.count)
        taken.append(minute)
        times.append(slot.start + timedelta(minutes=minute))
    return times


def told_minute(slot: Slot, told: datetime) -> int:
    """Minutes from the slot's start to a told time."""
    return int((told - slot.start).total_seconds() // 60)
