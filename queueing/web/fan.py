"""A fan chart of people waiting over a day, as SVG attributes: what half, 80 % and 95 % of the simulated days
stay at or below. Only classes and attributes: the policy of the pages forbids inline styles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from queueing.web.frame import Frame

_FRAME = Frame(width=640, height=280, left=40, right=632, top=14, floor=246, most=5)
KINDS = ("p95", "p80", "p50")
"""The outermost band first, so that the inner ones lie on it."""


@dataclass(frozen=True, slots=True)
class Fan:
    """The bands (kind, SVG path), the hall's limit, and the marks of both axes (place, label)."""

    bands: tuple[tuple[str, str], ...]
    limit_y: float
    hours: tuple[tuple[float, str], ...]
    lines: tuple[tuple[float, int], ...]
    width: int = _FRAME.width
    height: int = _FRAME.height
    floor: int = _FRAME.floor
    left: int = _FRAME.left
    right: int = _FRAME.right


def highest(*fans: Mapping[int, Sequence[int]]) -> int:
    """The most people that any of these fans shows, so that charts side by side share a scale."""
    return max((values[-1] for fan in fans for values in fan.values()), default=0)


def chart(fan: Mapping[int, Sequence[int]], top: int, limit: int, span: tuple[int, int]) -> Fan:
    """The chart of minute -> (half, 80 %, 95 %), with room for `top` people and the limit, over `span`."""
    frame = replace(_FRAME, most=max(top, limit, 5) * 1.08)
    first, last = span
    step = (frame.right - frame.left) / max(1, last - first)

    def x(minute: int) -> float:
        return round(frame.left + (minute - first) * step, 1)

    bands = tuple(
        (kind, _area([(x(minute), frame.y(values[rank])) for minute, values in sorted(fan.items())]))
        for rank, kind in zip((2, 1, 0), KINDS, strict=True)
    )
    hours = tuple((x(60 * hour), f"{hour}:00") for hour in range(-(-first // 60), last // 60 + 1))
    return Fan(bands, frame.y(limit), hours, frame.lines())


def _area(points: Sequence[tuple[float, float]]) -> str:
    if not points:
        return ""
    up = " ".join(f"L{px} {py}" for px, py in points)
    return f"M{points[0][0]} {_FRAME.floor} {up} L{points[-1][0]} {_FRAME.floor} Z"
