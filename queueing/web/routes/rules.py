"""Which rules are facts of the season, which may change while it runs and where, and which are read from the
configuration: so that nobody changes a file and wonders why nothing happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from queueing import words
from queueing.domain.state import Facts
from queueing.domain.waits import windows_open
from queueing.policies.opening import rules_of
from queueing.season.model import Season
from queueing.web.guard import Manager, pages
from queueing.web.rendering import page
from queueing.web.site import TheSite

router = pages()
RULES = {
    "grace": "晚到几分钟还保留位置",
    "no_show_after": "几分钟没来记未到",
    "hold_minutes": "提供的时间保留几分钟",
    "hold_share": "一段里最多保留几成",
    "offered": "一次提供几个时间",
    "told_step": "约定时间隔几分钟",
    "phone_list_after": "几次未到列入电话名单",
    "undo_minutes": "交卡几分钟内可以撤销",
    "slot_minutes": "一段几分钟",
    "service_minutes": "办一位几分钟",
    "roster_due_days": "单位几天内交回执",
    "recall_after_days": "单位几天没交就收回",
    "sweep_every_days": "扫尾隔几天再提醒",
}
TENTHS = frozenset({"hold_share"})
"""Shares of 1, said in tenths."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A rule of the season as it stands in the log; `configured` says otherwise, if the file does."""

    name: str
    value: str
    configured: str = ""


@router.get("/settings")
def show(request: Request, site: TheSite, staff: Manager) -> Response:
    """The three kinds, with their values."""
    season = site.system.season
    with site.system.desk.view() as state:
        facts, windows = state.facts, windows_open(state, site.today())
    context = {
        "opened": facts.season,
        "facts": [*_days(facts, season), *_rules(facts, season)],
        "windows": windows,
        "overbooking": facts.overbooking,
        "read": _read(season),
    }
    return page(request, "board/settings.html", context)


def _days(facts: Facts, season: Season) -> list[Fact]:
    """The season's days."""
    pairs = (
        ("第一天", facts.first_day, season.first_day),
        ("最后一天", facts.last_day, season.last_day),
        ("扫尾开始", facts.sweep_day, season.sweep.date),
        ("最后一次提醒", facts.last_call, season.sweep.last_call),
    )
    return [
        Fact(name, words.day(value) if value else "未定", words.day(file) if value != file else "")
        for name, value, file in pairs
    ]


def _rules(facts: Facts, season: Season) -> list[Fact]:
    """The numbers decisions depend on."""
    configured = rules_of(season)
    found = []
    for name, label in RULES.items():
        value, file = getattr(facts.rules, name), getattr(configured, name)
        say = _tenths if name in TENTHS else _number
        found.append(Fact(label, say(value), say(file) if value != file else ""))
    return found


def _read(season: Season) -> list[Fact]:
    """What is read from the configuration whenever it is needed."""
    quiet, reminders = season.messages, season.reminders
    pools = "，".join(
        f"{words.channel(one.pool.partition(':')[2])}{one.share:.0%}" for one in season.reserves.pools
    )
    return [
        Fact("预约的人来的比例", f"{season.capacity.show_rate:.0%}"),
        Fact("每天现场来的人", _number(season.capacity.walk_ins_per_day)),
        Fact("给各渠道留的份额（新开的时间段）", pools or "没有"),
        Fact("夜里不发短信", f"{quiet.quiet_from:%H:%M}至{quiet.quiet_until:%H:%M}"),
        Fact("一人一天最多几条短信", str(quiet.max_per_person_per_day)),
        Fact("提醒", f"前一天{reminders.day_before_at:%H:%M}，当天提前{reminders.minutes_before}分钟"),
        Fact("单位发放期限", f"{season.employers.deliver_within_working_days}个工作日"),
    ]


def _number(value: Any) -> str:
    return f"{value:g}"


def _tenths(value: Any) -> str:
    return f"{10 * value:g}成"
