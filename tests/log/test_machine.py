"""Random days at one branch: three desks take random commands at the same time, a clock moves, connections
are lost, desks restart from snapshots. After each step a little model adds up the events of the log."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date, timedelta
from itertools import count
from typing import Any

import psycopg
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from queueing.domain import Command, Event, Refusal, State, evolve
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
from queueing.domain import reassure as re
from queueing.domain import season as s
from queueing.domain import walkins as wi
from queueing.domain import waves as w
from queueing.log import Desk, EventLog, LogUnavailable, Outcome
from queueing.log.codec import encode
from queueing.log.snapshots import Snapshots
from tests.domain.harness import frozen
from tests.log.ledger import Ledger
from tests.log.world import MORNING, Clock, forget_when_synced, new_slot, opened

DESKS = 3
FEW = settings(max_examples=12, stateful_step_count=40)
DAYS = settings.default if "HYPOTHESIS_PROFILE" in os.environ else FEW
OWN = tuple(f"c{n}" for n in range(6))
THEIRS = tuple(f"d{n}" for n in range(3))
CARDS = (*OWN, *THEIRS)
SLOTS = tuple(f"201806{day:02}-{hour}" for day in (5, 6, 7) for hour in ("0900", "0915", "0930", "1400"))
MINUTES = (0, 1, 10, 16, 31, 60, 24 * 60)

cards = st.sampled_from(CARDS)
slots = st.sampled_from(SLOTS)
some_cards = st.lists(cards, min_size=1, max_size=4).map(tuple)
some_slots = st.lists(slots, min_size=1, max_size=3).map(tuple)
windows = st.sampled_from(("1", "2"))
yes = st.just(True)
Late = Callable[[Ledger], Command]


def no_show(card: str) -> Late:
    """A no-show of whatever the card's booking is by now."""

    def late(ledger: Ledger) -> Command:
        live = ledger.live.get(card)
        return b.RecordNoShow(card, live.number if live else 1)

    return late


def roster(issued: int, wrong: str) -> Late:
    """A roster of what the employer holds by now, or a wrong one."""

    def late(ledger: Ledger) -> Command:
        held = [card for card in THEIRS if ledger.places.get(card) == "employer"]
        return em.ReturnRoster("e1", tuple(held[:issued]), (*held[issued:], *([wrong] if wrong else [])))

    return late


commands: st.SearchStrategy[Command | Late] = st.one_of(
    st.builds(b.BookSlot, cards, slots),
    st.builds(b.BookSlot, cards, slots),
    st.builds(b.BookSlot, cards, slots),
    st.builds(b.MoveBooking, cards, slots),
    st.builds(b.MoveBooking, cards, slots),
    st.builds(b.CancelBooking, cards),
    cards.map(no_show),
    st.builds(b.UndoNoShow, cards, st.just("按错")),
    st.builds(o.OfferSlots, cards),
    st.builds(o.OfferSlots, cards, st.builds(o.Wish, part=st.sampled_from(("am", "pm")), without=some_slots)),
    st.builds(c.ArriveHolder, cards),
    st.builds(c.TicketWalkIn, cards),
    st.builds(c.TicketWalkIn, cards),
    st.builds(c.UndoArrival, cards, st.just("点错了人")),
    st.builds(c.CallNext, windows),
    st.builds(c.CallHolder, cards, windows),
    st.builds(c.WithdrawCall, cards),
    st.builds(ho.HandOver, cards, st.sampled_from(("self", "proxy", "home")), yes, yes),
    st.builds(ho.UndoCollection, cards, st.just("按错")),
    st.builds(c.EndVisit, cards),
    st.builds(ho.SetAside, cards),
    st.builds(ho.ReplaceCard, cards),
    st.builds(ho.ActivateCards, st.tuples(cards)),
    st.builds(em.HandToEmployer, st.just("e1"), yes, st.just("company"), st.just(()) | some_cards),
    st.builds(roster, st.integers(0, 3), st.sampled_from(("", "", "c0"))),
    st.builds(em.RecallCards, st.just("e1")),
    st.builds(ds.DisputeHandOver, cards, st.just("self"), st.just(MORNING), st.just("collected")),
    st.builds(ds.SettleDispute, cards, st.just("查清了")),
    st.builds(h.OptOut, cards, st.booleans()),
    st.builds(h.TellWait, cards, st.just(0), st.just(5)),
    st.builds(h.MarkUnreachable, cards, st.just("空号")),
    st.builds(h.ChangeContact, cards, st.booleans()),
    st.builds(h.EraseHolder, st.sampled_from(("c5", "d2"))),
    st.builds(w.InviteHolders, st.just("may"), some_cards, st.booleans(), st.integers(0, 2)),
    st.builds(
        pc.PlanBatch,
        st.integers(1, 3),
        st.sampled_from(("wave", "sweep")),
        *(st.integers(0, 9) for _ in range(3)),
        *(st.just(0.5) for _ in range(3)),
        st.just("room"),
    ),
    st.builds(pc.PauseInvitations, st.just("等补卡")),
    st.builds(pc.ResumeInvitations, st.just("卡到了")),
    st.builds(pc.ChangePace, st.sampled_from((0.0, 0.5, 1.5)), st.sampled_from((0, 10)), st.just("慢一点")),
    st.builds(wi.SetWalkInQuota, st.integers(0, 3), st.just("传言")),
    st.builds(wi.RaiseRumourAlarm, st.just(9), st.just(3.0)),
    st.builds(li.PinLimits, some_slots, st.just("照顾高龄")),
    st.builds(li.ReleaseLimits, some_slots, st.just("恢复")),
    st.builds(li.SwitchOverbooking, st.booleans(), st.just("大厅太满")),
    st.builds(w.StartSweep),
    st.builds(re.ReassureHolders, some_cards),
    st.builds(re.SuggestAnotherTime, cards),
    st.builds(w.SweepHolders, st.integers(1, 2), st.just(CARDS)),
    st.builds(w.ReleaseCards, some_cards, st.just("已注销")),
    st.builds(s.CloseSlots, some_slots, st.just("停电")),
    st.builds(s.ReopenSlots, some_slots, st.just("来电")),
    st.builds(
        s.ChangeCapacity,
        st.dictionaries(slots, st.tuples(st.integers(0, 3), st.integers(0, 1)), min_size=1, max_size=2),
        st.just("少一个窗口"),
    ),
)
asked = st.tuples(st.integers(0, DESKS - 1), commands, st.sampled_from(("sms", "web", "phone", "counter")))

OPENING = s.OpenSeason(
    season="2018",
    first_day=date(2018, 6, 5),
    last_day=date(2018, 6, 8),
    sweep_day=date(2018, 6, 6),
    waves=(e.WavePlan(wave="may", opens=date(2018, 6, 5), cohorts=("getihu",)),),
    rules=e.Rules(sweep_every_days=1),
    windows=2,
    slots=tuple(
        new_slot(name, 1 + number % 2, number % 3 // 2, {"channel:sms": 1} if number % 4 == 3 else None)
        for number, name in enumerate(SLOTS)
    ),
)
IMPORT = h.RegisterCards(
    (
        *(h.NewCard(card, "jumin" if card == "c4" else "getihu", "self") for card in OWN),
        *(h.NewCard(card, "danwei", "employer", "e1") for card in THEIRS),
    )
)


class Branch(RuleBasedStateMachine):
    """One branch on the log `url`, served by three desks. Each example is a branch of its own."""

    url: str
    logs: list[EventLog]
    numbers = count()

    def __init__(self) -> None:
        super().__init__()
        self.branch = f"b{next(self.numbers)}"
        self.clock = Clock()
        self.snapshots = Snapshots(self.url)
        self.desks = [self._desk(number) for number in range(DESKS)]
        self.ledger = Ledger()
        self.read_to = self.logs[0].head()
        self.events: list[Event] = []
        self.acknowledged: Counter[bytes] = Counter()
        self.lost_answers = False

    def _desk(self, number: int) -> Desk:
        return Desk(self.logs[number], self.branch, self.clock, self.snapshots)

    @initialize()
    def open(self) -> None:
        self.clock.now = MORNING - timedelta(days=1)
        for command in (OPENING, em.RegisterEmployers((("e1", "文登纺织厂"),)), IMPORT):
            self._hear(self.desks[0].submit(command, by="system", via="system"))
        self.clock.now = MORNING

    @rule(together=st.lists(asked, min_size=1, max_size=4), minutes=st.sampled_from(MINUTES))
    def ask(self, together: list[tuple[int, Command | Late, str]], minutes: int) -> None:
        """Several at the same time, each at some desk; then time passes."""
        futures = []
        for desk, what, via in together:
            command = what if isinstance(what, Command) else what(self.ledger)
            futures.append(self.desks[desk].submit(command, by="holder", via=via))
        for future in futures:
            self._hear(future)
        self.clock.now += timedelta(minutes=minutes)

    def _hear(self, future: Future[Outcome]) -> None:
        try:
            answer = future.result(30)
        except Refusal:
            return
        except LogUnavailable:
            self.lost_answers = True
            return
        self.acknowledged.update(_key(event) for event in answer.events)

    @rule(what=st.sampled_from(("connections", 0, 1, 2, *("nothing",) * 8)))
    def trouble(self, what: str | int) -> None:
        """Now and then connections are lost or a desk starts anew."""
        if what == "connections":
            self.lose_connections()
        if isinstance(what, int):
            self.restart(what)

    def lose_connections(self) -> None:
        """PostgreSQL ends every connection of the desks."""
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with psycopg.connect(self.url, autocommit=True) as connection:
            ended = connection.execute(f"SELECT pid, pg_terminate_backend(pid) {others}").fetchall()
            pids = [pid for pid, _ in ended]
            while connection.execute(f"SELECT 1 {others} AND pid = ANY(%s)", (pids,)).fetchone():
                time.sleep(0.002)

    def restart(self, number: int) -> None:
        """A desk leaves a snapshot and another process takes its place."""
        self.desks[number].save_snapshot()
        self.desks[number].close()
        self.desks[number] = self._desk(number)

    @invariant()
    def all_is_well(self) -> None:
        self.every_rule_is_kept()
        self.what_was_acknowledged_is_in_the_log_once_and_nothing_else()
        self.all_desks_know_the_same_and_what_the_log_says()

    def every_rule_is_kept(self) -> None:
        new = [one for one in self.logs[0].read_all(self.read_to) if one.event.branch == self.branch]
        if new:
            self.read_to = new[-1].position
        self.events.extend(event for _, event in new)
        self.ledger.read(event for _, event in new)
        assert self.ledger.broken == []

    def what_was_acknowledged_is_in_the_log_once_and_nothing_else(self) -> None:
        stored = Counter(_key(event) for event in self.events)
        assert self.lost_answers or stored == self.acknowledged
        assert self.acknowledged <= stored

    def all_desks_know_the_same_and_what_the_log_says(self) -> None:
        states = [self._state_of(desk) for desk in self.desks]
        assert states[0] == states[1] == states[2]

    def _state_of(self, desk: Desk) -> Any:
        forget_when_synced(desk)
        with desk.view() as state:
            self._compare(state)
            return frozen(state)

    def _compare(self, state: State) -> None:
        """The state against the model."""
        bookings = {card: one.booking for card, one in state.cards.items() if one.booking}
        assert {card: (one.number, one.slot) for card, one in bookings.items()} == {
            card: (one.number, one.slot) for card, one in self.ledger.live.items()
        }
        seated = {name: {seat.card for seat in one.seats} for name, one in state.slots.items()}
        assert seated == {name: one.booked for name, one in self.ledger.slots.items()}
        assert {place: n for place, n in state.custody.items() if n} == self.ledger.custody()
        assert set(state.visits) == set(self.ledger.hall)

    def teardown(self) -> None:
        for desk in self.desks:
            desk.close()
        folded = State()
        for event in self.events:
            evolve(folded, event)
        restored, position = self.snapshots.load(self.branch)
        for one in self.logs[0].read_all(position):
            if one.event.branch == self.branch:
                evolve(restored, one.event)
        assert frozen(folded) == frozen(restored)


def _key(event: Event) -> bytes:
    stored = encode(event)
    return stored.type.encode() + b" " + stored.data


def test_no_rule_breaks_whatever_three_desks_are_asked(pg_url: str, caplog: pytest.LogCaptureFixture) -> None:
    Snapshots(pg_url).migrate()
    with opened(pg_url) as first, opened(pg_url) as second, opened(pg_url) as third:
        machine = type("OneBranch", (Branch,), {"url": pg_url, "logs": [first, second, third]})
        run_state_machine_as_test(machine, settings=DAYS)
    assert [
        record for record in caplog.records if record.name.startswith("queueing") and record.exc_info
    ] == []
