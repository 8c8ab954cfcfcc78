"""The season and its slots: opening them, changing limits and windows, closing slots and telling those
booked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import checked_reason, in_hall_for_booking, opens_for
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.places import free_places, told_times
from queueing.domain.state import Seat, Slot, State, Wave
from queueing.domain.waves import unreached


@dataclass(frozen=True, slots=True)
class NewSlot:
    """A slot to open; fields as in `SlotOpened`."""

    slot: str
    start: datetime
    end: datetime
    plain: int
    capacity: int
    walk_in_room: int
    reserved: dict[str, int]
    overflow_at: datetime


@dataclass(frozen=True, slots=True)
class OpenSeason(Command):
    """Start a season with its waves, rules and slots."""

    season: str
    first_day: date
    last_day: date
    sweep_day: date
    waves: tuple[e.WavePlan, ...]
    rules: e.Rules
    windows: int
    slots: tuple[NewSlot, ...]
    last_call: date | None = None


@dataclass(frozen=True, slots=True)
class CloseSeason(Command):
    """The last day is over: write down how many cards were not collected."""


@dataclass(frozen=True, slots=True)
class ChangeCapacity(Command):
    """Set the limit of slots; whoever no longer fits is moved or told."""

    limits: dict[str, tuple[int, int]]
    """slot -> (capacity, walk_in_room)"""
    reason: str


@dataclass(frozen=True, slots=True)
class CloseSlots(Command):
    """Close slots (power cut, holiday); everybody booked is moved to the nearest slot with room, or told to
    choose again."""

    slots: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ReopenSlots(Command):
    """Take closures back. Those who were moved keep their new place."""

    slots: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ChangeWindows(Command):
    """So many windows are open today."""

    windows: int


@dataclass(frozen=True, slots=True)
class Displaced:
    """Where somebody who lost a place would go; `to` is None when no slot has room for them."""

    card: str
    slot: str
    to: str | None
    told: datetime | None


def displaced(
    state: State, closing: Iterable[str], limits: dict[str, tuple[int, int]], now: datetime
) -> list[Displaced]:
    """Who would lose a place if `closing` were closed and `limits` set, and where each would go.

    The last to book leave first; each goes to the nearest later slot with room, else the nearest earlier
    one of a later time than `now`. The same function serves the preview and the decision.
    """
    closed = set(closing)
    taken: dict[str, int] = {}
    moves: list[Displaced] = []
    order = sorted(state.slots)
    for slot_id in sorted(closed | set(limits)):
        slot = state.slots[slot_id]
        if slot.end <= now:
            continue
        room = 0 if slot_id in closed else limits[slot_id][0]
        losing = [seat for seat in slot.seats if not in_hall_for_booking(state.cards[seat.card])]
        staying = len(slot.seats) - len(losing)
        keep = max(0, room - staying)
        nearest = _by_nearness(order, slot_id)
        moves += [
            _new_place(state, seat, slot_id, nearest, closed, limits, taken, now) for seat in losing[keep:]
        ]
    return moves


def _by_nearness(order: list[str], slot_id: str) -> list[str]:
    """The later slots, the next one first, then the earlier ones, the last one first."""
    place = bisect_left(order, slot_id)
    return [*order[place + 1 :], *reversed(order[:place])]


def _new_place(
    state: State,
    seat: Seat,
    slot_id: str,
    nearest: list[str],
    closed: set[str],
    limits: dict[str, tuple[int, int]],
    taken: dict[str, int],
    now: datetime,
) -> Displaced:
    first = opens_for(state, state.cards[seat.card]) or now.date()
    earliest = now + timedelta(minutes=state.facts.rules.hold_minutes)
    for to in nearest:
        slot = state.slots[to]
        if to in closed or not slot.open or slot.start <= earliest or slot.start.date() < first:
            continue
        if to < slot_id and slot.start.date() == now.date():
            continue  # nobody who planned for another day can be expected to come today
        if state.facts.last_day and slot.start.date() > state.facts.last_day:
            continue
        limit = min(slot.capacity, limits[to][0]) if to in limits else slot.capacity
        room = (
            free_places(slot, now, seat.via, seat.cohort, seat.card)
            - (slot.capacity - limit)
            - taken.get(to, 0)
        )
        if room > 0:
            taken[to] = taken.get(to, 0) + 1
            told = told_times(slot, state.facts.rules, taken[to])[-1]
            return Displaced(seat.card, slot_id, to, told)
    return Displaced(seat.card, slot_id, None, None)


def tell_displaced(moves: list[Displaced], state: State, context: Context, reason: str) -> list[e.Event]:
    """Each is told by the message that follows from the fact; whom no message reaches, staff phone."""
    facts: list[e.Event] = []
    for move in moves:
        card = state.cards[move.card]
        booking = card.booking
        if booking is None:
            continue
        if move.to and move.told:
            facts.append(
                context.fact(
                    e.BookingMoved,
                    card=move.card,
                    booking=booking.number,
                    version=booking.version + 1,
                    old_slot=move.slot,
                    new_slot=move.to,
                    told=move.told,
                    reason=reason,
                )
            )
        else:
            facts.append(
                context.fact(
                    e.BookingCancelled,
                    card=move.card,
                    slot=move.slot,
                    booking=booking.number,
                    reason="closed",
                )
            )
        if unreached(card) and not card.phone_list:
            facts.append(context.fact(e.PhoneListed, card=move.card, reason="displaced"))
    return facts


def known_slot(state: State, slot: str) -> Slot:
    """The slot, or UnknownSlot."""
    try:
        return state.slots[slot]
    except KeyError:
        raise r.UnknownSlot(slot) from None


@decides(OpenSeason)
def open_season(command: OpenSeason, state: State, context: Context) -> list[e.Event]:
    """One season at a time; the same season again changes nothing."""
    if state.facts.season == command.season:
        return []
    if state.facts.season and not state.facts.closed:
        raise r.SeasonAlreadyOpen(state.facts.season)
    if not command.first_day <= command.sweep_day <= command.last_day:
        raise r.BadValue("sweep_day")
    opened = context.fact(
        e.SeasonOpened,
        season=command.season,
        first_day=command.first_day,
        last_day=command.last_day,
        sweep_day=command.sweep_day,
        last_call=command.last_call,
        waves=command.waves,
        rules=command.rules,
        windows=command.windows,
    )
    return [opened, *(slot_opened(s, context) for s in command.slots if s.slot not in state.slots)]


def slot_opened(slot: NewSlot, context: Context) -> e.SlotOpened:
    """The fact that a slot is open."""
    return context.fact(
        e.SlotOpened,
        slot=slot.slot,
        start=slot.start,
        end=slot.end,
        plain=slot.plain,
        capacity=slot.capacity,
        walk_in_room=slot.walk_in_room,
        reserved=slot.reserved,
        overflow_at=slot.overflow_at,
    )


@decides(CloseSeason)
def close_season(command: CloseSeason, state: State, context: Context) -> list[e.Event]:
    """Once, after the last day."""
    facts = state.facts
    if not facts.last_day:
        raise r.SeasonNotOpen
    if facts.closed:
        return []
    if context.now.date() <= facts.last_day:
        raise r.BadValue("last_day")
    return [context.fact(e.SeasonClosed, uncollected=len(state.cards) - state.custody["handed"])]


@decides(ChangeCapacity)
def change_capacity(command: ChangeCapacity, state: State, context: Context) -> list[e.Event]:
    """New limits, and new places for those who no longer fit. Those in the hall stay."""
    checked_reason(command.reason)
    changed: list[e.Event] = []
    for slot_id, (capacity, room) in command.limits.items():
        slot = known_slot(state, slot_id)
        if capacity < 0 or room < 0:
            raise r.BadValue("capacity")
        if slot.end <= context.now:
            raise r.SlotPast(slot_id)
        if (slot.capacity, slot.walk_in_room) != (capacity, room):
            changed.append(
                context.fact(
                    e.SlotCapacityChanged,
                    slot=slot_id,
                    capacity=capacity,
                    walk_in_room=room,
                    was_capacity=slot.capacity,
                    was_walk_in_room=slot.walk_in_room,
                    reason=command.reason,
                )
            )
    moves = displaced(state, (), command.limits, context.now)
    return [*tell_displaced(moves, state, context, "capacity"), *changed]


@decides(CloseSlots)
def close_slots(command: CloseSlots, state: State, context: Context) -> list[e.Event]:
    """Nobody finds a shut door: closing and moving the booked is one decision."""
    checked_reason(command.reason)
    closing = [s for s in dict.fromkeys(command.slots) if known_slot(state, s).open]
    if any(state.slots[s].end <= context.now for s in closing):
        raise r.SlotPast(next(s for s in closing if state.slots[s].end <= context.now))
    moves = displaced(state, closing, {}, context.now)
    told = tell_displaced(moves, state, context, "closed")
    return [*told, *(context.fact(e.SlotClosed, slot=s, reason=command.reason) for s in closing)]


@decides(ReopenSlots)
def reopen_slots(command: ReopenSlots, state: State, context: Context) -> list[e.Event]:
    """Slots that are not over may be opened again, with a reason."""
    checked_reason(command.reason)
    shut = [s for s in dict.fromkeys(command.slots) if not known_slot(state, s).open]
    if any(state.slots[s].end <= context.now for s in shut):
        raise r.SlotPast(next(s for s in shut if state.slots[s].end <= context.now))
    return [context.fact(e.SlotReopened, slot=s, reason=command.reason) for s in shut]


@decides(ChangeWindows)
def change_windows(command: ChangeWindows, state: State, context: Context) -> list[e.Event]:
    """The lobby manager opened or shut a window."""
    if not 0 <= command.windows <= 50:
        raise r.BadValue("windows")
    today = context.now.date()
    if state.facts.windows_today == (today, command.windows):
        return []
    return [context.fact(e.WindowsChanged, day=today, windows=command.windows)]


@evolves(e.SeasonOpened)
def _season_opened(state: State, event: e.SeasonOpened) -> None:
    state.set_facts(
        season=event.season,
        first_day=event.first_day,
        last_day=event.last_day,
        sweep_day=event.sweep_day,
        last_call=event.last_call,
        rules=event.rules,
        windows=event.windows,
        closed=False,
    )
    for old in list(state.waves):
        state.drop(state.waves, old)
    for wave in event.waves:
        state.put(state.waves, wave.wave, Wave(opens=wave.opens, cohorts=wave.cohorts))


@evolves(e.SeasonClosed)
def _season_closed(state: State, event: e.SeasonClosed) -> None:
    state.set_facts(closed=True)


@evolves(e.SlotOpened)
def _opened(state: State, event: e.SlotOpened) -> None:
    slot = Slot(
        start=event.start,
        end=event.end,
        plain=event.plain,
        capacity=event.capacity,
        walk_in_room=event.walk_in_room,
        reserved=event.reserved,
        overflow_at=event.overflow_at,
    )
    state.put(state.slots, event.slot, slot)
    day = event.start.date()
    state.put(state.days, day, tuple(sorted({*state.days.get(day, ()), event.slot})))


@evolves(e.SlotCapacityChanged)
def _capacity_changed(state: State, event: e.SlotCapacityChanged) -> None:
    """A limit that somebody set by itself is pinned; a change of the plan (which says `plain` too) says by
    `LimitsPinned` what it pins."""
    plain = state.slots[event.slot].plain if event.plain is None else event.plain
    pinned = state.slots[event.slot].pinned or (event.by != "system" and event.plain is None)
    if event.by == "system":
        state.set_facts(limits_day=event.at.date())
    state.change_slot(
        event.slot, plain=plain, capacity=event.capacity, walk_in_room=event.walk_in_room, pinned=pinned
    )


@evolves(e.SlotClosed)
def _closed(state: State, event: e.SlotClosed) -> None:
    state.change_slot(event.slot, open=False, holds=())


@evolves(e.SlotReopened)
def _reopened(state: State, event: e.SlotReopened) -> None:
    state.change_slot(event.slot, open=True)


@evolves(e.WindowsChanged)
def _windows_changed(state: State, event: e.WindowsChanged) -> None:
    """On the day itself, or as planned for one to come."""
    if event.day == event.at.date():
        state.set_facts(windows_today=(event.day, event.windows))
    else:
        days = dict(state.facts.windows_days) | {event.day: event.windows}
        state.set_facts(windows_days=tuple(sorted(days.items())))
