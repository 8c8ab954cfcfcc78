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
from queueing.projections.queries.crowding import (
    NOTHING,
    Ahead,
    Crowding,
    Foreseen,
    Setting,
    as_day,
    crowdings,
    together,
)
from queueing.projections.queries.reading import select

SHOW_RATE = 0.8
WALK_INS_PER_SLOT = 1.4
"""36 walk-ins a day, over 26 slots."""
BEFORE_ALL = datetime(1, 1, 1)
LEVELS = {"calm": "不挤", "busy": "有点挤", "crowded": "很挤", "closed": "停办"}
"""How crowded the hall will be. Whether a place is left is another question."""
ROOMS = {"free": "有空位", "few": "快约满", "full": "约满", "none": "—"}
"""Whether a place is left to book: "none" where nothing is booked any more (closed, or over)."""
FEW = 0.15
"""Share of the places from which so few are left that it is said."""


class SlotLoad(SlotCounts, frozen=True, gc=False):
    """A slot with what is expected of it. `free` are the places nobody booked (offers may keep some of
    them); `waiting` people wait at its worst moment as expected and `p95` on all but 5 % of days, `chance`
    (0-1) is that of more than the hall has room for; `level` is "calm", "busy", "crowded" or "closed",
    `room` a key of `ROOMS`. `simulated`: by simulation, else by the closed form."""

    free: int = 0
    expected: float = 0.0
    waiting: float = 0.0
    p95: float = 0.0
    chance: float = 0.0
    level: str = "calm"
    room: str = "free"
    simulated: bool = False

    @property
    def level_text(self) -> str:
        """The level in words."""
        return LEVELS[self.level]

    @property
    def room_text(self) -> str:
        """The room in words."""
        return ROOMS[self.room]


class DayLoad(DayCounts, frozen=True, gc=False):
    """A day: what happened, the sums over its open slots, level and room of those that are not over."""

    slots: int = 0
    open_slots: int = 0
    plain: int = 0
    capacity: int = 0
    booked: int = 0
    due: int = 0
    free: int = 0
    expected: float = 0.0
    level: str = "calm"
    room: str = "free"

    @property
    def level_text(self) -> str:
        """The level in words."""
        return LEVELS[self.level]

    @property
    def room_text(self) -> str:
        """The room in words."""
        return ROOMS[self.room]


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
    room: str

    @property
    def level_text(self) -> str:
        """The level in words."""
        return LEVELS[self.level]

    @property
    def room_text(self) -> str:
        """The room in words."""
        return ROOMS[self.room]


def room(free: int, places: int) -> str:
    """Whether a place is left of so many: the one definition for boards, calendars, exports and the API."""
    return "full" if free < 1 else "few" if free <= max(1, FEW * places) else "free"


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
    foreseen: Foreseen = NOTHING,
) -> list[SlotLoad]:
    """The slots of a day, in order. `walk_ins_per_slot`: one number, or one for each slot id. `foreseen`: the
    days that were simulated; the others are told by the closed form."""
    return slots_between(connection, day, day, now, show_rate, walk_ins_per_slot, setting, foreseen)


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


def hour_loads(slots: Sequence[SlotLoad], now: datetime = BEFORE_ALL) -> list[HourLoad]:
    """The hours of these slots, in order: what a heat map of days and hours shows."""
    hours = groupby(slots, key=lambda slot: (slot.day, slot.start.hour))
    return [_hour_load(day, hour, list(group), now) for (day, hour), group in hours]


def day_loads(
    connection: Connection[Any],
    first: date,
    last: date,
    now: datetime = BEFORE_ALL,
    show_rate: float = SHOW_RATE,
    walk_ins_per_slot: float | Mapping[str, float] = WALK_INS_PER_SLOT,
    setting: Setting = Setting(),
    foreseen: Foreseen = NOTHING,
) -> list[DayLoad]:
    """The days from `first` to `last` that have slots or on which something happened. Without `now`, slots
    count as not begun."""
    slots = slots_between(connection, first, last, now, show_rate, walk_ins_per_slot, setting, foreseen)
    by_day = {day: list(group) for day, group in groupby(slots, key=lambda slot: slot.day)}
    counted = select(connection, DAYS, "WHERE day BETWEEN %s AND %s", (first, last))
    counts = {row.day: row for row in counted}
    return [
        _day_load(counts.get(day) or DayCounts(day), by_day.get(day, []), now)
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
    foreseen: Foreseen = NOTHING,
) -> list[SlotLoad]:
    """The slots of the days from `first` to `last`, in order."""
    loads: list[SlotLoad] = []
    rows = select(connection, SLOTS, "WHERE day BETWEEN %s AND %s ORDER BY slot", (first, last))
    for day, group in groupby(rows, key=lambda row: row.day):
        slots = list(group)
        usual = [_usual(row, walk_ins_per_slot) for row in slots]
        expected = [
            expected_people(row, now, show_rate, walk_ins) for row, walk_ins in zip(slots, usual, strict=True)
        ]
        known = foreseen.get(day, {})
        quick: Mapping[str, Crowding] = {}
        if any(row.slot not in known for row in slots if row.open and (row.ends > now or not known)):
            quick = _quick(slots, expected, usual, show_rate, setting)
        loads += [
            _slot_load(row, people, known.get(row.slot) or quick.get(row.slot), now, row.slot in known)
            for row, people in zip(slots, expected, strict=True)
        ]
    return loads


def _quick(
    slots: Sequence[SlotCounts],
    expected: Sequence[float],
    usual: Sequence[float],
    show_rate: float,
    setting: Setting,
) -> dict[str, Crowding]:
    """The closed form of a day's open slots."""
    ahead = {
        row.slot: _ahead(row, people, walk_ins)
        for row, people, walk_ins in zip(slots, expected, usual, strict=True)
        if row.open and row.start and row.ends
    }
    return dict(zip(ahead, crowdings(tuple(ahead.values()), show_rate, setting), strict=True))


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


def _slot_load(
    row: SlotCounts, expected: float, crowd: Crowding | None, now: datetime, simulated: bool
) -> SlotLoad:
    left = min(row.capacity, row.capacity + row.walk_in_room - row.walk_ins) - row.booked
    free = max(0, left) if row.open else 0
    crowd = crowd or Crowding()
    return SlotLoad(
        **msgspec.structs.asdict(row),
        free=free,
        expected=expected,
        waiting=crowd.waiting,
        p95=crowd.p95,
        chance=crowd.chance,
        level=crowd.level if row.open else "closed",
        room=room(free, row.capacity) if row.open and row.start > now else "none",
        simulated=simulated,
    )


def _ahead_of(slots: Sequence[SlotLoad], now: datetime) -> list[SlotLoad]:
    """The open slots that are not over; all open ones of a day that is."""
    open_slots = [slot for slot in slots if slot.open]
    return [slot for slot in open_slots if slot.ends > now] or open_slots


def _level(slots: Sequence[SlotLoad]) -> str:
    """The level of several slots together; closed when there is none."""
    parts = [Crowding(slot.waiting, slot.p95, slot.chance, slot.level) for slot in slots]
    return together(parts).level if parts else "closed"


def _room(slots: Sequence[SlotLoad]) -> str:
    """The room of several slots together."""
    bookable = [slot for slot in slots if slot.room != "none"]
    if not bookable:
        return "none"
    return room(sum(slot.free for slot in bookable), sum(slot.capacity for slot in bookable))


def _hour_load(day: date, hour: int, slots: Sequence[SlotLoad], now: datetime) -> HourLoad:
    open_slots = [slot for slot in slots if slot.open]
    return HourLoad(
        day=day,
        hour=hour,
        slots=len(open_slots),
        plain=sum(slot.plain for slot in open_slots),
        capacity=sum(slot.capacity for slot in open_slots),
        booked=sum(slot.booked for slot in slots),
        free=sum(slot.free for slot in open_slots),
        expected=sum(slot.expected for slot in slots),
        level=_level(_ahead_of(slots, now)),
        room=_room(slots),
    )


def _day_load(counts: DayCounts, slots: Sequence[SlotLoad], now: datetime) -> DayLoad:
    open_slots = [slot for slot in slots if slot.open]
    return DayLoad(
        **msgspec.structs.asdict(counts),
        slots=len(slots),
        open_slots=len(open_slots),
        plain=sum(slot.plain for slot in open_slots),
        capacity=sum(slot.capacity for slot in open_slots),
        booked=sum(slot.booked for slot in slots),
        due=sum(slot.due for slot in slots),
        free=sum(slot.free for slot in open_slots),
        expected=sum(slot.expected for slot in slots),
        level=_level(_ahead_of(slots, now)),
        room=_room(slots),
    )
