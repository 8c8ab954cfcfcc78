"""Booking, moving, cancelling: capacity, one live booking a card, pools, and how a booking ends."""

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot, CancelBooking, MoveBooking
from queueing.domain.counter import ArriveHolder, EndVisit, TicketWalkIn
from queueing.domain.employers import HandToEmployer, ReturnRoster
from queueing.domain.handover import HandOver
from tests.domain.harness import (
    NEXT9,
    S9,
    S10,
    S915,
    SEASON,
    card,
    did,
    employer,
    fact,
    given,
    happened,
    season,
    slot,
    t,
)


def booked(name: str, where: str = S9, number: int = 1, told: str = "06-05 09:00") -> object:
    return fact(
        e.SlotBooked, f"card:{name} slot:{where}", card=name, slot=where, booking=number, told=t(told)
    )


def test_a_holder_books_a_place() -> None:
    given(SEASON, slot(S9), card("c1")).when(BookSlot("c1", S9), at="06-05 08:00", via="sms").then(
        booked("c1")
    )


def test_a_slot_never_holds_more_than_its_capacity() -> None:
    story = given(SEASON, slot(S9, 2), card("c1"), card("c2"), card("c3"))
    story.when(BookSlot("c1", S9), at="06-04 08:00").then(booked("c1"))
    story.when(BookSlot("c2", S9), at="06-04 08:00").then(booked("c2", number=2, told="06-05 09:05"))
    story.when(BookSlot("c3", S9), at="06-04 08:00").then(r.SlotFull(S9))


def test_a_slot_of_no_capacity_has_no_place() -> None:
    given(SEASON, slot(S9, 0), card("c1")).when(BookSlot("c1", S9), at="06-04 08:00").then(r.SlotFull(S9))


def test_a_cancelled_place_is_free_again() -> None:
    story = given(SEASON, slot(S9, 1), card("c1"), card("c2"), did(BookSlot("c1", S9), "06-04 08:00"))
    story.when(CancelBooking("c1"), at="06-04 09:00").then(
        fact(e.BookingCancelled, f"card:c1 slot:{S9}", card="c1", slot=S9, booking=1, reason="asked")
    )
    story.when(BookSlot("c2", S9), at="06-04 09:01").then(booked("c2", number=2))


def test_a_card_has_at_most_one_live_booking() -> None:
    given(SEASON, slot(S9), slot(S10), card("c1"), did(BookSlot("c1", S9), "06-04 08:00")).when(
        BookSlot("c1", S10), at="06-04 08:01"
    ).then(r.AlreadyBooked("c1", S9, t("06-05 09:00")))


def test_booking_twice_is_booking_once() -> None:
    given(SEASON, slot(S9, 1), card("c1"), did(BookSlot("c1", S9), "06-04 08:00")).when(
        BookSlot("c1", S9), at="06-04 08:00"
    ).then()


def test_a_collected_card_has_no_booking_and_can_not_be_booked() -> None:
    story = given(
        SEASON,
        slot(S9, 1),
        slot(S10),
        card("c1"),
        card("c2"),
        did(BookSlot("c1", S9), "06-04 08:00"),
        did(HandOver("c1", "self", True), "06-04 09:00", by="staff:li", via="counter"),
    )
    assert story.state.cards["c1"].booking is None
    story.when(BookSlot("c1", S10), at="06-04 10:00").then(r.AlreadyCollected("c1", t("06-04 09:00"), "self"))
    story.when(MoveBooking("c1", S10), at="06-04 10:00").then(
        r.AlreadyCollected("c1", t("06-04 09:00"), "self")
    )
    story.when(CancelBooking("c1"), at="06-04 10:00").then(r.AlreadyCollected("c1", t("06-04 09:00"), "self"))
    story.when(BookSlot("c2", S9), at="06-04 10:00").then(booked("c2", number=2))


def test_too_early_is_answered_with_the_date_from_which_they_can() -> None:
    june = given(SEASON, slot(S9), slot("20180520-0900"), card("c1", "jumin"))
    june.when(BookSlot("c1", "20180520-0900"), at="05-18 08:00").then(
        r.TooEarly("c1", t("06-01 00:00").date())
    )
    june.when(BookSlot("c1", S9), at="05-31 23:59").then(r.TooEarly("c1", t("06-01 00:00").date()))
    june.when(BookSlot("c1", S9), at="06-01 00:00").then(booked("c1"))


def test_a_cohort_that_no_wave_names_may_book_from_the_sweep() -> None:
    story = given(SEASON, slot("20180702-0900"), card("c1", "tuoguan"))
    story.when(BookSlot("c1", "20180702-0900"), at="06-30 08:00").then(
        r.TooEarly("c1", t("07-01 00:00").date())
    )
    story.when(BookSlot("c1", "20180702-0900"), at="07-01 08:00").then_kinds(e.SlotBooked)


def test_a_wave_that_opened_early_may_book_early() -> None:
    opened = happened(e.WaveOpened, "05-25 08:00", wave="june", cohorts=("jumin",))
    given(SEASON, slot(S9), card("c1", "jumin"), opened).when(
        BookSlot("c1", S9), at="05-25 08:00"
    ).then_kinds(e.SlotBooked)


def test_nobody_books_after_the_last_day_or_without_a_season() -> None:
    after = slot("20180801-0900")
    story = given(SEASON, slot("20180731-1400"), after, card("c1"))
    story.when(BookSlot("c1", "20180801-0900"), at="08-01 00:00").then(r.SeasonOver(t("07-31 00:00").date()))
    story.when(BookSlot("c1", "20180731-1400"), at="07-31 13:59").then_kinds(e.SlotBooked)
    given(slot(S9), card("c1")).when(BookSlot("c1", S9), at="06-05 08:00").then(r.SeasonNotOpen)
    closed = happened(e.SeasonClosed, uncollected=1)
    given(SEASON, slot(S9), card("c1"), closed).when(BookSlot("c1", S9), at="06-05 08:00").then(
        r.SeasonNotOpen
    )


def test_an_employers_card_is_booked_by_its_holder_only_after_it_came_back() -> None:
    story = given(SEASON, slot(S9), employer(), card("c1", "danwei", "employer", employer="e1"))
    story.when(BookSlot("c1", S9), at="06-04 08:00").then(r.AtEmployer("c1", "e1", held=False))
    story.fold(did(HandToEmployer("e1", True, "company"), "06-04 09:00"))
    story.when(BookSlot("c1", S9), at="06-04 10:00").then(r.AtEmployer("c1", "e1", held=True))
    story.fold(did(ReturnRoster("e1", (), ("c1",)), "06-04 11:00"))
    story.when(BookSlot("c1", S9), at="06-04 12:00").then(booked("c1"))


def test_a_slot_that_has_begun_is_closed_or_is_unknown_can_not_be_booked() -> None:
    story = given(SEASON, slot(S9), slot(S10), card("c1"), happened(e.SlotClosed, slot=S10, reason="停电"))
    story.when(BookSlot("c1", S9), at="06-05 09:00").then(r.SlotPast(S9))
    story.when(BookSlot("c1", S10), at="06-05 08:00").then(r.SlotNotOpen(S10))
    story.when(BookSlot("c1", "20180605-0901"), at="06-05 08:00").then(r.UnknownSlot("20180605-0901"))
    story.when(BookSlot("c9", S9), at="06-05 08:00").then(r.UnknownCard("c9"))
    story.when(BookSlot("c1", S9), at="06-05 08:59").then(booked("c1"))


def moved(name: str, old: str, new: str, told: str, version: int = 2, **fields: object) -> object:
    tags = f"card:{name} slot:{old} slot:{new}"
    return fact(
        e.BookingMoved,
        tags,
        card=name,
        booking=1,
        version=version,
        old_slot=old,
        new_slot=new,
        told=t(told),
        **fields,
    )


def test_moving_is_one_step_and_each_move_a_new_version() -> None:
    story = given(
        SEASON, slot(S9, 1), slot(S10, 1), card("c1"), card("c2"), did(BookSlot("c1", S9), "06-04 08:00")
    )
    story.when(MoveBooking("c1", S10), at="06-04 09:00").then(moved("c1", S9, S10, "06-05 10:00"))
    assert [len(story.state.slots[s].seats) for s in (S9, S10)] == [0, 1]
    story.when(MoveBooking("c1", S9), at="06-04 09:01").then(moved("c1", S10, S9, "06-05 09:00", version=3))


def test_the_old_place_is_kept_when_the_new_one_is_full() -> None:
    story = given(
        SEASON,
        slot(S9, 1),
        slot(S10, 1),
        card("c1"),
        card("c2"),
        did(BookSlot("c1", S9), "06-04 08:00"),
        did(BookSlot("c2", S10), "06-04 08:00"),
    )
    story.when(MoveBooking("c1", S10), at="06-04 09:00").then(r.SlotFull(S10))
    booking = story.state.cards["c1"].booking
    assert booking is not None
    assert booking.slot == S9


def test_moving_to_ones_own_slot_changes_nothing() -> None:
    given(SEASON, slot(S9, 1), card("c1"), did(BookSlot("c1", S9), "06-04 08:00")).when(
        MoveBooking("c1", S9), at="06-04 09:00"
    ).then()


def test_without_a_booking_there_is_nothing_to_move_or_cancel() -> None:
    story = given(SEASON, slot(S9), card("c1"))
    story.when(MoveBooking("c1", S9), at="06-04 09:00").then(r.NoBooking("c1"))
    story.when(CancelBooking("c1"), at="06-04 09:00").then(r.NoBooking("c1"))


def test_moving_from_the_hall_ends_the_visit_and_the_day_s_end_leaves_the_new_place() -> None:
    story = given(
        SEASON,
        slot(S9),
        slot(NEXT9),
        card("c1"),
        did(BookSlot("c1", S9), "06-04 08:00"),
        did(ArriveHolder("c1"), "06-05 08:55"),
    )
    story.when(MoveBooking("c1", NEXT9), at="06-05 09:10").then(
        fact(e.HolderLeft, f"card:c1 slot:{S9}", card="c1", slot=S9),
        moved("c1", S9, NEXT9, "06-06 09:00"),
    )
    story.when(EndVisit("c1"), at="06-05 17:00").then(r.NotWaiting("c1"))


def test_a_visit_with_a_ticket_leaves_the_booking_of_another_day() -> None:
    story = given(
        SEASON,
        slot(S9),
        slot(NEXT9),
        card("c1"),
        did(BookSlot("c1", NEXT9), "06-04 08:00"),
        did(TicketWalkIn("c1"), "06-05 09:00"),
    )
    story.when(EndVisit("c1"), at="06-05 09:30").then(
        fact(e.HolderLeft, f"card:c1 slot:{S9}", card="c1", slot=S9, ticket=1)
    )
    assert story.state.cards["c1"].booking is not None


def test_moving_a_booking_of_another_day_leaves_the_visit_with_a_ticket() -> None:
    story = given(
        SEASON,
        slot(S9),
        slot(NEXT9),
        slot("20180607-0900"),
        card("c1"),
        did(BookSlot("c1", NEXT9), "06-04 08:00"),
        did(TicketWalkIn("c1"), "06-05 09:00"),
    )
    story.when(MoveBooking("c1", "20180607-0900"), at="06-05 09:10").then_kinds(e.BookingMoved)


def test_told_times_are_spread_inside_the_slot() -> None:
    story = given(SEASON, slot(S9, 5), *(card(f"c{n}") for n in range(5)))
    told = []
    for n in range(5):
        story.when(BookSlot(f"c{n}", S9), at="06-04 08:00")
        told += [event.told.minute for event in story.events if isinstance(event, e.SlotBooked)]
    assert told == [0, 5, 10, 0, 5]


POOLS = {"channel:sms": 1, "cohort:getihu": 1}


def test_reserved_places_are_kept_for_their_pool() -> None:
    story = given(
        SEASON,
        slot(S9, 3, reserved=POOLS, overflow_at=t("06-04 12:00")),
        *(card(f"c{n}", "jumin") for n in range(4)),
        card("g1", "getihu"),
    )
    story.when(BookSlot("c1", S9), at="06-04 08:00", via="web").then_kinds(e.SlotBooked)
    story.when(BookSlot("c2", S9), at="06-04 08:00", via="web").then(r.SlotFull(S9))
    story.when(BookSlot("c2", S9), at="06-04 08:00", via="sms").then_kinds(e.SlotBooked)
    story.when(BookSlot("c3", S9), at="06-04 08:00", via="sms").then(r.SlotFull(S9))
    story.when(BookSlot("g1", S9), at="06-04 08:00", via="web").then_kinds(e.SlotBooked)


def test_reserved_places_overflow_to_all_at_the_stated_time() -> None:
    story = given(
        SEASON, slot(S9, 2, reserved={"channel:sms": 2}, overflow_at=t("06-04 12:00")), card("c1"), card("c2")
    )
    story.when(BookSlot("c1", S9), at="06-04 11:59", via="web").then(r.SlotFull(S9))
    story.when(BookSlot("c1", S9), at="06-04 12:00", via="web").then_kinds(e.SlotBooked)
    story.when(BookSlot("c2", S9), at="06-04 12:00", via="phone").then_kinds(e.SlotBooked)


def test_the_counter_draws_on_the_places_of_the_phone() -> None:
    story = given(
        SEASON, slot(S9, 1, reserved={"channel:phone": 1}, overflow_at=t("06-05 08:00")), card("c1")
    )
    story.when(BookSlot("c1", S9), at="06-04 11:59", via="web").then(r.SlotFull(S9))
    story.when(BookSlot("c1", S9), at="06-04 11:59", via="counter").then_kinds(e.SlotBooked)


def test_tickets_beyond_their_own_room_take_places_from_bookings() -> None:
    story = given(
        season(),
        slot(S10, 2, walk_in_room=0, minutes=60),
        slot(S915, 0),
        *(card(f"c{n}") for n in range(3)),
        did(TicketWalkIn("c0"), "06-05 09:00"),
    )
    story.when(BookSlot("c1", S10), at="06-05 09:01").then_kinds(e.SlotBooked)
    story.when(BookSlot("c2", S10), at="06-05 09:01").then(r.SlotFull(S10))
