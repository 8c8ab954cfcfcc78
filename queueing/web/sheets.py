"""The board's numbers as tables for spreadsheets: the same query functions as the screen's, so the same
numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from queueing import words
from queueing.projections import queries
from queueing.projections.queries import SlotLoad
from queueing.web import calm
from queueing.web.boarding import CHANNELS, HEAT_DAYS, promised
from queueing.web.site import Site

Cell = str | int | float | date | None
SHEETS = {
    "slots": "各时段",
    "days": "各天",
    "hours": "一周忙闲",
    "waves": "各批次",
    "shares": "谁约得到",
    "season": "全季",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: what its columns are called, and its rows."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


def sheet(site: Site, name: str, day: date) -> Sheet:
    """The sheet of a name (KeyError when there is none); `day` chooses where one day is shown."""
    return _SHEETS[name](site, day)


def _slots(site: Site, day: date) -> Sheet:
    columns = (
        "时段",
        "名额",
        "已约",
        "预计",
        "已到",
        "已领",
        "现场",
        "未到",
        "空余",
        "还能不能约",
        "程度",
        "预计在等",
        "95%不超过",
        "太挤的可能",
    )
    return Sheet(f"{words.short_day(day)}各时段", columns, [_slot(slot) for slot in calm.slots(site, day)])


def _slot(slot: SlotLoad) -> tuple[Cell, ...]:
    return (
        f"{slot.start:%Y-%m-%d %H:%M}",
        slot.capacity,
        slot.booked,
        slot.expected,
        slot.arrived,
        slot.collected,
        slot.walk_ins,
        slot.no_shows,
        slot.free,
        slot.room_text,
        slot.level_text,
        *((slot.waiting, slot.p95, slot.chance) if slot.open else (None, None, None)),
    )


def _days(site: Site, day: date) -> Sheet:
    season = site.system.season
    loads = calm.days(site, season.first_day - timedelta(days=1), season.last_day + timedelta(days=1))
    columns = (
        "日期",
        "名额",
        "预约",
        "预计人数",
        "空余",
        "到店",
        "现场取号",
        "领卡",
        "未到",
        "取消",
        "改走",
        "还能不能约",
        "程度",
    )
    rows: list[tuple[Cell, ...]] = [
        (
            one.day,
            one.capacity,
            one.booked,
            one.expected,
            one.free,
            one.arrivals,
            one.walk_ins,
            one.collected,
            one.no_shows,
            one.cancelled,
            one.moved,
            one.room_text,
            one.level_text,
        )
        for one in loads
    ]
    return Sheet("各天", columns, rows)


def _hours(site: Site, day: date) -> Sheet:
    season, now = site.system.season, site.now()
    slots = calm.slots_between(site, day, season.last_day)
    days = sorted({slot.day for slot in slots})[:HEAT_DAYS]
    loads = queries.hour_loads([slot for slot in slots if slot.day in days], now)
    columns = ("日期", "几点", "名额", "预约", "预计人数", "空余", "还能不能约", "程度")
    rows: list[tuple[Cell, ...]] = [
        (
            one.day,
            one.hour,
            one.capacity,
            one.booked,
            one.expected,
            one.free,
            one.room_text,
            one.level_text,
        )
        for one in loads
    ]
    return Sheet("一周忙闲", columns, rows)


def _waves(site: Site, day: date) -> Sheet:
    season = site.system.season
    waves = {wave.id: wave.name for wave in season.waves}
    cohorts = {cohort.id: cohort.name for cohort in season.cohorts}
    with site.db() as conn:
        found = queries.wave_progress(conn)
    columns = ("批次", "从哪天起", "人群", "人数", "已通知", "约过", "已领", "本人", "代领", "上门", "单位")
    rows: list[tuple[Cell, ...]] = [
        (
            waves.get(one.wave, "其他"),
            one.opens,
            cohorts.get(one.cohort, one.cohort),
            one.cards,
            one.invited,
            one.booked_ever,
            one.collected,
            one.by_self,
            one.by_proxy,
            one.at_home,
            one.by_employer,
        )
        for one in found
    ]
    return Sheet("各批次", columns, rows)


def _shares(site: Site, day: date) -> Sheet:
    season = site.system.season
    cohorts = {cohort.id: cohort.name for cohort in season.cohorts}
    with site.db() as conn:
        fair = queries.fairness(conn, site.now(), promised(season))
        groups = queries.channel_shares(conn)
    names: dict[str, Callable[[str], str]] = {
        "channel": lambda value: CHANNELS.get(value, value),
        "band": lambda value: f"{value}岁以上" if value else "年龄不详",
        "cohort": lambda value: cohorts.get(value, value),
    }
    kinds = {"channel": "按渠道", "band": "按年龄", "cohort": "按人群"}
    rows: list[tuple[Cell, ...]] = [
        (
            "一周约到",
            one.way_text,
            one.of,
            one.through,
            one.through,
            one.share,
            one.promised,
            "太少" if one.starving else "",
        )
        for one in fair
    ]
    rows += [
        (
            kinds[one.kind],
            names[one.kind](one.value),
            one.cards,
            one.booked,
            one.served,
            one.served_share,
            None,
            "",
        )
        for one in groups
    ]
    return Sheet("谁约得到", ("怎么分", "哪些", "总数", "预约", "领到", "占比", "该有", "提醒"), rows)


_TOTALS = {
    "cards": "卡",
    "collected": "已领",
    "uncollected": "没领",
    "at_bank": "在银行",
    "at_window": "在窗口",
    "at_employers": "在单位",
    "returned": "单位退回",
    "recalled": "从单位收回",
    "defective": "有质量问题",
    "activated": "已启用",
    "by_self": "本人领",
    "by_proxy": "家人代领",
    "at_home": "上门",
    "by_employer": "单位发",
    "invited": "已通知",
    "booked": "现有预约",
    "booked_ever": "约过",
    "waiting": "在大厅",
    "phone_list": "电话名单",
    "home_visits": "上门名单",
    "opted_out": "不收短信",
    "unreachable": "号码联系不上",
    "erased": "资料已删除",
    "bookings": "预约次数",
    "moved": "改约次数",
    "cancelled": "取消次数",
    "no_shows": "未到次数",
    "arrivals": "到店次数",
    "walk_ins": "现场取号次数",
}


def _season(site: Site, day: date) -> Sheet:
    with site.db() as conn:
        totals = msgspec.structs.asdict(queries.season_totals(conn))
    return Sheet("全季", ("项目", "数目"), [(label, totals[name]) for name, label in _TOTALS.items()])


_SHEETS: dict[str, Callable[[Site, date], Sheet]] = {
    "slots": _slots,
    "days": _days,
    "hours": _hours,
    "waves": _waves,
    "shares": _shares,
    "season": _season,
}
