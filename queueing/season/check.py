"""Is a season complete, consistent and big enough? Findings for an operator to read before opening it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Literal

from msgspec import Struct

from queueing.season import calendar
from queueing.season.consistency import problems_of
from queueing.season.employers import EmployerRow
from queueing.season.errors import UnknownYearError
from queueing.season.faq import REQUIRED, answer, sms_faults
from queueing.season.feasibility import Feasibility, feasibility
from queueing.season.model import Season

Level = Literal["error", "warning", "info"]
_LEVEL_NAMES: dict[Level, str] = {"error": "错误", "warning": "注意", "info": "说明"}
_HIGH_LOAD = 0.85  # beyond this the hall fills: P95 peaks of 15 to 20 waiting


class Finding(Struct, frozen=True):
    """One remark, with the file and key it is about."""

    level: Level
    file: str
    key: str
    text: str


class Report(Struct, frozen=True):
    """All findings, and how the people fit the places (None when the calendar has gaps)."""

    findings: tuple[Finding, ...]
    feasibility: Feasibility | None

    @property
    def ok(self) -> bool:
        """No errors; warnings may stand."""
        return all(finding.level != "error" for finding in self.findings)

    def render(self) -> str:
        """The report as text, errors first."""
        order = list(_LEVEL_NAMES)
        sorted_findings = sorted(self.findings, key=lambda finding: order.index(finding.level))
        lines = [f"[{_LEVEL_NAMES[one.level]}] {one.file} {one.key}：{one.text}" for one in sorted_findings]
        if self.feasibility is not None:
            lines += ["", *self.feasibility.lines()]
        return "\n".join([*lines, "", "检查通过。" if self.ok else "有错误，请改正后再检查。"]).strip()


def check(season: Season, holders: int | None, employers: Sequence[EmployerRow]) -> Report:
    """Everything worth saying about `season`; `holders` is how many people will come to the windows."""
    findings = [Finding("error", one.file, one.key, one.reason) for one in problems_of(season)]
    findings += [*_notes(season), *_answers(season), *_employers(employers)]
    if findings_of_dates := list(_unknown_years(season)):
        return Report(tuple(findings + findings_of_dates), None)
    findings += [*_opening(season), *_slots(season), *_reminders(season)]
    outlook = feasibility(season, holders)
    if not outlook.feasible:
        findings.append(Finding("error", "season.toml", "capacity", outlook.advice))
    return Report(tuple(findings), outlook)


def _notes(season: Season) -> Iterator[Finding]:
    for note in season.notes:
        yield Finding("info", "season.toml", "first_day", note)


def _answers(season: Season) -> Iterator[Finding]:
    for key in REQUIRED:
        if key not in season.faq:
            yield Finding("error", "faq.toml", key, "缺少这条回答，请补上。")
    if problems_of(season):
        return  # an answer with a stray placeholder can't be measured
    for key in season.faq:
        for fault in sms_faults(answer(season, key).sms, season.branch.sms_signature):
            yield Finding("error", "faq.toml", f"{key}.sms", fault)
    for fault in sms_faults(season.branch.sms_signature, ""):
        yield Finding("error", "season.toml", "branch.sms_signature", fault)
    words = Counter(word for entry in season.faq.values() for word in set(entry.keywords))
    for word, count in words.items():
        if count > 1:
            yield Finding(
                "warning", "faq.toml", "keywords", f"关键词“{word}”用在 {count} 条回答里，请只留一处。"
            )


def _employers(employers: Sequence[EmployerRow]) -> Iterator[Finding]:
    def error(key: str, text: str) -> Finding:
        return Finding("error", "employers.csv", key, text)

    if not employers:
        yield Finding("warning", "employers.csv", "单位名称", "名单里没有单位，单位代领将无法进行。")
    for number, row in enumerate(employers, 2):
        if not row.id or not row.name:
            yield error(f"第 {number} 行", "编号和单位名称都要填写。")
    for key, values in (
        ("编号", (row.id for row in employers)),
        ("单位名称", (row.name for row in employers)),
    ):
        for value, count in Counter(values).items():
            if value and count > 1:
                yield error(key, f"“{value}”出现了 {count} 次，请只留一行。")


def _unknown_years(season: Season) -> Iterator[Finding]:
    for year in range(season.first_day.year, season.last_day.year + 1):
        if not calendar.year_is_known(year, season):
            problem = UnknownYearError(year).problems[0]
            yield Finding("error", problem.file, problem.key, problem.reason)


def _opening(season: Season) -> Iterator[Finding]:
    moments = [
        ("season.toml", "first_day", "首日", season.first_day),
        ("season.toml", "last_day", "末日", season.last_day),
    ]
    moments += [("waves.toml", f"waves.{wave.id}", f"{wave.name}开始日", wave.opens) for wave in season.waves]
    moments.append(("season.toml", "sweep.last_call", "最后一次通知日", season.sweep.last_call))
    for file, key, what, day in moments:
        if not calendar.sessions(day, season):
            open_on = calendar.next_open_day(day, season)
            then = f"，之后第一个办理日是 {open_on}" if open_on else ""
            yield Finding("info", file, key, f"{what} {day} 网点不办理{then}。")
    if not any(wave.everyone for wave in season.waves):
        yield Finding(
            "warning", "waves.toml", "waves", "没有 everyone = true 的一批，扫尾时不会向所有未领的人开放。"
        )
    elif season.sweep.date != (opens := next(wave.opens for wave in season.waves if wave.everyone)):
        yield Finding(
            "warning",
            "season.toml",
            "sweep.date",
            f"扫尾日 {season.sweep.date} 与向所有人开放的 {opens} 不是同一天。",
        )


def _slots(season: Season) -> Iterator[Finding]:
    rule, planned = season.capacity, calendar.slots(season)

    def warning(key: str, text: str) -> Finding:
        return Finding("warning", "season.toml", f"capacity.{key}", text)

    if rule.load > _HIGH_LOAD:
        yield warning("load", f"计划负荷 {rule.load:.0%} 偏高，大厅容易拥挤，建议不超过 {_HIGH_LOAD:.0%}。")
    if empty := [slot.id for slot in planned if slot.capacity == 0]:
        yield warning("windows", f"有 {len(empty)} 个时段一个人也约不了，例如 {empty[0]}。")
    length, usual = timedelta(minutes=rule.slot_minutes), calendar.open_days(season)
    spans = {
        (a.time(), b.time()) for day in usual for a, b in calendar.sessions(day, season) if (b - a) % length
    }
    for start, end in sorted(spans):
        yield warning(
            "slot_minutes",
            f"{start:%H:%M} 到 {end:%H:%M} 不是 {rule.slot_minutes} 分钟的整倍数，最后一小段不排人。",
        )
    if rule.walk_in_places_per_day < rule.walk_ins_per_day * rule.walk_ins_stay:
        yield warning("walk_in_places_per_day", "当天名额少于预计会留下等候的人数，许多人会改约别的日子。")


def _reminders(season: Season) -> Iterator[Finding]:
    before, quiet = timedelta(minutes=season.reminders.minutes_before), season.messages
    day = next(iter(calendar.open_days(season)), None)
    if day is None:
        return
    moments = [
        slot.start for slot in calendar.day_slots(day, season) if quiet.quiet_at((slot.start - before).time())
    ]
    if moments:
        text = (
            f"{moments[0]:%H:%M} 到 {moments[-1]:%H:%M} 的时段，"
            f"提前 {season.reminders.minutes_before} 分钟正值免打扰时间"
            f"（到 {quiet.quiet_until:%H:%M}），当天的提醒不能准时发出，"
            f"以前一天 {season.reminders.day_before_at:%H:%M} 的提醒为主。"
        )
        yield Finding("info", "season.toml", "reminders.minutes_before", text)
