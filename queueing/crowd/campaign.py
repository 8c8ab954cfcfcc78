"""A whole season of invitations, day by day: how a way of pacing them fills the seats.

A person invited answers with the response rate, after a delay; who answers takes a seat by the score that
offers are made by (calm and soon), or finds none and may try again tomorrow. Who does not come to the seat,
or does not answer, is invited again later. For ranking ways of pacing only: how frustrated people behave is
invented.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean

from queueing.crowd.pacing import LAG, next_batch, response, still_expected
from queueing.crowd.simulate import standard_error

CONSTANT, ORDER_UP_TO, ALL_AT_ONCE = "constant", "order-up-to", "all at once"
DAY_AWAY = 0.15
"""What a day of waiting for the seat counts for, in shares of a full day."""
POLICIES = (CONSTANT, ORDER_UP_TO, ALL_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A season: `people`, `seats` a day over `days`, of which the next `bookable` can be booked and the next
    `horizon` are to be filled. `response`:
    the true share who answer an invitation, `guess` the one assumed at first; `show`: of the booked, who
    come. Days until somebody who did not come or did not answer may be invited again; if the pool is empty
    while seats are free, silence is waited out only `soonest` days. `persistent`: of those who found no seat,
    who try again tomorrow; `turn_up`: who just come."""

    people: int = 20_000
    days: int = 60
    seats: int = 370
    horizon: int = 7
    bookable: int = 14
    response: float = 0.55
    guess: float = 0.70
    show: float = 0.85
    theta: float = 0.85
    after_no_show: int = 4
    after_silence: int = 10
    soonest: int = 4
    persistent: float = 0.7
    turn_up: float = 0.2


@dataclass(frozen=True, slots=True)
class Filled:
    """What a season came to: `filled` is the share of the seats that could be used (as many as there are
    people to use them) that were, `without_seat` the attempts that found none, `invitations` those sent a
    person, `worst_day` the people in the branch on the busiest day as a multiple of its seats;
    `filled_error` the standard error of `filled` over several seasons."""

    filled: float
    without_seat: int
    invitations: float
    worst_day: float
    filled_error: float = 0.0


class _Season:
    def __init__(self, campaign: Campaign, policy: str, seed: int) -> None:
        self.c, self.policy, self.random = campaign, policy, Random(seed)
        last = campaign.days + campaign.bookable + 1
        self.booked = [0] * last
        self.came = [0] * campaign.days
        self.crowd = [0] * campaign.days
        self.answers: list[Counter[int]] = [Counter() for _ in range(campaign.days + 200)]
        """By day, the answers arriving: day of the invitation -> people."""
        self.back = [0] * (campaign.days + 200)
        self.silent: deque[tuple[int, int]] = deque()
        self.waves: dict[int, list[int]] = {}
        """Day -> invited and booked since."""
        self.fresh, self.retrying, self.without_seat = campaign.people, 0, 0

    def run(self) -> Filled:
        for day in range(self.c.days):
            self.fresh += self.back[day]
            self._release(day, self.c.after_silence)
            self._invite(day)
            self._book(day)
            self._come(day)
        usable = min(self.c.people, self.c.seats * self.c.days * self.c.show)
        sent = sum(invited for invited, _ in self.waves.values())
        return Filled(
            filled=sum(self.came) / usable,
            without_seat=self.without_seat,
            invitations=sent / self.c.people,
            worst_day=max(self.crowd) / self.c.seats,
        )

    def _release(self, day: int, after: int) -> None:
        while self.silent and self.silent[0][0] <= day - after:
            self.fresh += self.silent.popleft()[1]

    def _invite(self, day: int) -> None:
        wanted = self._wanted(day)
        if wanted > self.fresh and self.policy == ORDER_UP_TO:
            self._release(day, self.c.soonest)
        size = min(wanted, self.fresh)
        if size <= 0:
            return
        answering = sum(self.random.random() < self.c.response for _ in range(size))
        for _ in range(answering):
            self.answers[day + self._delay()][day] += 1
        self.fresh -= size
        self.waves[day] = [size, 0]
        self.silent.append((day, size - answering))

    def _wanted(self, day: int) -> int:
        c = self.c
        if self.policy == ALL_AT_ONCE:
            return c.people
        if self.policy == CONSTANT:
            return round(c.seats / c.guess)
        free = sum(c.seats - self.booked[d] for d in self._open(day, c.horizon))
        seen = ((day - at, sent, got) for at, (sent, got) in self.waves.items())
        rate = response(seen, c.guess, later=still_expected).rate
        sent_by_age = {day - at: sent for at, (sent, _) in self.waves.items()}
        return next_batch(free, sent_by_age, theta=c.theta, response=rate, most=c.people).size

    def _open(self, day: int, ahead: int) -> range:
        return range(day, min(day + ahead, self.c.days - 1) + 1)

    def _delay(self) -> int:
        days = 0
        while self.random.random() < LAG:
            days += 1
        return days

    def _book(self, day: int) -> None:
        retrying, self.retrying = self.retrying, 0
        for wave, count in self.answers[day].items():
            got = sum(self._seat(day) for _ in range(count))
            self.waves[wave][1] += got
        for _ in range(retrying):
            self._seat(day)

    def _seat(self, day: int) -> bool:
        """Take a seat, on the day that is calm and soon; days beyond the horizon only when those are full."""
        c, booked = self.c, self.booked
        open_days = [d for d in self._open(day, c.bookable) if booked[d] < c.seats]
        if open_days:
            booked[min(open_days, key=lambda d: booked[d] / c.seats + DAY_AWAY * (d - day))] += 1
            return True
        self.without_seat += 1
        if self.random.random() < self.c.turn_up:
            self.crowd[min(day + 1, self.c.days - 1)] += 1
        if self.random.random() < self.c.persistent:
            self.retrying += 1
        else:
            self.back[day + self.c.after_silence] += 1
        return False

    def _come(self, day: int) -> None:
        came = sum(self.random.random() < self.c.show for _ in range(self.booked[day]))
        self.came[day] = came
        self.crowd[day] += came
        self.back[day + self.c.after_no_show] += self.booked[day] - came


def run(campaign: Campaign, policy: str, seed: int = 1) -> Filled:
    """One season under a policy."""
    return _Season(campaign, policy, seed).run()


def average(runs: Sequence[Filled]) -> Filled:
    """The means of several seasons."""
    return Filled(
        fmean(one.filled for one in runs),
        round(fmean(one.without_seat for one in runs)),
        fmean(one.invitations for one in runs),
        fmean(one.worst_day for one in runs),
        standard_error([one.filled for one in runs]),
    )
