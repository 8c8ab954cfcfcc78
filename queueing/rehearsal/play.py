"""Playing a season on a simulated clock through the public entrances: messages by SMS, the commands of web
forms, the counter's actions. The log, the projections, the outbox and the policies are the real ones; only
the people and the clock are made up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from queueing.log.lockstep import lockstep
from queueing.policies import runner
from queueing.policies.pacing import tell_everybody
from queueing.projections.runner import Projector
from queueing.rehearsal.counter import Counter
from queueing.rehearsal.employers import Employers
from queueing.rehearsal.holders import Holders
from queueing.rehearsal.stage import Stage
from queueing.season.calendar import sessions
from queueing.sms.gateways.local import LocalGateway
from queueing.sms.inbound import receive_many
from queueing.sms.outbox import send_all

STEP = timedelta(minutes=5)
PUMP_MINUTES = 20
"""How often messages come in, leave and are read; offers are held longer than that."""
NEVER_YET, NEVER = datetime(1970, 1, 1), datetime(9999, 1, 1)

ALARM, HALL = "raise_the_alarm_when_many_come_unasked", "watch_how_full_the_hall_will_be"
EVERY_STEP = (ALARM, HALL)
EVERY_QUARTER = ("record_no_shows_after_the_grace",)
PACED = ("invite_while_places_are_free", "sweep_everybody_uncollected")
_PART_OF = {"compute_limits_in_the_evening": "limits", ALARM: "control", HALL: "control"}
"""The part of crowd control that a policy belongs to."""
DAILY: dict[time, tuple[str, ...]] = {
    time(7, 0): ("close_the_season_after_its_last_day",),
    time(8, 0): ("open_waves_when_their_day_comes", "start_the_sweep_on_its_day"),
    time(8, 30): ("write_to_employers_in_time",),
    time(9, 0): ("invite_while_places_are_free",),
    time(14, 0): ("invite_while_places_are_free",),
    time(18, 30): ("activate_what_was_handed_over",),
    time(18, 40): ("compute_limits_in_the_evening",),
    time(19, 0): ("end_visits_when_the_day_is_over", "close_waves_when_all_are_invited"),
    **{time(hour, 20): ("sweep_everybody_uncollected",) for hour in range(8, 20)},
}


@dataclass(slots=True)
class Play:
    """A season on its stage. `rumour` are the days on which a rumour sends people to the branch unasked."""

    stage: Stage
    sending: Projector
    """Keeps up what sending needs."""
    showing: Projector
    """Keeps up what is only looked at; in the evening is soon enough."""
    rumour: tuple[date, ...]
    without: frozenset[str] = frozenset()
    """Parts of crowd control left out."""
    _counter: Counter = field(init=False)
    _holders: Holders = field(init=False)
    _employers: Employers = field(init=False)
    _gateway: LocalGateway = field(init=False)
    _read_up_to: int = 0
    _projected: int = -1
    _heard: bool = False
    _next_due: datetime = NEVER_YET

    def __post_init__(self) -> None:
        system, behaviour = self.stage.system, self.stage.behaviour
        capacity = system.season.capacity
        first_come = "order" in self.without
        self._counter = Counter(system, behaviour, capacity.windows, capacity.service_minutes, first_come)
        self._holders = Holders(self.stage, self._counter)
        self._employers = Employers(system, behaviour, self.stage.at)
        self._gateway = LocalGateway(system.pool, self.stage.clock)

    def until(self, end: datetime, progress: Callable[[datetime], None] = lambda now: None) -> None:
        """Play up to a moment, a day at a time."""
        clock = self.stage.clock
        while clock.now < end:
            day = clock.now.date()
            progress(clock.now)
            hours = sessions(day, self.stage.system.season)
            self._begin_day(day, hours)
            self._play_day(min(end, datetime.combine(day + timedelta(days=1), time())), hours)

    def close(self) -> None:
        """Give the projectors' connections back."""
        self.sending.close()
        self.showing.close()

    def _begin_day(self, day: date, hours: list[tuple[datetime, datetime]]) -> None:
        self._employers.work_day(day)
        self._counter.begin_day(hours)
        if hours:
            self._holders.come_unasked(day, hours, rumour=day in self.rumour)
            self._holders.home_visits(day)
            self.stage.at(datetime.combine(day, time(9, 30)), self._holders.phone_calls)
        for moment, names in DAILY.items():
            when = datetime.combine(day, moment)
            self.stage.at(when, partial(self._policies, names))

    def _play_day(self, end: datetime, hours: list[tuple[datetime, datetime]]) -> None:
        clock = self.stage.clock
        opens = hours[0][0] - timedelta(minutes=45) if hours else NEVER
        shuts = hours[-1][1] + timedelta(minutes=40) if hours else NEVER_YET
        while clock.now < end:
            step_end = min(end, clock.now + STEP)
            self.stage.due(step_end)
            if opens <= clock.now < shuts:
                self._serve(step_end)
            if step_end.minute % PUMP_MINUTES == 0 or step_end == end:
                self._pump(step_end)
            clock.now = step_end
        self.showing.catch_up()
        if end.time() == time():
            self._counter.drop_day()

    def _serve(self, step_end: datetime) -> None:
        self._counter.step(step_end)
        self._policies(EVERY_STEP, step_end)
        if step_end.minute % 15 == 0:
            self._policies(EVERY_QUARTER, step_end)
        turned, self._counter.turned = self._counter.turned, []
        lockstep(self.stage.system.desk, [self._holders.turned_away(offered, step_end) for offered in turned])

    def _policies(self, names: tuple[str, ...], now: datetime) -> None:
        for name in names:
            if name in PACED and "pacing" in self.without:
                self._tell_everybody(now)
            elif _PART_OF.get(name) not in self.without:
                runner.run(self.stage.system, name, now)

    def _tell_everybody(self, now: datetime) -> None:
        system = self.stage.system
        with system.desk.view() as state:
            commands = tell_everybody(state, system.season, now)
        for command in commands:
            system.desk.handle(command, by="system", via="system", now=now)

    @property
    def without_seat(self) -> int:
        """Times that somebody asked for a place and none was free."""
        return self._holders.without_seat

    @property
    def unheard(self) -> int:
        """People who came and got neither a ticket nor another day."""
        return self._counter.unheard

    def _pump(self, now: datetime) -> None:
        """What people wrote comes in, projections catch up, what is due leaves, and people read what they
        got."""
        system, clock = self.stage.system, self.stage.clock
        texts, self.stage.texts = self.stage.texts, []
        if texts:
            receive_many(system, texts, now)
        clock.now = now
        position = system.desk.position
        if position != self._projected:
            self.sending.catch_up()
            self._projected = position
        elif not texts and now < self._next_due:
            return
        if send_all(system, self._gateway, now):
            self._read(now)
        self._next_due = self._when_next()

    def _when_next(self) -> datetime:
        """When the next message will be due, as far as is known."""
        with self.stage.system.pool.connection() as connection:
            row = connection.execute("SELECT min(due_at) FROM messages WHERE state = 'due'").fetchone()
        return row[0] if row and isinstance(row[0], datetime) else NEVER

    def _read(self, now: datetime) -> None:
        with self.stage.system.pool.connection() as connection:
            rows = connection.execute(
                "SELECT l.number, l.card, m.template, m.params FROM local_messages AS l"
                " JOIN messages AS m USING (ref) WHERE l.number > %s AND l.direction = 'out'"
                " ORDER BY l.number",
                (self._read_up_to,),
            ).fetchall()
        for number, card, template, params in rows:
            self._read_up_to = max(self._read_up_to, int(str(number)))
            self._holders.read(str(card), str(template), params if isinstance(params, dict) else {}, now)
