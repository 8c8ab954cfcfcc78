"""The show rate: each booking whose outcome is known counts once, and what is taken back is not counted."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from queueing.domain import Context, Event, Refusal, State, decide, evolve
from queueing.domain import events as e
from queueing.domain.booking import BookSlot, CancelBooking, MoveBooking, RecordNoShow, UndoNoShow
from queueing.domain.counter import ArriveHolder, CallHolder, CallNext, EndVisit, TicketWalkIn
from queueing.domain.employers import HandToEmployer, ReturnRoster
from queueing.domain.handover import HandOver, UndoCollection
from queueing.domain.holders import EraseHolder
from queueing.domain.waits import services_today
from queueing.domain.waves import InviteHolders
from tests.domain.harness import (
    BRANCH,
    NEXT9,
    NEXT10,
    S9,
    S10,
    S915,
    S930,
    SEASON,
    Did,
    Story,
    card,
    did,
    employer,
    given,
    happened,
    slot,
    t,
)
from tests.domain.recount import Recount
from tests.projections.chance import Chance

BOOKED = (SEASON, slot(S9), slot(S10), slot(NEXT9), card("c1"), did(BookSlot("c1", S9), "06-04 08:00"))
MISSED = did(RecordNoShow("c1", 1), "06-05 09:30")
HANDED = HandOver("c1", "self", True)


def shown(story: Story) -> tuple[int, int]:
    """(due, came) of the branch."""
    rows = story.state.shown.values()
    return sum(one.due for one in rows), sum(one.came for one in rows)


@pytest.mark.parametrize(
    ("steps", "due", "came"),
    [
        ((), 0, 0),
        ((did(ArriveHolder("c1"), "06-05 08:50"),), 1, 1),
        ((did(ArriveHolder("c1"), "06-05 09:20"),), 1, 1),
        ((MISSED,), 1, 0),
        ((MISSED, did(TicketWalkIn("c1"), "06-05 09:40")), 1, 1),
        ((MISSED, did(HANDED, "06-05 09:40")), 1, 1),
        ((did(CancelBooking("c1"), "06-05 08:00"),), 0, 0),
        ((did(HANDED, "06-05 09:05"),), 1, 1),
        ((did(ArriveHolder("c1"), "06-05 08:50"), did(HANDED, "06-05 09:05")), 1, 1),
        ((did(ArriveHolder("c1"), "06-05 08:50"), did(EndVisit("c1"), "06-05 09:05")), 1, 1),
    ],
    ids=[
        "nothing",
        "arrived",
        "late",
        "missed",
        "missed-then-ticket",
        "missed-then-handed",
        "cancelled",
        "handed",
        "both",
        "left",
    ],
)
def test_each_booking_counts_once_by_what_came_of_it(steps: tuple[Did, ...], due: int, came: int) -> None:
    assert shown(given(*BOOKED, *steps)) == (due, came)


@pytest.mark.parametrize(
    ("hand_over", "at"),
    [
        (HandOver("c1", "home", True), "06-05 09:05"),
        (HandOver("c1", "self", True), "06-04 09:05"),
        (HandOver("c1", "self", True, happened=t("06-04 15:00")), "06-05 09:05"),
    ],
    ids=["home", "another day", "entered on the day of the booking"],
)
def test_a_card_brought_home_or_handed_over_on_another_day_shows_nothing(
    hand_over: HandOver, at: str
) -> None:
    assert shown(given(*BOOKED, did(hand_over, at))) == (0, 0)


def test_what_an_employer_handed_out_shows_nothing() -> None:
    story = given(SEASON, employer(), card("c1", "danwei", "employer", employer="e1"))
    story.fold(did(HandToEmployer("e1", True, "company"), "06-05 09:00"))
    story.fold(did(ReturnRoster("e1", ("c1",), ()), "06-05 09:10"))
    assert shown(story) == (0, 0)


def test_a_walk_in_shows_nothing() -> None:
    story = given(SEASON, slot(S9), card("c1"), did(TicketWalkIn("c1"), "06-05 09:00"))
    story.fold(did(HANDED, "06-05 09:10"))
    assert shown(story) == (0, 0)


def test_what_paper_says_counts_on_the_day_it_happened() -> None:
    earlier = did(HandOver("c1", "self", True, happened=t("06-05 09:05")), "06-06 08:00")
    assert shown(given(*BOOKED, earlier)) == (1, 1)
    assert shown(given(*BOOKED, MISSED, earlier)) == (1, 1)


def test_a_booking_moved_from_the_hall_counts_by_its_new_time() -> None:
    story = given(
        *BOOKED, did(ArriveHolder("c1"), "06-05 08:50"), did(MoveBooking("c1", NEXT9), "06-05 08:55")
    )
    assert shown(story) == (0, 0)
    story.fold(did(RecordNoShow("c1", 1), "06-06 09:30"))
    assert shown(story) == (1, 0)


def test_a_no_show_that_was_a_slip_is_taken_back() -> None:
    story = given(*BOOKED, MISSED, did(UndoNoShow("c1", "记错"), "06-05 09:31"))
    assert story.state.shown == {}
    story.fold(did(TicketWalkIn("c1"), "06-05 09:40"))
    assert shown(story) == (1, 1)


def test_a_no_show_that_was_a_slip_stays_kept_by_who_came_since() -> None:
    story = given(*BOOKED, MISSED, did(TicketWalkIn("c1"), "06-05 09:40"))
    story.fold(did(UndoNoShow("c1", "记错"), "06-05 09:41"))
    assert shown(story) == (1, 1)


def test_undoing_an_old_no_show_leaves_the_outcome_of_the_next_booking() -> None:
    story = given(*BOOKED, MISSED, did(BookSlot("c1", NEXT9), "06-05 10:00"))
    story.fold(did(ArriveHolder("c1"), "06-06 09:00"))
    story.fold(did(UndoNoShow("c1", "记错"), "06-06 09:01"))
    assert shown(story) == (1, 1)


UNDO = did(UndoCollection("c1", "按错"), "06-05 09:50")


@pytest.mark.parametrize(
    "before",
    [
        (),
        (MISSED,),
        (MISSED, did(UndoNoShow("c1", "记错"), "06-05 09:31")),
        (MISSED, did(TicketWalkIn("c1"), "06-05 09:40")),
        (did(ArriveHolder("c1"), "06-05 09:00"),),
        (did(ArriveHolder("c1"), "06-05 09:00"), did(CallHolder("c1", "1"), "06-05 09:10")),
    ],
    ids=["booked", "missed", "slip", "late ticket", "arrived", "called"],
)
def test_undoing_a_hand_over_takes_back_what_it_counted(before: tuple[Did, ...]) -> None:
    story = given(*BOOKED, did(InviteHolders("may", ("c1",)), "05-20 08:00"), *before)
    was = counted(story.state, t("06-05 09:45"))
    story.fold(did(HANDED, "06-05 09:45"))
    story.fold(UNDO)
    assert counted(story.state, t("06-05 09:45")) == was


def test_undoing_for_an_erased_holder_takes_the_count_back_too() -> None:
    story = given(*BOOKED, did(HANDED, "06-05 09:45"), did(EraseHolder("c1"), "06-05 09:46"), UNDO)
    assert shown(story) == (0, 0)


LONG_SLOT = (
    SEASON,
    slot(S9, 1, minutes=60),
    card("c1"),
    card("c2"),
    did(BookSlot("c1", S9), "06-04 08:00"),
)


def test_a_slip_without_a_visit_gives_the_place_in_the_slot_back() -> None:
    story = given(
        SEASON, slot(S9, 1, minutes=60), card("c1"), card("c2"), did(BookSlot("c1", S9), "06-04 08:00")
    )
    story.fold(did(HANDED, "06-05 09:45"))
    story.fold(UNDO)
    story.when(TicketWalkIn("c2"), at="06-05 09:51", by="staff:li").then_kinds(e.WalkInTicketed)


def test_the_place_of_who_is_in_the_hall_stays_used_up() -> None:
    story = given(
        SEASON, slot(S9, 1, minutes=60), card("c1"), card("c2"), did(BookSlot("c1", S9), "06-04 08:00")
    )
    story.fold(did(ArriveHolder("c1"), "06-05 09:00"))
    story.fold(did(HANDED, "06-05 09:45"))
    story.fold(UNDO)
    story.when(TicketWalkIn("c2"), at="06-05 09:51", by="staff:li").then_kinds(e.PhoneListed)


def test_the_answer_to_a_notice_is_taken_back_with_the_slip() -> None:
    told = did(InviteHolders("may", ("c1",)), "05-20 08:00")
    story = given(SEASON, card("c1"), told, did(HANDED, "06-05 09:45"))
    assert story.state.cards["c1"].responded
    story.fold(UNDO)
    assert not story.state.cards["c1"].responded


# --- by chance ---


def counted(state: State, now: datetime) -> tuple[object, ...]:
    """All that is counted while events are folded."""
    told = {name: (batch.told, batch.responded) for name, batch in state.batches.items()}
    return dict(state.shown), told, dict(state.walk_ins), services_today(state, now.date())


NAMES = ("c0", "c1", "c2", "c3")
WHERE = (S9, S915, S930, S10, NEXT9, NEXT10)
MAKERS: tuple[tuple[int, Callable[[str, Random], Any]], ...] = (
    (8, lambda name, pick: BookSlot(name, pick.choice(WHERE))),
    (1, lambda name, pick: MoveBooking(name, pick.choice(WHERE))),
    (1, lambda name, pick: CancelBooking(name)),
    (3, lambda name, pick: ArriveHolder(name)),
    (3, lambda name, pick: TicketWalkIn(name)),
    (2, lambda name, pick: CallNext("1")),
    (2, lambda name, pick: EndVisit(name)),
    (6, lambda name, pick: RecordNoShow(name, 0)),
    (2, lambda name, pick: UndoNoShow(name, "记错")),
    (2, lambda name, pick: HandOver(name, pick.choice(("self", "home")), True)),
    (2, lambda name, pick: (name, timedelta(minutes=pick.choice((0, 10, 24 * 60))))),
    (8, lambda name, pick: UndoCollection(name, "按错")),
)
"""What is asked, and how often. A pair is a hand-over of so long ago, entered from paper."""
OPEN = (SEASON, *(slot(name, 2, walk_in_room=2) for name in WHERE), *(card(name) for name in NAMES))


class Log:
    """What came of what was asked, in order."""

    def __init__(self) -> None:
        self.events = [*OPEN, happened(e.HolderInvited, card="c0", wave="may", reason="wave")]
        self.state = given(*self.events).state
        self.now = t("06-05 08:40")

    def ask(self, asked: Any) -> None:
        """Ask for it, unless the rules refuse; what can be undone is first done and undone."""
        context = Context(BRANCH, self.now, "staff:li", "counter")
        if isinstance(asked, tuple):
            asked = HandOver(asked[0], "self", True, happened=self.now - asked[1])
        elif isinstance(asked, RecordNoShow):
            booking = self.state.cards[asked.card].booking
            asked = replace(asked, booking=booking.number if booking else 0)
        try:
            facts = decide(asked, self.state, context)
        except Refusal:
            return
        if isinstance(asked, HandOver | RecordNoShow):
            self._there_and_back(facts, context)
        for event in facts:
            evolve(self.state, event)
            self.events.append(event)

    def _there_and_back(self, facts: list[Event], context: Context) -> None:
        mark, last = self.state.mark(), next(one for one in facts if isinstance(one, UNDOABLE))
        for event in facts[: facts.index(last)]:
            evolve(self.state, event)
        was = counted(self.state, self.now)
        evolve(self.state, last)
        undo = UndoNoShow if isinstance(last, e.NoShowRecorded) else UndoCollection
        evolve(self.state, decide(undo(last.card, "记错"), self.state, context)[0])
        assert counted(self.state, self.now) == was, last
        self.state.rollback(mark)


UNDOABLE = (e.CardCollected, e.NoShowRecorded)


@pytest.mark.parametrize("seed", range(60))
def test_the_counts_of_any_log_are_those_of_its_bookings_and_a_slip_leaves_none(seed: int) -> None:
    pick, log = Random(seed), Log()
    for _ in range(120):
        log.now += timedelta(minutes=pick.choice((0, 1, 2, 5, 10)))
        (_, make), *_ = pick.choices(MAKERS, [weight for weight, _ in MAKERS])
        log.ask(make(pick.choice(NAMES), pick))
        folded = {kind: (one.due, one.came) for kind, one in log.state.shown.items()}
        assert folded == Recount(log.events).shown()


def test_the_counts_of_a_season_by_chance_are_those_of_its_bookings() -> None:
    chance = Chance(5, 30)
    events = chance.events(3000)
    assert {kind: (one.due, one.came) for kind, one in chance.state.shown.items()} == Recount(events).shown()
    outcomes = Counter(one.outcome for one in Recount(events).bookings.values())
    assert outcomes["came"] > 5 and outcomes[""] > 5, outcomes
