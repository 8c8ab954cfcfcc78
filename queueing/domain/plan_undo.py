"""Taking a change of the plan back: what it did is undone, and whatever was changed since stays.

Every change is a layer. What lies on top counts: where a later change that stands decides about the same slot
or day, taking an earlier one back changes nothing there, and the later one's undo leads to what was before
both. Where nothing would change, the undo is refused with the change that decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import msgspec

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import checked_reason
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.places import free_places, told_times
from queueing.domain.plans import ChangePlan, losing, present, slots_changed, tell
from queueing.domain.season import Displaced, tell_displaced
from queueing.domain.state import HERE, Booking, Card, Plan, Setting, Slot, State


@dataclass(frozen=True, slots=True)
class UndoPlan(Command):
    """Take a change back; those it moved return to their old places, if they did not choose another since."""

    change: str
    reason: str


def standing_after(change: str, state: State) -> list[str]:
    """The changes after one that stand, in order."""
    later = sorted(int(number) for number in state.plans if int(number) > int(change))
    return [str(number) for number in later if not state.plans[str(number)].undone]


def deciding(change: str, state: State) -> list[str]:
    """The later changes that decide about something that this one decided about too, in order."""
    ours = {(one.what, one.key) for one in state.plans[change].settings}
    return [
        number
        for number in standing_after(change, state)
        if any((one.what, one.key) in ours for one in state.plans[number].settings)
    ]


def undoing(change: str, state: State, now: datetime) -> ChangePlan:
    """The change that takes one back."""
    plan = state.plans[change]
    covered = {
        (one.what, one.key)
        for number in standing_after(change, state)
        for one in state.plans[number].settings
    }
    left = [one for one in plan.settings if (one.what, one.key) not in covered and not _over(one, state, now)]
    back = {(one.what, one.key): _value_back(one, plan, state) for one in left}
    changing = {at: value for at, value in back.items() if value != present(state, *at)}
    return ChangePlan(
        reason=plan.reason,
        closing=tuple(key for (what, key), value in changing.items() if what == "open" and value == (0,)),
        reopening=tuple(key for (what, key), value in changing.items() if what == "open" and value == (1,)),
        limits={key: value for (what, key), value in changing.items() if what == "limit"},  # type: ignore[misc]
        windows={
            date.fromisoformat(key): value[0] for (what, key), value in changing.items() if what == "windows"
        },
    )


def _over(setting: Setting, state: State, now: datetime) -> bool:
    if setting.what == "windows":
        return date.fromisoformat(setting.key) < now.date()
    return state.slots[setting.key].end <= now


def _value_back(setting: Setting, plan: Plan, state: State) -> tuple[int, ...]:
    """Each number as it was before, unless it is another one by now. A limit that was computed since follows
    from the windows and is no decision: it goes back too, until it is computed again."""
    now = present(state, setting.what, setting.key)
    computed = (
        setting.what == "limit" and setting.key not in plan.pinned and not state.slots[setting.key].pinned
    )
    return tuple(
        was if computed or value == done else value
        for value, was, done in zip(now, setting.was, setting.set, strict=True)
    )


def returning(change: str, state: State, now: datetime, losers: Sequence[Displaced]) -> list[Displaced]:
    """Who goes back where a change took them from: whoever has not chosen since, to a slot with room that
    they can still reach. `slot` is where they are now, "" if they lost their place. `losers` need room
    too."""
    back = undoing(change, state, now)
    taken = Counter(loser.to for loser in losers)
    backs: list[Displaced] = []
    for moved in state.plans[change].moved:
        if not _as_moved(moved, state.cards[moved.card]):
            continue
        card, slot = state.cards[moved.card], _restored(back, moved.slot, state)
        booking = card.booking
        if not slot.open or not _reachable(slot, booking, now, state.facts.rules.hold_minutes):
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


def check_undo(change: str, state: State, now: datetime) -> None:
    """There is such a change, and something of it to take back: not all is over, and no later change decides
    about all that is left."""
    plan = state.plans.get(change)
    if plan is None:
        raise r.UnknownChange(change)
    back = undoing(change, state, now)
    left = (back.closing, back.reopening, back.limits, back.windows, _unpinned(change, state))
    if any(left) or any(undone(change, state, now)):
        return
    other = next(iter(reversed(deciding(change, state))), "")
    if other or all(_over(one, state, now) for one in plan.settings):
        raise r.NothingToUndo(change, other, state.plans[other].reason if other else "")


def _as_moved(moved: e.PlanMoved, card: Card) -> bool:
    """Nothing became of the card since the change moved it (or took its place away, version 0)."""
    if moved.version:
        booking = card.booking
        return booking is not None and (booking.version, booking.slot) == (moved.version, moved.to)
    return card.booking is None and card.visit is None and card.place in HERE and not card.erased


def _restored(back: ChangePlan, slot_id: str, state: State) -> Slot:
    """A slot as it will be, with who is in it now."""
    slot = state.slots[slot_id]
    _, capacity, room = back.limits.get(slot_id, (0, slot.capacity, slot.walk_in_room))
    opened = slot_id in back.reopening or (slot.open and slot_id not in back.closing)
    return msgspec.structs.replace(slot, open=opened, capacity=capacity, walk_in_room=room)


def _reachable(slot: Slot, booking: Booking | None, now: datetime, hold_minutes: int) -> bool:
    """Still ahead, and nobody who now plans for another day is asked to come today."""
    if slot.start <= now + timedelta(minutes=hold_minutes):
        return False
    return slot.start.date() > now.date() or (booking is not None and booking.told.date() == now.date())


def _unpinned(change: str, state: State) -> tuple[str, ...]:
    """Limits the change pinned are computed again, unless a later one pins them too."""
    later = {slot for number in standing_after(change, state) for slot in state.plans[number].pins}
    return tuple(s for s in state.plans[change].pinned if state.slots[s].pinned and s not in later)


@decides(UndoPlan)
def undo_plan(command: UndoPlan, state: State, context: Context) -> list[e.Event]:
    """A compensating change, with a reason. Asked twice, it is done once."""
    checked_reason(command.reason)
    if command.change in state.plans and state.plans[command.change].undone:
        return []
    check_undo(command.change, state, context.now)
    back = replace(undoing(command.change, state, context.now), reason=command.reason)
    backs, losers = undone(command.change, state, context.now)
    unpinned = _unpinned(command.change, state)
    return [
        *tell(losers, back, state, context),
        *slots_changed(back, state, context),
        *([context.fact(e.LimitsReleased, slots=unpinned, reason=command.reason)] if unpinned else []),
        *_brought_back(backs, state, context),
        context.fact(e.PlanUndone, change=command.change, reason=command.reason),
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


@evolves(e.PlanUndone)
def _plan_undone(state: State, event: e.PlanUndone) -> None:
    plan = msgspec.structs.replace(state.plans[event.change], undone=True)
    state.put(state.plans, event.change, plan)
    later = standing_after(event.change, state)
    for setting in plan.settings:
        _hand_down(setting, later, state)
    for slot in plan.pinned:
        heir = next((number for number in later if slot in state.plans[number].pins), None)
        if heir:
            _replace(state, heir, pinned=(*state.plans[heir].pinned, slot))
    for moved in plan.moved:
        _hand_on(moved, event.change, later, state)


def _hand_down(setting: Setting, later: Sequence[str], state: State) -> None:
    """The next change about the same found what this one had set: its undo leads to what was before both."""
    for number in later:
        settings = state.plans[number].settings
        for place, one in enumerate(settings):
            if (one.what, one.key) == (setting.what, setting.key):
                found = zip(one.was, setting.was, setting.set, strict=True)
                was = tuple(before if value == done else value for value, before, done in found)
                heir = msgspec.structs.replace(one, was=was)
                _replace(state, number, settings=(*settings[:place], heir, *settings[place + 1 :]))
                return


def _hand_on(moved: e.PlanMoved, change: str, later: Sequence[str], state: State) -> None:
    """Who was brought back is as an earlier change had moved them; whom a later change has moved on, its undo
    brings to the first place."""
    booking = state.cards[moved.card].booking
    if booking and booking.slot == moved.slot:
        earlier = [number for number, plan in state.plans.items() if int(number) < int(change)]
        for number, place, one in _moves(moved.card, earlier, state):
            if one.to == moved.slot and (not moved.version or one.version == moved.version - 1):
                _replace_move(state, number, place, msgspec.structs.replace(one, version=booking.version))
        return
    for number, place, one in _moves(moved.card, later, state):
        if one.slot == moved.to and one.version in (0, moved.version + 1):
            _replace_move(state, number, place, msgspec.structs.replace(one, slot=moved.slot))
            return


def _moves(card: str, numbers: Sequence[str], state: State) -> Iterator[tuple[str, int, e.PlanMoved]]:
    for number in numbers:
        for place, one in enumerate(state.plans[number].moved):
            if one.card == card:
                yield number, place, one


def _replace_move(state: State, number: str, place: int, move: e.PlanMoved) -> None:
    moves = state.plans[number].moved
    _replace(state, number, moved=(*moves[:place], move, *moves[place + 1 :]))


def _replace(state: State, number: str, **changes: object) -> None:
    state.put(state.plans, number, msgspec.structs.replace(state.plans[number], **changes))
