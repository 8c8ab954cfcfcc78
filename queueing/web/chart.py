"""The picture of a day: a bar a slot, drawn as SVG on the server. Only attributes, no styles: the policy of
the pages forbids inline styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from queueing.projections.queries import SlotLoad

WIDTH = 1200
HEIGHT = 400
_TOP = 44
_FLOOR = 330
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


@dataclass(frozen=True, slots=True)
class Picture:
    """All bars, and where the axis's lines are: (y, number)."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, int], ...]
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = _FLOOR


def picture(slots: Sequence[SlotLoad], current: str) -> Picture:
    """The picture of a day's slots; `current` is the slot running now."""
    if not slots:
        return Picture((), ())
    highest = max(max(s.capacity + s.walk_in_room, sum(n for _, n in pieces(s))) for s in slots)
    scale = (_FLOOR - _TOP) / max(4, highest)
    breaks = [i for i in range(1, len(slots)) if slots[i].start > slots[i - 1].ends]
    step = (WIDTH - 52 - _GAP * len(breaks)) / len(slots)
    bars = []
    for index, slot in enumerate(slots):
        x = 52 + index * step + _GAP * sum(index >= b for b in breaks)
        bars.append(_bar(slot, x, step * 0.8, scale, current, index in (0, *breaks)))
    marks = range(0, int(highest) + 1, _step(int(highest)))
    return Picture(tuple(bars), tuple((_FLOOR - n * scale, n) for n in marks))


def pieces(slot: SlotLoad) -> list[tuple[str, int]]:
    """What a bar is made of, from the floor up: served, in the hall, still to come, walk-ins, not come."""
    in_hall = max(0, slot.arrived + slot.walk_ins - slot.collected)
    return [
        ("collected", slot.collected),
        ("hall", in_hall),
        ("due", slot.due),
        ("missed", slot.no_shows),
    ]


def _bar(slot: SlotLoad, x: float, width: float, scale: float, current: str, first: bool) -> Bar:
    parts, y = [], float(_FLOOR)
    for kind, count in pieces(slot):
        if count:
            y -= count * scale
            parts.append(Part(kind, round(y, 1), round(count * scale, 1), count))
    title = (
        f"{slot.start:%H:%M} 名额{slot.capacity}，已约{slot.booked}，预计到{slot.expected:.0f}人，"
        f"已到{slot.arrived}，已领{slot.collected}，现场{slot.walk_ins}，未到{slot.no_shows}，{slot.level_text}"
    )
    if slot.open:
        title += f"；预计最多{slot.waiting:.0f}人在等，95%不超过{slot.p95:.0f}人，太挤的可能{slot.chance:.0%}"
    label = f"{slot.start:%H:%M}" if first or slot.start.minute == 0 else ""
    return Bar(
        slot=slot.slot,
        x=round(x, 1),
        width=round(width, 1),
        label=label,
        parts=tuple(parts),
        limit_y=round(_FLOOR - slot.capacity * scale, 1),
        title=title,
        level=slot.level,
        total=sum(count for _, count in pieces(slot)),
        now=slot.slot == current,
    )


def _step(highest: int) -> int:
    return next((step for step in (1, 2, 5, 10, 20, 50) if highest / step <= 6), 100)
