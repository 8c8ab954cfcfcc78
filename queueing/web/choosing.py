"""What a holder can choose from: the live offer, the days and the slots of a day, with the places left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from queueing import words
from queueing.domain import Refusal, State
from queueing.domain.booking import bookable, bookable_slot, opens_for
from queueing.domain.places import free_places, told_times
from queueing.domain.refusals import TooEarly
from queueing.domain.state import Booking, Card
from queueing.projections import queries

VIA = "web"


@dataclass(frozen=True, slots=True)
class Choice:
    """A slot somebody can take: when to come, if they take it."""

    slot: str
    told: datetime


@dataclass(frozen=True, slots=True)
class DayChoice:
    """A day: places left for this person, of how many."""

    day: date
    free: int
    places: int

    @property
    def room(self) -> str:
        """Whether a place is left, as everywhere."""
        return queries.room(self.free, self.places)


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """A slot of a day: places left for this person, of how many."""

    slot: str
    start: datetime
    end: datetime
    free: int
    places: int

    @property
    def room(self) -> str:
        """Whether a place is left, as everywhere."""
        return queries.room(self.free, self.places)


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
            found.append(DayChoice(day, sum(one.free for one in slots), sum(one.places for one in slots)))
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
            found.append(SlotChoice(slot_id, slot.start, slot.end, free, slot.capacity))
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


def weeks(days: list[DayChoice]) -> list[list[DayChoice]]:
    """The days by calendar week, Monday first."""
    return [list(group) for _, group in groupby(days, key=lambda one: one.day.isocalendar()[:2])]


def standing(state: State, card_id: str, now: datetime) -> str:
    """How far somebody is, in a few words; empty when they may choose a time."""
    card = state.cards.get(card_id)
    if card is None:
        return ""
    if card.collected:
        return "已经领卡"
    if card.booking:
        return f"已约{words.moment(card.booking.told)}"
    try:
        bookable(state, card_id, now)
    except TooEarly as refusal:
        return f"{words.short_day(refusal.opens)}起可以约"
    except Refusal:
        return ""
    return "还没有约"
