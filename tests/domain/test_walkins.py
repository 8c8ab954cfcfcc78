"""Walk-ins: a ticket for now while few wait, for a calm time when many do, a quota a day, then another day;
and the alarm once a day."""

import pytest

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot, RecordNoShow
from queueing.domain.counter import ArriveHolder, CallNext, TicketWalkIn
from queueing.domain.walkins import RaiseRumourAlarm, SetWalkInQuota
from tests.domain.harness import (
    NEXT9,
    PM,
    S9,
    S10,
    S915,
    SEASON,
    Did,
    card,
    did,
    fact,
    given,
    season,
    slot,
    t,
)

STAFF = {"by": "staff:li", "via": "counter"}
PEOPLE = tuple(card(f"c{n}") for n in range(9))
OPEN = (SEASON, slot(S9, 6), slot(S10, 6), slot(PM, 6), slot(NEXT9, 6), *PEOPLE)


def ticket(name: str, at: str = "06-05 09:00") -> Did:
    return did(TicketWalkIn(name), at, "staff:li", "counter")


def test_while_few_wait_the_next_slot_and_the_wait_that_was_told() -> None:
    given(*OPEN).when(TicketWalkIn("c0", (5, 15)), at="06-05 09:00", **STAFF).then(
        fact(
            e.WalkInTicketed,
            f"card:c0 slot:{S9}",
            card="c0",
            slot=S9,
            ticket=1,
            told=t("06-05 09:00"),
            wait_low=5,
            wait_high=15,
        )
    )


def test_when_many_wait_a_calm_time_the_same_day() -> None:
    story = given(*OPEN, *(ticket(f"c{n}") for n in range(4)), did(BookSlot("c8", S10), "06-05 08:00"))
    story.when(TicketWalkIn("c5", (15, 25)), at="06-05 09:01", **STAFF).then(
        fact(
            e.WalkInTicketed,
            f"card:c5 slot:{PM}",
            card="c5",
            slot=PM,
            ticket=5,
            told=t("06-05 14:00"),
            why="busy",
        )
    )


def test_a_branch_may_give_no_tickets_for_later() -> None:
    never = season(walk_in_quota=0, later_from=0)
    story = given(
        never, *OPEN[1:], *(ticket(f"c{n}") for n in range(4)), did(BookSlot("c8", S10), "06-05 08:00")
    )
    story.fold(did(TicketWalkIn("c5"), "06-05 09:01", "staff:li"))
    assert story.state.visits["c5"].told < t("06-05 09:30")


def test_a_ticket_for_later_waits_until_then_behind_those_who_are_due() -> None:
    story = given(*OPEN, *(ticket(f"c{n}") for n in range(4)), did(BookSlot("c8", S10), "06-05 08:00"))
    story.fold(did(TicketWalkIn("c5"), "06-05 09:01", "staff:li"))
    story.fold(did(TicketWalkIn("c6"), "06-05 09:02", "staff:li"))
    order = []
    for minute in range(3, 7):
        story.fold(did(CallNext(str(minute)), f"06-05 09:0{minute}", "staff:li"))
        order += [c for c, visit in story.state.visits.items() if visit.window == str(minute)]
    assert order == ["c0", "c1", "c2", "c3"]


def test_beyond_the_quota_another_day_is_offered() -> None:
    story = given(*OPEN, did(SetWalkInQuota(1, "传言"), "06-05 08:30", "staff:lin"), ticket("c0"))
    story.when(TicketWalkIn("c1"), at="06-05 09:01", **STAFF).then_kinds(e.SlotsOffered)
    assert story.events[0].reason == "today_full"


def test_the_season_s_quota_holds_until_a_day_has_its_own() -> None:
    story = given(season(walk_in_quota=1), *OPEN[1:], ticket("c0"))
    story.when(TicketWalkIn("c1"), at="06-05 09:01", **STAFF).then_kinds(e.SlotsOffered)
    story.fold(did(SetWalkInQuota(2, "人不多"), "06-05 09:02", "staff:lin"))
    story.when(TicketWalkIn("c2"), at="06-05 09:03", **STAFF).then_kinds(e.WalkInTicketed)


def test_who_came_late_for_a_booking_is_served_whatever_the_quota() -> None:
    story = given(
        *OPEN, did(BookSlot("c0", S9), "06-05 08:00"), did(SetWalkInQuota(0, "传言"), "06-05 08:30")
    )
    story.fold(did(RecordNoShow("c0", 1), "06-05 09:40", "system", "system"))
    story.when(TicketWalkIn("c0"), at="06-05 09:50", **STAFF).then_kinds(e.WalkInTicketed)


def test_nobody_goes_without_a_slot_when_no_day_has_one_staff_phone() -> None:
    story = given(SEASON, slot(S9, 0), card("c0"))
    story.when(TicketWalkIn("c0"), at="06-05 09:00", **STAFF).then(
        fact(e.PhoneListed, "card:c0", card="c0", reason="no_place")
    )
    story.when(TicketWalkIn("c0"), at="06-05 09:05", **STAFF).then(r.NothingFree("c0"))


def test_a_quota_is_a_number_with_a_reason() -> None:
    story = given(*OPEN)
    story.when(SetWalkInQuota(20, "传言"), at="06-05 09:00", **STAFF).then(
        fact(e.WalkInQuotaSet, day=t("06-05 00:00").date(), quota=20, reason="传言")
    )
    story.when(SetWalkInQuota(20, "传言"), at="06-05 09:01", **STAFF).then()
    story.when(SetWalkInQuota(-1, "传言"), at="06-05 09:01", **STAFF).then(r.BadValue("quota"))
    story.when(SetWalkInQuota(5, ""), at="06-05 09:01", **STAFF).then(r.ReasonMissing)


def test_the_alarm_rings_once_a_day() -> None:
    story = given(*OPEN)
    story.when(RaiseRumourAlarm(30, 8.04), at="06-05 09:00", **STAFF).then(
        fact(e.RumourAlarmRaised, day=t("06-05 00:00").date(), seen=30, expected=8.0)
    )
    story.when(RaiseRumourAlarm(40, 9.0), at="06-05 09:10", **STAFF).then()
    story.when(RaiseRumourAlarm(30, 8.0), at="06-06 09:00", **STAFF).then_kinds(e.RumourAlarmRaised)


@pytest.mark.parametrize("late", [False, True])
def test_an_arrival_keeps_the_wait_that_was_told(late: bool) -> None:
    story = given(*OPEN, slot(S915, 2), did(BookSlot("c0", S9), "06-05 08:00"))
    at = "06-05 09:20" if late else "06-05 08:55"
    story.when(ArriveHolder("c0", (0, 5)), at=at, **STAFF).then(
        fact(
            e.HolderArrived,
            f"card:c0 slot:{S9}",
            card="c0",
            slot=S9,
            booking=1,
            told=t("06-05 09:00"),
            late=late,
            wait_low=0,
            wait_high=5,
        )
    )
