"""The counter: walk-ins, the late, no-shows, the order of calling, handing over once, and undoing slips."""

from datetime import datetime, timedelta

import pytest

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot, RecordNoShow, UndoNoShow
from queueing.domain.counter import (
    ArriveHolder,
    CallHolder,
    CallNext,
    EndVisit,
    TicketWalkIn,
    UndoArrival,
    WithdrawCall,
    waiting,
)
from queueing.domain.counter_order import BOOKED_HEAD_START, PRIORITY_HEAD_START, order_score
from queueing.domain.handover import HandOver
from queueing.domain.holders import ListForPhone
from queueing.domain.offers import OfferSlots
from tests.domain.harness import (
    NEXT9,
    S9,
    S10,
    S915,
    S930,
    SEASON,
    Fact,
    card,
    did,
    fact,
    given,
    season,
    slot,
    t,
)

STAFF = {"by": "staff:li", "via": "counter"}
BOOKED = (SEASON, slot(S9), slot(S10), slot(NEXT9), card("c1"), did(BookSlot("c1", S9), "06-04 08:00"))


NO_PLACE = fact(e.PhoneListed, "card:c2", card="c2", reason="no_place")
"""Not even another day has a place: staff phone."""


def arrived(late: bool = False) -> Fact:
    told = t("06-05 09:00")
    return fact(e.HolderArrived, f"card:c1 slot:{S9}", card="c1", slot=S9, booking=1, told=told, late=late)


def ticketed(name: str, where: str, ticket: int, told: str, late: bool = False) -> Fact:
    return fact(
        e.WalkInTicketed,
        f"card:{name} slot:{where}",
        card=name,
        slot=where,
        ticket=ticket,
        told=t(told),
        late=late,
    )


# --- arriving ---


def test_a_booked_holder_arrives_and_arriving_twice_is_arriving_once() -> None:
    story = given(*BOOKED)
    story.when(ArriveHolder("c1"), at="06-05 08:50", **STAFF).then(arrived())
    story.when(ArriveHolder("c1"), at="06-05 08:50", **STAFF).then()


@pytest.mark.parametrize(("minute", "late"), [("09:15", False), ("09:16", True)])
def test_the_place_is_kept_for_exactly_the_grace(minute: str, late: bool) -> None:
    given(*BOOKED).when(ArriveHolder("c1"), at=f"06-05 {minute}", **STAFF).then(arrived(late=late))


def test_arriving_needs_a_booking_for_today() -> None:
    story = given(*BOOKED, card("c2"))
    story.when(ArriveHolder("c1"), at="06-04 09:00", **STAFF).then(r.NotToday("c1", t("06-05 09:00")))
    story.when(ArriveHolder("c2"), at="06-05 09:00", **STAFF).then(r.NoBooking("c2"))


# --- an arrival that was a slip ---


def arrival_undone(late: bool = False) -> Fact:
    return fact(
        e.ArrivalUndone, f"card:c1 slot:{S9}", card="c1", slot=S9, booking=1, reason="点错了人", late=late
    )


def test_an_arrival_that_was_a_slip_is_undone_and_the_booking_stands() -> None:
    story = given(*BOOKED)
    before = (story.state.shown, story.state.visits)
    story.fold(did(ArriveHolder("c1"), "06-05 08:50"))
    story.when(UndoArrival("c1", "点错了人"), at="06-05 08:55", **STAFF).then(arrival_undone())
    assert (story.state.shown, story.state.visits) == before
    story.when(ArriveHolder("c1"), at="06-05 09:16", **STAFF).then(arrived(late=True))
    story.when(UndoArrival("c1", "点错了人"), at="06-05 09:17", **STAFF).then(arrival_undone(late=True))
    story.when(RecordNoShow("c1", 1), at="06-05 10:00", by="scheduler").then_kinds(e.NoShowRecorded)


def test_whoever_was_called_by_mistake_goes_back_before_the_arrival_is_undone() -> None:
    story = given(*BOOKED, did(ArriveHolder("c1"), "06-05 08:50"), did(CallHolder("c1", "2"), "06-05 08:51"))
    story.when(UndoArrival("c1", "点错了人"), at="06-05 08:52", **STAFF).then(
        fact(e.CallWithdrawn, "card:c1", card="c1", window="2"), arrival_undone()
    )
    assert story.state.cards["c1"].place == "bank"


def test_only_an_arrival_of_a_moment_ago_is_undone_and_with_a_reason() -> None:
    slip = UndoArrival("c1", "点错了人")
    story = given(*BOOKED, card("c2"))
    story.when(slip, at="06-05 08:50", **STAFF).then(r.NotWaiting("c1"))
    for came in (ArriveHolder("c1"), TicketWalkIn("c2")):
        story.fold(did(came, "06-05 08:50"))
    story.when(UndoArrival("c1", ""), at="06-05 08:51", **STAFF).then(r.ReasonMissing)
    story.when(UndoArrival("c2", "点错了人"), at="06-05 08:51", **STAFF).then(r.NoBooking("c2"))
    story.when(slip, at="06-05 09:21", **STAFF).then(r.UndoTooLate("c1", 30))


# --- walk-ins ---


def test_a_walk_in_gets_a_ticket_if_today_has_room() -> None:
    story = given(SEASON, slot(S9, 1, walk_in_room=1), slot(S915, 1), *(card(f"c{n}") for n in range(4)))
    story.when(TicketWalkIn("c0"), at="06-05 09:01", **STAFF).then(ticketed("c0", S9, 1, "06-05 09:01"))
    story.when(TicketWalkIn("c0"), at="06-05 09:01", **STAFF).then()
    story.when(TicketWalkIn("c1"), at="06-05 09:02", **STAFF).then(ticketed("c1", S9, 2, "06-05 09:02"))
    story.when(TicketWalkIn("c2"), at="06-05 09:03", **STAFF).then(ticketed("c2", S915, 3, "06-05 09:15"))


def test_a_walk_in_for_whom_today_has_no_room_is_offered_the_next_slots() -> None:
    story = given(SEASON, slot(S9, 1), slot(NEXT9, 1), *(card(f"c{n}") for n in range(3)))
    story.fold(did(TicketWalkIn("c0"), "06-05 09:00"))
    story.when(TicketWalkIn("c1"), at="06-05 09:01", **STAFF).then(
        fact(
            e.SlotsOffered,
            f"card:c1 slot:{NEXT9}",
            card="c1",
            slots=(NEXT9,),
            told=(t("06-06 09:00"),),
            until=t("06-05 09:31"),
            reason="today_full",
            why="full",
        )
    )
    story.when(BookSlot("c2", NEXT9), at="06-05 09:10").then(r.SlotFull(NEXT9))
    story.when(BookSlot("c1", NEXT9), at="06-05 09:10").then_kinds(e.SlotBooked)


def test_who_walks_in_before_their_wave_books_the_later_place_offered_and_no_other() -> None:
    before = (slot("20180518-0900", 0), slot("20180519-0900"))
    story = given(season(offered=1), *before, slot(S9), slot(S10), card("c1", "jumin"))
    story.when(TicketWalkIn("c1"), at="05-18 09:01", **STAFF).then_kinds(e.SlotsOffered)
    too_early = r.TooEarly("c1", t("06-01 00:00").date())
    story.when(BookSlot("c1", "20180519-0900"), at="05-18 09:05").then(too_early)
    story.when(BookSlot("c1", S10), at="05-18 09:05").then(too_early)
    story.when(BookSlot("c1", S9), at="05-18 09:31").then(too_early)
    story.when(OfferSlots("c1", reason="more"), at="05-18 09:20").then_kinds(e.SlotsOffered)
    story.when(BookSlot("c1", S9), at="05-18 09:49").then(too_early)
    story.when(BookSlot("c1", S10), at="05-18 09:49").then_kinds(e.SlotBooked)


def test_who_missed_yesterday_comes_unasked_and_not_late_though_it_was_recorded_today() -> None:
    story = given(*BOOKED)
    story.when(RecordNoShow("c1", 1), at="06-06 08:00", by="scheduler").then_kinds(e.NoShowRecorded)
    story.when(TicketWalkIn("c1"), at="06-06 08:50", **STAFF).then(ticketed("c1", NEXT9, 1, "06-06 09:00"))


def test_a_walk_in_who_is_booked_for_today_arrives() -> None:
    given(*BOOKED).when(TicketWalkIn("c1"), at="06-05 08:30", **STAFF).then(arrived())


def test_places_of_bookings_and_offers_are_not_given_to_walk_ins() -> None:
    story = given(SEASON, slot(S10, 2), *(card(f"c{n}") for n in range(3)))
    story.fold(did(BookSlot("c0", S10), "06-05 08:00"))
    story.fold(did(OfferSlots("c1"), "06-05 09:20"))
    story.when(TicketWalkIn("c2"), at="06-05 09:49", **STAFF).then(NO_PLACE)
    story.when(TicketWalkIn("c2"), at="06-05 09:50", **STAFF).then_kinds(e.WalkInTicketed)


def test_a_ticket_or_the_card_gives_the_places_offered_back() -> None:
    for last in (TicketWalkIn("c1"), HandOver("c1", "self", True)):
        story = given(SEASON, slot(S9, 5), slot(NEXT9, 1), card("c1"), card("c2"))
        story.fold(did(OfferSlots("c1"), "06-05 08:55"))
        story.when(BookSlot("c2", NEXT9), at="06-05 09:00").then(r.SlotFull(NEXT9))
        story.fold(did(last, "06-05 09:01"))
        story.when(BookSlot("c2", NEXT9), at="06-05 09:02").then_kinds(e.SlotBooked)


def test_tickets_are_numbered_by_day() -> None:
    story = given(SEASON, slot(S9, 3), slot(NEXT9, 3), *(card(f"c{n}") for n in range(2)))
    story.when(TicketWalkIn("c0"), at="06-05 09:00", **STAFF).then(ticketed("c0", S9, 1, "06-05 09:00"))
    story.when(TicketWalkIn("c1"), at="06-06 09:00", **STAFF).then(ticketed("c1", NEXT9, 1, "06-06 09:00"))


@pytest.mark.parametrize("served", ["09:00", "09:01"])
def test_a_booking_served_in_the_slot_makes_no_room_for_another_ticket(served: str) -> None:
    story = given(SEASON, slot(S9, 1), card("c1"), card("c2"), did(BookSlot("c1", S9), "06-04 08:00"))
    story.fold(did(HandOver("c1", "self", True), f"06-05 {served}"))
    story.when(TicketWalkIn("c2"), at="06-05 09:02", **STAFF).then(NO_PLACE)


def test_a_booking_served_before_its_slot_makes_room() -> None:
    story = given(SEASON, slot(S9, 1), card("c1"), card("c2"), did(BookSlot("c1", S9), "06-04 08:00"))
    story.fold(did(HandOver("c1", "self", True), "06-05 08:40"))
    story.when(TicketWalkIn("c2"), at="06-05 09:02", **STAFF).then_kinds(e.WalkInTicketed)


# --- the late and the no-shows ---


def no_show(count: int = 1, number: int = 1, where: str = S9) -> Fact:
    return fact(e.NoShowRecorded, f"card:c1 slot:{where}", card="c1", slot=where, booking=number, count=count)


def test_a_no_show_is_recorded_exactly_the_stated_minutes_after_the_told_time() -> None:
    story = given(*BOOKED)
    story.when(RecordNoShow("c1", 1), at="06-05 09:29", by="system").then(r.NotYetNoShow("c1"))
    story.when(RecordNoShow("c1", 1), at="06-05 09:30", by="system").then(no_show())
    story.when(RecordNoShow("c1", 1), at="06-05 09:30", by="system").then(r.NoBooking("c1"))


def test_who_is_in_the_hall_is_no_no_show() -> None:
    given(*BOOKED, did(ArriveHolder("c1"), "06-05 09:29")).when(
        RecordNoShow("c1", 1), at="06-05 10:00", by="system"
    ).then(r.NotYetNoShow("c1"))


def test_a_no_show_is_about_one_booking_and_not_about_a_later_one() -> None:
    story = given(
        *BOOKED, did(RecordNoShow("c1", 1), "06-05 09:30"), did(BookSlot("c1", NEXT9), "06-05 10:00")
    )
    story.when(RecordNoShow("c1", 1), at="06-06 12:00", by="system").then(r.NoBooking("c1"))


def test_after_a_no_show_the_holder_may_book_again() -> None:
    given(*BOOKED, did(RecordNoShow("c1", 1), "06-05 09:30")).when(
        BookSlot("c1", S10), at="06-05 09:31"
    ).then(fact(e.SlotBooked, f"card:c1 slot:{S10}", card="c1", slot=S10, booking=2, told=t("06-05 10:00")))


SECOND = (did(RecordNoShow("c1", 1), "06-05 09:30"), did(BookSlot("c1", NEXT9), "06-05 10:00"))


def test_the_second_no_show_puts_the_holder_on_the_phone_list() -> None:
    story = given(*BOOKED, *SECOND)
    story.when(RecordNoShow("c1", 2), at="06-06 09:30", by="system").then(
        no_show(2, 2, NEXT9), fact(e.PhoneListed, "card:c1", card="c1", reason="no_shows")
    )


def test_undoing_a_no_show_needs_a_reason_and_takes_the_holder_off_the_phone_list() -> None:
    story = given(*BOOKED, *SECOND, did(RecordNoShow("c1", 2), "06-06 09:30"))
    story.when(UndoNoShow("c1", ""), at="06-06 09:40", **STAFF).then(r.ReasonMissing)
    story.when(UndoNoShow("c1", "人在大厅"), at="06-06 09:40", **STAFF).then(
        fact(
            e.NoShowUndone,
            f"card:c1 slot:{NEXT9}",
            card="c1",
            slot=NEXT9,
            booking=2,
            reason="人在大厅",
        )
    )
    assert (story.state.cards["c1"].no_shows, story.state.cards["c1"].phone_list) == (1, "")
    story.when(UndoNoShow("c1", "人在大厅"), at="06-06 09:41", **STAFF).then(r.NoNoShow("c1"))


def test_undoing_one_of_three_no_shows_leaves_the_holder_on_the_phone_list() -> None:
    story = given(*BOOKED, *SECOND, slot("20180607-0900"), did(RecordNoShow("c1", 2), "06-06 09:30"))
    story.fold(did(BookSlot("c1", "20180607-0900"), "06-06 10:00"))
    story.fold(did(RecordNoShow("c1", 3), "06-07 09:30"))
    story.fold(did(UndoNoShow("c1", "记错"), "06-07 09:40"))
    assert story.state.cards["c1"].phone_list == "no_shows"


def test_undoing_a_no_show_leaves_a_wait_for_a_call_that_was_asked_for() -> None:
    story = given(
        *BOOKED, did(ListForPhone("c1", "asked"), "06-04 11:00"), did(RecordNoShow("c1", 1), "06-05 09:30")
    )
    story.fold(did(UndoNoShow("c1", "记错"), "06-05 09:31"))
    assert story.state.cards["c1"].phone_list == "asked"


@pytest.mark.parametrize("slip", [False, True])
def test_who_comes_after_the_no_show_is_never_sent_home(slip: bool) -> None:
    story = given(SEASON, slot(S9, 1), slot(S930, 1), card("c1"), card("c2"))
    story.fold(did(BookSlot("c1", S9), "06-04 08:00"))
    story.fold(did(BookSlot("c2", S930), "06-04 08:00"))
    story.fold(did(RecordNoShow("c1", 1), "06-05 09:30"))
    if slip:
        story.fold(did(UndoNoShow("c1", "人在大厅"), "06-05 09:31"))
    story.when(TicketWalkIn("c1"), at="06-05 09:35", **STAFF).then(
        ticketed("c1", S930, 1, "06-05 09:35", late=True)
    )


# --- the order of calling ---

NOON = datetime(2018, 6, 5, 12)


def score(due: int, booked: bool = False, priority: bool = False, at: int = 0) -> float:
    """The score at noon + `at` minutes of somebody due `due` minutes after noon."""
    moment = NOON + timedelta(minutes=due)
    return order_score(
        booked=booked, priority=priority, told=moment, arrived=moment, now=NOON + timedelta(minutes=at)
    )


def test_nobody_starves_whoever_waits_longer_than_the_head_starts_is_before_every_newcomer() -> None:
    waited = int(BOOKED_HEAD_START + PRIORITY_HEAD_START) + 1
    assert score(0, at=waited) > score(waited, booked=True, priority=True, at=waited)
    assert score(0, at=waited - 2) < score(waited - 2, booked=True, priority=True, at=waited - 2)


def test_booked_and_priority_are_head_starts() -> None:
    assert score(0) < score(0, booked=True) < score(0, priority=True) < score(0, booked=True, priority=True)


def test_a_booked_person_before_the_told_time_is_after_everybody_who_is_due() -> None:
    assert score(1, booked=True, priority=True) < score(0)


def test_the_booked_are_called_by_their_time_the_late_and_walk_ins_by_their_arrival() -> None:
    story = given(
        season(grace=5),
        slot(S9, 9, minutes=60),
        *(card(f"c{n}") for n in range(3)),
        card("old", priority=True),
    )
    story.fold(did(BookSlot("c0", S9), "06-05 08:00"))
    story.fold(did(TicketWalkIn("c1"), "06-05 09:00"))
    story.fold(did(TicketWalkIn("old"), "06-05 09:02"))
    story.fold(did(ArriveHolder("c0"), "06-05 09:06"))
    story.fold(did(TicketWalkIn("c2"), "06-05 09:07"))
    assert waiting(story.state, t("06-05 09:08")) == ["old", "c1", "c0", "c2"]


def called(name: str, window: str = "1") -> Fact:
    return fact(e.HolderCalled, f"card:{name}", card=name, window=window)


def test_the_next_is_called_to_a_free_window() -> None:
    story = given(SEASON, slot(S9, 5), *(card(f"c{n}") for n in range(2)))
    story.when(CallNext("1"), at="06-05 09:00", **STAFF).then(r.NobodyWaiting)
    story.fold(did(TicketWalkIn("c0"), "06-05 09:00"))
    story.fold(did(TicketWalkIn("c1"), "06-05 09:01"))
    story.when(CallNext("1"), at="06-05 09:02", **STAFF).then(called("c0"))
    story.when(CallNext("1"), at="06-05 09:02", **STAFF).then(r.WindowBusy("1", "c0"))
    story.when(CallNext("2"), at="06-05 09:02", **STAFF).then(called("c1", "2"))


def test_nobody_is_called_to_two_windows() -> None:
    story = given(SEASON, slot(S9, 5), card("c1"), card("c2"), did(TicketWalkIn("c1"), "06-05 09:00"))
    story.when(CallHolder("c1", ""), at="06-05 09:01", **STAFF).then(r.BadValue("window"))
    story.when(CallHolder("c1", "1"), at="06-05 09:01", **STAFF).then(called("c1"))
    story.when(CallHolder("c1", "1"), at="06-05 09:01", **STAFF).then()
    story.when(CallHolder("c1", "2"), at="06-05 09:01", **STAFF).then(r.CalledElsewhere("c1", "1"))
    story.when(CallHolder("c2", "1"), at="06-05 09:01", **STAFF).then(r.NotWaiting("c2"))


def test_who_does_not_come_to_the_window_waits_on() -> None:
    story = given(SEASON, slot(S9, 5), card("c1"), did(TicketWalkIn("c1"), "06-05 09:00"))
    story.when(WithdrawCall("c1"), at="06-05 09:01", **STAFF).then()
    story.fold(did(CallHolder("c1", "1"), "06-05 09:01"))
    story.when(WithdrawCall("c1"), at="06-05 09:03", **STAFF).then(
        fact(e.CallWithdrawn, "card:c1", card="c1", window="1")
    )
    assert waiting(story.state, t("06-05 09:04")) == ["c1"]
    story.when(CallNext("1"), at="06-05 09:05", **STAFF).then(called("c1"))


def test_leaving_ends_the_visit_and_today_s_booking() -> None:
    story = given(*BOOKED, did(ArriveHolder("c1"), "06-05 09:00"))
    story.when(EndVisit("c1"), at="06-05 09:30", **STAFF).then(
        fact(e.HolderLeft, f"card:c1 slot:{S9}", card="c1", slot=S9),
        fact(e.BookingCancelled, f"card:c1 slot:{S9}", card="c1", slot=S9, booking=1, reason="left"),
    )
    story.when(EndVisit("c1"), at="06-05 09:30", **STAFF).then(r.NotWaiting("c1"))


def test_who_is_on_the_phone_list_is_not_listed_again_for_a_no_show() -> None:
    story = given(*BOOKED, *SECOND, did(ListForPhone("c1", "asked"), "06-05 11:00"))
    story.when(RecordNoShow("c1", 2), at="06-06 09:30", by="system").then(no_show(2, 2, NEXT9))
