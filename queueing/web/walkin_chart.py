"""People who come unasked, by quarters of an hour, beside what is usual, as SVG attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from queueing.web.frame import Frame, Picture, framed

_FRAME = Frame(width=900, height=220, left=36, right=894, top=12, floor=184, most=4)


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


def picture(bins: Sequence[tuple[datetime, int, float]], now: datetime) -> Picture[Bar]:
    """The picture of (quarter, seen, usual); quarters ahead have no bar yet."""
    most = max((max(seen, usual) for _, seen, usual in bins), default=0.0)
    frame = replace(_FRAME, most=max(4.0, most) * 1.1)
    places = frame.columns(len(bins))
    bars = [
        Bar(
            x=x,
            width=width,
            y=frame.y(seen),
            height=frame.up(seen),
            usual_y=frame.y(usual),
            label=f"{start.hour}:00" if start.minute == 0 else "",
            title=f"{start:%H:%M} 来了{seen}人，平常约{usual:.1f}人" if start <= now else "",
        )
        for (start, seen, usual), (x, width) in zip(bins, places, strict=True)
    ]
    return framed(frame, bars)
