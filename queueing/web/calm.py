"""How busy the branch is, in words for everybody: the same levels the manager's board shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from psycopg import Connection

from queueing import words
from queueing.policies.learned import show_rates
from queueing.policies.outlook import hall_of
from queueing.projections import queries
from queueing.projections.foreseen import by_slot, foreseen
from queueing.projections.foreseen import stamp as foreseen_stamp
from queueing.projections.queries import DayLoad, SlotLoad
from queueing.projections.tracking import tracked
from queueing.season.calendar import sessions
from queueing.season.faq import usual_sessions
from queueing.season.model import Season
from queueing.web.hall import hall
from queueing.web.site import Site

AHEAD_DAYS = 5
LONG_WAIT = 15.0
"""Minutes from which it is said that coming by appointment saves them."""
_FAR = timedelta(days=16)
"""Days looked at to find the next open ones; holidays may lie between."""


@dataclass(frozen=True, slots=True)
class DayAhead:
    """A day, what it is called (今天), how crowded it will be, and whether a place is left."""

    day: date
    label: str
    level: str
    room: str = "free"


@dataclass(frozen=True, slots=True)
class RightNow:
    """The hall this moment, or when the door opens; empty words when nobody knows."""

    words: str
    level: str


def usual_walk_ins(site: Site) -> float:
    """Walk-ins a slot, as the season expects them."""
    return walk_ins_a_slot(site.system.season)


def walk_ins_a_slot(season: Season) -> float:
    """Walk-ins a slot, as a season expects them."""
    rule = season.capacity
    spans = usual_sessions(season)
    minutes = sum(60 * (s.end.hour - s.start.hour) + s.end.minute - s.start.minute for s in spans)
    return rule.walk_ins_per_day * rule.slot_minutes / minutes if minutes else 0.0


def setting(season: Season) -> queries.Setting:
    """What the forecast needs of a season: the hall, the services, the walk-ins who stay."""
    rule = season.capacity
    return queries.Setting(hall_of(season), rule.service_minutes, rule.walk_ins_stay, season.hall.couples)


def show_rate(site: Site) -> float:
    """Share of booked people who come, as this branch has seen it."""
    with site.system.desk.view() as state:
        return show_rates(state, site.system.season).overall


def days(site: Site, first: date, last: date) -> list[DayLoad]:
    """The loads of days. Counted once for everybody who looks within the same minute, unless the tables have
    moved on: the first page is where a crowd comes to look."""
    now = site.now()
    with site.db() as conn:
        at = (now.replace(second=0, microsecond=0), tuple(sorted(tracked(conn).items())))
        stamp = (*at, foreseen_stamp(conn))
        seen, loads = site.loads.get((first, last), (None, []))
        if seen != stamp:
            loads = queries.day_loads(conn, first, last, now, *_how(site, conn, first, last, now))
            site.loads[first, last] = (stamp, loads)
    return loads


def slots(site: Site, day: date) -> list[SlotLoad]:
    """The loads of a day's slots."""
    return slots_between(site, day, day)


def slots_between(site: Site, first: date, last: date) -> list[SlotLoad]:
    """The loads of the slots of some days."""
    now = site.now()
    with site.db() as conn:
        how = _how(site, conn, first, last, now)
        return queries.slots_between(conn, first, last, now, *how)


def _how(
    site: Site, conn: Connection[Any], first: date, last: date, now: datetime
) -> tuple[float, float, queries.Setting, queries.Foreseen]:
    """What every load is told by: the share who come, the walk-ins, the setting, the simulated days."""
    known = by_slot(foreseen(conn, first, last, now))
    return show_rate(site), usual_walk_ins(site), setting(site.system.season), known


def levels(site: Site, wanted: Iterable[date]) -> dict[date, str]:
    """The level of each of these days."""
    chosen = sorted(wanted)
    if not chosen:
        return {}
    return {load.day: load.level for load in days(site, chosen[0], chosen[-1])}


def ahead(site: Site) -> list[DayAhead]:
    """Today, if the branch still opens, and the next open days."""
    today = site.today()
    found = [
        DayAhead(load.day, words.relative_day(load.day, today), load.level, load.room)
        for load in days(site, today, today + _FAR)
        if load.slots and not (load.day == today and _over(site, site.now()))
    ]
    return found[:AHEAD_DAYS]


def right_now(site: Site, coming: Sequence[DayAhead]) -> RightNow:
    """What somebody who came this moment would meet; `coming` are the days ahead."""
    now = site.now()
    spans = open_spans(site, now.date())
    if not _within(spans, now):
        return RightNow(_shut(site, coming, spans), "closed")
    with site.system.desk.view() as state:
        found = hall(state, now)
    level = setting(site.system.season).hall.level(len(found.waiting), found.windows)
    if not found.waiting:
        return RightNow("现在大厅里没有人在等，来了就能办。", level)
    wait = words.wait_range(found.told)
    said = f"现在大厅{queries.LEVELS[level]}，有{len(found.waiting)}人在等，没有预约的人{wait}"
    short = found.expected_wait < LONG_WAIT
    return RightNow(said + ("。" if short else "；先约个时间再来更省事。"), level)


def shut(site: Site) -> str:
    """Why the door is shut now, and when it opens; nothing while it is open."""
    spans = open_spans(site, site.today())
    return "" if _within(spans, site.now()) else _shut(site, ahead(site), spans)


def _within(spans: Sequence[tuple[datetime, datetime]], now: datetime) -> bool:
    return any(start <= now < end for start, end in spans)


def _shut(site: Site, coming: Sequence[DayAhead], spans: Sequence[tuple[datetime, datetime]]) -> str:
    """Why the door is shut, and when it opens."""
    now, opens = site.now(), _opens(site, coming)
    planned = any(now < end for _, end in sessions(now.date(), site.system.season))
    if planned and not any(now < end for _, end in spans):
        said = "今天网点临时停办，请不要白跑。约了今天的人，我们会另外通知。"
    else:
        said = "现在网点没有开门。"
    return said + (f"{words.moment(opens)}开门。" if opens else "")


def open_spans(site: Site, day: date) -> list[tuple[datetime, datetime]]:
    """The stretches of a day in which slots are open, as changed by the manager; as configured for a day
    that has none yet."""
    with site.system.desk.view() as state:
        ids = state.days.get(day, ())
        slots = [(state.slots[slot].start, state.slots[slot].end) for slot in ids if state.slots[slot].open]
    if not ids:
        return sessions(day, site.system.season)
    spans: list[tuple[datetime, datetime]] = []
    for start, end in slots:
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _opens(site: Site, coming: Sequence[DayAhead]) -> datetime | None:
    """When the door opens next."""
    days = (one.day for one in coming if one.level != "closed")
    starts = (start for day in days for start, _ in open_spans(site, day))
    return next((start for start in starts if start > site.now()), None)


def _over(site: Site, now: datetime) -> bool:
    spans = open_spans(site, now.date())
    return not spans or now >= spans[-1][1]
