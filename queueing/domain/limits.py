"""The manager's hand on limits: keeping a slot's limit as it is, and whether limits count on no-shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from queueing.domain import events as e
from queueing.domain.booking import checked_reason
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.season import known_slot
from queueing.domain.state import State


@dataclass(frozen=True, slots=True)
class PinLimits(Command):
    """Keep the limits of these slots; the evening's computation passes them over."""

    slots: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ReleaseLimits(Command):
    """Compute the limits of these slots again."""

    slots: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class SwitchOverbooking(Command):
    """Let limits count on people who don't come, or not."""

    on: bool
    reason: str


def _those(state: State, slots: Iterable[str], pinned: bool) -> tuple[str, ...]:
    return tuple(s for s in dict.fromkeys(slots) if known_slot(state, s).pinned is pinned)


@decides(PinLimits)
def pin(command: PinLimits, state: State, context: Context) -> list[e.Event]:
    """Those that are not pinned yet."""
    checked_reason(command.reason)
    slots = _those(state, command.slots, pinned=False)
    return [context.fact(e.LimitsPinned, slots=slots, reason=command.reason)] if slots else []


@decides(ReleaseLimits)
def release(command: ReleaseLimits, state: State, context: Context) -> list[e.Event]:
    """Those that are pinned."""
    checked_reason(command.reason)
    slots = _those(state, command.slots, pinned=True)
    return [context.fact(e.LimitsReleased, slots=slots, reason=command.reason)] if slots else []


@decides(SwitchOverbooking)
def switch(command: SwitchOverbooking, state: State, context: Context) -> list[e.Event]:
    """As it is already changes nothing."""
    checked_reason(command.reason)
    if state.facts.overbooking is command.on:
        return []
    return [context.fact(e.OverbookingSwitched, on=command.on, reason=command.reason)]


@evolves(e.LimitsPinned, e.LimitsReleased)
def _pinned(state: State, event: e.LimitsPinned | e.LimitsReleased) -> None:
    for slot in event.slots:
        state.change_slot(slot, pinned=isinstance(event, e.LimitsPinned))


@evolves(e.OverbookingSwitched)
def _switched(state: State, event: e.OverbookingSwitched) -> None:
    state.set_facts(overbooking=event.on)
