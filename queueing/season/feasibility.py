"""Do the people fit the places? The first question to ask: no scheduling rule mends too few windows."""

from datetime import date
from math import ceil, floor

from msgspec import Struct

from queueing.crowd.bound import bound, day_of
from queueing.season import calendar
from queueing.season.daymodel import plan_of, usual_day
from queueing.season.model import Season

_LONGEST_DAY = 720
"""Minutes a branch can be open at most."""


class Feasibility(Struct, frozen=True):
    """People against places: days = people / (load x windows x minutes a day / minutes a person).

    `a_day` are the people a usual day serves at the planned load, `peak` the largest number who wait at once
    on a fully booked usual day, not exceeded on 19 days of 20 (closed form; None without an open day).
    """

    holders: int | None
    open_days: int
    slots: int
    places: int
    comfortable: int
    days_needed: int | None
    utilisation: float | None
    feasible: bool
    advice: str
    a_day: int = 0
    peak: int | None = None

    def lines(self) -> list[str]:
        """As sentences for an operator."""
        facts = [
            f"办理日 {self.open_days} 天，时段 {self.slots} 个，可预约名额 {self.places} 个"
            "（已给没预约就来的人留出余地，也算进了约了没来的人）。",
            f"按计划负荷，整季能从容接待约 {self.comfortable} 人。",
        ]
        if self.utilisation is not None:
            needed = f"需要 {self.days_needed} 个办理日" if self.days_needed else "没有一天办理"
            facts.append(f"到窗口领卡 {self.holders} 人：{needed}，窗口利用率 {self.utilisation:.0%}。")
        if self.peak is not None:
            facts.append(
                f"约满的一天大约接待 {self.a_day} 人，"
                f"同时等候的人 20 天里有 19 天不超过 {self.peak} 人（估算）。"
            )
        return [*facts, self.advice] if self.feasible else facts


def feasibility(season: Season, holders: int | None) -> Feasibility:
    """How `holders` people who come to the windows fit into the season as planned."""
    rule, days, planned = season.capacity, calendar.open_days(season), calendar.slots(season)
    served = sum(_window_minutes(day, season) for day in days) / rule.service_minutes
    comfortable = int(rule.load * served)
    per_day = rule.load * served / len(days) if days else 0.0
    needed = ceil(holders / per_day) if holders is not None and per_day else None
    feasible = bool(days) and (holders is None or holders <= comfortable)
    return Feasibility(
        holders=holders,
        open_days=len(days),
        slots=len(planned),
        places=sum(slot.capacity for slot in planned),
        comfortable=comfortable,
        days_needed=needed,
        utilisation=None if holders is None else holders / served if served else 1.0,
        feasible=feasible,
        advice=_advice(season, holders, comfortable, len(days), needed or 0),
        a_day=int(per_day),
        peak=expected_peak(season),
    )


def expected_peak(season: Season) -> int | None:
    """The P95 peak of people waiting on a fully booked usual day, by the closed form (about 0.1 s); walk-ins
    who are sent on by tickets and quota are not in the hall."""
    day = usual_day(season)
    plan = None if day is None else plan_of(season, day)
    return None if plan is None else bound(day_of(plan, season.capacity.walk_ins_stay)).p95_peak()


def _advice(season: Season, holders: int | None, comfortable: int, open_days: int, needed: int) -> str:
    if open_days == 0:
        return "这一季没有一个办理日，请检查日期、每周时间和节假日。"
    if holders is None:
        return "加上 --holders 人数，可以算出天数够不够。"
    if holders <= comfortable:
        return f"可行：还有 {open_days - needed} 个办理日的余地。"
    windows = (
        ceil(season.capacity.windows * holders / comfortable) if comfortable else season.capacity.windows + 1
    )
    minutes = floor(season.capacity.service_minutes * comfortable / holders * 10) / 10
    longer = f"或每天多开 {more} 分钟，" if (more := _longer(season, holders, comfortable)) else ""
    return (
        f"不可行：{holders} 人超过能从容接待的 {comfortable} 人。"
        f"把窗口从 {season.capacity.windows} 个增加到 {windows} 个，或再延长 {needed - open_days} 个办理日，"
        f"{longer}或把每人办理时间缩短到 {minutes} 分钟以内，就可行。"
    )


def _longer(season: Season, holders: int, comfortable: int) -> int:
    """Minutes by which every day would have to be longer, in quarters of an hour; 0 if that is no remedy."""
    days = calendar.open_days(season)
    spans = [end - start for day in days for start, end in calendar.sessions(day, season)]
    if not days or not comfortable:
        return 0
    a_day = sum(span.total_seconds() for span in spans) / 60 / len(days)
    more = ceil(a_day * (holders / comfortable - 1) / 15) * 15
    return more if a_day + more <= _LONGEST_DAY else 0


def _window_minutes(day: date, season: Season) -> float:
    opening = sum((end - start).total_seconds() for start, end in calendar.sessions(day, season)) / 60
    return calendar.windows(day, season) * opening
