"""The picture of a day: a bar a slot, drawn as SVG on the server. Only attributes, no styles: the policy of
the pages forbids inline styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from queueing.projections.queries import SlotLoad
from queueing.web.frame import Frame, Picture, framed

_FRAME = Frame(width=1200, height=400, left=52, right=1200, top=44, floor=330, most=4)
_GAP = 26
"""Between morning and afternoon."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: what it shows, from where, how high, how many."""

    kind: str
    y: float
    height: float
    count: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A slot: its place, pieces from the floor up, and the line of its limit."""

    slot: str
    x: float
    width: float
    label: str
    parts: tuple[Part, ...]
    limit_y: float
    title: str
    level: str
    total: int
    now: bool


def picture(slots: Sequence[SlotLoad], current: str) -> Picture[Bar]:
    """The picture of a day's slots; `current` is the slot running now."""
    highest = max((max(s.capacity + s.walk_in_room, sum(n for _, n in pieces(s))) for s in slots), default=0)
    frame = replace(_FRAME, most=max(4, highest))
    breaks = [i for i in range(1, len(slots)) if slots[i].start > slots[i - 1].ends]
    places = frame.columns(len(slots), breaks, _GAP)
    bars = [
        _bar(slot, x, width, frame, current, index in (0, *breaks))
        for index, (slot, (x, width)) in enumerate(zip(slots, places, strict=True))
    ]
    return framed(frame, bars)


def pieces(slot: SlotLoad) -> list[tuple[str, int]]:
    """What a bar is made of, from the floor up: served, in the hall, still to come, walk-ins, not come."""
    in_hall = max(0, slot.arrived + slot.walk_ins - slot.collected)
    return [
        ("collected", slot.collected),
        ("hall", in_hall),
        ("due", slot.due),
        ("missed", slot.no_shows),
    ]


def _bar(slot: SlotLoad, x: float, width: float, frame: Frame, current: str, first: bool) -> Bar:
    parts, below = [], 0
    for kind, count in pieces(slot):
        if count:
            below += count
            parts.append(Part(kind, frame.y(below), frame.up(count), count))
    title = (
        f"{slot.start:%H:%M} 名额{slot.capacity}，已约{slot.booked}，预计到{slot.expected:.0f}人，"
        f"已到{slot.arrived}，已领{slot.collected}，现场{slot.walk_ins}，未到{slot.no_shows}，{slot.level_text}"
    )
    if slot.open:
        title += f"；预计最多{slot.waiting:.0f}人在等，95%不超过{slot.p95:.0f}人，太挤的可能{slot.chance:.0%}"
    label = f"{slot.start:%H:%M}" if first or slot.start.minute == 0 else ""
    return Bar(
        slot=slot.slot,
        x=x,
        width=width,
        label=label,
        parts=tuple(parts),
        limit_y=frame.y(slot.capacity),
        title=title,
        level=slot.level,
        total=sum(count for _, count in pieces(slot)),
        now=slot.slot == current,
    )
