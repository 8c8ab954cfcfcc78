"""How many windows to open, in words: the answer to a manager's first question of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from queueing import words
from queueing.crowd.staffing import Opened, Staffing, Stretch
from queueing.projections import queries
from queueing.projections.queries import Setting, SlotLoad

MORE = 4
"""So many windows beyond those there are now are considered."""


@dataclass(frozen=True, slots=True)
class Advice:
    """`windows` to open on a `day` that is called `name`; `busiest` and `reason` in words. `open_now` are
    those open now or planned; `today`: they can be opened at once; `enough`: so many are."""

    day: date
    name: str
    windows: int
    open_now: int
    today: bool
    enough: bool
    busiest: str
    reason: str


def advice(
    slots: Sequence[SlotLoad],
    now: datetime,
    rate: float,
    walk_ins: float,
    setting: Setting,
    open_now: int,
    waiting_now: int,
) -> Advice | None:
    """For the rest of the day of these slots; None when nothing of it is left."""
    if not slots:
        return None
    day = slots[0].day
    today = day == now.date()
    found = queries.windows_needed(
        slots, now, rate, walk_ins, setting, open_now + MORE, waiting_now if today else 0
    )
    if found is None:
        return None
    return Advice(
        day=day,
        name=words.relative_day(day, now.date()) or words.short_day(day),
        windows=found.advised.windows,
        open_now=open_now,
        today=today,
        enough=found.advised.enough,
        busiest=_hours(found.advised.busiest),
        reason=_reason(found),
    )


def _reason(found: Staffing) -> str:
    one, fewer = found.advised, found.fewer
    if not one.enough:
        return f"开{one.windows}个也不够：{_meant(one)}。请少放号，或把晚些时候的人挪到别的日子。"
    said = f"开{one.windows}个，最多{_meant(one)}"
    return said + (f"；开{fewer.windows}个会有{_meant(fewer)}。" if fewer else "。")


def _meant(one: Opened) -> str:
    return f"{one.waiting}人同时在等、等{one.minutes}分钟"


def _hours(stretch: Stretch) -> str:
    return "–".join(f"{minute // 60}:{minute % 60:02d}" for minute in stretch)
