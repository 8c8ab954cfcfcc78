"""Playing a season on a simulated clock through the public entrances: messages by SMS, the commands of web
forms, the counter's actions. The log, the projections, the outbox and the policies are the real ones; only
the people and the clock are made up."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from queueing.domain import Command, Refusal
from queueing.domain import events as e
from queueing.domain.booking import BookSlot
from queueing.domain.counter import HandOver
from queueing.domain.holders import FinishPhoneCall
from queueing.domain.offers import OfferSlots
from queueing.policies import runner
from queueing.projections.runner import Projector
from queueing.rehearsal.counter import Counter
from queueing.rehearsal.employers import Employers
from queueing.rehearsal.personas import NONSENSE, QUESTIONS, Behaviour, Persona
from queueing.season.calendar import sessions
from queueing.sms.gateways.local import LocalGateway
from queueing.sms.inbound import Inbound, receive_many
from queueing.sms.outbox import send_all
from queueing.system import System

STEP = timedelta(minutes=5)
PHONE_CALLS_A_DAY = 60
RUMOUR = (date(2018, 5, 21), date(2018, 5, 22), date(2018, 5, 23))

HOURLY = ("sweep_everybody_uncollected",)
EVERY_QUARTER = ("record_no_shows_after_the_grace",)
DAILY: dict[time, tuple[str, ...]] = {
    time(8, 0): ("open_waves_when_their_day_comes", "start_the_sweep_on_its_day"),
    time(8, 30): ("write_to_employers_in_time",),
    time(9, 0): ("invite_while_places_are_free",),
    time(14, 0): ("invite_while_places_are_free",),
    time(18, 30): ("activate_what_was_handed_over",),
    time(19, 0): ("end_visits_when_the_day_is_over", "close_waves_when_all_are_invited"),
    time(7, 0): ("close_the_season_after_its_last_day",),
}


class RehearsalClock:
    """A clock that is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The time it was set to."""
        return self.now


@dataclass(slots=True)
class Play:
    """A season being played. `rumour` are the days on which a rumour sends people to the branch unasked."""

    system: System
    clock: RehearsalClock
    projector: Projector
    behaviour: Behaviour
    personas: dict[str, Persona]
    rumour: tuple[date, ...] = RUMOUR
    agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    texts: list[Inbound] = field(default_factory=list)
    number: Any = field(default_factory=lambda: itertools.count(1))
    seen: int = 0
    pumped: int = -1
    counter: Counter = field(init=False)
    employers: Employers = field(init=False)
    gateway: LocalGateway = field(init=False)

    def __post_init__(self) -> None:
        capacity = self.system.season.capacity
        self.counter = Counter(self.system, self.behaviour, capacity.windows, capacity.service_minutes)
        self.employers = Employers(self.system, self.behaviour, self.at)
        self.gateway = LocalGateway(self.system.pool, self.clock)

    def at(self, when: datetime, action: Callable[[datetime], None]) -> None:
        """Put something on the agenda."""
        heapq.heappush(self.agenda, (when, next(self.number), action))

    def until(self, end: datetime, progress: Callable[[datetime], None] = lambda now: None) -> None:
        """Play up to a moment, a day at a time."""
        while self.clock.now < end:
            day = self.clock.now.date()
            progress(self.clock.now)
            self._begin_day(day)
            midnight = datetime.combine(day + timedelta(days=1), time())
            self._play_day(min(end, midnight))

    # --- a day ---

    def _begin_day(self, day: date) -> None:
        self.employers.work_day(day)
        if self._open(day):
            self._plan_walk_ins(day)
            self.at(datetime.combine(day, time(9, 30)), self._phone_calls)
        for moment, names in DAILY.items():
            self.at(datetime.combine(day, moment), lambda now, names=names: self._policies(names, now))
        for hour in range(8, 20):
            self.at(datetime.combine(day, time(hour, 20)), lambda now: self._policies(HOURLY, now))

    def _open(self, day: date) -> list[tuple[datetime, datetime]]:
        return sessions(day, self.system.season)

    def _play_day(self, end: datetime) -> None:
        hours = self._open(self.clock.now.date())
        opens = hours[0][0] - timedelta(minutes=45) if hours else None
        shuts = hours[-1][1] + timedelta(minutes=40) if hours else None
        while self.clock.now < end:
            step_end = min(end, self.clock.now + STEP)
            self._due(step_end)
            if opens and shuts and opens <= self.clock.now < shuts:
                self._serve(step_end)
            elif self.counter.busy():
                self.counter.step(step_end)
            self._speak(step_end)
            self._pump(step_end)
            self.clock.now = step_end
        self.counter.drop_day()

    def _serve(self, step_end: datetime) -> None:
        self.counter.step(step_end)
        if step_end.minute % 15 == 0:
            self._policies(EVERY_QUARTER, step_end)
        turned, self.counter.turned = self.counter.turned, []
        for offered in turned:
            self._turned_away(offered, step_end)

    def _turned_away(self, offered: e.SlotsOffered, now: datetime) -> None:
        """Today has no room; most take one of the places kept for them."""
        if self.behaviour.chance(self.behaviour.habits.takes_other_day):
            slot = self.behaviour.random.choice(offered.slots)
            self._booked(self._ask(BookSlot(offered.card, slot), now, "staff:counter", "counter"))

    def _due(self, until: datetime) -> None:
        while self.agenda and self.agenda[0][0] < until:
            when, _, action = heapq.heappop(self.agenda)
            action(max(when, self.clock.now))

    def _policies(self, names: tuple[str, ...], now: datetime) -> None:
        for name in names:
            runner.run(self.system, name, now)

    # --- messages ---

    def _speak(self, now: datetime) -> None:
        """Messages written in this step come in together."""
        texts, self.texts = self.texts, []
        if texts:
            receive_many(self.system, texts, now)

    def _write(self, card: str, text: str) -> None:
        """Somebody sends a message (now and then the network delivers it twice)."""
        message = Inbound(self.personas[card].phone, text, f"r{next(self.number)}")
        self.texts.append(message)
        if self.behaviour.chance(self.behaviour.habits.delivered_twice):
            self.texts.append(message)

    def _pump(self, now: datetime) -> None:
        """Projections catch up, what is due leaves, and people read what they got."""
        before = self.system.desk.position
        if before != self.pumped:
            self.projector.catch_up()
            self.pumped = before
        self.clock.now = now
        send_all(self.system, self.gateway, now)
        self._read(now)

    def _read(self, now: datetime) -> None:
        with self.system.pool.connection() as connection:
            rows = connection.execute(
                "SELECT l.number, l.card, m.template, m.params FROM local_messages AS l JOIN messages AS m"
                " USING (ref)"
                " WHERE l.number > %s AND l.direction = 'out' ORDER BY l.number",
                (self.seen,),
            ).fetchall()
        for number, card, template, params in rows:
            self.seen = max(self.seen, int(str(number)))
            reaction = _REACTIONS.get(str(template))
            if reaction is not None and card in self.personas:
                reaction(
                    self, self.personas[str(card)], dict(params) if isinstance(params, dict) else {}, now
                )

    # --- what people do when they read ---

    def invited(self, who: Persona, params: dict[str, Any], now: datetime) -> None:
        """An invitation: some answer, after a while."""
        habits = self.behaviour.habits
        share = habits.answers_again if who.coming else habits.answers_invitation
        if who.band == "90" and self.behaviour.chance(habits.asks_home_visit):
            self.at(self.behaviour.answer_at(now), lambda _: self._write(who.card, "走不动了，能上门吗"))
        elif self.behaviour.chance(habits.opts_out):
            self.at(self.behaviour.answer_at(now), lambda _: self._write(who.card, "退订"))
        elif self.behaviour.chance(share):
            self.at(self.behaviour.answer_at(now), lambda when: self._wants_place(who, when))

    def _wants_place(self, who: Persona, now: datetime) -> None:
        habits = self.behaviour.habits
        if who.channel == "web":
            self._book_on_web(who, now)
        elif self.behaviour.chance(habits.writes_nonsense):
            self._write(who.card, self.behaviour.pick(NONSENSE))
            self.at(self.behaviour.soon(now), lambda _: self._write(who.card, "预约"))
        elif self.behaviour.chance(habits.asks_questions):
            self._write(who.card, self.behaviour.pick(QUESTIONS))
            self.at(self.behaviour.soon(now), lambda _: self._write(who.card, "预约"))
        else:
            self._write(who.card, self.behaviour.book_text(now.date()))

    def offered(self, who: Persona, params: dict[str, Any], now: datetime) -> None:
        """Places to choose from: most choose one."""
        slots = params.get("slots", [])
        if self.behaviour.chance(0.06):
            self.at(self.behaviour.soon(now), lambda _: self._write(who.card, "换一批"))
        elif self.behaviour.chance(0.95) and slots:
            number = self.behaviour.random.randint(1, len(slots))
            self.at(
                self.behaviour.soon(now), lambda _: self._write(who.card, self.behaviour.choice_text(number))
            )

    def whose(self, who: Persona, params: dict[str, Any], now: datetime) -> None:
        """Two cards on one phone: the number of one's own."""
        names = list(params.get("names", []))
        number = names.index(who.card) + 1 if who.card in names else 1
        self.at(self.behaviour.soon(now), lambda _: self._write(who.card, str(number)))

    def booked(self, who: Persona, params: dict[str, Any], now: datetime) -> None:
        """A booking: most mean to come; a few thank, change their mind or cancel."""
        told = datetime.fromisoformat(str(params["when"]))
        habits = self.behaviour.habits
        if who.channel == "sms" and self.behaviour.chance(habits.says_thanks):
            self.at(self.behaviour.soon(now), lambda _: self._write(who.card, "好的谢谢"))
        draw = self.behaviour.random.random()
        if who.channel == "sms" and draw < habits.changes_mind:
            self.at(self.behaviour.answer_at(now), lambda _: self._write(who.card, "改时间"))
        elif who.channel == "sms" and draw < habits.changes_mind + habits.cancels:
            self.at(self.behaviour.answer_at(now), lambda _: self._write(who.card, "来不了，取消"))
        self._means_to_come(who.card, told)

    def _means_to_come(self, card: str, told: datetime) -> None:
        """Whether and when somebody comes is drawn once a told time; only the latest one counts."""
        who = self.personas[card]
        who.coming += 1
        version = who.coming
        if self.behaviour.chance(self.behaviour.habits.shows_up):
            arrives = self.behaviour.arrival(told)
            self.at(arrives - timedelta(minutes=10), lambda now: self._sets_out(card, version, told, arrives))

    def _sets_out(self, card: str, version: int, told: datetime, arrives: datetime) -> None:
        with self.system.desk.view() as state:
            booking = state.cards[card].booking
        if self.personas[card].coming == version and booking is not None and booking.told == told:
            self.counter.expect(card, arrives)

    def missed(self, who: Persona, params: dict[str, Any], now: datetime) -> None:
        """A no-show is asked to choose again."""
        if self.behaviour.chance(self.behaviour.habits.answers_again):
            self.at(self.behaviour.answer_at(now), lambda when: self._wants_place(who, when))

    # --- other ways in ---

    def _book_on_web(self, who: Persona, now: datetime) -> None:
        events = self._ask(OfferSlots(who.card), now, "holder", "web")
        offered = next((event for event in events if isinstance(event, e.SlotsOffered)), None)
        if offered is not None:
            slot = self.behaviour.random.choice(offered.slots)
            self._booked(self._ask(BookSlot(who.card, slot), now + timedelta(minutes=2), "holder", "web"))

    def _booked(self, events: tuple[e.Event, ...]) -> None:
        """Those whom no message tells know the time all the same."""
        for event in events:
            if isinstance(event, e.SlotBooked) and not self._reads_messages(event.card):
                self._means_to_come(event.card, event.told)

    def _reads_messages(self, card: str) -> bool:
        with self.system.desk.view() as state:
            known = state.cards[card]
        return known.reach and not known.opted_out and not known.unreachable

    def _phone_calls(self, now: datetime) -> None:
        """Staff work through the phone list."""
        with self.system.desk.view() as state:
            listed = [c for c, card in state.cards.items() if card.phone_list and not card.done][
                :PHONE_CALLS_A_DAY
            ]
        for number, card in enumerate(listed):
            self.at(now + timedelta(minutes=4 * number), lambda when, card=card: self._phone(card, when))

    def _phone(self, card: str, now: datetime) -> None:
        with self.system.desk.view() as state:
            known = state.cards[card]
        if not self.behaviour.chance(self.behaviour.habits.answers_phone):
            self._ask(FinishPhoneCall(card, "no_answer"), now, "staff:counter", "phone")
            return
        if known.home_visit:
            visit = now + timedelta(hours=3)
            self.at(
                visit, lambda when: self._ask(HandOver(card, "home", True), when, "staff:counter", "phone")
            )
            self._ask(FinishPhoneCall(card, "told"), now, "staff:counter", "phone")
            return
        events = self._ask(OfferSlots(card), now, "staff:counter", "phone")
        offered = next((event for event in events if isinstance(event, e.SlotsOffered)), None)
        if offered is not None:
            slot = self.behaviour.random.choice(offered.slots)
            self._booked(self._ask(BookSlot(card, slot), now, "staff:counter", "phone"))
        self._ask(FinishPhoneCall(card, "booked" if offered else "told"), now, "staff:counter", "phone")

    def _plan_walk_ins(self, day: date) -> None:
        """People who come unasked: a few every day, many after a rumour."""
        with self.system.desk.view() as state:
            pool = [
                c
                for c, card in state.cards.items()
                if not card.done and card.channel == "self" and not card.erased
            ]
            home = [c for c, card in state.cards.items() if card.home_visit and not card.done]
        wanted = self.behaviour.random.gammavariate(4, self.behaviour.habits.walk_ins_a_day / 4)
        if day in self.rumour:
            wanted += len(pool) * self.behaviour.habits.rumour_share
        count = min(len(pool), int(wanted))
        hours = self._open(day)
        for card in self.behaviour.random.sample(pool, count):
            start, end = hours[0] if self.behaviour.chance(0.7) else hours[-1]
            share = self.behaviour.random.random() ** 1.6
            self.counter.expect(card, start + (end - start) * share)
        for card in home[:6]:
            when = datetime.combine(day, time(15)) + timedelta(minutes=self.behaviour.random.random() * 90)
            self.at(
                when,
                lambda now, card=card: self._ask(HandOver(card, "home", True), now, "staff:counter", "phone"),
            )

    def _ask(self, command: Command, now: datetime, by: str, via: str) -> tuple[e.Event, ...]:
        try:
            return self.system.desk.handle(command, by=by, via=via, now=now).events
        except Refusal:
            return ()


Reaction = Callable[[Play, Persona, dict[str, Any], datetime], None]
_REACTIONS: dict[str, Reaction] = {
    "invitation": Play.invited,
    "sweep_first": Play.invited,
    "sweep_repeat": Play.invited,
    "sweep_last": Play.invited,
    "no_show": Play.missed,
    "offers": Play.offered,
    "offer_gone": Play.offered,
    "whose": Play.whose,
    "booked": Play.booked,
    "moved": Play.booked,
    "slot_moved": Play.booked,
}
