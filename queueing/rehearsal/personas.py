"""The people of a rehearsal: who they are and how they behave. All numbers are assumptions (see
docs/rehearsal.md), drawn from one seeded generator in the order of the season, so that a seed gives one
season."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from queueing.people.csvread import HolderRow


@dataclass(frozen=True, slots=True)
class Punctual:
    """The share who come when booked, and minutes around the told time."""

    shows_up: float
    early_minutes: float
    spread_minutes: float


@dataclass(frozen=True, slots=True)
class Habits:
    """Shares and means of how people behave."""

    answers_invitation: float = 0.55
    answers_again: float = 0.45
    answer_days: float = 1.6
    uses_web: float = 0.25
    shows_up: float = 0.86
    early_minutes: float = 8.0
    spread_minutes: float = 12.0
    reminded: Punctual | None = None
    """how those come who read a reminder; None: as the others"""
    sends_proxy: float = 0.18
    changes_mind: float = 0.05
    cancels: float = 0.02
    writes_nonsense: float = 0.03
    says_thanks: float = 0.06
    asks_questions: float = 0.04
    delivered_twice: float = 0.01
    asks_home_visit: float = 0.08
    """of those aged 90 and more"""
    opts_out: float = 0.004
    walk_ins_a_day: float = 26.0
    walk_in_pool: int = 2000
    """with fewer left to collect, fewer come"""
    rumour_share: float = 0.02
    """of the uncollected, on each day of the rumour"""
    rumour_times: float = 1.0
    """so many times the usual walk-ins, on each day of the rumour"""
    takes_other_day: float = 0.8
    """of walk-ins who are offered one; the others insist, and are served the same day"""
    takes_later: float = 0.7
    """of walk-ins who are asked to come back later the same day; the others insist and wait"""
    slip_at_counter: float = 0.002
    answers_phone: float = 0.7


EARLIEST = 45.0
"""Minutes before the told time at which the first ones come."""


@dataclass(slots=True)
class Persona:
    """One holder."""

    card: str
    phone: str = field(repr=False)
    channel: str
    """How they book: "sms", "web" or "phone" (staff call them)."""
    band: str
    employer: str
    reached: bool = True
    coming: int = 0
    """The booking they mean to come for."""
    reminded: int = 0
    """The booking a reminder told them of."""


BOOK_TEXTS = (
    "预约",
    "我要预约",
    "你好，我想预约领卡",
    "约个时间",
    "预约一下谢谢",
    "預約",
    "预约。",
    "我想约后天上午",
    "约{weekday}上午",
    "下周三可以吗",
    "明天上午有时间吗",
    "{month}月{day}日下午",
    "想約個下午的",
)
CHOICE_TEXTS = ("{n}", "{n}", "{n}", "{n}。", "选{n}", "第{han}个", "{full}", "我选{n}，谢谢")
QUESTIONS = ("要带什么证件", "地址在哪", "旧卡还能用吗", "密码怎么改", "帮助", "孩子能代领吗", "几点上班")
NONSENSE = ("嗯呐", "？？", "在吗", "老张今天去不", "哦哦")
WEEKDAYS = ["周一", "周二", "周三", "周四", "周五"]


class Behaviour:
    """Draws what people do."""

    def __init__(self, random: Random, habits: Habits) -> None:
        self.random = random
        self.habits = habits
        self._days = random.getrandbits(64)

    def chance(self, share: float) -> bool:
        """Whether something of this probability happens."""
        return self.random.random() < share

    def persona(self, card: str, row: HolderRow) -> Persona:
        """How a holder of the list will behave."""
        phone = (
            row.phone
            if row.reachable_by_sms and row.phone.startswith("1")
            else row.contact_phone or row.phone
        )
        channel = "phone"
        if row.reachable_by_sms:
            channel = "web" if self.chance(self.habits.uses_web) else "sms"
        return Persona(card, phone, channel, row.age_band, row.employer or "")

    def answer_at(self, now: datetime) -> datetime:
        """When somebody gets round to answering, by day."""
        moment = now + timedelta(days=self.random.expovariate(1 / self.habits.answer_days))
        return self.daytime(moment)

    def soon(self, now: datetime) -> datetime:
        """Some minutes later, while an offer is certainly held."""
        return now + timedelta(minutes=1 + self.random.random() * 7)

    def daytime(self, moment: datetime) -> datetime:
        """The moment, moved into waking hours."""
        if 7 <= moment.hour < 21:
            return moment
        day = moment.date() + timedelta(days=moment.hour >= 21)
        return datetime.combine(day, time(7)) + timedelta(minutes=self.random.random() * 240)

    def arrival(self, told: datetime, reminded: bool) -> datetime | None:
        """When somebody who is told a time comes, some minutes early on average; None: not at all."""
        habits = self.habits
        how = habits.reminded if reminded and habits.reminded else habits
        if not self.chance(how.shows_up):
            return None
        offset = self.random.gauss(-how.early_minutes, how.spread_minutes)
        return told + timedelta(minutes=max(-EARLIEST, min(120.0, offset)))

    def book_text(self, today: date) -> str:
        """How people write when they want a time."""
        ahead = today + timedelta(days=self.random.randint(1, 6))
        text = self.random.choice(BOOK_TEXTS)
        return text.format(weekday=self.random.choice(WEEKDAYS), month=ahead.month, day=ahead.day)

    def choice_text(self, number: int) -> str:
        """How people write a choice."""
        return self.random.choice(CHOICE_TEXTS).format(
            n=number, han="零一二三"[number], full="０１２３"[number]
        )

    def pick(self, texts: tuple[str, ...]) -> str:
        """One of these texts."""
        return self.random.choice(texts)

    def walk_ins(self, day: date) -> float:
        """People who come unasked on a usual day: gamma, the same on a day whatever else is drawn before, so
        that rehearsals with parts of the crowd control left out can be compared."""
        return Random(f"{self._days}/{day}").gammavariate(4, self.habits.walk_ins_a_day / 4)

    def service_minutes(self, mean: float) -> float:
        """A service time: gamma, coefficient of variation one half (as in the measurements for this
        branch's model)."""
        return self.random.gammavariate(4.0, mean / 4.0)
