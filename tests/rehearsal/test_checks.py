"""Each check of a rehearsal can fail: a violation planted in the log's story, the outbox or a read model is
counted."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from queueing.domain import events as e
from queueing.domain.booking import CancelBooking, MoveBooking
from queueing.domain.handover import HandOver, UndoCollection
from queueing.log import Recorded
from queueing.projections.message_rules import reference
from queueing.rehearsal import report as reporting
from queueing.rehearsal.report import Checks, report
from queueing.rehearsal.story import Story, tell
from tests.support import SUN, WANG, ZHANG, Branch, Somebody

MORNING = datetime(2018, 6, 5, 9)
SLOT, OTHER = "20180605-1000", "20180605-1030"


def happened(kind: type[e.Event], minutes: int = 0, **fields: Any) -> e.Event:
    return kind(branch="b", at=MORNING + timedelta(minutes=minutes), by="system", via="sms", **fields)


def opened(slot: str, capacity: int) -> e.Event:
    start = datetime.strptime(slot, "%Y%m%d-%H%M")
    end = start + timedelta(minutes=15)
    return happened(
        e.SlotOpened,
        slot=slot,
        start=start,
        end=end,
        plain=capacity,
        capacity=capacity,
        walk_in_room=0,
        overflow_at=start,
    )


def booked(card: str, slot: str, number: int, minutes: int = 0) -> e.Event:
    return happened(e.SlotBooked, minutes, card=card, slot=slot, booking=number, told=MORNING)


def registered(card: str) -> e.Event:
    return happened(e.CardRegistered, card=card, cohort="getihu", channel="self")


def told(events: Iterable[e.Event]) -> Story:
    return tell(Recorded(position, event) for position, event in enumerate(events, 1))


# --- the story ----------------------------------------------------------------------------------------------


def test_a_slot_over_its_capacity_is_seen() -> None:
    fine = [opened(SLOT, 2), booked("c1", SLOT, 1), booked("c2", SLOT, 2)]
    assert told(fine).over_capacity == set()
    assert told([*fine, booked("c3", SLOT, 3)]).over_capacity == {SLOT}


def test_a_capacity_below_what_is_booked_is_seen() -> None:
    changed = happened(
        e.SlotCapacityChanged,
        slot=SLOT,
        capacity=1,
        walk_in_room=0,
        was_capacity=2,
        was_walk_in_room=0,
        reason="停电",
    )
    assert told([opened(SLOT, 2), booked("c1", SLOT, 1), booked("c2", SLOT, 2), changed]).over_capacity == {
        SLOT
    }


def test_a_place_that_was_given_back_does_not_count() -> None:
    cancelled = happened(e.BookingCancelled, card="c1", slot=SLOT, booking=1, reason="asked")
    assert (
        told([opened(SLOT, 1), booked("c1", SLOT, 1), cancelled, booked("c2", SLOT, 2)]).over_capacity
        == set()
    )


def test_a_second_booking_of_a_card_is_seen() -> None:
    events = [opened(SLOT, 5), opened(OTHER, 5), booked("c1", SLOT, 1)]
    assert told(events).double_bookings == 0
    assert told([*events, booked("c1", OTHER, 2)]).double_bookings == 1


def test_a_move_is_no_second_booking() -> None:
    moved = happened(
        e.BookingMoved, card="c1", booking=1, version=2, old_slot=SLOT, new_slot=OTHER, told=MORNING
    )
    story = told([opened(SLOT, 1), opened(OTHER, 1), booked("c1", SLOT, 1), moved, booked("c2", SLOT, 2)])
    assert (story.double_bookings, story.over_capacity) == (0, set())
    assert (story.live["c1"].slot, story.live["c1"].version) == (OTHER, 2)


def test_a_slip_at_the_counter_is_taken_back() -> None:
    collected = happened(e.CardCollected, card="c1", how="self")
    undone = happened(e.CollectionUndone, 1, card="c1", reason="点错了人")
    by_proxy = happened(e.CardCollected, 2, card="c1", how="proxy")
    story = told([registered("c1"), collected, undone])
    assert (story.places, story.collected) == ({"c1": "bank"}, {})
    story = told([registered("c1"), collected, undone, by_proxy])
    assert +story.how == {"proxy": 1}
    assert story.by_day[date(2018, 6, 5)]["collected"] == 1


# --- the report ---------------------------------------------------------------------------------------------


@pytest.fixture
def lived(branch: Branch) -> Branch:
    """A day with a bit of everything."""
    for who in (WANG, ZHANG, SUN):
        branch.book(who, "20180607-1000")
    branch.ask(MoveBooking(ZHANG.card, "20180607-1400"))
    branch.ask(CancelBooking(SUN.card))
    branch.pump()
    branch.clock.at("06-06 10:00")
    branch.pump()
    branch.ask(HandOver(WANG.card, "self", holder_id_seen=True))
    branch.clock.forward(minutes=2)
    branch.ask(UndoCollection(WANG.card, "点错了人"))
    branch.ask(HandOver(WANG.card, "self", holder_id_seen=True))
    branch.pump()
    assert report(branch.system, 1, 0.0).checks.passed
    return branch


def found(branch: Branch) -> dict[str, int]:
    """The checks that are not 0."""
    checks = msgspec.structs.asdict(report(branch.system, 1, 0.0).checks)
    return {name: value for name, value in checks.items() if value}


def sent(branch: Branch, kind: str, who: Somebody, at: datetime, booking: int = 0, version: int = 0) -> None:
    """A message that left, whatever the rules say."""
    branch.run_sql(
        "INSERT INTO messages (ref, position, template, kind, params, card, booking, version,"
        " created, due_at, expires_at, state, outcome_at)"
        " VALUES (%s, 1, 'x', %s, '{}', %s, %s, %s, %s, %s, %s, 'accepted', %s)",
        reference(0, f"{kind}{at}", 1),
        kind,
        who.card,
        booking,
        version,
        at,
        at,
        at,
        at,
    )


def test_a_sweep_message_after_collection_is_counted(lived: Branch) -> None:
    sent(lived, "sweep", WANG, lived.now - timedelta(hours=2))
    assert found(lived) == {}
    sent(lived, "sweep", WANG, lived.now + timedelta(minutes=1))
    assert found(lived) == {"collected_messaged_by_sweep": 1}


def test_a_reminder_without_a_booking_is_counted(lived: Branch) -> None:
    sent(lived, "reminder", SUN, lived.now, booking=3, version=1)
    assert found(lived) == {"reminded_without_booking": 1}


def test_a_reminder_of_an_earlier_version_is_counted(lived: Branch) -> None:
    booking = lived.card(ZHANG).booking
    assert booking is not None
    sent(lived, "reminder", ZHANG, lived.now, booking=booking.number, version=booking.version)
    assert found(lived) == {}
    sent(lived, "reminder", ZHANG, lived.now + timedelta(1), booking=booking.number, version=1)
    assert found(lived) == {"reminded_without_booking": 1}


def test_a_reminder_before_the_booking_is_counted(lived: Branch) -> None:
    booking = lived.card(ZHANG).booking
    assert booking is not None
    sent(
        lived,
        "reminder",
        ZHANG,
        lived.now - timedelta(days=3),
        booking=booking.number,
        version=booking.version,
    )
    assert found(lived) == {"reminded_without_booking": 1}


def test_a_read_model_that_differs_is_counted(lived: Branch) -> None:
    lived.run_sql("UPDATE card_status SET place = 'bank' WHERE card = %s", WANG.card)
    lived.run_sql("UPDATE slot_load SET booked = booked + 1 WHERE slot = '20180607-1400'")
    assert found(lived) == {"projections_differ": 2}
    assert any(WANG.card in line for line in report(lived.system, 1, 0.0).differences)


@pytest.mark.parametrize("place", ["employer", "defective", "handed", ""])
def test_a_card_in_two_places_or_none_is_counted(
    lived: Branch, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def misplaced(log: Iterable[Recorded]) -> Story:
        story = tell(log)
        if place:
            story.places[SUN.card] = place
        else:
            del story.places[SUN.card]
        return story

    monkeypatch.setattr(reporting, "tell", misplaced)
    assert found(lived) == {"cards_unaccounted": 1}


def test_what_the_story_saw_reaches_the_report(lived: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(log: Iterable[Recorded]) -> Story:
        story = tell(log)
        story.over_capacity.add("20180607-1400")
        story.double_bookings += 2
        return story

    monkeypatch.setattr(reporting, "tell", broken)
    assert found(lived) == {"slots_over_capacity": 1, "double_bookings": 2}


def test_any_check_that_is_not_zero_fails_the_rehearsal() -> None:
    names = Checks.__struct_fields__
    assert Checks(**dict.fromkeys(names, 0)).passed
    for name in names:
        assert not Checks(**{**dict.fromkeys(names, 0), name: 1}).passed
