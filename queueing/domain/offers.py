"""Offering slots: the calmest ones that fit what was asked, kept for a stated time so that answering
works."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import bookable, end_offer, opens_for
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.places import free_places, held_by_others, holdable, told_minute, told_times
from queueing.domain.state import Card, Hold, Offer, Slot, State
from queueing.domain.tallies import count_sent, count_walk_in

Crowd = Mapping[str, float]
NO_FORECAST: Crowd = {}
SEEN_KEPT = 60
"""Slots remembered as offered before, for whoever asks for others again and again."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked: days (none: any), part of the day ("am", "pm", "" for any), a time of day to be near
    to, slots not to offer again, days that don't suit, and after or before which moment."""

    days: tuple[date, ...] = ()
    part: str = ""
    near: time | None = None
    without: tuple[str, ...] = ()
    not_days: tuple[date, ...] = ()
    after: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class OfferSlots(Command):
    """Keep a few calm places for a holder. `reason`, `token`, `note` and `noted` as in `SlotsOffered`: with
    "more", others than those offered so far; asked again with the token of the live offer, it is that offer.
    `crowd`: slot -> people who will wait there by the forecast (P95), as a share of the hall's room."""

    card: str
    wish: Wish = Wish()
    reason: str = "asked"
    token: str = ""
    note: str = ""
    noted: date | None = None
    crowd: Crowd = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A slot that could be offered, with its score (lower is calmer)."""

    score: float
    slot: str


def fullness(taken: int, limit: int) -> float:
    """How full a slot would be with one more person: what makes one less calm than another."""
    return (taken + 1) / max(1, limit)


def score(
    slot: Slot, days_away: int, near: time | None, day_weight: float, now: datetime, card: str
) -> float:
    """How crowded and how far away a slot is: (booked + 1) / limit + 0.15 a day away (balancing by the
    least loaded of a few choices: Mitzenmacher 2001), plus the distance from the time of day asked for (an
    hour counts as a quarter)."""
    taken = len(slot.seats) + held_by_others(slot, now, card)
    value = fullness(taken, slot.capacity) + day_weight * days_away
    if near is not None:
        minutes = abs((slot.start.hour - near.hour) * 60 + slot.start.minute - near.minute)
        value += minutes / 240
    return value


def calmest(
    state: State,
    card_id: str,
    card: Card,
    wish: Wish,
    context: Context,
    count: int,
    around: bool = False,
    crowd: Crowd = NO_FORECAST,
) -> list[str]:
    """The `count` calmest slots with a place for this person that fit the wish, in order of time; `around`:
    those of the days nearest to the ones it names. Where the rules don't put the calm ones first, the
    earliest.

    Looks day by day and stops as soon as no day farther away can have a calmer one.
    """
    rules = state.facts.rules
    best: list[Candidate] = []
    for days_away, slot_id, slot in _open_slots(state, card, wish, _earliest(state, context), around):
        if len(best) == count and best[-1].score <= rules.day_weight * days_away:
            break
        if not holdable(slot, rules, context.now, card_id):
            continue
        if free_places(slot, context.now, context.via, card.cohort, card_id) < 1:
            continue
        if rules.calm_first:
            points = score(slot, days_away, wish.near, rules.day_weight, context.now, card_id)
            points += crowd.get(slot_id, 0.0)
        else:
            points = rules.day_weight * days_away
        best = sorted([*best, Candidate(points, slot_id)], key=lambda c: (c.score, c.slot))[:count]
    return sorted(candidate.slot for candidate in best)


def _earliest(state: State, context: Context) -> datetime:
    """Whoever is not at the branch needs the time in which the offer holds to answer, and some to come."""
    if context.via == "counter":
        return context.now
    return context.now + timedelta(minutes=state.facts.rules.hold_minutes)


def _open_slots(
    state: State, card: Card, wish: Wish, earliest: datetime, around: bool
) -> Iterator[tuple[int, str, Slot]]:
    """(days away, slot id, slot) of the slots that fit the wish, the nearest day first; `around` its days
    too."""
    first = opens_for(state, card) or earliest.date()
    begin = max(first, earliest.date())
    away = _days_away(wish, begin)
    days = (d for d in state.days if d >= begin and d not in wish.not_days)
    for distance, day in sorted((away(d), d) for d in days if around or not wish.days or d in wish.days):
        for slot_id in state.days[day]:
            slot = state.slots[slot_id]
            if not slot.open or slot.start <= earliest or slot_id in wish.without:
                continue
            if card.booking and card.booking.slot == slot_id:
                continue
            if not _fits(slot, wish):
                continue
            yield distance, slot_id, slot


def _days_away(wish: Wish, begin: date) -> Callable[[date], int]:
    """How far a day is from what was asked: from the nearest of the days named, else from the first one
    possible (after or before a moment: from that moment)."""
    if wish.days:
        return lambda day: min(abs((day - wished).days) for wished in wish.days)
    if wish.before:
        last = wish.before.date()
        return lambda day: abs((last - day).days)
    if wish.after:
        begin = max(begin, wish.after.date())
    return lambda day: abs((day - begin).days)


def _fits(slot: Slot, wish: Wish) -> bool:
    """The slot is in the part of the day and on the side of the moment that were asked."""
    if wish.part and (slot.start.hour < 12) != (wish.part == "am"):
        return False
    if wish.after and slot.start <= wish.after:
        return False
    return wish.before is None or slot.start < wish.before


def choose(
    state: State,
    card_id: str,
    card: Card,
    wish: Wish,
    context: Context,
    count: int = 0,
    crowd: Crowd = NO_FORECAST,
) -> list[str]:
    """The calmest slots for a wish, `count` of them or as many as the rules say; when nothing fits, the wish
    is widened: any part of those days, then the nearest days, then any time at all."""
    count = count or state.facts.rules.offered
    any_part = replace(wish, part="", near=None)
    any_time = replace(any_part, after=None, before=None)
    widened = ((wish, False), (any_part, False), (wish, True), (any_part, True), (any_time, True))
    for one, around in dict.fromkeys(widened):
        found = calmest(state, card_id, card, one, context, count, around, crowd)
        if found:
            return found
    return []


def _others(
    state: State, card_id: str, card: Card, wish: Wish, context: Context, count: int, crowd: Crowd
) -> list[str]:
    """Slots not offered yet; once all were, those not offered just now; where there are no others, the same
    again."""
    seen, shown = (card.offer.seen, card.offer.slots) if card.offer else ((), ())
    for left_out in dict.fromkeys(((*seen, *shown), shown, ())):
        other = replace(wish, without=(*wish.without, *left_out))
        found = choose(state, card_id, card, other, context, count, crowd)
        if found:
            return found
    return []


def offer(
    state: State,
    card_id: str,
    card: Card,
    wish: Wish,
    context: Context,
    reason: str,
    token: str = "",
    note: str = "",
    noted: date | None = None,
    crowd: Crowd = NO_FORECAST,
    why: str = "",
) -> e.SlotsOffered:
    """The event of an offer, or NothingFree. Where none of the days asked for has a place, it says so."""
    asked = (card_id, card, wish, context)
    find = _others if reason == "more" else choose
    found = find(state, *asked, 0, crowd)
    if not note and reason in ("asked", "more"):
        note, noted = _note(state, wish, found, context.now)
    if note and context.via == "sms":
        found = find(state, *asked, BESIDE_A_NOTE, crowd)
    if not found:
        raise r.NothingFree(card_id)
    rules = state.facts.rules
    told = tuple(told_times(state.slots[s], rules, 1)[0] for s in found)
    until = context.now + timedelta(minutes=rules.hold_minutes)
    return context.fact(
        e.SlotsOffered,
        card=card_id,
        slots=tuple(found),
        told=told,
        until=until,
        reason="other_day" if note else reason,
        token=token,
        note=note,
        noted=noted,
        why=why,
    )


BESIDE_A_NOTE = 2
"""Places that fit into one message beside what is wrong with the day asked for."""


def _note(state: State, wish: Wish, found: Sequence[str], now: datetime) -> tuple[str, date | None]:
    """Why none of the places found is on a day that was asked for; ("", None) if one is."""
    if not wish.days or not found or any(state.slots[slot].start.date() in wish.days for slot in found):
        return "", None
    first, last = min(wish.days), state.facts.last_day
    if last and first > last:
        return "over", last
    served = any(state.slots[slot].open for day in wish.days for slot in state.days.get(day, ()))
    note = "full" if served else "shut"
    if len(wish.days) > 1:
        return f"{note}_days", None
    return ("today" if first == now.date() else note), first


@decides(OfferSlots)
def offer_slots(command: OfferSlots, state: State, context: Context) -> list[e.Event]:
    """A holder with a booking gets offers to move to; a holder whose wave has not begun gets its date. A
    message that is delivered again after its offer was stored keeps no places a second time."""
    card = bookable(state, command.card, context.now)
    live = card.offer if card.offer and card.offer.until > context.now else None
    if live and command.token and live.token == command.token:
        return []
    fact = offer(
        state,
        command.card,
        card,
        command.wish,
        context,
        command.reason,
        command.token,
        command.note,
        command.noted,
        command.crowd,
    )
    return [fact]


@evolves(e.SlotsOffered)
def _offered(state: State, event: e.SlotsOffered) -> None:
    seen = _seen(state.cards[event.card].offer, event)
    offer = Offer(
        slots=event.slots, told=event.told, until=event.until, token=event.token, seen=seen, why=event.why
    )
    keep(state, event.card, offer, event.via, event.at)
    if event.reason == "today_full":
        count_walk_in(state, event.at)
        count_sent(state, event.at, other=1)


def _seen(before: Offer | None, event: e.SlotsOffered) -> tuple[str, ...]:
    """What was offered before the others that this event offers. When all were seen, a new round begins."""
    if before is None or event.reason not in ("more", "other_day"):
        return ()
    seen = (*before.seen, *before.slots)[-SEEN_KEPT:]
    return before.slots if set(seen) & set(event.slots) else seen


def keep(state: State, card: str, offer: Offer, via: str, at: datetime) -> None:
    """From now on this is what is offered to a card's holder, and its places are kept."""
    end_offer(state, card)
    for slot_id, told in zip(offer.slots, offer.told, strict=True):
        slot = state.slots[slot_id]
        hold = Hold(
            card=card,
            via=via,
            cohort=state.cards[card].cohort,
            until=offer.until,
            told=told_minute(slot, told),
        )
        live = tuple(h for h in slot.holds if h.until > at)
        state.change_slot(slot_id, holds=(*live, hold))
    state.change_card(card, offer=offer)
