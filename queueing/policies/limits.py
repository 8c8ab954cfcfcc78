"""The limits of the slots ahead, from what the log has seen: one function for the policy that sets them and
the page that explains them."""

from __future__ import annotations

from datetime import date, datetime

from queueing.crowd.capacity import spread
from queueing.crowd.limits import Rule, SlotInput, SlotLimit, slot_limits
from queueing.crowd.show import ShowRates
from queueing.domain import Command, State
from queueing.domain.season import ChangeCapacity
from queueing.domain.state import Slot
from queueing.policies.learned import (
    evening,
    expected_show,
    minute_of,
    show_rates,
    spans_of,
    usual_walk_ins,
    windows_of,
)
from queueing.policies.pacing import running
from queueing.season.model import Season

REASON = "按到场和现场人数重新计算"


def limits_of(state: State, season: Season, day: date, today: date) -> dict[str, SlotLimit]:
    """The limit of each slot of a day with its parts."""
    rule, rates = season.capacity, show_rates(state, season)
    slots = [(name, state.slots[name]) for name in state.days.get(day, ())]
    firsts = {start for start, _ in spans_of(state, season, day)}
    windows = windows_of(state, season, day)
    profile = [rule.walk_in_profile.get(slot.start.hour, 0.0) for _, slot in slots]
    walk_ins = spread(usual_walk_ins(state, season, today), profile)
    inputs = [
        SlotInput(
            plain=windows * (slot.end - slot.start).total_seconds() / 60 / rule.service_minutes,
            walk_ins=expected,
            show=_show(state, rates, slot),
            first=minute_of(slot.start) in firsts,
            booked=len(slot.seats),
            pinned=slot.capacity if slot.pinned else None,
        )
        for (_, slot), expected in zip(slots, walk_ins, strict=True)
    ]
    found = slot_limits(
        inputs,
        Rule(
            load=rule.load,
            first_slot_factor=rule.first_slot_factor,
            walk_ins_stay=rule.walk_ins_stay,
            overbook=state.facts.overbooking,
        ),
    )
    return {name: limit for (name, _), limit in zip(slots, found, strict=True)}


def _show(state: State, rates: ShowRates, slot: Slot) -> float:
    """The share of a full slot's people who come: of the booked by cohort and lead time, of the others as
    everybody does."""
    known = expected_show(state, rates, slot.seats)
    others = max(0, slot.capacity - len(known))
    everybody = len(known) + others
    return (sum(known) + others * rates.overall) / everybody if everybody else rates.overall


def compute_limits_in_the_evening(state: State, season: Season, now: datetime) -> list[Command]:
    """Each evening for the days ahead; never below what is booked, and not where the manager set a limit."""
    if not running(state, now) or not evening(now) or state.facts.limits_day == now.date():
        return []
    changed: dict[str, tuple[int, int]] = {}
    for day in sorted(state.days):
        if day <= now.date():
            continue
        for name, limit in limits_of(state, season, day, now.date()).items():
            slot = state.slots[name]
            if slot.open and not slot.pinned and slot.capacity != limit.limit:
                changed[name] = (limit.limit, slot.walk_in_room)
    return [ChangeCapacity(changed, REASON)] if changed else []
