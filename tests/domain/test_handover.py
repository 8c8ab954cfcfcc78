"""The card at the counter: handed over once, undoing slips, defective cards and switching on."""

import pytest

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot
from queueing.domain.counter import (
    ArriveHolder,
    CallHolder,
    TicketWalkIn,
    waiting,
)
from queueing.domain.employers import HandToEmployer, ReturnRoster
from queueing.domain.handover import ActivateCards, HandOver, ReplaceCard, SetAside, UndoCollection
from queueing.domain.holders import ListForPhone, RequestHomeVisit
from queueing.domain.offers import OfferSlots
from queueing.domain.season import CloseSlots
from tests.domain.harness import (
    NEXT9,
    S9,
    S10,
    SEASON,
    Fact,
    card,
    did,
    employer,
    fact,
    given,
    slot,
    t,
)

STAFF = {"by": "staff:li", "via": "counter"}
BOOKED = (SEASON, slot(S9), slot(S10), slot(NEXT9), card("c1"), did(BookSlot("c1", S9), "06-04 08:00"))


# --- handing over ---


def collected(how: str = "self", **fields: object) -> Fact:
    slots = " ".join(f"slot:{fields[name]}" for name in ("slot", "freed") if fields.get(name))
    return fact(e.CardCollected, f"card:c1 {slots}", card="c1", how=how, **fields)


def test_a_card_is_handed_over_once_against_the_original_id() -> None:
    story = given(*BOOKED, did(ArriveHolder("c1"), "06-05 09:00"), did(CallHolder("c1", "1"), "06-05 09:02"))
    hand_over = HandOver("c1", "self", holder_id_seen=True, window="1")
    story.when(HandOver("c1", "self", holder_id_seen=False), at="06-05 09:03", **STAFF).then(
        r.IdsNotSeen("c1", "self")
    )
    story.when(hand_over, at="06-05 09:04", **STAFF).then(
        collected(window="1", slot=S9, booking=1, arrived=t("06-05 09:00"))
    )
    story.when(hand_over, at="06-05 09:04", **STAFF).then(r.AlreadyCollected("c1", t("06-05 09:04"), "self"))


def test_a_proxy_brings_both_original_ids() -> None:
    story = given(*BOOKED)
    for holder, proxy in ((True, False), (False, True), (False, False)):
        story.when(HandOver("c1", "proxy", holder, proxy), at="06-05 09:00", **STAFF).then(
            r.IdsNotSeen("c1", "proxy")
        )
    story.when(HandOver("c1", "proxy", True, True), at="06-05 09:00", **STAFF).then(
        collected("proxy", slot=S9, booking=1)
    )


def test_a_card_leaves_only_the_window_that_called() -> None:
    story = given(*BOOKED, did(ArriveHolder("c1"), "06-05 09:00"), did(CallHolder("c1", "1"), "06-05 09:02"))
    story.when(HandOver("c1", "self", True, window="2"), at="06-05 09:04", **STAFF).then(
        r.CalledElsewhere("c1", "1")
    )
    story.when(HandOver("c1", "self", True), at="06-05 09:04", **STAFF).then(
        collected(window="1", slot=S9, booking=1, arrived=t("06-05 09:00"))
    )


def test_collecting_on_another_day_frees_the_place_booked() -> None:
    story = given(*BOOKED)
    story.when(HandOver("c1", "self", True), at="06-04 10:00", **STAFF).then(collected(booking=1, freed=S9))
    assert story.state.slots[S9].seats == ()


def test_collecting_with_a_ticket_frees_the_place_booked_for_another_day() -> None:
    story = given(
        SEASON,
        slot(S9),
        slot(NEXT9),
        card("c1"),
        did(BookSlot("c1", NEXT9), "06-04 08:00"),
        did(TicketWalkIn("c1"), "06-05 09:00"),
    )
    story.when(HandOver("c1", "self", True), at="06-05 09:10", **STAFF).then(
        collected(slot=S9, freed=NEXT9, booking=1, ticket=1, arrived=t("06-05 09:00"))
    )


def test_what_was_handed_over_in_an_outage_is_entered_with_its_original_time() -> None:
    story = given(*BOOKED)
    earlier = HandOver("c1", "self", True, happened=t("06-05 09:05"))
    story.when(earlier, at="06-05 09:04", **STAFF).then(r.BadValue("happened"))
    story.when(earlier, at="06-05 15:00", **STAFF).then(
        collected(slot=S9, booking=1, happened=t("06-05 09:05"))
    )


def test_a_hand_over_of_no_known_kind_is_refused() -> None:
    given(*BOOKED).when(HandOver("c1", "post", True), at="06-05 09:04", **STAFF).then(r.BadValue("how"))


# --- undoing a hand-over ---


def undone(**fields: object) -> Fact:
    slots = f"slot:{fields['slot']}" if fields.get("slot") else ""
    return fact(e.CollectionUndone, f"card:c1 {slots}", card="c1", reason="按错", **fields)


def test_a_hand_over_is_undone_with_a_reason_and_the_visit_goes_on() -> None:
    story = given(
        *BOOKED, did(ArriveHolder("c1"), "06-05 09:00"), did(HandOver("c1", "self", True), "06-05 09:10")
    )
    story.when(UndoCollection("c1", ""), at="06-05 09:11", **STAFF).then(r.ReasonMissing)
    story.when(UndoCollection("c1", "按错"), at="06-05 09:11", **STAFF).then(undone(slot=S9, booking=1))
    assert waiting(story.state, t("06-05 09:12")) == ["c1"]
    story.when(UndoCollection("c1", "按错"), at="06-05 09:11", **STAFF).then(r.NotCollected("c1"))
    story.when(HandOver("c1", "self", True), at="06-05 09:20", **STAFF).then_kinds(e.CardCollected)


@pytest.mark.parametrize(("at", "allowed"), [("09:40", True), ("09:41", False)])
def test_a_hand_over_can_be_undone_for_exactly_the_stated_minutes(at: str, allowed: bool) -> None:
    story = given(SEASON, card("c1"), did(HandOver("c1", "self", True), "06-05 09:10"))
    story.when(UndoCollection("c1", "按错"), at=f"06-05 {at}", **STAFF)
    story.then(undone()) if allowed else story.then(r.UndoTooLate("c1", 30))


def test_a_card_that_is_switched_on_stays_handed_out() -> None:
    story = given(SEASON, card("c1"), did(HandOver("c1", "self", True), "06-05 09:10"))
    story.fold(did(ActivateCards(("c1",)), "06-05 09:11"))
    story.when(UndoCollection("c1", "按错"), at="06-05 09:12", **STAFF).then(r.UndoTooLate("c1", 30))


def test_what_an_employer_handed_out_is_not_undone_at_the_counter() -> None:
    story = given(SEASON, employer(), card("c1", "danwei", "employer", employer="e1"))
    story.fold(did(HandToEmployer("e1", True, "company"), "06-05 09:00"))
    story.fold(did(ReturnRoster("e1", ("c1",), ()), "06-05 09:10"))
    story.when(UndoCollection("c1", "按错"), at="06-05 09:12", **STAFF).then(r.NotCollected("c1"))


def test_undoing_gives_back_the_booking_for_another_time() -> None:
    story = given(*BOOKED, did(HandOver("c1", "self", True), "06-04 10:00"))
    story.when(UndoCollection("c1", "按错"), at="06-04 10:01", **STAFF).then(
        undone(),
        fact(e.SlotBooked, f"card:c1 slot:{S9}", card="c1", slot=S9, booking=2, told=t("06-05 09:00")),
    )


def test_when_the_place_is_gone_staff_phone_the_holder() -> None:
    story = given(SEASON, slot(S9, 1), card("c1"), card("c2"), did(BookSlot("c1", S9), "06-04 08:00"))
    story.fold(did(HandOver("c1", "self", True), "06-04 10:00"))
    story.fold(did(BookSlot("c2", S9), "06-04 10:00"))
    story.when(UndoCollection("c1", "按错"), at="06-04 10:01", **STAFF).then(
        undone(), fact(e.PhoneListed, "card:c1", card="c1", reason="asked")
    )


def test_undoing_gives_back_the_wish_for_a_visit_and_the_place_on_the_phone_list() -> None:
    story = given(SEASON, card("c1"), did(RequestHomeVisit("c1"), "06-04 08:00"))
    story.fold(did(ListForPhone("c1", "asked"), "06-04 08:00"))
    story.fold(did(HandOver("c1", "self", True), "06-04 10:00"))
    assert (story.state.cards["c1"].home_visit, story.state.cards["c1"].phone_list) == (False, "")
    story.fold(did(UndoCollection("c1", "按错"), "06-04 10:01"))
    assert (story.state.cards["c1"].home_visit, story.state.cards["c1"].phone_list) == (True, "asked")


def test_a_returned_card_goes_back_to_where_it_lay() -> None:
    story = given(SEASON, employer(), card("c1", "danwei", "employer", employer="e1"))
    story.fold(did(HandToEmployer("e1", True, "company"), "06-05 09:00"))
    story.fold(did(ReturnRoster("e1", (), ("c1",)), "06-05 09:10"))
    story.fold(did(HandOver("c1", "self", True), "06-05 10:00"))
    story.fold(did(UndoCollection("c1", "按错"), "06-05 10:01"))
    assert story.state.cards["c1"].place == "returned"


# --- defective cards and switching on ---


def test_a_defective_card_ends_what_waits_for_it() -> None:
    story = given(*BOOKED, did(ArriveHolder("c1"), "06-05 09:00"))
    story.when(SetAside("c1"), at="06-05 09:05", **STAFF).then(
        fact(e.HolderLeft, f"card:c1 slot:{S9}", card="c1", slot=S9),
        fact(e.BookingCancelled, f"card:c1 slot:{S9}", card="c1", slot=S9, booking=1, reason="defective"),
        fact(e.CardFoundDefective, "card:c1", card="c1"),
    )
    story.when(SetAside("c1"), at="06-05 09:05", **STAFF).then(r.CardNotHere("c1", "defective"))
    story.when(HandOver("c1", "self", True), at="06-05 09:06", **STAFF).then(r.CardNotHere("c1", "defective"))
    story.when(BookSlot("c1", S10), at="06-05 09:06").then(r.CardNotHere("c1", "defective"))


def test_a_defective_card_gives_the_places_offered_back() -> None:
    story = given(SEASON, slot(S9, 1), card("c1"), card("c2"), did(OfferSlots("c1"), "06-05 08:00"))
    story.fold(did(SetAside("c1"), "06-05 08:01"))
    story.when(BookSlot("c2", S9), at="06-05 08:02").then_kinds(e.SlotBooked)


def test_only_a_defective_card_is_replaced_and_then_it_can_be_booked() -> None:
    story = given(SEASON, slot(S9), card("c1"))
    story.when(ReplaceCard("c1"), at="06-04 09:00", **STAFF).then(r.CardNotHere("c1", "bank"))
    story.fold(did(SetAside("c1"), "06-04 09:00"))
    story.when(ReplaceCard("c1"), at="06-04 09:01", **STAFF).then(fact(e.CardReplaced, "card:c1", card="c1"))
    story.when(BookSlot("c1", S9), at="06-04 09:02").then_kinds(e.SlotBooked)


def test_cards_are_switched_on_once_and_only_when_handed_out() -> None:
    story = given(SEASON, card("c1"), card("c2"), did(HandOver("c1", "self", True), "06-04 10:00"))
    on = fact(e.CardActivated, "card:c1", card="c1")
    story.when(ActivateCards(("c1", "c2")), at="06-04 11:00", **STAFF).then(r.CardNotHere("c2", "bank"))
    story.when(ActivateCards(("c1", "c1")), at="06-04 11:00", **STAFF).then(on)
    story.when(ActivateCards(("c1",)), at="06-04 11:00", **STAFF).then()


def test_a_booking_whose_slot_has_begun_is_not_made_again() -> None:
    story = given(*BOOKED, did(HandOver("c1", "self", True), "06-05 08:50"))
    story.when(UndoCollection("c1", "按错"), at="06-05 09:00", **STAFF).then(
        undone(), fact(e.PhoneListed, "card:c1", card="c1", reason="asked")
    )


def test_a_booking_in_a_slot_that_was_closed_since_is_not_made_again() -> None:
    story = given(*BOOKED, did(HandOver("c1", "self", True), "06-04 10:00"))
    story.fold(did(CloseSlots((S9,), "停电"), "06-04 10:01"))
    story.when(UndoCollection("c1", "按错"), at="06-04 10:02", **STAFF).then(
        undone(), fact(e.PhoneListed, "card:c1", card="c1", reason="asked")
    )
    assert story.state.cards["c1"].collected is None
