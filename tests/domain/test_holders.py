"""Holders: registering, reaching, helping and forgetting them."""

import pytest

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot
from queueing.domain.counter import ArriveHolder, TicketWalkIn
from queueing.domain.employers import HandToEmployer, ReturnRoster, to_hand_over
from queueing.domain.handover import HandOver, UndoCollection
from queueing.domain.holders import (
    ChangeContact,
    EraseHolder,
    FinishPhoneCall,
    ListForPhone,
    MarkUnreachable,
    NewCard,
    OptIn,
    OptOut,
    RegisterCards,
    RequestHomeVisit,
)
from queueing.domain.offers import OfferSlots
from queueing.domain.waves import InviteHolders, ReleaseCards
from tests.domain.harness import S9, SEASON, Did, Fact, card, did, employer, fact, given, slot, t

IMPORT = {"at": "05-10 08:00", "by": "staff:wang", "via": "system"}
STAFF = {"by": "staff:li", "via": "counter"}


def listed(reason: str, name: str = "c1") -> Fact:
    return fact(e.PhoneListed, f"card:{name}", card=name, reason=reason)


def contact(reach: bool) -> Fact:
    return fact(e.ContactChanged, "card:c1", card="c1", reach=reach)


# --- importing ---


def test_importing_the_same_list_twice_changes_nothing() -> None:
    command = RegisterCards(
        (
            NewCard("c1", "getihu", "self", band="90", priority=True, reach=False),
            NewCard("c2", "danwei", "employer", "e1"),
            NewCard("c1", "jumin", "self"),
        )
    )
    story = given(SEASON, employer())
    story.when(command, **IMPORT).then(
        fact(
            e.CardRegistered,
            "card:c1",
            card="c1",
            cohort="getihu",
            channel="self",
            employer="",
            band="90",
            priority=True,
            reach=False,
        ),
        fact(
            e.CardRegistered,
            "card:c2 employer:e1",
            card="c2",
            cohort="danwei",
            channel="employer",
            employer="e1",
        ),
    )
    assert story.state.custody["bank"] == 2
    story.when(command, **IMPORT).then()


def test_a_card_needs_a_known_channel_and_employer() -> None:
    story = given(SEASON)
    story.when(RegisterCards((NewCard("c1", "getihu", "post"),)), **IMPORT).then(r.BadValue("channel"))
    story.when(RegisterCards((NewCard("c1", "danwei", "employer", "e1"),)), **IMPORT).then(
        r.UnknownEmployer("e1")
    )


def reassigned(was: str, cohort: str, channel: str, name: str = "") -> Fact:
    tags = " ".join(["card:c1", *(f"employer:{one}" for one in (name, was) if one)])
    fields = {"card": "c1", "cohort": cohort, "channel": channel, "employer": name, "was_employer": was}
    return fact(e.CardReassigned, tags, **fields)


def test_a_corrected_list_reassigns_a_card() -> None:
    story, was = given(SEASON, employer(), employer("e2"), card("c1")), ""
    for new in (
        ("jumin", "self"),
        ("danwei", "employer", "e1"),
        ("danwei", "employer", "e2"),
        ("jumin", "self"),
    ):
        story.when(RegisterCards((NewCard("c1", *new),)), **IMPORT).then(reassigned(was, *new))
        was = new[2] if len(new) == 3 else ""
        holders = [name for name in ("e1", "e2") if to_hand_over(story.state, name)]
        assert holders == [new[2]] if len(new) == 3 else holders == []


@pytest.mark.parametrize(
    "step",
    [
        did(BookSlot("c1", S9), "06-04 08:00"),
        did(OfferSlots("c1"), "06-04 08:00"),
        did(TicketWalkIn("c1"), "06-05 09:00"),
        did(InviteHolders("may", ("c1",)), "06-04 08:00"),
        did(HandOver("c1", "self", True), "06-04 08:00"),
    ],
)
def test_a_list_does_not_take_back_what_happened_since(step: Did) -> None:
    given(SEASON, slot(S9), employer(), card("c1"), step).when(
        RegisterCards((NewCard("c1", "danwei", "employer", "e1"),)), **IMPORT
    ).then()


def test_a_list_does_not_take_back_a_release() -> None:
    story = given(SEASON, employer(), card("c1", "danwei", "employer", employer="e1"))
    story.fold(did(ReleaseCards(("c1",), "单位已注销"), "06-04 08:00"))
    story.when(RegisterCards((NewCard("c1", "danwei", "employer", "e1"),)), **IMPORT).then()


def test_a_list_with_a_phone_makes_a_holder_reachable_and_one_without_changes_nothing() -> None:
    story = given(SEASON, card("c1", reach=False))
    story.when(RegisterCards((NewCard("c1", "getihu", "self", reach=True),)), **IMPORT).then(contact(True))
    story.when(RegisterCards((NewCard("c1", "getihu", "self", reach=False),)), **IMPORT).then()


def test_a_list_does_not_bring_an_erased_holder_back() -> None:
    story = given(SEASON, card("c1"), did(EraseHolder("c1"), "06-04 08:00"))
    story.when(RegisterCards((NewCard("c1", "jumin", "self", reach=True),)), **IMPORT).then()


# --- reaching ---


def test_a_new_number_makes_an_unreachable_holder_reachable_and_ends_the_wait_for_a_call() -> None:
    story = given(SEASON, card("c1"))
    story.when(MarkUnreachable("c1", "空号"), at="06-04 08:00", by="system").then(
        fact(e.HolderUnreachable, "card:c1", card="c1", reason="空号"), listed("unreachable")
    )
    story.when(MarkUnreachable("c1", "空号"), at="06-04 08:00", by="system").then()
    story.when(ChangeContact("c1", True), at="06-04 09:00", **STAFF).then(contact(True))
    assert (story.state.cards["c1"].unreachable, story.state.cards["c1"].phone_list) == (False, "")


def test_a_new_number_leaves_a_wait_for_another_reason() -> None:
    story = given(SEASON, card("c1"), did(ListForPhone("c1", "no_shows"), "06-04 08:00"))
    story.fold(did(ChangeContact("c1", True), "06-04 09:00"))
    assert story.state.cards["c1"].phone_list == "no_shows"


def test_who_has_the_card_need_not_be_reached() -> None:
    story = given(SEASON, card("c1"), did(HandOver("c1", "self", True), "06-04 08:00"))
    story.when(MarkUnreachable("c1", "空号"), at="06-04 09:00", by="system").then()


def test_opting_out_is_done_once_and_staff_phone_instead() -> None:
    story = given(SEASON, card("c1"))
    story.when(OptOut("c1"), at="06-04 08:00", via="sms").then(
        fact(e.HolderOptedOut, "card:c1", card="c1"), listed("opted_out")
    )
    story.when(OptOut("c1"), at="06-04 08:01", via="sms").then()


def test_opting_out_with_a_booking_or_the_card_asks_for_no_call() -> None:
    booked = given(SEASON, slot(S9), card("c1"), did(BookSlot("c1", S9), "06-04 08:00"))
    collected = given(SEASON, card("c1"), did(HandOver("c1", "self", True), "06-04 08:00"))
    for story in (booked, collected):
        story.when(OptOut("c1"), at="06-04 08:01", via="sms").then(
            fact(e.HolderOptedOut, "card:c1", card="c1")
        )


def test_there_is_always_a_way_back_in() -> None:
    story = given(SEASON, card("c1"), did(OptOut("c1"), "06-04 08:00"))
    story.when(OptIn("c1"), at="06-04 08:01", via="sms").then(fact(e.HolderOptedIn, "card:c1", card="c1"))
    assert story.state.cards["c1"].phone_list == ""
    story.when(OptIn("c1"), at="06-04 08:01", via="sms").then()


def test_a_wrong_number_stays_on_the_list_until_there_is_a_new_one() -> None:
    story = given(SEASON, card("c1"), did(ListForPhone("c1", "asked"), "06-04 08:00"))
    story.fold(did(FinishPhoneCall("c1", "wrong_number"), "06-04 09:00"))
    assert story.state.cards["c1"].phone_list == "wrong_number"
    story.fold(did(ChangeContact("c1", False), "06-04 10:00"))
    assert story.state.cards["c1"].phone_list == "wrong_number"
    story.fold(did(ChangeContact("c1", True), "06-04 11:00"))
    assert story.state.cards["c1"].phone_list == ""


def test_a_wrong_number_of_somebody_who_has_the_card_or_is_erased_does_not_matter() -> None:
    for last in (HandOver("c1", "self", True), EraseHolder("c1")):
        story = given(SEASON, card("c1"), did(last, "06-04 08:00"))
        story.fold(did(FinishPhoneCall("c1", "wrong_number"), "06-04 09:00"))
        assert story.state.cards["c1"].phone_list == ""


# --- helping ---


def test_a_holder_is_on_the_phone_list_once_until_the_call_is_done() -> None:
    story = given(SEASON, card("c1"))
    story.when(ListForPhone("c1", "asked"), at="06-04 08:00", via="sms").then(listed("asked"))
    story.when(ListForPhone("c1", "not_understood"), at="06-04 08:01", via="sms").then()
    story.when(FinishPhoneCall("c1", "rang"), at="06-04 09:00", **STAFF).then(r.BadValue("outcome"))
    for outcome, left in (("no_answer", "asked"), ("told", "")):
        story.when(FinishPhoneCall("c1", outcome), at="06-04 09:00", **STAFF).then(
            fact(e.PhoneCallDone, "card:c1", card="c1", outcome=outcome)
        )
        assert story.state.cards["c1"].phone_list == left
    story.when(ListForPhone("c1", "asked"), at="06-05 08:00", via="sms").then(listed("asked"))


def test_a_home_visit_is_asked_for_once_and_ends_with_the_card() -> None:
    story = given(SEASON, card("c1"))
    story.when(RequestHomeVisit("c1"), at="06-04 08:00", via="sms").then(
        fact(e.HomeVisitRequested, "card:c1", card="c1")
    )
    story.when(RequestHomeVisit("c1"), at="06-04 08:00", via="sms").then()
    story.when(HandOver("c1", "home", True), at="06-06 10:00", **STAFF).then(
        fact(e.CardCollected, "card:c1", card="c1", how="home")
    )
    assert not story.state.cards["c1"].home_visit
    story.when(RequestHomeVisit("c1"), at="06-07 08:00", via="sms").then(
        r.AlreadyCollected("c1", t("06-06 10:00"), "home")
    )


# --- forgetting ---


def test_erasing_ends_what_is_live_first() -> None:
    story = given(
        SEASON,
        slot(S9),
        card("c1"),
        did(BookSlot("c1", S9), "06-04 08:00"),
        did(ArriveHolder("c1"), "06-05 09:00"),
    )
    story.when(EraseHolder("c1"), at="06-05 09:05", by="staff:wang", via="counter").then(
        fact(e.HolderLeft, f"card:c1 slot:{S9}", card="c1", slot=S9),
        fact(e.BookingCancelled, f"card:c1 slot:{S9}", card="c1", slot=S9, booking=1, reason="erased"),
        fact(e.HolderErased, "card:c1", card="c1"),
    )
    story.when(EraseHolder("c1"), at="06-05 09:05", by="staff:wang", via="counter").then()


def test_erasing_gives_the_places_offered_back() -> None:
    story = given(SEASON, slot(S9, 1), card("c1"), card("c2"), did(OfferSlots("c1"), "06-04 08:00"))
    story.fold(did(EraseHolder("c1"), "06-04 08:01"))
    story.when(BookSlot("c2", S9), at="06-04 08:02").then_kinds(e.SlotBooked)


def test_nothing_is_done_for_or_asked_of_an_erased_holder() -> None:
    story = given(SEASON, slot(S9), card("c1"), did(EraseHolder("c1"), "06-04 08:00"))
    refused = r.HolderIsErased("c1")
    for command in (
        BookSlot("c1", S9),
        OfferSlots("c1"),
        TicketWalkIn("c1"),
        HandOver("c1", "self", True),
        ChangeContact("c1", True),
        ListForPhone("c1", "asked"),
        RequestHomeVisit("c1"),
    ):
        story.when(command, at="06-05 08:00").then(refused)
    for passed_over in (OptOut("c1"), MarkUnreachable("c1", "空号"), InviteHolders("may", ("c1",))):
        story.when(passed_over, at="06-05 08:00").then()


def test_undoing_a_hand_over_to_an_erased_holder_books_nothing_for_them() -> None:
    story = given(SEASON, slot(S9), card("c1"), did(BookSlot("c1", S9), "06-04 08:00"))
    story.fold(did(HandOver("c1", "self", True), "06-04 09:00"))
    story.fold(did(EraseHolder("c1"), "06-04 09:01"))
    story.when(UndoCollection("c1", "按错"), at="06-04 09:02", **STAFF).then(
        fact(e.CollectionUndone, "card:c1", card="c1", reason="按错")
    )


def test_undoing_a_hand_over_to_an_erased_holder_calls_nobody_back_into_the_hall() -> None:
    story = given(SEASON, slot(S9), card("c1"), did(TicketWalkIn("c1"), "06-05 09:00"))
    story.fold(did(HandOver("c1", "self", True), "06-05 09:10"))
    story.fold(did(EraseHolder("c1"), "06-05 09:11"))
    story.fold(did(UndoCollection("c1", "按错"), "06-05 09:12"))
    assert (story.state.visits, story.state.cards["c1"].place) == ({}, "bank")


def test_what_happened_to_an_erased_holder_s_card_at_the_employer_is_still_written_down() -> None:
    story = given(SEASON, employer(), card("c1", "danwei", "employer", employer="e1"))
    story.fold(did(HandToEmployer("e1", True, "company"), "05-20 09:00"))
    story.fold(did(EraseHolder("c1"), "05-21 09:00"))
    story.when(
        ReturnRoster("e1", ("c1",), ()), at="06-10 09:00", by="employer:e1", via="employer"
    ).then_kinds(e.EmployerRosterReturned, e.EmployerReconciled)


def test_of_an_unknown_card_nothing_is_known() -> None:
    story = given(SEASON)
    for command in (
        ChangeContact("c9", True),
        OptOut("c9"),
        OptIn("c9"),
        MarkUnreachable("c9", ""),
        ListForPhone("c9", "asked"),
        FinishPhoneCall("c9", "told"),
        RequestHomeVisit("c9"),
        EraseHolder("c9"),
    ):
        story.when(command, at="06-05 08:00").then(r.UnknownCard("c9"))


def test_an_erased_holder_is_on_no_list() -> None:
    story = given(SEASON, card("c1"), did(ListForPhone("c1", "asked"), "06-04 08:00"))
    story.fold(did(RequestHomeVisit("c1"), "06-04 08:00"))
    story.fold(did(EraseHolder("c1"), "06-04 09:00"))
    gone = story.state.cards["c1"]
    assert (gone.phone_list, gone.home_visit, gone.reach) == ("", False, False)
