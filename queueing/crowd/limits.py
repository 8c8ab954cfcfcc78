"""Slot limits with their reasons: the net-capacity rule, and what each part of it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from queueing.crowd.capacity import net_capacity


@dataclass(frozen=True, slots=True)
class Rule:
    """The numbers of the rule; see `net_capacity`. `overbook`: whether no-shows are made up for."""

    load: float = 0.82
    first_slot_factor: float = 0.6
    walk_ins_stay: float = 0.6
    overbook: bool = True


@dataclass(frozen=True, slots=True)
class SlotInput:
    """What is known of a slot: people the windows can serve, walk-ins expected, the share of booked people
    who come (of those booked, or of those usually booked), already booked, a limit pinned by the manager."""

    plain: float
    walk_ins: float
    show: float
    first: bool = False
    booked: int = 0
    pinned: int | None = None


@dataclass(frozen=True, slots=True)
class SlotLimit:
    """A limit and its parts, in people: `plain` can be served, `kept_free` is left for variation and the
    opening, `walk_ins` for people without an appointment, `for_no_shows` is booked besides because some do
    not come, and of the limit `above_plain` is more than the windows can serve. `reason` says why."""

    limit: int
    plain: float
    kept_free: float
    walk_ins: float
    show: float
    for_no_shows: float
    above_plain: int
    reason: str


def slot_limits(slots: Sequence[SlotInput], rule: Rule) -> list[SlotLimit]:
    """The limits of one day's slots, in order. Never below what is booked; a pinned limit stands."""
    wanted = net_capacity(
        [slot.plain for slot in slots],
        [slot.first for slot in slots],
        [slot.walk_ins for slot in slots],
        load=rule.load,
        show_rate=[_show(slot, rule) for slot in slots],
        first_slot_factor=rule.first_slot_factor,
        walk_ins_stay=rule.walk_ins_stay,
    )
    return [_explained(slot, rule, places) for slot, places in zip(slots, wanted, strict=True)]


def _show(slot: SlotInput, rule: Rule) -> float:
    return slot.show if rule.overbook else 1.0


def _explained(slot: SlotInput, rule: Rule, places: int) -> SlotLimit:
    planned = rule.load * (rule.first_slot_factor if slot.first else 1.0) * slot.plain
    walk_ins = rule.walk_ins_stay * slot.walk_ins
    expected = max(0.0, planned - walk_ins)
    limit = max(places if slot.pinned is None else slot.pinned, slot.booked)
    return SlotLimit(
        limit=limit,
        plain=slot.plain,
        kept_free=slot.plain - planned,
        walk_ins=walk_ins,
        show=_show(slot, rule),
        for_no_shows=expected / _show(slot, rule) - expected,
        above_plain=max(0, limit - floor(slot.plain)),
        reason=_reason(slot, rule, places, limit),
    )


def _reason(slot: SlotInput, rule: Rule, places: int, limit: int) -> str:
    if slot.pinned is not None and limit == slot.pinned:
        return f"由负责人固定为 {limit} 人（按规则是 {places} 人）。"
    if limit > places:
        return f"已约 {slot.booked} 人，不再减少（按规则是 {places} 人）。"
    opening = f"，开门第一段按 {rule.first_slot_factor:.0%} 安排" if slot.first else ""
    shows = f"，约了的人预计来 {slot.show:.0%}" if rule.overbook else "，不超额预约"
    return (
        f"窗口能办 {slot.plain:.0f} 人，按 {rule.load:.0%} 负荷{opening}，"
        f"给没预约的人留 {rule.walk_ins_stay * slot.walk_ins:.1f} 人{shows}，所以可约 {limit} 人。"
    )
