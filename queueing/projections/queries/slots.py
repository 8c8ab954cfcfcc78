"""How full slots and days are, and how crowded it will be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

import msgspec
from psycopg import Connection
from psycopg.rows import tuple_row

from queueing.crowd.staffing import Staffing, staffing
from queueing.projections.load import SLOTS, SlotCounts
from queueing.projections.progress import DAYS, DayCounts
from queueing.projections.queries.crowding import Ahead, Crowding, Setting, as_day, crowdings, together
from queueing.projections.queries.reading import select

SHOW_RATE = 0.8
WALK_INS_PER_SLOT = 1.4
"""36 walk-ins a day, over 26 slots."""
BEFORE_ALL = datetime(1, 1, 1)
LEVELS = {"calm": "平静", "busy": "较忙", "crowded": "拥挤", "closed": "暂停办理"}


class SlotLoad(SlotCounts, frozen=True, gc=False):
    """A slot with what is expected of it. `free` are the places nobody booked (offers may keep some of
    them); `waiting` people wait at its worst moment as expected and `p95` on all but 5 % of days, `chance`
    (0-1) is that of more than the hall has room for; `level` is "calm", "busy", "crowded" or "closed"."""

    free: int = 0
    expected: float = 0.0
    waiting: float = 0.0
    p95: float = 0.0
    chance: float = 0.0
    level: str = "calm"

    @property
    def level_text(self) -> str:
        """The level in words."""
        return LEVELS[self.level]


class DayLoad(DayCounts, frozen=True, gc=False):
    """A day: what happened, and the sums over its open slots."""

    slots: int = 0
    open_slots: int = 0
    plain: int = 0
    capacity: int = 0
    booked: int = 0
    due: int = 0
    free: int = 0
    expected: float = 0.0
    level: str = "calm"

    @property
    def level_text(self) -> str:
        """The level in words."""
        return LEVELS[self.level]


class HourLoad(msgspec.Struct, frozen=True, kw_only=True):
    """An hour of a day: the sums over the open slots that begin in it."""

    day: date
    hour: int
    slots: int
    plain: int
    capacity: int
    booked: int
    free: int
    expected: float
    level: str

    @property
    def level_text(self) -> str:
        """The level in words."""
        return LEVELS[self.level]


def expected_people(slot: SlotCounts, now: datetime, show_rate: float, walk_ins: float) -> float:
    """The people a slot brings: those who came, the share of those still due who will come, and the tickets
    given or the walk-ins usual for it, whichever is more. When it is over: those who came."""
    if now >= slot.ends or not slot.open:
        return float(slot.arrived + slot.walk_ins)
    return slot.arrived + slot.due * show_rate + max(float(slot.walk_ins), walk_ins)


def slot_loads(
    connection: Connection[Any],
    day: date,
    now: datetime,
    show_rate: float = SHOW_RATE,
    walk_ins_per_slot: float | Mapping[str, float] = WALK_INS_PER_SLOT,
    setting: Setting = Setting(),
) -> list[SlotLoad]:
    """The slots of a day, in order. `walk_ins_per_slot`: one number, or one for each slot id."""
    return slots_between(connection, day, day, now, show_rate, walk_ins_per_slot, setting)


def windows_needed(
    slots: Sequence[SlotLoad],
    now: datetime,
    show_rate: float,
    walk_ins: float,
    setting: Setting,
    most: int,
    waiting_now: int = 0,
) -> Staffing | None:
    """How many windows the rest of a day needs, by the forecast these loads were made with; None when nothing
    of it is left."""
    open_slots = [slot for slot in slots if slot.open]
    ahead = [_ahead(slot, slot.expected, walk_ins) for slot in open_slots]
    left = [
        (one.start, one.start + one.minutes)
        for one, slot in zip(ahead, open_slots, strict=True)
        if slot.ends > now
    ]
    if not left:
        return None
    return staffing(as_day(ahead, show_rate, setting), setting.hall, left, most, waiting_now)


def hour_loads(slots: Sequence[SlotLoad]) -> list[HourLoad]:
    """The hours of these slots, in order: what a heat map of days and hours shows."""
    hours = groupby(slots, key=lambda slot: (slot.day, slot.start.hour))
    return [_hour_load(day, hour, list(group)) for (day, hour), group in hours]


def day_loads(
    connection: Connection[Any],
    first: date,
    last: date,
    now: datetime = BEFORE_ALL,
    show_rate: float = SHOW_RATE,
    walk_ins_per_slot: float | Mapping[str, float] = WALK_INS_PER_SLOT,
    setting: Setting = Setting(),
) -> list[DayLoad]:
    """The days from `first` to `last` that have slots or on which something happened. Without `now`, slots
    count as not begun."""
    slots = slots_between(connection, first, last, now, show_rate, walk_ins_per_slot, setting)
    by_day = {day: list(group) for day, group in groupby(slots, key=lambda slot: slot.day)}
    counted = select(connection, DAYS, "WHERE day BETWEEN %s AND %s", (first, last))
    counts = {row.day: row for row in counted}
    return [
        _day_load(counts.get(day) or DayCounts(day), by_day.get(day, []))
        for day in sorted(set(by_day) | set(counts))
    ]


def days_with_slots(connection: Connection[Any], first: date, most: int) -> list[date]:
    """The next days that have slots, from `first` on."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(
            "SELECT DISTINCT day FROM slot_load WHERE day >= %s ORDER BY day LIMIT %s", (first, most)
        )
        return [row[0] for row in found.fetchall()]


def slots_between(
    connection: Connection[Any],
    first: date,
    last: date,
    now: datetime,
    show_rate: float = SHOW_RATE,
    walk_ins_per_slot: float | Mapping[str, float] = WALK_INS_PER_SLOT,
    setting: Setting = Setting(),
) -> list[SlotLoad]:
    """The slots of the days from `first` to `last`, in order."""
    loads: list[SlotLoad] = []
    rows = select(connection, SLOTS, "WHERE day BETWEEN %s AND %s ORDER BY slot", (first, last))
    for _, group in groupby(rows, key=lambda row: row.day):
        day = list(group)
        usual = [_usual(row, walk_ins_per_slot) for row in day]
        expected = [
            expected_people(row, now, show_rate, walk_ins) for row, walk_ins in zip(day, usual, strict=True)
        ]
        ahead = {
            row.slot: _ahead(row, people, walk_ins)
            for row, people, walk_ins in zip(day, expected, usual, strict=True)
            if row.open and row.start and row.ends
        }
        crowds = dict(zip(ahead, crowdings(tuple(ahead.values()), show_rate, setting), strict=True))
        loads += [
            _slot_load(row, people, crowds.get(row.slot)) for row, people in zip(day, expected, strict=True)
        ]
    return loads


def _usual(row: SlotCounts, walk_ins: float | Mapping[str, float]) -> float:
    return walk_ins.get(row.slot, 0.0) if isinstance(walk_ins, Mapping) else walk_ins


def _ahead(row: SlotCounts, expected: float, usual: float) -> Ahead:
    """An open slot for the forecast: its booked people, and its walk-ins apart."""
    unasked = max(float(row.walk_ins), usual)
    return Ahead(
        start=row.start.hour * 60 + row.start.minute,
        minutes=max(1, int((row.ends - row.start).total_seconds() // 60)),
        plain=row.plain,
        people=round(max(0.0, expected - unasked), 2),
        walk_ins=unasked,
    )


def _slot_load(row: SlotCounts, expected: float, crowd: Crowding | None) -> SlotLoad:
    room = min(row.capacity, row.capacity + row.walk_in_room - row.walk_ins) - row.booked
    return SlotLoad(
        **msgspec.structs.asdict(row),
        free=max(0, room) if row.open else 0,
        expected=expected,
        waiting=crowd.waiting if crowd else 0.0,
        p95=crowd.p95 if crowd else 0.0,
        chance=crowd.chance if crowd else 0.0,
        level=crowd.level if crowd else "closed",
    )


def _level(open_slots: Sequence[SlotLoad]) -> str:
    """The level of several slots together; closed when none is open."""
    parts = [Crowding(slot.waiting, slot.p95, slot.chance, slot.level) for slot in open_slots]
    return together(parts).level if parts else "closed"


def _hour_load(day: date, hour: int, slots: Sequence[SlotLoad]) -> HourLoad:
    open_slots = [slot for slot in slots if slot.open]
    expected = sum(slot.expected for slot in slots)
    plain = sum(slot.plain for slot in open_slots)
    return HourLoad(
        day=day,
        hour=hour,
        slots=len(open_slots),
        plain=plain,
        capacity=sum(slot.capacity for slot in open_slots),
        booked=sum(slot.booked for slot in slots),
        free=sum(slot.free for slot in open_slots),
        expected=expected,
        level=_level(open_slots),
    )


def _day_load(counts: DayCounts, slots: Sequence[SlotLoad]) -> DayLoad:
    open_slots = [slot for slot in slots if slot.open]
    expected = sum(slot.expected for slot in slots)
    plain = sum(slot.plain for slot in open_slots)
    return DayLoad(
        **msgspec.structs.asdict(counts),
        slots=len(slots),
        open_slots=len(open_slots),
        plain=plain,
        capacity=sum(slot.capacity for slot in open_slots),
        booked=sum(slot.booked for slot in slots),
        due=sum(slot.due for slot in slots),
        free=sum(slot.free for slot in open_slots),
        expected=expected,
        level=_level(open_slots),
    )
