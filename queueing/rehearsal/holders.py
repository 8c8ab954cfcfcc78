"""What holders do: read messages and answer, book on the web, take calls, come unasked, set out for the
branch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from queueing.domain import events as e
from queueing.domain.booking import BookSlot
from queueing.domain.handover import HandOver
from queueing.domain.holders import FinishPhoneCall
from queueing.domain.offers import OfferSlots
from queueing.domain.refusals import NothingFree
from queueing.log import Outcome
from queueing.log.lockstep import Answered, Ask, Dialogue
from queueing.rehearsal.counter import Counter
from queueing.rehearsal.personas import EARLIEST, NONSENSE, QUESTIONS, Persona
from queueing.rehearsal.stage import Stage

PHONE_CALLS_A_DAY = 60
HOME_VISITS_A_DAY = 6
STAFF = "staff:counter"


class Holders:
    """The holders on a stage; whoever sets out is expected at the counter."""

    def __init__(self, stage: Stage, counter: Counter) -> None:
        self.without_seat = 0
        self._stage = stage
        self._counter = counter
        self._chance = stage.behaviour.chance
        self._habits = stage.behaviour.habits

    # --- reading messages ---

    def read(self, card: str, template: str, params: dict[str, Any], now: datetime) -> None:
        """Somebody reads a message and perhaps does something about it."""
        reaction = _REACTIONS.get(template)
        if reaction is not None and card in self._stage.personas:
            reaction(self, self._stage.personas[card], params, now)

    def _say_later(self, who: Persona, text: str, when: datetime) -> None:
        self._stage.at(when, lambda _: self._stage.write(who.card, text))

    def invited(self, who: Persona, params: dict[str, Any], now: datetime) -> None:
        """An invitation: some answer, after a while."""
        later = self._stage.behaviour.answer_at(now)
        share = self._habits.answers_again if who.coming else self._habits.answers_invitation
        if who.band == "90" and self._chance(self._habits.asks_home_visit):
            self._say_later(who, "走不动了，能上门吗", later)
        elif self._chance(self._habits.opts_out):
            self._say_later(who, "退订", later)
        elif self._chance(share):
            self._stage.at(later, lambda when: self._wants_place(who, when))

    def _wants_place(self, who: Persona, now: datetime) -> Dialogue[None] | None:
        behaviour = self._stage.behaviour
        if who.channel == "web":
            return self._book_on_web(who.card, now)
        text = behaviour.book_text(now.date())
        if self._chance(self._habits.writes_nonsense):
            text = behaviour.pick(NONSENSE)
            self._say_later(who, "预约", behaviour.soon(now))
        elif self._chance(self._habits.asks_questions):
            text = behaviour.pick(QUESTIONS)
            self._say_later(who, "预约", behaviour.soon(now))
        self._stage.write(who.card, text)
        return None

    def offered(self, who: Persona, params: dict[str, Any], now: datetime) -> None:
        """Places to choose from: most choose one, some ask for others, a few forget."""
        slots = params.get("slots", [])
        soon = self._stage.behaviour.soon(now)
        if self._chance(0.06):
            self._say_later(who, "换一批", soon)
        elif self._chance(0.95) and slots:
            number = self._stage.behaviour.random.randint(1, len(slots))
            self._say_later(who, self._stage.behaviour.choice_text(number), soon)

    def whose(self, who: Persona, params: dict[str, Any], now: datetime) -> None:
        """Two cards on one phone: the number of one's own."""
        names = list(params.get("names", []))
        number = names.index(who.card) + 1 if who.card in names else 1
        self._say_later(who, str(number), self._stage.behaviour.soon(now))

    def booked(self, who: Persona, params: dict[str, Any], now: datetime) -> None:
        """A booking: most mean to come; a few thank, change their mind or cancel."""
        if who.channel == "sms":
            if self._chance(self._habits.says_thanks):
                self._say_later(who, "好的谢谢", self._stage.behaviour.soon(now))
            if self._chance(self._habits.changes_mind):
                self._say_later(who, "改时间", self._stage.behaviour.answer_at(now))
            elif self._chance(self._habits.cancels):
                self._say_later(who, "来不了，取消", self._stage.behaviour.answer_at(now))
        self._means_to_come(who.card, datetime.fromisoformat(str(params["when"])))

    def missed(self, who: Persona, params: dict[str, Any], now: datetime) -> None:
        """A no-show is asked to choose again."""
        if self._chance(self._habits.answers_again):
            self._stage.at(self._stage.behaviour.answer_at(now), lambda when: self._wants_place(who, when))

    def reminded(self, who: Persona, params: dict[str, Any], now: datetime) -> None:
        """The day and the time are in mind again."""
        who.reminded = who.coming

    def no_seat(self, who: Persona, params: dict[str, Any], now: datetime) -> None:
        """Asked, and nothing was free."""
        self.without_seat += 1

    # --- coming ---

    def _means_to_come(self, card: str, told: datetime) -> None:
        """Whether and when somebody comes is drawn once a told time, shortly before it; only the latest one
        counts."""
        who = self._stage.personas[card]
        who.coming += 1
        version = who.coming
        ready = told - timedelta(minutes=EARLIEST + 15)
        self._stage.at(ready, lambda now: self._sets_out(who, version, told, now))

    def _sets_out(self, who: Persona, version: int, told: datetime, now: datetime) -> None:
        with self._stage.system.desk.view() as state:
            booking = state.cards[who.card].booking
        if who.coming == version and booking is not None and booking.told == told:
            arrives = self._stage.behaviour.arrival(told, who.reminded == version)
            if arrives is not None:
                self._counter.expect(who.card, max(arrives, now))

    def come_unasked(self, day: date, hours: list[tuple[datetime, datetime]], *, rumour: bool) -> None:
        """A few every day, many after a rumour; more of them in the morning, and early in it."""
        with self._stage.system.desk.view() as state:
            pool = [c for c, card in state.cards.items() if not card.done and card.channel == "self"]
        random = self._stage.behaviour.random
        wanted = self._stage.behaviour.walk_ins(day) * min(1.0, len(pool) / self._habits.walk_in_pool)
        if rumour:
            wanted = wanted * self._habits.rumour_times + len(pool) * self._habits.rumour_share
        for card in random.sample(pool, min(len(pool), int(wanted))):
            start, end = hours[0] if self._chance(0.7) else hours[-1]
            self._counter.expect(card, start + (end - start) * random.random() ** 1.6)

    # --- with staff ---

    def turned_away(self, offered: e.SlotsOffered, now: datetime) -> Dialogue[None]:
        """They take one of the places kept for them on other days."""
        slot = self._stage.behaviour.random.choice(offered.slots)
        self._booked((yield Ask(BookSlot(offered.card, slot), STAFF, "counter", now)))

    def phone_calls(self, now: datetime) -> None:
        """Staff work through the phone list."""
        with self._stage.system.desk.view() as state:
            listed = [c for c, card in state.cards.items() if card.phone_list and not card.done]
        for number, card in enumerate(listed[:PHONE_CALLS_A_DAY]):
            self._stage.at(now + timedelta(minutes=4 * number), partial(self._phone, card))

    def home_visits(self, day: date) -> None:
        """Staff go to those who can't come."""
        with self._stage.system.desk.view() as state:
            asked = [c for c, card in state.cards.items() if card.home_visit and not card.done]
        for number, card in enumerate(asked[:HOME_VISITS_A_DAY]):
            when = datetime.combine(day, time(15)) + timedelta(minutes=15 * number)
            self._stage.at(when, partial(self._home_visit, card))

    def _home_visit(self, card: str, now: datetime) -> Dialogue[None]:
        yield Ask(HandOver(card, "home", True), STAFF, "phone", now)

    def _phone(self, card: str, now: datetime) -> Dialogue[None]:
        with self._stage.system.desk.view() as state:
            home_visit = state.cards[card].home_visit
        if not self._chance(self._habits.answers_phone):
            outcome = "no_answer"
        elif home_visit:
            outcome = "told"
        else:
            booked = yield from self._choose_and_book(card, STAFF, "phone", now)
            outcome = "booked" if booked else "told"
        yield Ask(FinishPhoneCall(card, outcome), STAFF, "phone", now)

    def _book_on_web(self, card: str, now: datetime) -> Dialogue[None]:
        yield from self._choose_and_book(card, "holder", "web", now)

    def _choose_and_book(self, card: str, by: str, via: str, now: datetime) -> Dialogue[bool]:
        """Look at the places offered and take one; whether there were any."""
        answer = yield Ask(OfferSlots(card), by, via, now)
        offered = next((event for event in _events(answer) if isinstance(event, e.SlotsOffered)), None)
        if offered is None:
            self.without_seat += isinstance(answer, NothingFree)
            return False
        slot = self._stage.behaviour.random.choice(offered.slots)
        self._booked((yield Ask(BookSlot(card, slot), by, via, now + timedelta(minutes=2))))
        return True

    def _booked(self, answer: Answered) -> None:
        """Those whom no message tells know the time all the same."""
        for event in _events(answer):
            if isinstance(event, e.SlotBooked) and not self._reads_messages(event.card):
                self._means_to_come(event.card, event.told)

    def _reads_messages(self, card: str) -> bool:
        with self._stage.system.desk.view() as state:
            known = state.cards[card]
        return known.reach and not known.opted_out and not known.unreachable


def _events(answer: Answered) -> tuple[e.Event, ...]:
    """The events of an answer; none of a refusal."""
    return answer.events if isinstance(answer, Outcome) else ()


Reaction = Callable[[Holders, Persona, dict[str, Any], datetime], None]
_REACTIONS: dict[str, Reaction] = {
    "invitation": Holders.invited,
    "sweep_first": Holders.invited,
    "sweep_repeat": Holders.invited,
    "sweep_last": Holders.invited,
    "no_show": Holders.missed,
    "slot_closed": Holders.missed,
    "offers": Holders.offered,
    "offer_gone": Holders.offered,
    "offer_other_day": Holders.offered,
    "which_place": Holders.offered,
    "whose": Holders.whose,
    "no_slots": Holders.no_seat,
    "reminder_day": Holders.reminded,
    "reminder_soon": Holders.reminded,
    "booked": Holders.booked,
    "moved": Holders.booked,
    "slot_moved": Holders.booked,
}
