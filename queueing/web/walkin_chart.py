"""People who come unasked, by quarters of an hour, beside what is usual, as SVG attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 900, 220
_LEFT, _TOP, _FLOOR = 36, 12, 184


@dataclass(frozen=True, slots=True)
class Bar:
    """A quarter: its bar, the height of what is usual, and what it says."""

    x: float
    width: float
    y: float
    height: float
    usual_y: float
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Picture:
    """All quarters, and the lines of the axis: (y, number)."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, int], ...]
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = _FLOOR
    left: int = _LEFT


def picture(bins: Sequence[tuple[datetime, int, float]], now: datetime) -> Picture:
    """The picture of (quarter, seen, usual); quarters ahead have no bar yet."""
    if not bins:
        return Picture((), ())
    most = max(4.0, *(max(seen, usual) for _, seen, usual in bins)) * 1.1
    scale, step = (_FLOOR - _TOP) / most, (WIDTH - _LEFT - 6) / len(bins)
    bars = tuple(
        Bar(
            x=round(_LEFT + number * step, 1),
            width=round(step * 0.8, 1),
            y=round(_FLOOR - seen * scale, 1),
            height=round(seen * scale, 1),
            usual_y=round(_FLOOR - usual * scale, 1),
            label=f"{start.hour}:00" if start.minute == 0 else "",
            title=f"{start:%H:%M} 来了{seen}人，平常约{usual:.1f}人" if start <= now else "",
        )
        for number, (start, seen, usual) in enumerate(bins)
    )
    tick = next((n for n in (1, 2, 5, 10, 20, 50) if most / n <= 6), 100)
    return Picture(bars, tuple((round(_FLOOR - n * scale, 1), n) for n in range(0, int(most) + 1, tick)))
