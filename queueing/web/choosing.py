"""What a holder can choose from: the live offer, the days and the slots of a day, with how full they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from queueing.domain import State
from queueing.domain.booking import bookable, bookable_slot, opens_for
from queueing.domain.places import free_places, told_times
from queueing.domain.state import Booking, Card

VIA = "web"


@dataclass(frozen=True, slots=True)
class Choice:
    """A slot somebody can take: when to come, if they take it."""

    slot: str
    told: datetime


@dataclass(frozen=True, slots=True)
class DayChoice:
    """A day: places left for this person, 0 when none, and how full it is (0-1)."""

    day: date
    free: int
    fullness: float


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """A slot of a day: places left for this person, and how full it is (0-1)."""

    slot: str
    start: datetime
    end: datetime
    free: int
    fullness: float


def live_offer(state: State, card_id: str, now: datetime) -> list[Choice]:
    """The places kept for this holder; none once the time ran out or a slot can't be had any more."""
    card = state.cards[card_id]
    if card.offer is None or card.offer.until <= now:
        return []
    pairs = zip(card.offer.slots, card.offer.told, strict=True)
    return [Choice(slot, told) for slot, told in pairs if state.slots[slot].open and told > now]


def days_for(
    state: State, card_id: str, now: datetime, most: int, after: date | None = None, via: str = VIA
) -> list[DayChoice]:
    """At most so many of the days this holder may book, from the first, or the first after a day."""
    card = bookable(state, card_id, now)
    first = max(opens_for(state, card) or now.date(), now.date())
    last = state.facts.last_day
    found: list[DayChoice] = []
    for day in sorted(state.days):
        if len(found) == most:
            break
        if day < first or (last and day > last) or (after and day <= after):
            continue
        slots = slots_for(state, card_id, card, day, now, via)
        if slots:
            free = sum(slot.free for slot in slots)
            found.append(DayChoice(day, free, _mean([slot.fullness for slot in slots])))
    return found


def slots_for(
    state: State, card_id: str, card: Card, day: date, now: datetime, via: str = VIA
) -> list[SlotChoice]:
    """The slots of a day that are open and ahead, with the places left for who asks through this channel."""
    found = []
    for slot_id in state.days.get(day, ()):
        slot = state.slots[slot_id]
        if slot.open and slot.start > now:
            free = free_places(slot, now, via, card.cohort, card_id)
            fullness = len(slot.seats) / slot.capacity if slot.capacity else 1.0
            found.append(SlotChoice(slot_id, slot.start, slot.end, free, min(1.0, fullness)))
    return found


def preview(state: State, card_id: str, slot_id: str, now: datetime) -> Choice:
    """When this holder would be told to come; raises the refusal if they can't have the slot at all."""
    bookable(state, card_id, now)
    slot = bookable_slot(state, slot_id, now)
    for choice in live_offer(state, card_id, now):
        if choice.slot == slot_id:
            return choice
    return Choice(slot_id, told_times(slot, state.facts.rules, 1)[0])


def booking_of(state: State, card_id: str) -> Booking | None:
    """The live booking."""
    card = state.cards.get(card_id)
    return card.booking if card else None


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
