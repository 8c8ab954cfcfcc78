"""A calm word against rumours: to whom it concerns, once a day."""

from datetime import date

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot, MoveBooking
from queueing.domain.handover import HandOver
from queueing.domain.holders import EraseHolder, OptOut
from queueing.domain.offers import OfferSlots
from queueing.domain.reassure import (
    ReassureHolders,
    SuggestAnotherTime,
    booked_later_today,
    concerned,
)
from tests.domain.harness import NEXT9, NEXT10, S9, SEASON, card, did, fact, given, happened, slot, t


def test_a_calm_word_goes_to_each_holder() -> None:
    given(SEASON, card("c1"), card("c2")).when(
        ReassureHolders(("c1", "c2", "c1", "nobody")), at="06-04 10:00", by="staff:lin", via="counter"
    ).then(
        fact(e.HolderReassured, "card:c1", card="c1"),
        fact(e.HolderReassured, "card:c2", card="c2"),
    )


def test_nobody_gets_it_twice_within_a_day() -> None:
    story = given(SEASON, card("c1"), did(ReassureHolders(("c1",)), "06-04 10:00"))
    story.when(ReassureHolders(("c1",)), at="06-05 09:59").then()
    story.when(ReassureHolders(("c1",)), at="06-05 10:00").then_kinds(e.HolderReassured)


def test_whom_it_does_not_concern_or_no_message_reaches_is_passed_over() -> None:
    story = given(
        SEASON,
        slot(S9),
        card("out"),
        card("gone"),
        card("done"),
        card("silent", reach=False),
        did(OptOut("out"), "06-04 08:00"),
        did(EraseHolder("gone"), "06-04 08:00"),
        did(HandOver("done", "self", holder_id_seen=True), "06-04 08:00"),
    )
    story.when(ReassureHolders(("out", "gone", "done", "silent")), at="06-04 10:00").then()


def test_the_groups_are_those_who_wait_by_where_they_stand() -> None:
    story = given(
        SEASON,
        slot(S9),
        card("booked"),
        card("free"),
        card("early", "jumin"),
        card("done"),
        did(BookSlot("booked", S9), "05-20 08:00"),
        did(HandOver("done", "self", holder_id_seen=True), "05-20 08:00"),
    )
    now = t("05-20 10:00")
    found = {
        group: concerned(story.state, group, now) for group in ("waiting", "later", "unbooked", "booked")
    }
    assert found == {
        "waiting": ["booked", "free", "early"],
        "later": ["early"],
        "unbooked": ["free"],
        "booked": ["booked"],
    }


def test_after_the_season_nobody_is_written_to() -> None:
    given(SEASON, card("c1")).when(ReassureHolders(("c1",)), at="08-01 10:00").then(
        r.SeasonOver(date(2018, 7, 31))
    )


TODAY = (SEASON, slot(S9), slot(NEXT9), slot(NEXT10), card("c1"), did(BookSlot("c1", S9), "06-04 08:00"))


def test_who_is_booked_for_later_today_is_asked_with_two_places_and_keeps_the_own_one() -> None:
    story = given(*TODAY)
    asked = story.when(SuggestAnotherTime("c1"), at="06-05 07:00", by="staff:lin")
    asked.then(
        fact(
            e.AnotherTimeSuggested,
            f"card:c1 slot:{NEXT9} slot:{NEXT10}",
            card="c1",
            booking=1,
            version=1,
            told=t("06-05 09:00"),
            slots=(NEXT9, NEXT10),
            places=(t("06-06 09:00"), t("06-06 10:00")),
            until=t("06-05 08:30"),
        )
    )
    assert story.state.cards["c1"].booking is not None


def test_the_places_of_the_question_are_kept_for_whom_it_asks() -> None:
    story = given(*TODAY, card("c2"), card("c3"), did(SuggestAnotherTime("c1"), "06-05 07:00"))
    assert [len(story.state.slots[name].holds) for name in (NEXT9, NEXT10)] == [1, 1]
    offer = story.state.cards["c1"].offer
    assert offer is not None and offer.notice and offer.until == t("06-05 08:30")
    story.when(MoveBooking("c1", NEXT10), at="06-05 07:30", via="sms").then_kinds(e.BookingMoved)


def test_the_answer_is_awaited_from_when_the_message_leaves() -> None:
    story = given(*TODAY, did(SuggestAnotherTime("c1", t("06-05 08:00")), "06-05 05:30"))
    offer = story.state.cards["c1"].offer
    assert offer is not None and offer.until == t("06-05 08:30")
    given(*TODAY).when(SuggestAnotherTime("c1", t("06-05 08:30")), at="06-05 05:30").then()


def test_nobody_is_asked_without_another_place_or_while_choosing() -> None:
    nowhere = given(SEASON, slot(S9), card("c1"), did(BookSlot("c1", S9), "06-04 08:00"))
    nowhere.when(SuggestAnotherTime("c1"), at="06-05 07:00").then()
    choosing = given(*TODAY, did(OfferSlots("c1"), "06-05 06:50"))
    choosing.when(SuggestAnotherTime("c1"), at="06-05 07:00").then()


def test_an_earlier_question_without_places_still_folds() -> None:
    old = happened(e.AnotherTimeSuggested, card="c1", booking=1, version=1, told=t("06-05 09:00"))
    story = given(*TODAY, old)
    assert story.state.cards["c1"].suggested is not None
    assert story.state.cards["c1"].offer is None


def test_nobody_is_asked_for_another_time_twice_a_day_nor_when_they_will_have_set_out() -> None:
    story = given(*TODAY, card("free"))
    assert booked_later_today(story.state, t("06-05 07:59")) == ["c1"]
    story.when(SuggestAnotherTime("c1"), at="06-05 08:00").then()
    story.when(SuggestAnotherTime("c1"), at="06-04 09:00").then()
    story.when(SuggestAnotherTime("free"), at="06-05 07:00").then()
    story.when(SuggestAnotherTime("nobody"), at="06-05 07:00").then()
    again = given(*TODAY, did(SuggestAnotherTime("c1"), "06-05 05:00"))
    again.when(SuggestAnotherTime("c1"), at="06-05 07:30").then()
