"""A calm word against rumours: to whom it concerns, once a day."""

from datetime import date

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot
from queueing.domain.handover import HandOver
from queueing.domain.holders import EraseHolder, OptOut
from queueing.domain.reassure import (
    ReassureHolders,
    SuggestAnotherTime,
    booked_later_today,
    concerned,
)
from tests.domain.harness import S9, SEASON, card, did, fact, given, slot, t


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


def test_who_is_booked_for_later_today_is_asked_for_another_time_and_keeps_the_place() -> None:
    story = given(SEASON, slot(S9), card("c1"), card("free"), did(BookSlot("c1", S9), "06-04 08:00"))
    asked = story.when(SuggestAnotherTime(("c1", "free", "c1", "nobody")), at="06-05 07:30", by="staff:lin")
    asked.then(
        fact(
            e.AnotherTimeSuggested,
            "card:c1",
            card="c1",
            booking=1,
            version=1,
            told=t("06-05 09:00"),
        )
    )
    assert story.state.cards["c1"].booking is not None


def test_nobody_is_asked_for_another_time_twice_a_day_nor_when_they_will_have_set_out() -> None:
    story = given(SEASON, slot(S9), card("c1"), did(BookSlot("c1", S9), "06-04 08:00"))
    assert booked_later_today(story.state, t("06-05 07:59")) == ["c1"]
    story.when(SuggestAnotherTime(("c1",)), at="06-05 08:00").then()
    story.when(SuggestAnotherTime(("c1",)), at="06-04 09:00").then()
    again = given(
        SEASON,
        slot(S9),
        card("c1"),
        did(BookSlot("c1", S9), "06-04 08:00"),
        did(SuggestAnotherTime(("c1",)), "06-05 07:00"),
    )
    again.when(SuggestAnotherTime(("c1",)), at="06-05 07:30").then()
