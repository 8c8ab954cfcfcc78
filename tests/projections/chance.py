"""Commands by chance, most of them sensible: what the rules let through is a history of its own each seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

from queueing.domain import Command, Context, Event, Refusal, State, decide, evolve
from queueing.domain import booking as b
from queueing.domain import counter as c
from queueing.domain import disputes as ds
from queueing.domain import employers as em
from queueing.domain import events as e
from queueing.domain import handover as ho
from queueing.domain import holders as h
from queueing.domain import limits as li
from queueing.domain import offers as o
from queueing.domain import pacing as pc
from queueing.domain import plan_undo as pu
from queueing.domain import plans as p
from queueing.domain import reassure as re
from queueing.domain import season as s
from queueing.domain import walkins as wi
from queueing.domain import waves as w
from queueing.domain.state import Card
from queueing.domain.walkin_offer import Seen
from tests.domain.harness import BRANCH, t

DAYS = ("05-17", "05-18", "06-05", "06-06", "07-02", "07-03")
TIMES = ("0900", "0915", "0930", "1400")
EMPLOYERS = ("e1", "e2", "e3")
COHORTS = ("getihu", "jumin", "danwei")
CHANNELS = ("sms", "web", "phone", "counter", "system")


def season(cards: int) -> list[Command]:
    """What a season begins with."""
    starts = [datetime.strptime(f"2018-{day} {time}", "%Y-%m-%d %H%M") for day in DAYS for time in TIMES]
    slots = tuple(
        s.NewSlot(
            f"{start:%Y%m%d-%H%M}",
            start,
            start + timedelta(minutes=15),
            6,
            5,
            2,
            {},
            start - timedelta(days=1),
        )
        for start in starts
    )
    waves = (
        e.WavePlan(wave="may", opens=date(2018, 5, 16), cohorts=("getihu", "danwei")),
        e.WavePlan(wave="june", opens=date(2018, 6, 1), cohorts=("jumin",)),
    )
    selves = (h.NewCard(f"c{n:03d}", COHORTS[n % 2], "self", band="70") for n in range(cards))
    theirs = (h.NewCard(f"d{n:03d}", "danwei", "employer", EMPLOYERS[n % 2]) for n in range(cards // 3))
    return [
        s.OpenSeason(
            season="2018",
            first_day=date(2018, 5, 16),
            last_day=date(2018, 7, 31),
            sweep_day=date(2018, 7, 1),
            waves=waves,
            rules=e.Rules(sweep_every_days=1, phone_list_after=1, recall_after_days=1),
            windows=2,
            slots=slots,
        ),
        em.RegisterEmployers(tuple((name, f"单位{name}") for name in EMPLOYERS)),
        h.RegisterCards((*selves, *theirs)),
    ]


class Chance:
    """A branch where things happen by chance. `state` is what came of them."""

    def __init__(self, seed: int, cards: int = 60) -> None:
        self.state = State()
        self.now = t("05-15 08:00")
        self._pick = random.Random(seed)
        self._begin = season(cards)
        self._days = [t(f"{day} 08:40") for day in DAYS]

    def step(self) -> list[Event]:
        """Some time passes, somebody asks for something, and perhaps something happens."""
        if self._begin:
            return self._ask(self._begin.pop(0))
        if self._pick.random() < 0.003 and self._days:
            self.now = max(self.now, self._days.pop(0))
        else:
            self.now += timedelta(seconds=self._pick.randrange(60))
        return self._ask(self._command())

    def events(self, steps: int) -> list[Event]:
        """What happens in so many steps."""
        return [event for _ in range(steps) for event in self.step()]

    def _ask(self, command: Command) -> list[Event]:
        by = self._pick.choice(("holder", "staff:li", "system"))
        context = Context(BRANCH, self.now, by, self._pick.choice(CHANNELS))
        try:
            events = decide(command, self.state, context)
        except Refusal:
            return []
        for event in events:
            evolve(self.state, event)
        return events

    def _command(self) -> Command:
        kind = self._pick.choices(
            (self._booking, self._counter, self._staff, self._employer, self._crowd), (18, 24, 6, 2, 1)
        )
        return kind[0]()

    def _one(self, *makers: Callable[[], Command]) -> Command:
        return self._pick.choice(makers)()

    def _card(self, like: Callable[[Card], object] = lambda card: True) -> str:
        """A card like this, if there is one; else any."""
        cards = self.state.cards
        return self._pick.choice([name for name, card in cards.items() if like(card)] or list(cards))

    def _slot(self) -> str:
        """A slot of the next two days there are."""
        days = [day for day in sorted(self.state.days) if day >= self.now.date()] or sorted(self.state.days)
        return self._pick.choice(self.state.days[self._pick.choice(days[:2])])

    def _booking(self) -> Command:
        booked = self._card(lambda card: card.booking)
        missed = self._card(lambda card: card.booking and card.booking.told < self.now and not card.visit)
        booking = self.state.cards[missed].booking
        free = self._card(lambda card: not (card.booking or card.done or card.erased))
        return self._one(
            lambda: b.BookSlot(free, self._slot()),
            lambda: b.BookSlot(free, self._slot()),
            lambda: b.MoveBooking(booked, self._slot()),
            lambda: b.CancelBooking(booked),
            lambda: o.OfferSlots(free),
            lambda: b.RecordNoShow(missed, booking.number if booking else 0),
            lambda: b.RecordNoShow(missed, booking.number if booking else 0),
            lambda: b.UndoNoShow(self._card(lambda card: card.no_shows), "看错了"),
        )

    def _counter(self) -> Command:
        due = self._card(lambda card: card.booking and card.booking.told.date() == self.now.date())
        here = self._card(lambda card: card.visit)
        served = self._card(lambda card: card.done and not card.activated)
        window = self._pick.choice("12")
        how = self._pick.choice(("self", "proxy", "home"))
        happened = self._pick.choice((None, None, None, self.now - timedelta(days=1)))
        return self._one(
            lambda: c.ArriveHolder(due),
            lambda: c.ArriveHolder(due, (0, 5)),
            lambda: c.TicketWalkIn(self._card(), (5, 15)),
            lambda: c.TicketWalkIn(self._card(), seen=Seen(self._pick.choice(("amber", "red")))),
            lambda: c.TicketWalkIn(self._pick.choice((here, self._card())), (0, 5), override="有难处"),
            lambda: c.CallNext(window),
            lambda: c.CallHolder(here, window),
            lambda: c.WithdrawCall(here),
            lambda: ho.HandOver(here, how, True, True, happened=happened),
            lambda: ho.HandOver(self._rarely(due), how, True, True, happened=happened),
            lambda: ho.UndoCollection(served, "按错了"),
            lambda: ho.UndoCollection(served, "按错了"),
            lambda: c.EndVisit(here),
            lambda: c.UndoArrival(here, "点错了人"),
            lambda: ho.SetAside(self._rarely(here)),
            lambda: ho.ReplaceCard(self._card(lambda card: card.place == "defective")),
            lambda: ho.ActivateCards((self._rarely(served),)),
            lambda: ds.DisputeHandOver(self._rarely(served), how, self.now, "collected"),
            lambda: ds.SettleDispute(self._card(lambda card: bool(card.disputes)), "查清了"),
        )

    def _rarely(self, card: str) -> str:
        """The card, or mostly one that nothing will come of."""
        return card if self._pick.random() < 0.2 else "nobody"

    def _staff(self) -> Command:
        card = self._card()
        cards = tuple(self._card() for _ in range(3))
        limits = {self._slot(): (self._pick.randrange(5), 1)}
        new = h.NewCard(self._card(), self._pick.choice(COHORTS), "self")
        theirs = h.NewCard(self._card(), "danwei", "employer", self._pick.choice(EMPLOYERS))
        return self._one(
            lambda: h.OptOut(card),
            lambda: h.OptIn(card),
            lambda: h.TellWait(card, 5, 15),
            lambda: h.ChangeContact(card, self._pick.random() < 0.5),
            lambda: h.MarkUnreachable(card, "空号"),
            lambda: h.ListForPhone(card, "asked"),
            lambda: h.FinishPhoneCall(card, self._pick.choice(("told", "no_answer"))),
            lambda: h.RequestHomeVisit(card),
            lambda: h.EraseHolder(self._rarely(card)),
            lambda: h.RegisterCards((new,)),
            lambda: h.RegisterCards((theirs,)),
            lambda: w.OpenWave(self._pick.choice(("may", "june"))),
            lambda: w.CloseWave("may"),
            lambda: w.InviteHolders("may", cards, self._pick.random() < 0.5, self.state.facts.batches),
            lambda: w.StartSweep(),
            lambda: re.ReassureHolders(cards),
            lambda: re.SuggestAnotherTime(
                self._card(lambda one: one.booking and one.booking.told > self.now)
            ),
            lambda: w.SweepHolders(self.state.facts.sweep_round, cards, self.state.facts.batches),
            lambda: w.ReleaseCards(cards, "单位已注销"),
            lambda: s.CloseSlots((self._slot(),), "停电"),
            lambda: s.ReopenSlots((self._slot(),), "来电"),
            lambda: s.ChangeCapacity(limits, "少一个窗口"),
            lambda: s.ChangeWindows(self._pick.randrange(1, 5)),
            self._plan,
            lambda: pu.UndoPlan(self._pick.choice(list(self.state.plans) or ["1"]), "来电"),
        )

    def _crowd(self) -> Command:
        slots = (self._slot(), self._slot())
        number = self.state.facts.batches + 1
        resume = pc.ResumeInvitations("继续")
        return self._one(
            lambda: pc.PlanBatch(number, "wave", 3, 9, 40, 1.0, 0.55, 0.85, "room"),
            lambda: pc.PlanBatch(number, "sweep", 3, 9, 40, 1.0, 0.55, 1.0, "most"),
            lambda: pc.PauseInvitations("等补卡") if self._pick.random() < 0.1 else resume,
            lambda: resume,
            lambda: pc.ChangePace(self._pick.choice((0.0, 0.5)), 0, "慢一点"),
            lambda: wi.SetWalkInQuota(self._pick.randrange(20, 40), "传言"),
            lambda: wi.SwitchWalkInControl(self._pick.choice((True, False)), "试"),
            lambda: wi.NoteHall(self._pick.choice(("green", "amber", "red")), 12.0, 2),
            lambda: wi.RaiseRumourAlarm(30, 8.0),
            lambda: li.PinLimits(slots, "照顾高龄"),
            lambda: li.ReleaseLimits(slots, "恢复"),
            lambda: li.SwitchOverbooking(self._pick.random() < 0.5, "大厅太满"),
        )

    def _plan(self) -> Command:
        slot = self._slot()
        limits = {self._slot(): (3, self._pick.randrange(1, 5), 1)}
        windows = {self.now.date(): self._pick.randrange(1, 5)}
        return p.ChangePlan("少人", (slot,), (self._slot(),), limits=limits, pinned=(slot,), windows=windows)

    def _employer(self) -> Command:
        name = self._pick.choice(EMPLOYERS)
        held = self.state.employers[name].held
        issued = tuple(card for card in held if self._pick.random() < 0.6)
        returned = tuple(card for card in held if card not in issued)
        some = em.to_hand_over(self.state, name)[: self._pick.randrange(1, 4)]
        return self._one(
            lambda: em.CallEmployer(name, self._pick.choice(("answered", "no_answer"))),
            lambda: em.AppointEmployer(name, self.now + timedelta(days=1)),
            lambda: em.HandToEmployer(name, True, "company", some),
            lambda: em.ReturnRoster(name, issued, returned),
            lambda: em.RemindEmployer(name, "roster"),
            lambda: em.ProposeRecall(name),
            lambda: em.RecallCards(name),
        )
