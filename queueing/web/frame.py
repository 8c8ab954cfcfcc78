"""What charts have in common: a floor, a scale from it upwards, lines at round numbers, and columns from left
to right, in units of the SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

B = TypeVar("B")
_STEPS = (1, 2, 5, 10, 20, 50, 100)
_MOST_LINES = 6


@dataclass(frozen=True, slots=True)
class Frame:
    """A chart `width` by `height`, drawn between `left` and `right` and between `top` and `floor`, for
    values from 0 to `most`."""

    width: int
    height: int
    left: int
    right: int
    top: int
    floor: int
    most: float

    def up(self, value: float) -> float:
        """How high a value is."""
        return round(value * (self.floor - self.top) / self.most, 1)

    def y(self, value: float) -> float:
        """Where a value is."""
        return round(self.floor - value * (self.floor - self.top) / self.most, 1)

    def lines(self) -> tuple[tuple[float, int], ...]:
        """Where the lines of round numbers are, and the numbers."""
        step = next((one for one in _STEPS if self.most / one <= _MOST_LINES), 200)
        return tuple((self.y(number), number) for number in range(0, int(self.most) + 1, step))

    def columns(self, count: int, breaks: Sequence[int] = (), gap: float = 0.0) -> list[tuple[float, float]]:
        """Left edge and width of so many columns; before those in `breaks` there is a gap."""
        step = (self.right - self.left - gap * len(breaks)) / max(1, count)
        gaps = (gap * sum(index >= one for one in breaks) for index in range(count))
        return [
            (round(self.left + index * step + before, 1), round(step * 0.8, 1))
            for index, before in enumerate(gaps)
        ]


@dataclass(frozen=True, slots=True)
class Picture(Generic[B]):
    """All bars, where the axis's lines are (y, number), and the frame's sizes."""

    bars: tuple[B, ...]
    lines: tuple[tuple[float, int], ...]
    width: int
    height: int
    floor: int
    left: int


def framed(frame: Frame, bars: Sequence[B]) -> Picture[B]:
    """Bars in their frame; without bars there are no lines."""
    lines = frame.lines() if bars else ()
    return Picture(tuple(bars), lines, frame.width, frame.height, frame.floor, frame.left)
