"""The season, its slots, and changes of them: nobody finds a shut door, and the preview is the decision."""

from datetime import date
from typing import Any

import pytest

from queueing.domain import Event
from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot
from queueing.domain.counter import ArriveHolder, EndVisit, TicketWalkIn
from queueing.domain.handover import HandOver
from queueing.domain.holders import ChangeContact, ListForPhone
from queueing.domain.offers import OfferSlots
from queueing.domain.season import (
    ChangeCapacity,
    ChangeWindows,
    CloseSeason,
    CloseSlots,
    Displaced,
    NewSlot,
    OpenSeason,
    ReopenSlots,
    displaced,
)
from tests.domain.harness import (
    NEXT9,
    S9,
    S10,
    S915,
    S930,
    SEASON,
    Fact,
    Story,
    card,
    did,
    fact,
    given,
    happened,
    slot,
    t,
)

MANAGER = {"by": "staff:wang", "via": "counter"}


def booked(name: str, where: str) -> tuple[Any, Any]:
    return card(name), did(BookSlot(name, where), "06-04 08:00")


def moved(name: str, number: int, old: str, new: str, told: str, reason: str) -> Fact:
    return fact(
        e.BookingMoved,
        f"card:{name} slot:{old} slot:{new}",
        card=name,
        booking=number,
        version=2,
        old_slot=old,
        new_slot=new,
        told=t(told),
        reason=reason,
    )


def cancelled(name: str, number: int, where: str) -> Fact:
    tags = f"card:{name} slot:{where}"
    return fact(e.BookingCancelled, tags, card=name, slot=where, booking=number, reason="closed")


def closed(where: str) -> Fact:
    return fact(e.SlotClosed, f"slot:{where}", slot=where, reason="停电")


def limit(where: str, new: tuple[int, int], old: tuple[int, int]) -> Fact:
    return fact(
        e.SlotCapacityChanged,
        f"slot:{where}",
        slot=where,
        capacity=new[0],
        walk_in_room=new[1],
        was_capacity=old[0],
        was_walk_in_room=old[1],
        reason="少一个窗口",
    )


# --- closing ---


def test_closing_a_slot_moves_everybody_to_the_nearest_slot_with_room() -> None:
    story = given(SEASON, slot(S9), slot(S915, 1), slot(S930, 1), *booked("c1", S9), *booked("c2", S9))
    story.when(CloseSlots((S9,), "停电"), at="06-05 07:00", **MANAGER).then(
        moved("c1", 1, S9, S915, "06-05 09:15", "closed"),
        moved("c2", 2, S9, S930, "06-05 09:30", "closed"),
        closed(S9),
    )
    assert story.state.slots[S9].seats == ()


def test_an_earlier_slot_still_ahead_serves_when_no_later_has_room() -> None:
    story = given(
        SEASON, slot(S9, 1), slot(NEXT9, 1), slot("20180606-0915", 1), *booked("c1", "20180606-0915")
    )
    story.when(CloseSlots(("20180606-0915",), "停电"), at="06-05 07:00", **MANAGER).then(
        moved("c1", 1, "20180606-0915", NEXT9, "06-06 09:00", "closed"), closed("20180606-0915")
    )


def test_nobody_who_planned_for_another_day_is_moved_to_today() -> None:
    story = given(SEASON, slot(S9, 1), slot(S10, 1), slot(NEXT9, 1), *booked("c1", NEXT9))
    story.when(CloseSlots((NEXT9,), "停电"), at="06-05 07:00", **MANAGER).then(
        cancelled("c1", 1, NEXT9), closed(NEXT9)
    )


def test_nobody_is_moved_to_a_time_they_can_hardly_reach() -> None:
    story = given(SEASON, slot(S9, 1), slot(S915, 1), slot(S10, 1), *booked("c1", S9))
    story.when(CloseSlots((S9,), "停电"), at="06-05 08:50", **MANAGER).then(
        moved("c1", 1, S9, S10, "06-05 10:00", "closed"), closed(S9)
    )


def test_for_whom_there_is_no_room_the_booking_ends_and_they_are_told() -> None:
    story = given(SEASON, slot(S9, 1), slot(S915, 1), *booked("c1", S9), *booked("c2", S915))
    story.when(CloseSlots((S9,), "停电"), at="06-05 07:00", **MANAGER).then(
        cancelled("c1", 1, S9), closed(S9)
    )


def test_closing_several_slots_moves_nobody_into_one_of_them() -> None:
    story = given(SEASON, slot(S9, 1), slot(S915, 2), slot(S930, 2), *booked("c1", S9), *booked("c2", S915))
    story.when(CloseSlots((S915, S9, S9), "停电"), at="06-05 07:00", **MANAGER).then(
        moved("c1", 1, S9, S930, "06-05 09:30", "closed"),
        moved("c2", 2, S915, S930, "06-05 09:35", "closed"),
        closed(S915),
        closed(S9),
    )


def test_nobody_is_moved_into_a_closed_or_reserved_place_or_one_kept_by_an_offer() -> None:
    story = given(
        SEASON,
        slot(S9, 1),
        slot(S915, 1, reserved={"channel:sms": 1}, overflow_at=t("06-05 09:00")),
        slot(S930, 1),
        slot(S10, 1),
        slot(NEXT9, 1),
        *booked("c1", S9),
        card("c2"),
        did(CloseSlots((S10,), "停电"), "06-05 06:00"),
    )
    story.when(OfferSlots("c2"), at="06-05 06:59").then_kinds(e.SlotsOffered)
    assert story.state.cards["c2"].offer is not None
    assert story.state.cards["c2"].offer.slots == (S930, NEXT9)
    story.when(CloseSlots((S9,), "停电"), at="06-05 07:00", **MANAGER).then(
        cancelled("c1", 1, S9), closed(S9)
    )


def test_those_in_the_hall_for_the_slot_stay_and_are_served() -> None:
    story = given(
        SEASON,
        slot(S9),
        slot(S10),
        *booked("c1", S9),
        *booked("c2", S9),
        did(ArriveHolder("c1"), "06-05 08:55"),
    )
    story.when(CloseSlots((S9,), "停电"), at="06-05 09:01", **MANAGER).then(
        moved("c2", 2, S9, S10, "06-05 10:00", "closed"), closed(S9)
    )
    story.when(EndVisit("c1"), at="06-05 10:00", **MANAGER).then_kinds(e.HolderLeft, e.BookingCancelled)


def test_those_in_the_hall_with_a_ticket_lose_no_booking_of_another_day_to_a_shut_door() -> None:
    story = given(
        SEASON,
        slot(S9),
        slot(NEXT9),
        slot("20180606-0915"),
        *booked("c1", NEXT9),
        did(TicketWalkIn("c1"), "06-05 09:00"),
    )
    story.when(CloseSlots((NEXT9,), "停电"), at="06-05 09:01", **MANAGER).then(
        moved("c1", 1, NEXT9, "20180606-0915", "06-06 09:15", "closed"), closed(NEXT9)
    )


def test_whom_no_message_tells_of_the_move_staff_phone() -> None:
    story = given(SEASON, slot(S9), slot(S915, 1), *booked("c1", S9), *booked("c2", S9))
    for name in ("c1", "c2"):
        story.fold(did(ChangeContact(name, False), "06-04 09:00"))
    story.fold(did(ListForPhone("c2", "asked"), "06-04 09:00"))
    story.when(CloseSlots((S9,), "停电"), at="06-05 07:00", **MANAGER).then(
        moved("c1", 1, S9, S915, "06-05 09:15", "closed"),
        fact(e.PhoneListed, "card:c1", card="c1", reason="displaced"),
        cancelled("c2", 2, S9),
        closed(S9),
    )


def test_closing_needs_a_reason_a_known_slot_and_one_that_is_not_over() -> None:
    story = given(SEASON, slot(S9))
    story.when(CloseSlots((S9,), ""), at="06-05 07:00", **MANAGER).then(r.ReasonMissing)
    story.when(CloseSlots(("x",), "停电"), at="06-05 07:00", **MANAGER).then(r.UnknownSlot("x"))
    story.when(CloseSlots((S9,), "停电"), at="06-05 09:15", **MANAGER).then(r.SlotPast(S9))
    story.when(CloseSlots((S9,), "停电"), at="06-05 09:14", **MANAGER).then(closed(S9))
    story.when(CloseSlots((S9,), "停电"), at="06-05 09:14", **MANAGER).then()


def test_a_closure_is_taken_back_with_a_reason() -> None:
    shut = given(SEASON, slot(S9), did(CloseSlots((S9,), "停电"), "06-04 08:00"))
    shut.when(ReopenSlots((S9,), ""), at="06-04 09:00").then(r.ReasonMissing)
    shut.when(ReopenSlots((S9,), "打给13800000000"), at="06-04 09:00").then(r.BadValue("reason"))


def test_a_closure_is_taken_back_while_the_slot_is_not_over() -> None:
    story = given(SEASON, slot(S9), card("c1"), did(CloseSlots((S9,), "停电"), "06-05 07:00"))
    story.when(ReopenSlots((S9,), "来电"), at="06-05 09:15", **MANAGER).then(r.SlotPast(S9))
    story.when(ReopenSlots((S9, S9), "来电"), at="06-05 08:00", **MANAGER).then(
        fact(e.SlotReopened, f"slot:{S9}", slot=S9, reason="来电")
    )
    story.when(ReopenSlots((S9,), "来电"), at="06-05 08:00", **MANAGER).then()
    story.when(BookSlot("c1", S9), at="06-05 08:01").then_kinds(e.SlotBooked)


# --- capacity ---


def test_reducing_the_capacity_moves_the_last_to_book() -> None:
    story = given(SEASON, slot(S9, 2, 1), slot(S915), *booked("c1", S9), *booked("c2", S9))
    story.when(ChangeCapacity({S9: (1, 0)}, "少一个窗口"), at="06-05 07:00", **MANAGER).then(
        moved("c2", 2, S9, S915, "06-05 09:15", "capacity"), limit(S9, (1, 0), (2, 1))
    )


def test_those_in_the_hall_count_first_against_the_new_capacity() -> None:
    story = given(SEASON, slot(S9, 2), slot(S930), *booked("c1", S9), *booked("c2", S9))
    story.fold(did(ArriveHolder("c2"), "06-05 08:50"))
    story.when(ChangeCapacity({S9: (1, 0)}, "少一个窗口"), at="06-05 08:55", **MANAGER).then(
        moved("c1", 1, S9, S930, "06-05 09:30", "capacity"), limit(S9, (1, 0), (2, 0))
    )


def test_nobody_is_moved_into_a_place_that_the_same_change_takes_away() -> None:
    story = given(SEASON, slot(S9, 1), slot(S915, 2), slot(S930, 1), *booked("c1", S9), *booked("c2", S915))
    story.when(ChangeCapacity({S9: (0, 0), S915: (1, 0)}, "少一个窗口"), at="06-05 07:00", **MANAGER).then(
        moved("c1", 1, S9, S930, "06-05 09:30", "capacity"),
        limit(S9, (0, 0), (1, 0)),
        limit(S915, (1, 0), (2, 0)),
    )


def test_raising_the_capacity_moves_nobody_and_makes_room() -> None:
    story = given(SEASON, slot(S9, 1), card("c2"), *booked("c1", S9))
    story.when(ChangeCapacity({S9: (2, 0)}, "少一个窗口"), at="06-05 07:00", **MANAGER).then(
        limit(S9, (2, 0), (1, 0))
    )
    story.when(ChangeCapacity({S9: (2, 0)}, "少一个窗口"), at="06-05 07:00", **MANAGER).then()
    story.when(BookSlot("c2", S9), at="06-05 08:00").then_kinds(e.SlotBooked)


def test_a_change_of_capacity_needs_a_reason_sense_and_a_slot_that_is_not_over() -> None:
    story = given(SEASON, slot(S9))
    story.when(ChangeCapacity({S9: (1, 0)}, ""), at="06-05 07:00", **MANAGER).then(r.ReasonMissing)
    story.when(ChangeCapacity({S9: (-1, 0)}, "x"), at="06-05 07:00", **MANAGER).then(r.BadValue("capacity"))
    story.when(ChangeCapacity({S9: (1, -1)}, "x"), at="06-05 07:00", **MANAGER).then(r.BadValue("capacity"))
    story.when(ChangeCapacity({"x": (1, 0)}, "x"), at="06-05 07:00", **MANAGER).then(r.UnknownSlot("x"))
    story.when(ChangeCapacity({S9: (1, 0)}, "x"), at="06-05 09:15", **MANAGER).then(r.SlotPast(S9))


def full_morning() -> Story:
    return given(
        SEASON,
        *(slot(name, 3) for name in (S9, S915, S930, S10)),
        slot(NEXT9, 2),
        *(step for n in range(3) for step in booked(f"a{n}", S9)),
        *(step for n in range(2) for step in booked(f"b{n}", S915)),
        *booked("d0", S930),
        did(ArriveHolder("a1"), "06-05 08:50"),
    )


@pytest.mark.parametrize(
    ("closing", "limits"),
    [
        ((S9, S915), {}),
        ((S9, S915, S930, S10, NEXT9), {}),
        ((), {S9: (1, 0), S915: (0, 1)}),
        ((), {S9: (5, 0)}),
    ],
)
def test_the_preview_is_the_decision(closing: tuple[str, ...], limits: dict[str, tuple[int, int]]) -> None:
    story = full_morning()
    preview = displaced(story.state, closing, limits, t("06-05 08:55"))
    command = CloseSlots(closing, "停电") if closing else ChangeCapacity(limits, "停电")
    story.when(command, at="06-05 08:55", **MANAGER)
    assert [one for event in story.events if (one := _as_displaced(event))] == preview
    assert all(len(s.seats) <= max(s.capacity, 1) for s in story.state.slots.values() if s.open)


def _as_displaced(event: Event) -> Displaced | None:
    if isinstance(event, e.BookingMoved):
        return Displaced(event.card, event.old_slot, event.new_slot, event.told)
    if isinstance(event, e.BookingCancelled):
        return Displaced(event.card, event.slot, None, None)
    return None


# --- the season ---


def opening(**changes: Any) -> OpenSeason:
    fields: dict[str, Any] = {
        "season": "2018",
        "first_day": date(2018, 5, 16),
        "last_day": date(2018, 7, 31),
        "sweep_day": date(2018, 7, 1),
        "last_call": date(2018, 7, 25),
        "waves": (e.WavePlan(wave="may", opens=date(2018, 5, 16), cohorts=("getihu",)),),
        "rules": e.Rules(grace=10),
        "windows": 2,
        "slots": (
            NewSlot(S9, t("06-05 09:00"), t("06-05 09:15"), 6, 5, 1, {"channel:sms": 1}, t("06-04 09:00")),
        ),
    }
    return OpenSeason(**{**fields, **changes})


def test_a_season_opens_once_with_its_slots() -> None:
    command = opening()
    story = given()
    story.when(command, at="05-01 08:00", **MANAGER).then(
        fact(
            e.SeasonOpened,
            season="2018",
            first_day=command.first_day,
            last_day=command.last_day,
            sweep_day=command.sweep_day,
            last_call=command.last_call,
            waves=command.waves,
            rules=command.rules,
            windows=2,
        ),
        fact(
            e.SlotOpened,
            f"slot:{S9}",
            slot=S9,
            start=t("06-05 09:00"),
            end=t("06-05 09:15"),
            plain=6,
            capacity=5,
            walk_in_room=1,
            reserved={"channel:sms": 1},
            overflow_at=t("06-04 09:00"),
        ),
    )
    story.when(command, at="05-01 08:01", **MANAGER).then()
    story.when(opening(season="2019"), at="05-01 08:02", **MANAGER).then(r.SeasonAlreadyOpen("2018"))


@pytest.mark.parametrize("sweep_day", [date(2018, 5, 15), date(2018, 8, 1)])
def test_the_sweep_lies_inside_the_season(sweep_day: date) -> None:
    given().when(opening(sweep_day=sweep_day), at="05-01 08:00", **MANAGER).then(r.BadValue("sweep_day"))


def test_a_season_closes_once_after_its_last_day_and_counts_the_uncollected() -> None:
    story = given(
        SEASON, card("c1"), card("c2"), card("c3"), did(HandOver("c3", "self", True), "06-04 08:00")
    )
    given().when(CloseSeason(), at="08-01 00:00").then(r.SeasonNotOpen)
    story.when(CloseSeason(), at="07-31 23:59", by="system").then(r.BadValue("last_day"))
    story.when(CloseSeason(), at="08-01 00:00", by="system").then(fact(e.SeasonClosed, uncollected=2))
    story.when(CloseSeason(), at="08-01 00:00", by="system").then()


def test_another_season_opens_after_the_first_closed() -> None:
    story = given(SEASON, happened(e.SeasonClosed, uncollected=0))
    story.when(opening(season="2019", slots=()), at="08-01 08:00", **MANAGER).then_kinds(e.SeasonOpened)


def test_the_number_of_windows_is_a_fact_of_the_day() -> None:
    story = given(SEASON)
    story.when(ChangeWindows(51), at="06-05 09:00", **MANAGER).then(r.BadValue("windows"))
    story.when(ChangeWindows(-1), at="06-05 09:00", **MANAGER).then(r.BadValue("windows"))
    for windows in (0, 50):
        story.when(ChangeWindows(windows), at="06-05 08:00", **MANAGER).then_kinds(e.WindowsChanged)
    changed = fact(e.WindowsChanged, day=date(2018, 6, 5), windows=3)
    story.when(ChangeWindows(3), at="06-05 09:00", **MANAGER).then(changed)
    story.when(ChangeWindows(3), at="06-05 09:01", **MANAGER).then()
    story.when(ChangeWindows(3), at="06-06 09:00", **MANAGER).then(
        fact(e.WindowsChanged, day=date(2018, 6, 6), windows=3)
    )
