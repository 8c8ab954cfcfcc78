"""Changes of the plan and their undos in any order: nobody finds a shut door, no slot is overfilled, and once
all are taken back the days are what they were at first."""

from datetime import date, datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from queueing.domain import Command, Context, Refusal, State, decide, evolve
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot, CancelBooking, MoveBooking
from queueing.domain.plan_undo import UndoPlan
from queueing.domain.plans import ChangePlan
from queueing.domain.season import NewSlot
from queueing.domain.waits import windows_open
from tests.domain.harness import BRANCH, NEXT9, NEXT10, SEASON, card, given, slot, t

LATER = "20180607-0900"
SLOTS = (NEXT9, "20180606-0915", NEXT10, LATER, "20180607-1000")
DAYS = (date(2018, 6, 6), date(2018, 6, 7))
NAMES = tuple(f"c{n}" for n in range(6))
NEW = "20180606-1200"
some = st.lists(st.sampled_from(SLOTS), max_size=2, unique=True).map(tuple)
limit = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 1))


def new_slot() -> NewSlot:
    start, end = t("06-06 12:00"), t("06-06 12:15")
    return NewSlot(NEW, start, end, 2, 2, 0, {}, t("06-05 12:00"))


class Plans(RuleBasedStateMachine):
    """A manager who changes plans, takes them back, and people who book, move and cancel meanwhile."""

    state: State
    now: datetime

    @initialize()
    def begin(self) -> None:
        self.now = t("06-05 07:00")
        self.state = given(SEASON, *(slot(name, 3) for name in SLOTS), *map(card, NAMES)).state
        for number, name in enumerate(NAMES[:4]):
            self._ask(BookSlot(name, SLOTS[number % 3]))
        self.first = self._days()

    @rule(
        closing=some,
        reopening=some,
        limits=st.dictionaries(st.sampled_from(SLOTS), limit, max_size=2),
        pin=st.booleans(),
        windows=st.dictionaries(st.sampled_from(DAYS), st.integers(1, 4), max_size=1),
        longer=st.booleans(),
    )
    def change(
        self, closing: Any, reopening: Any, limits: Any, pin: bool, windows: Any, longer: bool
    ) -> None:
        opening = (new_slot(),) if longer else ()
        reopening = tuple(one for one in reopening if one not in closing)
        pinned = tuple(limits) if pin else ()
        self._ask(ChangePlan("调整", closing, reopening, opening, limits, pinned, windows))

    @rule(pick=st.integers(0, 9))
    def undo(self, pick: int) -> None:
        standing = self._standing()
        if standing:
            self._undo(standing[pick % len(standing)])

    @rule(
        name=st.sampled_from(NAMES),
        where=st.sampled_from(SLOTS),
        what=st.sampled_from((BookSlot, MoveBooking)),
    )
    def choose(self, name: str, where: str, what: type[BookSlot] | type[MoveBooking]) -> None:
        self._ask(what(name, where))

    @rule(name=st.sampled_from(NAMES))
    def cancel(self, name: str) -> None:
        self._ask(CancelBooking(name))

    @invariant()
    def nobody_finds_a_shut_door_or_a_slot_overfilled(self) -> None:
        for one in self.state.slots.values():
            assert len(one.seats) <= (one.capacity if one.open else 0)

    def teardown(self) -> None:
        """Whatever can be taken back is, in the order it was made as far as the rules allow."""
        while sum(map(self._undo, self._standing())):
            pass
        assert self._standing() == []
        assert self._days() == self.first

    def _standing(self) -> list[str]:
        return [number for number, plan in self.state.plans.items() if not plan.undone]

    def _undo(self, change: str) -> bool:
        """Whether it was undone: if not, a later change that stands decides."""
        refusal = self._ask(UndoPlan(change, "撤销"))
        if refusal is None:
            assert self.state.plans[change].undone
            return True
        assert isinstance(refusal, r.NothingToUndo)
        assert int(refusal.other) > int(change) and refusal.other in self._standing()
        return False

    def _ask(self, command: Command) -> Refusal | None:
        try:
            for event in decide(command, self.state, Context(BRANCH, self.now, "staff:wang", "counter")):
                evolve(self.state, event)
        except Refusal as refusal:
            return refusal
        return None

    def _days(self) -> Any:
        slots = {
            name: (one.open, one.plain, one.capacity, one.walk_in_room, one.pinned)
            for name, one in self.state.slots.items()
            if name != NEW or one.open
        }
        return slots, [windows_open(self.state, day) for day in DAYS]


def test_after_all_changes_are_undone_the_days_are_what_they_were_at_first() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Plans, settings=settings(max_examples=60, stateful_step_count=12, deadline=None)
    )
