"""The parts of crowd control a rehearsal can be played without, to see what each of them gives. Where the
product has a number for it, the season is planned with that number; the others the play leaves out."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from queueing.season.model import Season

PARTS = {
    "pacing": "通知按空余名额分批发；没有它，轮到的人一次全通知",
    "limits": "时段名额扣除没预约的人、开门少约、每晚重算；没有它，名额就是窗口数乘时间",
    "told": "同一时段的人错开五分钟；没有它，都约在时段开始的时候",
    "order": "按约定时间和等候时间叫号；没有它，先到先办",
    "offers": "先推荐空的时段；没有它，先推荐最早的",
    "reminders": "前一天和当天提醒；没有它，没人看到提醒",
    "quota": "当天取号有上限；没有它，来多少发多少",
    "control": "人多时请没预约的人晚些再来，大厅要满、有传言时请他们改天；没有它，来了就排队",
    "hours": "一天的名额按时段分；没有它，只有上午一段和下午一段",
}
"""Part -> what it does, and what happens without it."""
RIGID = frozenset(PARTS) - {"pacing", "hours"}
"""What most booking systems lack: so many in each slot, whatever comes."""
UNLIMITED = 5000


def _no_limits(season: Season) -> Season:
    return _capacity(season, load=1.0, show_rate=1.0, first_slot_factor=1.0, walk_ins_per_day=0.0)


def _no_told(season: Season) -> Season:
    return _capacity(season, told_step_minutes=season.capacity.slot_minutes)


def _no_offers(season: Season) -> Season:
    return replace(season, offers=replace(season.offers, calm_first=False))


def _no_quota(season: Season) -> Season:
    return _capacity(season, walk_in_quota=0, walk_in_places_per_day=UNLIMITED)


def _no_control(season: Season) -> Season:
    return replace(season, counter=replace(season.counter, later_from=0, walk_in_control=False))


def _no_hours(season: Season) -> Season:
    return _capacity(season, slot_minutes=90, told_step_minutes=90)


def _capacity(season: Season, **changes: float) -> Season:
    return replace(season, capacity=replace(season.capacity, **changes))


_PLANNED: dict[str, Callable[[Season], Season]] = {
    "limits": _no_limits,
    "told": _no_told,
    "offers": _no_offers,
    "quota": _no_quota,
    "control": _no_control,
    "hours": _no_hours,
}


def without(season: Season, parts: frozenset[str]) -> Season:
    """The season as it would be planned without these parts."""
    for part, planned in _PLANNED.items():
        if part in parts:
            season = planned(season)
    return season
