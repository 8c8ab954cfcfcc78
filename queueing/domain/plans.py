"""Changing the plan of days while the season runs: hours, closures, limits and windows, in one step that can
be taken back (`plan_undo`). The preview and the decision are the same functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import checked_reason
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.season import Displaced, NewSlot, displaced, known_slot, slot_opened, tell_displaced
from queueing.domain.state import Plan, Setting, Slot, State
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


def losing(command: ChangePlan, state: State, now: datetime) -> list[Displaced]:
    """Who would lose a place, and where each would go."""
    limits = {slot: limit[1:] for slot, limit in command.limits.items() if slot not in command.closing}
    return displaced(state, command.closing, limits, now)


def limit_of(slot: Slot | e.SlotBefore) -> tuple[int, int, int]:
    return slot.plain, slot.capacity, slot.walk_in_room


@decides(ChangePlan)
def change_plan(command: ChangePlan, state: State, context: Context) -> list[e.Event]:
    """Everything or nothing. A change that changes nothing is no fact."""
    checked_reason(command.reason)
    _check(command, state, context.now)
    facts = slots_changed(command, state, context)
    if not facts:
        return []
    moves = tell(losing(command, state, context.now), command, state, context)
    return [*moves, *facts, _remembered(command, moves, state, context)]


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


def slots_changed(command: ChangePlan, state: State, context: Context) -> list[e.Event]:
    """What becomes of slots and windows."""
    facts: list[e.Event] = []
    for slot_id, (plain, capacity, room) in command.limits.items():
        slot = state.slots[slot_id]
        if limit_of(slot) != (plain, capacity, room):
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


def tell(moves: Sequence[Displaced], command: ChangePlan, state: State, context: Context) -> list[e.Event]:
    """What becomes of those who lose a place."""
    closed = [move for move in moves if move.slot in command.closing]
    others = [move for move in moves if move.slot not in command.closing]
    return [
        *tell_displaced(closed, state, context, "closed"),
        *tell_displaced(others, state, context, "capacity"),
    ]


def _remembered(
    command: ChangePlan, moves: Sequence[e.Event], state: State, context: Context
) -> e.PlanChanged:
    """What was before, for an undo."""
    touched = dict.fromkeys((*command.limits, *command.closing, *command.reopening))
    slots = [_before(slot_id, state.slots[slot_id]) for slot_id in touched]
    new = [one for one in command.opening if one.slot not in state.slots]
    slots += [e.SlotBefore(one.slot, False, one.plain, one.capacity, one.walk_in_room) for one in new]
    moved = [
        e.PlanMoved(one.card, one.old_slot, one.version, one.new_slot)
        for one in moves
        if isinstance(one, e.BookingMoved)
    ]
    moved += [e.PlanMoved(one.card, one.slot, 0) for one in moves if isinstance(one, e.BookingCancelled)]
    return context.fact(
        e.PlanChanged,
        change=str(len(state.plans) + 1),
        reason=command.reason,
        before=tuple(slots),
        windows=tuple(e.DayWindows(day, windows_open(state, day)) for day in command.windows),
        moved=tuple(moved),
        pinned=tuple(slot for slot in command.pinned if not state.slots[slot].pinned),
        opens=(*command.closing, *command.reopening, *(one.slot for one in new)),
        limits=tuple(command.limits),
        pins=command.pinned,
    )


def _before(slot_id: str, slot: Slot) -> e.SlotBefore:
    return e.SlotBefore(slot_id, slot.open, *limit_of(slot))


def present(state: State, what: str, key: str) -> tuple[int, ...]:
    """What a `Setting` is about, as it is now."""
    if what == "windows":
        return (windows_open(state, date.fromisoformat(key)),)
    return (int(state.slots[key].open),) if what == "open" else limit_of(state.slots[key])


@evolves(e.PlanChanged)
def _plan_changed(state: State, event: e.PlanChanged) -> None:
    """The facts of the change are folded in already: what is now is what it set."""
    plan = Plan(
        at=event.at,
        by=event.by,
        reason=event.reason,
        before=event.before,
        windows=event.windows,
        moved=tuple(_moved_to(one, state) for one in event.moved),
        pinned=event.pinned,
        pins=event.pins or event.pinned,
        settings=tuple(_settings(state, event)),
    )
    state.put(state.plans, event.change, plan)


def _settings(state: State, event: e.PlanChanged) -> Iterator[Setting]:
    """Facts of before `opens` and `limits` were written down decided about what they changed."""
    for was in event.before:
        for what, named, old in (
            ("open", event.opens, (int(was.open),)),
            ("limit", event.limits, limit_of(was)),
        ):
            now = present(state, what, was.slot)
            if was.slot in named or (now != old and not (event.opens or event.limits)):
                yield Setting(what=what, key=was.slot, was=old, set=now)
    for one in event.windows:
        key = one.day.isoformat()
        yield Setting(what="windows", key=key, was=(one.windows,), set=present(state, "windows", key))


def _moved_to(moved: e.PlanMoved, state: State) -> e.PlanMoved:
    """Facts of before `to` was written down: the place the card has now."""
    booking = state.cards[moved.card].booking
    to = moved.to or (booking.slot if booking and moved.version else "")
    return e.PlanMoved(moved.card, moved.slot, moved.version, to)
