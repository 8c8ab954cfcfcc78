"""Contradictions between settings that are each fine alone; a season with any of them is not loaded."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import TypeVar

from queueing.season.errors import Problem
from queueing.season.faq import placeholders, unknown_placeholders
from queueing.season.model import Season, Sessions

H = TypeVar("H")


def problems_of(season: Season) -> list[Problem]:
    """Everything that contradicts itself, in the order of the files."""
    rules = (_dates, _hours, _capacity, _reserves, _counter_and_messages, _cohorts, _waves, _answers)
    return [problem for rule in rules for problem in rule(season)]


def _dates(season: Season) -> Iterator[Problem]:
    if season.first_day > season.last_day:
        yield _season("last_day", f"末日 {season.last_day} 不能早于首日 {season.first_day}。")
        return
    for key, day in (("sweep.date", season.sweep.date), ("sweep.last_call", season.sweep.last_call)):
        if not season.first_day <= day <= season.last_day:
            yield _season(key, _outside(day, season))
    if season.sweep.last_call < season.sweep.date:
        yield _season(
            "sweep.last_call", f"最后一次通知 {season.sweep.last_call} 不能早于扫尾日 {season.sweep.date}。"
        )


def _hours(season: Season) -> Iterator[Problem]:
    hours = season.hours
    week = {f"hours.weekly.{day}": getattr(hours.weekly, day) for day in hours.weekly.__struct_fields__}
    week["hours.swapped_working_day"] = hours.swapped_working_day
    for number, exception in enumerate(hours.exceptions, 1):
        key = f"hours.exceptions[{number}]"
        week[f"{key}.sessions"] = exception.sessions or ()
        if not season.first_day <= exception.date <= season.last_day:
            yield _season(f"{key}.date", _outside(exception.date, season))
    for key, sessions in week.items():
        if _overlap(sessions):
            yield _season(key, "各段时间要从早到晚排列，并且不重叠。")
    for day in _repeated(one.date for one in hours.exceptions):
        yield _season("hours.exceptions", f"{day} 写了两次，请合并为一条。")
    if not any(getattr(hours.weekly, day) for day in hours.weekly.__struct_fields__):
        yield _season("hours.weekly", "一周七天都没有办理时间，请至少写一天。")


def _capacity(season: Season) -> Iterator[Problem]:
    rule = season.capacity
    if rule.slot_minutes % rule.told_step_minutes:
        yield _season("capacity.told_step_minutes", f"应能整除每段的 {rule.slot_minutes} 分钟，例如 5。")
    if not rule.walk_in_profile or sum(rule.walk_in_profile.values()) == 0:
        yield _season("capacity.walk_in_profile", "至少要有一个小时的比重大于 0。")


def _reserves(season: Season) -> Iterator[Problem]:
    pools = season.reserves.pools
    total = sum(reserve.share for reserve in pools)
    if total > 1 + 1e-9:
        yield _season("reserves.pools", f"各份额合计为 {total:.0%}，不能超过 100%。")
    for pool in _repeated(reserve.pool for reserve in pools):
        yield _season("reserves.pools", f"{pool} 写了两次，请合并为一条。")
    known = {cohort.id for cohort in season.cohorts}
    for number, reserve in enumerate(pools, 1):
        kind, _, name = reserve.pool.partition(":")
        if kind == "cohort" and name not in known:
            yield _season(f"reserves.pools[{number}].pool", f"waves.toml 里没有人群 {name}。")


def _counter_and_messages(season: Season) -> Iterator[Problem]:
    counter, messages = season.counter, season.messages
    if counter.no_show_after_minutes < counter.grace_minutes:
        reason = f"不能早于迟到保留的 {counter.grace_minutes} 分钟，否则没迟到多久就算未到。"
        yield _season("counter.no_show_after_minutes", reason)
    if messages.quiet_from == messages.quiet_until:
        yield _season("messages.quiet_until", "免打扰的开始和结束时间不能相同。")
    at, start, end = season.reminders.day_before_at, messages.quiet_from, messages.quiet_until
    if messages.quiet_at(at):
        yield _season(
            "reminders.day_before_at",
            f"{at:%H:%M} 在免打扰时间 {start:%H:%M} 到 {end:%H:%M} 之内，发不出去。",
        )


def _cohorts(season: Season) -> Iterator[Problem]:
    for cohort in _repeated(cohort.id for cohort in season.cohorts):
        yield _waves_file("cohorts", f"编号 {cohort} 用了两次，请换一个。")
    names = (name for cohort in season.cohorts for name in {cohort.id, cohort.name, *cohort.spellings})
    for name in _repeated(names):
        yield _waves_file("cohorts", f"“{name}”指向两个人群，导入时分不清，请只留一处。")
    named = {cohort for wave in season.waves for cohort in wave.cohorts}
    everyone = any(wave.everyone for wave in season.waves)
    for number, one in enumerate(season.cohorts, 1):
        if one.id not in named and not everyone:
            yield _waves_file(
                f"cohorts[{number}].id", f"没有哪一批轮到{one.name}（{one.id}），请写进某一批的 cohorts。"
            )


def _waves(season: Season) -> Iterator[Problem]:
    if not season.waves:
        yield _waves_file("waves", "至少要有一批。")
    known = {cohort.id for cohort in season.cohorts}
    for wave_id in _repeated(wave.id for wave in season.waves):
        yield _waves_file("waves", f"编号 {wave_id} 用了两次，请换一个。")
    for number, wave in enumerate(season.waves, 1):
        key = f"waves[{number}]"
        if not season.first_day <= wave.opens <= season.last_day:
            yield _waves_file(f"{key}.opens", _outside(wave.opens, season))
        if unknown := [cohort for cohort in wave.cohorts if cohort not in known]:
            yield _waves_file(f"{key}.cohorts", f"没有定义这些人群：{'、'.join(unknown)}。")
        if not wave.cohorts and not wave.everyone:
            yield _waves_file(f"{key}.cohorts", "这一批没有人群，请写上 cohorts，或 everyone = true。")
    for number, (before, after) in enumerate(pairwise(season.waves), 2):
        if after.opens <= before.opens:
            reason = f"{after.name}（{after.opens}）应晚于前一批{before.name}（{before.opens}）。"
            yield _waves_file(f"waves[{number}].opens", reason)
    for cohort in _repeated(cohort for wave in season.waves for cohort in wave.cohorts):
        yield _waves_file("waves", f"人群 {cohort} 写在了两批里，请只留一处。")


def _answers(season: Season) -> Iterator[Problem]:
    words = placeholders(season)
    for key, entry in season.faq.items():
        for field, text in (("sms", entry.sms), ("web", entry.web)):
            if unknown := unknown_placeholders(text, words):
                yield Problem(
                    "faq.toml", f"{key}.{field}", f"花括号里的 {'、'.join(unknown)} 没有对应的内容。"
                )


def _overlap(sessions: Sessions) -> bool:
    return any(after.start < before.end for before, after in pairwise(sessions))


def _repeated(values: Iterable[H]) -> list[H]:
    return [value for value, count in Counter(values).items() if count > 1]


def _outside(day: date, season: Season) -> str:
    return f"{day} 不在发放季 {season.first_day} 至 {season.last_day} 之内。"


def _season(key: str, reason: str) -> Problem:
    return Problem("season.toml", key, reason)


def _waves_file(key: str, reason: str) -> Problem:
    return Problem("waves.toml", key, reason)
