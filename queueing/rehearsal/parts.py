"""The parts of crowd control a rehearsal can be played without, to see what each of them gives."""

from __future__ import annotations

from msgspec.structs import replace

from queueing.season.model import Season

PARTS = {
    "pacing": "通知按空余名额分批发；没有它，轮到的人一次全通知",
    "limits": "时段名额扣除没预约的人、开门少约、每晚重算；没有它，名额就是窗口数乘时间",
    "quota": "当天取号有上限，传言时再收紧；没有它，来多少发多少",
    "hours": "一天的名额按时段分；没有它，只有上午一段和下午一段",
}
"""Part -> what it does, and what happens without it."""
RUMOUR_QUOTA = 0.67
"""What the manager leaves of the day's quota when the alarm rings (assumed)."""
UNLIMITED = 5000


def without(season: Season, parts: frozenset[str]) -> Season:
    """The season as it would be planned without these parts."""
    if "pacing" in parts:
        everybody = replace(season.invitations, theta=1.0, horizon_days=60, max_batch=100_000)
        season = replace(season, invitations=everybody)
    if "limits" in parts:
        rigid = replace(season.capacity, load=1.0, show_rate=1.0, first_slot_factor=1.0, walk_ins_per_day=0.0)
        season = replace(season, capacity=rigid)
    if "quota" in parts:
        open_ = replace(season.capacity, walk_in_quota=0, walk_in_places_per_day=UNLIMITED)
        season = replace(season, capacity=open_)
    if "hours" in parts:
        season = replace(season, capacity=replace(season.capacity, slot_minutes=90, told_step_minutes=90))
    return season
