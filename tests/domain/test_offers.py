"""Offers: soft holds of calm places, kept for a stated time, so that answering works."""

from datetime import date, time
from itertools import pairwise

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot, MoveBooking
from queueing.domain.offers import OfferSlots, Wish
from queueing.domain.season import CloseSlots, ReopenSlots
from tests.domain.harness import (
    NEXT9,
    PM,
    S9,
    S10,
    S915,
    S930,
    SEASON,
    Story,
    card,
    did,
    fact,
    given,
    season,
    slot,
    t,
)

TODAY, TOMORROW = date(2018, 6, 5), date(2018, 6, 6)


def offered(story: Story) -> tuple[str, ...]:
    (event,) = story.events
    assert isinstance(event, e.SlotsOffered)
    return event.slots


def crowd(where: str, how_many: int, at: str = "06-01 08:00") -> list[object]:
    cards = [f"{where}-{n}" for n in range(how_many)]
    return [*(card(name) for name in cards), *(did(BookSlot(name, where), at) for name in cards)]


def test_an_offer_keeps_a_place_in_each_slot_until_a_stated_time() -> None:
    given(SEASON, slot(S9), slot(S10), card("c1")).when(OfferSlots("c1"), at="06-04 08:00", via="sms").then(
        fact(
            e.SlotsOffered,
            f"card:c1 slot:{S9} slot:{S10}",
            card="c1",
            slots=(S9, S10),
            told=(t("06-05 09:00"), t("06-05 10:00")),
            until=t("06-04 08:30"),
            reason="asked",
        )
    )


def test_a_kept_place_is_nobody_else_s_until_the_offer_lapses() -> None:
    story = given(SEASON, slot(S9, 1), card("c1"), card("c2"), did(OfferSlots("c1"), "06-04 08:00"))
    story.when(BookSlot("c2", S9), at="06-04 08:29").then(r.SlotFull(S9))
    story.when(BookSlot("c2", S9), at="06-04 08:30").then_kinds(e.SlotBooked)


def test_answering_an_offer_works_and_gives_the_other_places_back() -> None:
    story = given(
        SEASON, slot(S9, 1), slot(S10, 1), card("c1"), card("c2"), did(OfferSlots("c1"), "06-04 08:00")
    )
    story.when(BookSlot("c2", S10), at="06-04 08:10").then(r.SlotFull(S10))
    story.when(BookSlot("c1", S9), at="06-04 08:20").then_kinds(e.SlotBooked)
    story.when(BookSlot("c2", S10), at="06-04 08:20").then_kinds(e.SlotBooked)


def test_the_time_offered_is_the_time_booked() -> None:
    story = given(SEASON, slot(S9, 4), card("c1"), card("c2"), did(OfferSlots("c1"), "06-04 08:00"))
    story.when(BookSlot("c2", S9), at="06-04 08:05").then(
        fact(e.SlotBooked, f"card:c2 slot:{S9}", card="c2", slot=S9, booking=1, told=t("06-05 09:05"))
    )
    story.when(BookSlot("c1", S9), at="06-04 08:10").then(
        fact(e.SlotBooked, f"card:c1 slot:{S9}", card="c1", slot=S9, booking=2, told=t("06-05 09:00"))
    )


def test_offers_keep_only_a_limited_part_of_a_slot() -> None:
    story = given(SEASON, slot(S9, 10), *(card(f"c{n}") for n in range(14)))
    for n in range(3):
        story.when(OfferSlots(f"c{n}"), at="06-04 08:00").then_kinds(e.SlotsOffered)
    story.when(OfferSlots("c3"), at="06-04 08:00").then(r.NothingFree("c3"))
    for n in range(4, 11):
        story.when(BookSlot(f"c{n}", S9), at="06-04 08:01").then_kinds(e.SlotBooked)
    story.when(BookSlot("c11", S9), at="06-04 08:01").then(r.SlotFull(S9))
    for n in range(3):
        story.when(BookSlot(f"c{n}", S9), at="06-04 08:29").then_kinds(e.SlotBooked)


def test_asking_again_replaces_the_offer() -> None:
    story = given(
        SEASON, slot(S9, 1), slot(S10, 1), card("c1"), card("c2"), did(OfferSlots("c1"), "06-04 08:00")
    )
    story.when(OfferSlots("c1", Wish(without=(S9,)), "more"), at="06-04 08:05")
    assert offered(story) == (S10,)
    story.when(BookSlot("c2", S9), at="06-04 08:06").then_kinds(e.SlotBooked)


def test_offers_are_spread_over_calm_slots_and_are_not_all_the_earliest() -> None:
    full = crowd(S9, 3)
    story = given(season(offered=2), slot(S9, 4), slot(S915, 4), slot(S930, 4), card("c1"), *full)
    assert offered(story.when(OfferSlots("c1"), at="06-04 08:00")) == (S915, S930)


def test_where_the_calm_ones_do_not_come_first_the_earliest_are_offered() -> None:
    early = season(offered=2, calm_first=False)
    story = given(early, slot(S9, 4), slot(S915, 4), slot(S930, 4), card("c1"), *crowd(S9, 3))
    assert offered(story.when(OfferSlots("c1"), at="06-04 08:00")) == (S9, S915)


def test_a_crowded_day_loses_to_a_calm_one_and_a_calm_one_to_a_nearer() -> None:
    story = given(season(offered=1), slot(S9, 10), slot(NEXT9, 10), card("c1"), card("c2"), *crowd(S9, 1))
    assert offered(story.when(OfferSlots("c1"), at="06-05 08:00")) == (S9,)
    story = given(season(offered=1), slot(S9, 10), slot(NEXT9, 10), card("c1"), *crowd(S9, 5))
    assert offered(story.when(OfferSlots("c1"), at="06-05 08:00")) == (NEXT9,)


def test_many_who_ask_at_once_are_offered_different_slots() -> None:
    story = given(
        season(offered=1), slot(S9, 4), slot(S915, 4), slot(S930, 4), *(card(f"c{n}") for n in range(3))
    )
    found = {offered(story.when(OfferSlots(f"c{n}"), at="06-04 08:00")) for n in range(3)}
    assert found == {(S9,), (S915,), (S930,)}


def test_a_wish_for_a_day_a_part_of_it_and_a_time_is_met() -> None:
    story = given(season(offered=1), slot(S9, 4), slot(S10, 4), slot(PM, 4), slot(NEXT9, 4), card("c1"))
    asked = {"at": "06-04 08:00"}
    assert offered(story.when(OfferSlots("c1", Wish(part="pm")), **asked)) == (PM,)
    assert offered(story.when(OfferSlots("c1", Wish(days=(TOMORROW,))), **asked)) == (NEXT9,)
    assert offered(story.when(OfferSlots("c1", Wish(near=time(10, 5))), **asked)) == (S10,)


def test_a_wish_that_nothing_fits_is_widened() -> None:
    story = given(season(offered=1), slot(S9, 4), slot(NEXT9, 4), card("c1"))
    asked = {"at": "06-04 08:00"}
    assert offered(story.when(OfferSlots("c1", Wish(days=(TOMORROW,), part="pm")), **asked)) == (NEXT9,)
    assert offered(story.when(OfferSlots("c1", Wish(days=(date(2018, 6, 9),))), **asked)) == (NEXT9,)
    story.when(OfferSlots("c1", Wish(without=(S9, NEXT9))), **asked).then(r.NothingFree("c1"))


def test_who_came_too_early_gets_the_date_and_no_offer() -> None:
    given(SEASON, slot(S9), card("c1", "jumin")).when(OfferSlots("c1"), at="05-20 08:00").then(
        r.TooEarly("c1", t("06-01 00:00").date())
    )


def test_a_holder_with_a_booking_is_offered_other_slots_and_moves_to_one() -> None:
    story = given(
        SEASON, slot(S9), slot(S10, 1), card("c1"), card("c2"), did(BookSlot("c1", S9), "06-04 08:00")
    )
    assert offered(story.when(OfferSlots("c1"), at="06-04 09:00")) == (S10,)
    story.when(BookSlot("c2", S10), at="06-04 09:10").then(r.SlotFull(S10))
    story.when(MoveBooking("c1", S10), at="06-04 09:20").then_kinds(e.BookingMoved)


def test_an_offer_in_a_closed_slot_is_not_kept() -> None:
    story = given(SEASON, slot(S9, 1), card("c1"), card("c2"), did(OfferSlots("c1"), "06-04 08:00"))
    story.fold(did(CloseSlots((S9,), "停电"), "06-04 08:01"))
    story.when(BookSlot("c1", S9), at="06-04 08:02").then(r.SlotNotOpen(S9))
    story.fold(did(ReopenSlots((S9,), "来电"), "06-04 08:03"))
    story.when(BookSlot("c2", S9), at="06-04 08:04").then_kinds(e.SlotBooked)
    story.when(BookSlot("c1", S9), at="06-04 08:05").then(r.SlotFull(S9))


def test_slots_that_have_begun_or_are_full_are_not_offered() -> None:
    story = given(SEASON, slot(S9, 5), slot(S915, 1), slot(S930, 5), card("c1"), *crowd(S915, 1))
    assert offered(story.when(OfferSlots("c1"), via="counter", at="06-05 09:00")) == (S930,)


def test_whoever_is_not_at_the_branch_gets_time_to_answer_and_to_come() -> None:
    story = given(SEASON, slot(S9, 5), slot(S915, 5), slot(S930, 5), card("c1"))
    assert offered(story.when(OfferSlots("c1"), at="06-05 08:35")) == (S915, S930)
    assert offered(story.when(OfferSlots("c1"), via="counter", at="06-05 08:35")) == (S9, S915, S930)


def test_places_kept_by_others_make_a_slot_less_calm_until_they_lapse() -> None:
    story = given(season(offered=1), slot(S9, 10), slot(S915, 10), *(card(f"c{n}") for n in range(4)))
    assert offered(story.when(OfferSlots("c0"), at="06-04 08:00")) == (S9,)
    assert offered(story.when(OfferSlots("c1"), at="06-04 08:00")) == (S915,)
    assert offered(story.when(OfferSlots("c2"), at="06-04 08:30")) == (S9,)
    assert offered(story.when(OfferSlots("c2"), at="06-04 08:30")) == (S9,)


def test_a_lapsed_offer_makes_no_slot_less_calm() -> None:
    story = given(season(offered=1), slot(S9, 10), slot(S915, 10), card("c0"), card("c1"))
    story.fold(did(OfferSlots("c0"), "06-04 08:00"))
    assert offered(story.when(OfferSlots("c1"), at="06-04 08:30")) == (S9,)


def test_near_counts_to_the_minute() -> None:
    story = given(season(offered=1), slot(S9, 4), slot(S930, 4), slot(S10, 4), card("c1"))
    assert offered(story.when(OfferSlots("c1", Wish(near=time(9, 29))), at="06-04 08:00")) == (S930,)
    assert offered(story.when(OfferSlots("c1", Wish(near=time(9, 50))), at="06-04 08:00")) == (S10,)


def test_noon_belongs_to_the_afternoon() -> None:
    story = given(season(offered=2), slot("20180605-1145", 4), slot("20180605-1200", 4), card("c1"))
    assert offered(story.when(OfferSlots("c1", Wish(part="pm")), at="06-04 08:00")) == ("20180605-1200",)
    assert offered(story.when(OfferSlots("c1", Wish(part="am")), at="06-04 08:00")) == ("20180605-1145",)


def test_once_the_offer_lapsed_the_time_is_the_calmest_again() -> None:
    story = given(SEASON, slot(S9, 4), card("c1"), card("c2"), did(OfferSlots("c1"), "06-04 08:00"))
    story.fold(did(BookSlot("c2", S9), "06-04 08:10"))
    story.when(BookSlot("c1", S9), at="06-04 08:30").then(
        fact(e.SlotBooked, f"card:c1 slot:{S9}", card="c1", slot=S9, booking=2, told=t("06-05 09:10"))
    )


SMS_POOL = {"reserved": {"channel:sms": 2}, "overflow_at": t("06-05 08:00")}


def test_a_place_offered_to_a_pool_s_member_comes_out_of_the_pool() -> None:
    story = given(SEASON, slot(S9, 4, **SMS_POOL), *(card(f"c{n}") for n in range(4)))
    story.fold(did(OfferSlots("c0"), "06-04 08:00", via="sms"))
    for name in ("c1", "c2"):
        story.when(BookSlot(name, S9), at="06-04 08:01", via="web").then_kinds(e.SlotBooked)
    story.when(BookSlot("c3", S9), at="06-04 08:01", via="web").then(r.SlotFull(S9))
    story.when(BookSlot("c3", S9), at="06-04 08:30", via="web").then(r.SlotFull(S9))


def test_answering_an_offer_works_through_any_channel() -> None:
    story = given(SEASON, slot(S9, 2, **SMS_POOL), card("c1"), card("c2"))
    story.fold(did(OfferSlots("c1"), "06-04 08:00", via="sms"))
    story.when(BookSlot("c2", S9), at="06-04 08:01", via="web").then(r.SlotFull(S9))
    story.when(BookSlot("c1", S9), at="06-04 08:30", via="web").then(r.SlotFull(S9))
    story.when(BookSlot("c1", S9), at="06-04 08:29", via="web").then_kinds(e.SlotBooked)


def test_when_the_days_asked_for_have_no_place_the_nearest_are_offered_and_it_is_said() -> None:
    saturday, monday = date(2018, 6, 9), "20180611-0900"
    story = given(season(offered=1), slot(S9, 4), slot(monday, 4), card("c1"))
    story.when(OfferSlots("c1", Wish(days=(saturday,))), at="06-04 08:00")
    assert offered(story) == (monday,)
    assert story.events[0].reason == "other_day"
    story.when(OfferSlots("c1", Wish(days=(saturday, date(2018, 6, 11)))), at="06-04 08:00")
    assert (offered(story), story.events[0].reason) == ((monday,), "asked")


def test_a_part_of_the_day_that_is_full_everywhere_is_given_up_last() -> None:
    story = given(season(offered=1), slot(PM, 4), card("c1"))
    story.when(OfferSlots("c1", Wish(days=(TOMORROW,), part="am")), at="06-04 08:00")
    assert offered(story) == (PM,)


def test_later_and_earlier_are_meant_from_the_time_that_is_spoken_of() -> None:
    story = given(season(offered=1), slot(S9, 4), slot(S10, 4), slot(NEXT9, 4), card("c1"))
    asked = {"at": "06-04 08:00"}
    assert offered(story.when(OfferSlots("c1", Wish(after=t("06-05 09:00"))), **asked)) == (S10,)
    assert offered(story.when(OfferSlots("c1", Wish(before=t("06-06 09:00"))), **asked)) == (S9,)
    assert offered(story.when(OfferSlots("c1", Wish(after=t("06-06 09:00"))), **asked)) == (S9,), "none later"


def test_an_offer_asked_for_again_by_the_same_message_is_the_same_offer() -> None:
    story = given(season(offered=1), slot(S9, 4), slot(S10, 4), card("c1"))
    story.when(OfferSlots("c1", token="m1"), at="06-04 08:00")
    assert story.events[0].token == "m1"
    story.when(OfferSlots("c1", token="m1"), at="06-04 08:29").then()
    story.when(OfferSlots("c1", token="m1"), at="06-04 08:30").then_kinds(e.SlotsOffered)
    story.when(OfferSlots("c1", token="m2"), at="06-04 08:31").then_kinds(e.SlotsOffered)
    for _ in range(2):
        story.when(OfferSlots("c1"), at="06-04 08:32").then_kinds(e.SlotsOffered)


def many(days: int = 3, a_day: int = 8, limit: int = 10) -> list[object]:
    """Slots of some days, a quarter of an hour apart from nine."""
    return [
        slot(f"201806{5 + day:02}-{9 + n // 4:02}{15 * (n % 4):02}", limit)
        for day in range(days)
        for n in range(a_day)
    ]


def rounds(story: Story, how_often: int, wish: Wish = Wish(), **how: str) -> list[tuple[str, ...]]:
    """What is offered first, and then so many times instead."""
    reasons = ("asked", *["more"] * how_often)
    return [offered(story.when(OfferSlots("c1", wish, reason), **how)) for reason in reasons]


def test_others_are_others_again_and_again_until_all_were_offered() -> None:
    found = rounds(given(SEASON, *many(), card("c1")), 8, at="06-04 08:00")
    slots = [name for offer in found[:8] for name in offer]
    assert len(slots) == len(set(slots)) == 24
    assert len(found[8]) == 3 and found[8] != found[7]


def test_a_new_round_does_not_begin_with_what_was_offered_just_now() -> None:
    found = rounds(given(SEASON, *many(1, 4), card("c1")), 6, at="06-04 08:00")
    assert all(not set(one) & set(two) for one, two in pairwise(found))


def test_where_there_are_no_others_the_same_stay_offered() -> None:
    assert rounds(given(SEASON, *many(1, 2), card("c1")), 2, at="06-04 08:00") == [(S9, S915)] * 3


def test_others_of_a_day_that_has_no_more_come_from_the_days_beside_it_and_do_not_come_round() -> None:
    wish = Wish(days=(TOMORROW,))
    story = given(SEASON, *many(3, 3), card("c1"))
    found = rounds(story, 2, wish, at="06-04 08:00")
    assert {name[:8] for name in found[0]} == {"20180606"}
    assert {name[:8] for offer in found[1:] for name in offer} == {"20180605", "20180607"}
    assert len({name for offer in found for name in offer}) == 9


def test_others_leave_out_what_another_channel_offered() -> None:
    story = given(SEASON, *many(), card("c1"))
    by_sms = offered(story.when(OfferSlots("c1"), at="06-04 08:00", via="sms"))
    by_web = offered(story.when(OfferSlots("c1", reason="more"), at="06-04 08:05", via="web"))
    at_counter = offered(story.when(OfferSlots("c1", reason="more"), at="06-04 08:50", via="counter"))
    assert len({*by_sms, *by_web, *at_counter}) == 9


def test_asking_anew_begins_anew() -> None:
    story = given(SEASON, *many(), card("c1"))
    first = rounds(story, 1, at="06-04 08:00")[0]
    assert offered(story.when(OfferSlots("c1"), at="06-04 08:01")) == first


def test_every_channel_offers_by_the_same_score() -> None:
    for via in ("sms", "web", "phone", "counter", "paper"):
        story = given(SEASON, *many(1), card("c1"), *crowd(S9, 2), *crowd(S915, 1))
        first = offered(story.when(OfferSlots("c1"), at="06-04 08:00", via=via))
        assert first == ("20180605-0930", "20180605-0945", "20180605-1000"), via


def test_slots_that_will_be_crowded_are_offered_last() -> None:
    story = given(season(offered=2), *many(1, 4), card("c1"))
    crowd = {S9: 1.2, S915: 0.9, S930: 1.5}
    story.when(OfferSlots("c1", crowd=crowd), at="06-04 08:00")
    assert offered(story) == (S915, "20180605-0945"), "rather than none"


def test_a_calm_slot_of_the_next_days_comes_before_a_crowded_one() -> None:
    story = given(season(offered=1), slot(S9, 10), slot(NEXT9, 10), card("c1"))
    assert offered(story.when(OfferSlots("c1", crowd={S9: 1.0}), at="06-04 08:00")) == (NEXT9,)
    assert offered(story.when(OfferSlots("c1", crowd={S9: 0.1}), at="06-04 08:00")) == (S9,)
