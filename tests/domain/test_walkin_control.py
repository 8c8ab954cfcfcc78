"""What a walk-in gets as the hall fills and when the alarm rings: a ticket, a calm time later today, or a
place on another day; whom it spares; and how staff may decide otherwise."""

import pytest

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot
from queueing.domain.counter import CallNext, TicketWalkIn
from queueing.domain.tallies import sent_on
from queueing.domain.walkin_offer import Seen
from queueing.domain.walkins import NoteHall, SetWalkInQuota, SwitchWalkInControl, controlled
from tests.domain.harness import NEXT9, PM, S9, SEASON, Did, Story, card, did, fact, given, season, slot, t

STAFF = {"by": "staff:li", "via": "counter"}
PEOPLE = (*(card(f"c{n}") for n in range(9)), card("old", priority=True))
OPEN = (SEASON, slot(S9, 9, minutes=60), slot(PM, 6), slot(NEXT9, 6), *PEOPLE)
AMBER, RED, RUMOUR = Seen("amber"), Seen("red"), Seen("green", alarm=True)
TODAY = t("06-05 00:00").date()


def came(name: str, seen: Seen = Seen(), at: str = "06-05 09:00") -> Did:
    return did(TicketWalkIn(name, seen=seen), at, "staff:li", "counter")


def asked(story: Story, seen: Seen, name: str = "c8", at: str = "06-05 09:01") -> e.Event:
    """The one event of a walk-in's coming."""
    story.when(TicketWalkIn(name, seen=seen), at=at, **STAFF)
    (event,) = story.events
    return event


def got(story: Story, seen: Seen, name: str = "c8") -> str:
    event = asked(story, seen, name)
    if isinstance(event, e.SlotsOffered):
        assert all(told.date() > TODAY for told in event.told)
        return f"another day: {event.why}"
    assert isinstance(event, e.WalkInTicketed)
    return f"{event.told:%H:%M} {event.why}".strip()


def test_in_a_calm_hall_a_ticket_for_now() -> None:
    assert got(given(*OPEN), Seen()) == "09:01"


def test_in_amber_a_calm_time_the_same_day_even_though_nobody_waits() -> None:
    assert got(given(*OPEN), AMBER) == "14:00 amber"


def test_in_amber_another_day_when_today_has_no_calm_time_left() -> None:
    assert got(given(SEASON, OPEN[1], slot(PM, 0), *OPEN[3:]), AMBER) == "another day: amber"


def test_in_amber_another_day_beyond_the_quota() -> None:
    story = given(*OPEN, did(SetWalkInQuota(1, "传言"), "06-05 08:30"), came("c0"))
    assert got(story, AMBER) == "another day: quota"


@pytest.mark.parametrize("state", ["red", "stop"])
def test_in_red_only_other_days(state: str) -> None:
    assert got(given(*OPEN), Seen(state)) == "another day: red"


def test_when_the_alarm_rings_another_day_as_soon_as_somebody_waits() -> None:
    assert got(given(*OPEN), RUMOUR) == "09:01", "while a window is free nobody is sent on"
    assert got(given(*OPEN, came("c0")), RUMOUR) == "another day: rumour"


def test_people_with_priority_are_served_whatever_the_hall_the_alarm_and_the_quota() -> None:
    for seen in (AMBER, RED, Seen("red", alarm=True)):
        story = given(*OPEN, did(SetWalkInQuota(0, "传言"), "06-05 08:30"))
        assert got(story, seen, "old") == "09:01"


def test_people_with_priority_are_served_when_no_slot_has_room() -> None:
    story = given(SEASON, slot(S9, 0, minutes=60), slot(NEXT9), *PEOPLE)
    assert got(story, Seen()) == "another day: full"
    assert got(story, RED, "old") == "09:01"


def test_a_walk_in_with_no_day_left_is_phoned_not_sent_away() -> None:
    story = given(SEASON, slot(S9, 9, minutes=60), *PEOPLE)
    assert isinstance(asked(story, RED), e.SlotsOffered | e.PhoneListed)
    story = given(SEASON, slot(S9, 0, minutes=60), *PEOPLE)
    assert isinstance(asked(story, RED), e.PhoneListed)


def test_switched_off_the_hall_and_the_alarm_decide_nothing() -> None:
    story = given(*OPEN)
    story.when(SwitchWalkInControl(False, "人手够"), at="06-05 08:00", by="staff:lin", via="counter").then(
        fact(e.WalkInControlSwitched, on=False, reason="人手够")
    )
    story.fold(did(SwitchWalkInControl(False, "人手够"), "06-05 08:00", "staff:lin"))
    assert got(story, Seen("red", alarm=True)) == "09:01"
    story.when(SwitchWalkInControl(False, "人手够"), at="06-05 08:01", **STAFF).then()
    story.when(SwitchWalkInControl(True, ""), at="06-05 08:01", **STAFF).then(r.ReasonMissing)
    story.fold(did(SwitchWalkInControl(True, "传言"), "06-05 08:02", "staff:lin"))
    assert got(story, RED, "c7") == "another day: red"


def test_a_season_may_leave_it_to_staff_until_somebody_switches_it_on() -> None:
    story = given(season(walk_in_control=False), *OPEN[1:])
    assert not controlled(story.state)
    assert got(story, RED) == "09:01"
    story.fold(did(SwitchWalkInControl(True, "传言"), "06-05 08:02", "staff:lin"))
    assert got(story, RED, "c7") == "another day: red"


def test_staff_serve_somebody_now_who_was_offered_another_day() -> None:
    story = given(*OPEN, came("c8", RED))
    story.when(TicketWalkIn("c8", (5, 15), override="腿脚不便"), at="06-05 09:05", **STAFF).then(
        fact(
            e.WalkInTicketed,
            f"card:c8 slot:{S9}",
            card="c8",
            slot=S9,
            ticket=1,
            told=t("06-05 09:05"),
            wait_low=5,
            wait_high=15,
            override="腿脚不便",
        )
    )
    story.fold(did(TicketWalkIn("c8", override="腿脚不便"), "06-05 09:05", "staff:li"))
    assert sum(story.state.walk_ins.values()) == 1, "one person came"
    assert not story.state.slots[NEXT9].holds, "the places offered are given back"
    assert sent_on(story.state, TODAY).overridden == sent_on(story.state, TODAY).other == 1


def test_staff_serve_somebody_now_who_has_a_ticket_for_later() -> None:
    story = given(*OPEN, came("c8", AMBER), came("c0", at="06-05 09:04"))
    story.when(TicketWalkIn("c8", (5, 15), override="腿脚不便"), at="06-05 09:05", **STAFF).then(
        fact(
            e.TicketBroughtForward,
            f"card:c8 slot:{PM} slot:{S9}",
            card="c8",
            ticket=1,
            old_slot=PM,
            new_slot=S9,
            told=t("06-05 09:05"),
            reason="腿脚不便",
            wait_low=5,
            wait_high=15,
        )
    )
    again = TicketWalkIn("c8", override="腿脚不便")
    story.fold(did(again, "06-05 09:05", "staff:li"))
    story.when(again, at="06-05 09:06", **STAFF).then()
    assert (story.state.slots[PM].tickets, story.state.slots[S9].tickets) == (0, 2)
    assert sum(story.state.walk_ins.values()) == 2
    story.fold(did(CallNext("1"), "06-05 09:06", "staff:li"))
    story.fold(did(CallNext("2"), "06-05 09:07", "staff:li"))
    assert story.state.visits["c8"].window, "not only at two in the afternoon"


def test_serving_somebody_all_the_same_needs_a_reason_without_numbers() -> None:
    story = given(*OPEN, came("c8", RED))
    story.when(TicketWalkIn("c8", override="电话13800000000"), at="06-05 09:05", **STAFF).then(
        r.BadValue("reason")
    )


def test_the_day_s_count_of_those_sent_on_begins_anew_each_day() -> None:
    story = given(*OPEN, came("c0", AMBER), came("c1", RED), came("c2", RED))
    sent = sent_on(story.state, TODAY)
    assert (sent.later, sent.other, sent.overridden) == (1, 2, 0)
    assert sent_on(story.state, t("06-06 00:00").date()).other == 0


def test_how_full_the_hall_will_be_is_noted_when_it_changes() -> None:
    story = given(*OPEN)
    story.when(NoteHall("amber", 14.26, 2), at="06-05 09:00", **STAFF).then(
        fact(e.HallWatched, day=TODAY, hall="amber", ahead=14.3, windows=2)
    )
    story.fold(did(NoteHall("amber", 14.3, 2), "06-05 09:00", "system"))
    story.when(NoteHall("amber", 15.0, 2), at="06-05 09:01", **STAFF).then()
    story.when(NoteHall("amber", 9.0, 2, t("06-05 09:02")), at="06-05 09:02", **STAFF).then_kinds(
        e.HallWatched
    )
    story.when(NoteHall("blue", 9.0, 2), at="06-05 09:02", **STAFF).then(r.BadValue("hall"))


def test_a_ticket_for_later_books_nothing_and_another_day_does() -> None:
    story = given(*OPEN, came("c8", RED))
    story.when(BookSlot("c8", NEXT9), at="06-05 09:03", **STAFF).then_kinds(e.SlotBooked)
