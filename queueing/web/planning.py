"""From what a manager wants changed to the one command that does it: slots of a day, or the windows, the
hours or the closing of several days."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from msgspec.structs import replace
from starlette.datastructures import FormData

from queueing.domain import State
from queueing.domain.plans import ChangePlan
from queueing.domain.season import NewSlot, known_slot
from queueing.domain.waits import windows_open
from queueing.errors import UserError
from queueing.season import calendar
from queueing.season.model import DayException, Season, Session

PARTS = ("am", "pm", "day")
WHAT = {
    "close": "停办",
    "limit": "改名额",
    "reopen": "恢复办理",
    "windows": "改窗口",
    "hours": "改时间",
    "shut": "整天停办",
}
OF_SLOTS = ("close", "limit", "reopen")
MOST_DAYS = 62
LONGEST_REASON = 60
_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-－—–~至到]\s*(\d{1,2})[:：](\d{2})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a manager wants changed, as the form says it: for `slots`, or for the days `first` to `last`."""

    what: str
    reason: str
    slots: tuple[str, ...] = ()
    capacity: int = 0
    walk_ins: int = 0
    first: date = date.min
    last: date = date.min
    windows: int = 0
    hours: str = ""

    @classmethod
    def of(cls, form: FormData, state: State, now: datetime) -> Wanted:
        """Read a form; raises UserError with what is missing."""
        what, reason = str(form.get("what", "")), str(form.get("reason", "")).strip()[:LONGEST_REASON]
        if what not in WHAT:
            raise UserError("请选明是停办、改名额、恢复，还是改窗口、改时间。")
        wanted = _for_slots(form, what, state, now) if what in OF_SLOTS else _for_days(form, what, now.date())
        if not reason:
            raise UserError("请写明原因，它会留在记录里。")
        return cls(what, reason, **wanted)

    def fields(self) -> list[tuple[str, object]]:
        """The form again, for confirming."""
        if self.what in OF_SLOTS:
            rest: list[tuple[str, object]] = [("slot", slot) for slot in self.slots]
            return [
                ("what", self.what),
                ("reason", self.reason),
                ("capacity", self.capacity),
                ("walk_ins", self.walk_ins),
                *rest,
            ]
        return [
            ("what", self.what),
            ("reason", self.reason),
            ("first", self.first),
            ("last", self.last),
            ("windows", self.windows),
            ("hours", self.hours),
        ]

    def command(self, state: State, season: Season, now: datetime) -> ChangePlan:
        """The one command. Slots that are over are passed over when whole days are changed."""
        if self.what == "close":
            return ChangePlan(self.reason, closing=self.slots)
        if self.what == "reopen":
            return ChangePlan(self.reason, reopening=self.slots)
        if self.what == "limit":
            limits = {
                slot: (known_slot(state, slot).plain, self.capacity, self.walk_ins) for slot in self.slots
            }
            return ChangePlan(self.reason, limits=limits, pinned=self.slots)
        days = [day for day in calendar.days(self.first, self.last) if day >= now.date()]
        if self.what == "windows":
            return _other_windows(self, days, state, season, now)
        return _other_hours(self, days, state, season, now)


def _for_slots(form: FormData, what: str, state: State, now: datetime) -> dict[str, Any]:
    ticked = {str(slot) for slot in form.getlist("slot")} | set(_part_of_day(form, state, now))
    if not ticked:
        raise UserError("请先勾选要调整的时间段。")
    capacity, walk_ins = _number(form, "capacity"), _number(form, "walk_ins")
    if what == "limit" and (capacity is None or walk_ins is None):
        raise UserError("请填好新的预约名额和现场名额。")
    return {"slots": tuple(sorted(ticked)), "capacity": capacity or 0, "walk_ins": walk_ins or 0}


def _for_days(form: FormData, what: str, today: date) -> dict[str, Any]:
    first, last = _day(form, "first"), _day(form, "last") or _day(form, "first")
    if first is None or last is None or last < first or last < today:
        raise UserError("请选好从哪天到哪天，不能早于今天。")
    if (last - first).days > MOST_DAYS:
        raise UserError(f"一次最多调整{MOST_DAYS}天，请分几次。")
    windows, hours = _number(form, "windows"), str(form.get("hours", "")).strip()[:80]
    if what == "windows" and not windows:
        raise UserError("请填开几个窗口；一个也不开请选整天停办。")
    if what == "hours":
        spans(hours)
    return {"first": first, "last": last, "windows": windows or 0, "hours": hours}


def spans(text: str) -> tuple[Session, ...]:
    """Opening hours as people write them: 8:30-11:30 13:30-17:00. Raises UserError."""
    wrong = UserError("看不懂办理时间，请写成 8:30-11:30 13:30-17:00 的样子。")
    found = []
    try:
        for match in _SPAN.finditer(text):
            begin, begin_minute, end, end_minute = map(int, match.groups())
            found.append(Session(start=time(begin, begin_minute), end=time(end, end_minute)))
    except ValueError:
        raise wrong from None
    times = [moment for one in found for moment in (one.start, one.end)]
    if not found or _SPAN.sub("", text).strip(" ，,、;；和") or times != sorted(set(times)):
        raise wrong
    return tuple(found)


def _other_windows(
    wanted: Wanted, days: Sequence[date], state: State, season: Season, now: datetime
) -> ChangePlan:
    """The limits that so many windows can serve, by the season's rule; and the windows themselves."""
    limits = {}
    touched = [day for day in days if state.days.get(day)]
    for day in touched:
        planned = {slot.id: slot for slot in _planned(day, season, windows=wanted.windows)}
        for slot_id in _ahead(day, state, now):
            slot, plan = state.slots[slot_id], planned.get(slot_id)
            if plan:
                limits[slot_id] = (plan.plain_capacity, plan.capacity, slot.walk_in_room)
            else:
                part = wanted.windows / max(1, windows_open(state, day))
                limits[slot_id] = (int(slot.plain * part), int(slot.capacity * part), slot.walk_in_room)
    if not touched:
        raise UserError("这些天都不办理，没有要改的；请换几天。")
    return ChangePlan(wanted.reason, limits=limits, windows=dict.fromkeys(touched, wanted.windows))


def _other_hours(
    wanted: Wanted, days: Sequence[date], state: State, season: Season, now: datetime
) -> ChangePlan:
    """Slots outside the new hours close, those inside are open; none at all when the days are shut."""
    sessions = spans(wanted.hours) if wanted.what == "hours" else ()
    closing: list[str] = []
    reopening: list[str] = []
    opening: list[NewSlot] = []
    for day in days:
        planned = list(_planned(day, season, sessions=sessions, windows=windows_open(state, day)))
        ids = {slot.id for slot in planned}
        closing += [one for one in _ahead(day, state, now) if one not in ids and state.slots[one].open]
        reopening += [one for one in _ahead(day, state, now) if one in ids and not state.slots[one].open]
        opening += [_new(slot) for slot in planned if slot.id not in state.slots and slot.end > now]
    if not (closing or reopening or opening):
        raise UserError("这些天本来就是这样，没有要改的。")
    return ChangePlan(
        wanted.reason, closing=tuple(closing), reopening=tuple(reopening), opening=tuple(opening)
    )


def _planned(
    day: date, season: Season, *, windows: int, sessions: tuple[Session, ...] | None = None
) -> Iterator[calendar.PlannedSlot]:
    """The slots a day would have with other windows or hours, by the season's rule."""
    usual = tuple(one for one in season.hours.exceptions if one.date != day)
    hours = next((one.sessions for one in season.hours.exceptions if one.date == day), None)
    other = DayException(
        date=day, reason="调整", sessions=hours if sessions is None else sessions, windows=windows or None
    )
    changed = replace(season, hours=replace(season.hours, exceptions=(*usual, other)))
    return iter(calendar.day_slots(day, changed))


def _new(slot: calendar.PlannedSlot) -> NewSlot:
    return NewSlot(
        slot.id,
        slot.start,
        slot.end,
        slot.plain_capacity,
        slot.capacity,
        slot.walk_in_room,
        slot.reserved,
        slot.overflow_at,
    )


def _ahead(day: date, state: State, now: datetime) -> list[str]:
    return [slot for slot in state.days.get(day, ()) if state.slots[slot].end > now]


def _part_of_day(form: FormData, state: State, now: datetime) -> list[str]:
    """The slots still ahead of a whole morning, afternoon or day."""
    part, day = str(form.get("part", "")), _day(form, "day") or now.date()
    if part not in PARTS:
        return []
    return [
        slot
        for slot in _ahead(day, state, now)
        if part == "day" or (state.slots[slot].start.hour < 12) == (part == "am")
    ]


def _day(form: FormData, name: str) -> date | None:
    try:
        return date.fromisoformat(str(form.get(name, "")))
    except ValueError:
        return None


def _number(form: FormData, name: str) -> int | None:
    text = str(form.get(name, "")).strip()
    return int(text) if text.isdecimal() and len(text) <= 3 else None


def in_words(wanted: Wanted, command: ChangePlan) -> list[str]:
    """What will change, a sentence each."""
    said = []
    for label, slots in (("停办", command.closing), ("恢复办理", command.reopening)):
        if slots:
            said.append(f"{label}{len(slots)}个时间段：{_listed(slots)}。")
    if command.opening:
        said.append(f"新开{len(command.opening)}个时间段：{_listed([new.slot for new in command.opening])}。")
    if wanted.what == "limit":
        said.append(
            f"{len(wanted.slots)}个时间段（{_listed(wanted.slots)}）的预约名额改为{wanted.capacity}，"
            f"现场名额改为{wanted.walk_ins}；晚上不再自动重算，撤销后恢复。"
        )
    elif command.windows:
        total = sum(capacity for _, capacity, _ in command.limits.values())
        said.append(f"{len(command.windows)}天每天开{wanted.windows}个窗口，预约名额一共改为{total}。")
    return said


def _listed(slots: Sequence[str]) -> str:
    """Slot ids as runs of time: 6月8日 9:00–10:30."""
    runs: list[list[datetime]] = []
    for start in sorted(calendar.slot_start(slot) for slot in slots):
        if runs and start - runs[-1][1] <= timedelta(minutes=60) and start.date() == runs[-1][0].date():
            runs[-1][1] = start
        else:
            runs.append([start, start])
    shown = [
        f"{first.month}月{first.day}日{first:%H:%M}" + (f"至{last:%H:%M}" if last > first else "")
        for first, last in runs[:6]
    ]
    return "、".join(shown) + ("等" if len(runs) > 6 else "")
