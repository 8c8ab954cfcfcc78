"""Changing the plan of days while the season runs: hours, closures, limits and windows, in one step that can
be taken back. The preview and the decision are the same functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import msgspec

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import checked_reason
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.places import free_places, told_times
from queueing.domain.season import Displaced, NewSlot, displaced, known_slot, slot_opened, tell_displaced
from queueing.domain.state import HERE, Booking, Card, Plan, Slot, State
from queueing.domain.waits import windows_open

MOST_WINDOWS = 50


@dataclass(frozen=True, slots=True)
class ChangePlan(Command):
    """Close, reopen and open slots, set limits (slot: plain, capacity, walk_in_room; those `pinned` are not
    computed again) and the windows of days, in one step; whoever loses a place is moved or told."""

    reason: str
    closing: tuple[str, ...] = ()
    reopening: tuple[str, ...] = ()
    opening: tuple[NewSlot, ...] = ()
    limits: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    pinned: tuple[str, ...] = ()
    windows: dict[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UndoPlan(Command):
    """Take a change back; those it moved return to their old places, if they did not choose another since."""

    change: str
    reason: str


def losing(command: ChangePlan, state: State, now: datetime) -> list[Displaced]:
    """Who would lose a place, and where each would go."""
    limits = {slot: limit[1:] for slot, limit in command.limits.items() if slot not in command.closing}
    return displaced(state, command.closing, limits, now)


def undoing(change: str, state: State, now: datetime) -> ChangePlan:
    """The change that takes one back, for slots and days that are not over and that no later change
    touched."""
    plan, later = state.plans[change], _touched_later(change, state)
    days = {one.day for other in _later(change, state) for one in other.windows}
    ahead = [
        (was, state.slots[was.slot])
        for was in plan.before
        if was.slot not in later and state.slots[was.slot].end > now
    ]
    return ChangePlan(
        reason=plan.reason,
        closing=tuple(was.slot for was, slot in ahead if slot.open and not was.open),
        reopening=tuple(was.slot for was, slot in ahead if was.open and not slot.open),
        limits={was.slot: _limit(was) for was, slot in ahead if was.open and _limit(was) != _limit(slot)},
        windows={
            one.day: one.windows for one in plan.windows if one.day >= now.date() and one.day not in days
        },
    )


def returning(change: str, state: State, now: datetime, losers: Sequence[Displaced]) -> list[Displaced]:
    """Who goes back where a change took them from: whoever has not chosen since, to a slot with room that
    they can still reach. `slot` is where they are now, "" if they lost their place. `losers` need room
    too."""
    plan = state.plans[change]
    later = _touched_later(change, state)
    taken = Counter(loser.to for loser in losers)
    backs: list[Displaced] = []
    for moved in plan.moved:
        if moved.slot in later or not _as_moved(moved, state.cards[moved.card]):
            continue
        card, slot = state.cards[moved.card], _restored(plan, moved.slot, state)
        booking = card.booking
        if not _reachable(slot, booking, now, state.facts.rules.hold_minutes):
            continue
        via = booking.via if booking else "phone"
        if free_places(slot, now, via, card.cohort, moved.card) <= taken[moved.slot]:
            continue
        taken[moved.slot] += 1
        told = told_times(slot, state.facts.rules, taken[moved.slot])[-1]
        backs.append(Displaced(moved.card, booking.slot if booking else "", moved.slot, told))
    return backs


def undone(change: str, state: State, now: datetime) -> tuple[list[Displaced], list[Displaced]]:
    """What taking a change back does to people: who goes back, and who loses a place it had given."""
    losers = losing(undoing(change, state, now), state, now)
    backs = returning(change, state, now, losers)
    gone = {one.card for one in backs}
    return backs, [one for one in losers if one.card not in gone]


def _touched_later(change: str, state: State) -> set[str]:
    """Slots that a later change, which stands, is about."""
    return {was.slot for plan in _later(change, state) for was in plan.before}


def _later(change: str, state: State) -> list[Plan]:
    """The changes after one that stand."""
    return [plan for number, plan in state.plans.items() if int(number) > int(change) and not plan.undone]


def _as_moved(moved: e.PlanMoved, card: Card) -> bool:
    """Nothing became of the card since the change moved it (or took its place away, version 0)."""
    if moved.version:
        return card.booking is not None and card.booking.version == moved.version
    return card.booking is None and card.visit is None and card.place in HERE and not card.erased


def _restored(plan: Plan, slot_id: str, state: State) -> Slot:
    """A slot as it was before the change, with who is in it now."""
    was = next(one for one in plan.before if one.slot == slot_id)
    slot = state.slots[slot_id]
    return msgspec.structs.replace(slot, open=True, capacity=was.capacity, walk_in_room=was.walk_in_room)


def _reachable(slot: Slot, booking: Booking | None, now: datetime, hold_minutes: int) -> bool:
    """Still ahead, and nobody who now plans for another day is asked to come today."""
    if slot.start <= now + timedelta(minutes=hold_minutes):
        return False
    return slot.start.date() > now.date() or (booking is not None and booking.told.date() == now.date())


def _limit(slot: Slot | e.SlotBefore) -> tuple[int, int, int]:
    return slot.plain, slot.capacity, slot.walk_in_room


@decides(ChangePlan)
def change_plan(command: ChangePlan, state: State, context: Context) -> list[e.Event]:
    """Everything or nothing. A change that changes nothing is no fact."""
    checked_reason(command.reason)
    _check(command, state, context.now)
    facts = _slots_changed(command, state, context)
    if not facts:
        return []
    told = _told(losing(command, state, context.now), command, state, context)
    return [*told, *facts, _remembered(command, told, state, context)]


@decides(UndoPlan)
def undo_plan(command: UndoPlan, state: State, context: Context) -> list[e.Event]:
    """A compensating change, with a reason. Asked twice, it is done once."""
    checked_reason(command.reason)
    plan = state.plans.get(command.change)
    if plan is None:
        raise r.UnknownChange(command.change)
    if plan.undone:
        return []
    back = replace(undoing(command.change, state, context.now), reason=command.reason)
    backs, losers = undone(command.change, state, context.now)
    return [
        *_told(losers, back, state, context),
        *_slots_changed(back, state, context),
        *_released(command, state, context),
        *_brought_back(backs, state, context),
        context.fact(e.PlanUndone, change=command.change, reason=command.reason),
    ]


def _check(command: ChangePlan, state: State, now: datetime) -> None:
    for slot_id in (*command.closing, *command.reopening, *command.limits, *command.pinned):
        if known_slot(state, slot_id).end <= now:
            raise r.SlotPast(slot_id)
    if any(min(limit) < 0 for limit in command.limits.values()):
        raise r.BadValue("capacity")
    if any(not 0 <= count <= MOST_WINDOWS for count in command.windows.values()):
        raise r.BadValue("windows")
    if any(day < now.date() for day in command.windows) or any(new.end <= now for new in command.opening):
        raise r.BadValue("day")


def _slots_changed(command: ChangePlan, state: State, context: Context) -> list[e.Event]:
    """What becomes of slots and windows."""
    facts: list[e.Event] = []
    for slot_id, (plain, capacity, room) in command.limits.items():
        slot = state.slots[slot_id]
        if _limit(slot) != (plain, capacity, room):
            facts.append(
                context.fact(
                    e.SlotCapacityChanged,
                    slot=slot_id,
                    plain=plain,
                    capacity=capacity,
                    walk_in_room=room,
                    was_capacity=slot.capacity,
                    was_walk_in_room=slot.walk_in_room,
                    reason=command.reason,
                )
            )
    closing = [slot for slot in command.closing if state.slots[slot].open]
    pins = tuple(slot for slot in command.pinned if not state.slots[slot].pinned)
    if pins:
        facts.append(context.fact(e.LimitsPinned, slots=pins, reason=command.reason))
    shut = [slot for slot in command.reopening if not state.slots[slot].open]
    facts += [context.fact(e.SlotClosed, slot=slot, reason=command.reason) for slot in closing]
    facts += [context.fact(e.SlotReopened, slot=slot, reason=command.reason) for slot in shut]
    facts += [slot_opened(new, context) for new in command.opening if new.slot not in state.slots]
    facts += [
        context.fact(e.WindowsChanged, day=day, windows=count)
        for day, count in command.windows.items()
        if windows_open(state, day) != count
    ]
    return facts


def _released(command: UndoPlan, state: State, context: Context) -> list[e.Event]:
    """Limits the change pinned are computed again, unless a later change set them."""
    pinned, later = state.plans[command.change].pinned, _touched_later(command.change, state)
    slots = tuple(slot for slot in pinned if state.slots[slot].pinned and slot not in later)
    return [context.fact(e.LimitsReleased, slots=slots, reason=command.reason)] if slots else []


def _told(moves: Sequence[Displaced], command: ChangePlan, state: State, context: Context) -> list[e.Event]:
    closed = [move for move in moves if move.slot in command.closing]
    others = [move for move in moves if move.slot not in command.closing]
    return [
        *tell_displaced(closed, state, context, "closed"),
        *tell_displaced(others, state, context, "capacity"),
    ]


def _brought_back(backs: Sequence[Displaced], state: State, context: Context) -> list[e.Event]:
    """Moved back; or booked again, for those who had lost their place."""
    moved = tell_displaced([one for one in backs if one.slot], state, context, "back")
    lost = [one for one in backs if not one.slot]
    again = [
        context.fact(
            e.SlotBooked, card=one.card, slot=one.to, booking=state.facts.bookings + n, told=one.told
        )
        for n, one in enumerate(lost, 1)
    ]
    return [*moved, *again]


def _remembered(
    command: ChangePlan, told: Sequence[e.Event], state: State, context: Context
) -> e.PlanChanged:
    """What was before, for an undo."""
    touched = dict.fromkeys((*command.limits, *command.closing, *command.reopening))
    slots = [_before(slot_id, state.slots[slot_id]) for slot_id in touched]
    slots += [
        e.SlotBefore(new.slot, False, new.plain, new.capacity, new.walk_in_room)
        for new in command.opening
        if new.slot not in state.slots
    ]
    moved = [
        e.PlanMoved(one.card, one.old_slot, one.version) for one in told if isinstance(one, e.BookingMoved)
    ]
    moved += [e.PlanMoved(one.card, one.slot, 0) for one in told if isinstance(one, e.BookingCancelled)]
    return context.fact(
        e.PlanChanged,
        change=str(len(state.plans) + 1),
        reason=command.reason,
        before=tuple(slots),
        windows=tuple(e.DayWindows(day, windows_open(state, day)) for day in command.windows),
        moved=tuple(moved),
        pinned=tuple(slot for slot in command.pinned if not state.slots[slot].pinned),
    )


def _before(slot_id: str, slot: Slot) -> e.SlotBefore:
    return e.SlotBefore(slot_id, slot.open, *_limit(slot))


@evolves(e.PlanChanged)
def _plan_changed(state: State, event: e.PlanChanged) -> None:
    plan = Plan(
        at=event.at,
        by=event.by,
        reason=event.reason,
        before=event.before,
        windows=event.windows,
        moved=event.moved,
        pinned=event.pinned,
    )
    state.put(state.plans, event.change, plan)


@evolves(e.PlanUndone)
def _plan_undone(state: State, event: e.PlanUndone) -> None:
    state.put(state.plans, event.change, msgspec.structs.replace(state.plans[event.change], undone=True))
