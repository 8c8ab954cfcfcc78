"""The employers of a rehearsal: called, appointed, handed over, and the roster back, sometimes late,
sometimes wrong at first, sometimes never."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial

from queueing.domain import Command
from queueing.domain.employers import AppointEmployer, CallEmployer, HandToEmployer, ReturnRoster
from queueing.log.lockstep import Ask, Dialogue
from queueing.rehearsal.personas import Behaviour
from queueing.rehearsal.stage import Action
from queueing.season.calendar import is_working_day, next_open_day
from queueing.system import System

CALLS_A_DAY = 14
NEVER_COMES = 0.03
WRONG_AT_FIRST = 0.06
LATE = 0.05
ISSUED = 0.94

At = Callable[[datetime, Action], None]


class Employers:
    """Plays the bank's calls and the clerks' visits. `at` puts something on the rehearsal's agenda."""

    def __init__(self, system: System, behaviour: Behaviour, at: At) -> None:
        self._system = system
        self._behaviour = behaviour
        self._at = at
        with system.desk.view() as state:
            employers = [employer for employer in state.employers if state.employers[employer].cards]
        self._to_call = employers
        self._never = {employer for employer in employers if behaviour.chance(NEVER_COMES)}

    def work_day(self, day: date) -> None:
        """The bank's calls of a day."""
        if not is_working_day(day, self._system.season):
            return
        calls, self._to_call = self._to_call[:CALLS_A_DAY], self._to_call[CALLS_A_DAY:]
        for number, employer in enumerate(calls):
            moment = datetime.combine(day, time(8, 40)) + timedelta(minutes=12 * number)
            self._at(moment, partial(self._call, employer))

    def _call(self, employer: str, now: datetime) -> Dialogue[None]:
        answered = self._behaviour.chance(0.85) and employer not in self._never
        yield _ask(CallEmployer(employer, "answered" if answered else "no_answer"), now)
        if not answered:
            if employer not in self._never:
                self._to_call.append(employer)
            return
        random, season = self._behaviour.random, self._system.season
        day = next_open_day(now.date() + timedelta(days=random.randint(1, 4)), season)
        if day is None:
            return
        when = datetime.combine(day, time(14)) + timedelta(minutes=10 * random.randint(0, 15))
        yield _ask(AppointEmployer(employer, when), now)
        self._at(when, lambda moment: self._hand_over(employer, moment))

    def _hand_over(self, employer: str, now: datetime) -> Dialogue[None]:
        yield _ask(HandToEmployer(employer, True, self._behaviour.random.choice(("company", "finance"))), now)
        days = self._behaviour.random.randint(5, 24)
        if self._behaviour.chance(LATE):
            days += 45
        day = next_open_day(now.date() + timedelta(days=days), self._system.season)
        if day is not None:
            self._at(datetime.combine(day, time(10, 15)), lambda moment: self._return(employer, moment))

    def _return(self, employer: str, now: datetime) -> Dialogue[None]:
        with self._system.desk.view() as state:
            held = state.employers[employer].held
        issued = tuple(card for card in held if self._behaviour.chance(ISSUED))
        returned = tuple(card for card in held if card not in set(issued))
        if held and self._behaviour.chance(WRONG_AT_FIRST):
            yield _ask(ReturnRoster(employer, issued, returned[:-1] if returned else held[:1]), now)
        yield _ask(ReturnRoster(employer, issued, returned), now + timedelta(minutes=10))


def _ask(command: Command, now: datetime) -> Ask:
    return Ask(command, "staff:counter", "counter", now)
