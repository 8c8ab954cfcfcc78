"""Stored names never change, events survive their stored form with their tags, and tags hold ids only."""

import re
from datetime import datetime

import pytest
from eventsourcing.utils import get_topic, resolve_topic

from queueing.domain import Event
from queueing.domain import events as e
from queueing.domain.events import all_events
from queueing.domain.kernel import UnknownEvent
from queueing.log.codec import decode, encode
from tests.domain.harness import S9, given, happened, slot
from tests.domain.tour import tour_events

STORED_NAMES = """
    season-opened season-closed slot-opened slot-capacity-changed slot-closed slot-reopened windows-changed
    limits-pinned limits-released overbooking-switched walk-in-quota-set rumour-alarm-raised
    walk-in-control-switched hall-watched
    plan-changed plan-undone
    card-registered card-reassigned contact-changed holder-opted-out holder-opted-in holder-unreachable
    phone-listed phone-call-done home-visit-requested holder-erased
    wave-opened wave-closed holder-invited batch-planned invitations-paused invitations-resumed pace-changed
    holder-reassured another-time-suggested sweep-started card-released
    slots-offered slot-booked booking-moved booking-cancelled no-show-recorded no-show-undone
    holder-arrived arrival-undone walk-in-ticketed ticket-brought-forward wait-told holder-called
    call-withdrawn card-collected collection-undone holder-left
    hand-over-disputed dispute-settled card-activated card-found-defective card-replaced
    employer-registered employer-called employer-appointed cards-handed-to-employer employer-roster-returned
    employer-reconciled employer-reminded recall-proposed cards-recalled
"""
"""Events lie in the log under these names for ever: add to the list, never change it."""


def test_stored_names_never_change() -> None:
    assert [event.TOPIC for event in all_events() if event.__module__ == e.__name__] == STORED_NAMES.split()


def test_stored_names_are_those_of_the_library_s_registry() -> None:
    for event in all_events():
        if event.__module__ == e.__name__:
            assert get_topic(event) == event.TOPIC
            assert resolve_topic(event.TOPIC) is event


def test_every_event_survives_its_stored_form_with_its_tags() -> None:
    for event in tour_events():
        stored = encode(event)
        assert decode(stored) == event
        assert stored.type == type(event).TOPIC
        assert decode(stored).tags() == stored.tags
        assert len(set(stored.tags)) == len(stored.tags)


def test_an_unknown_stored_name_is_an_error() -> None:
    stored = encode(happened(e.HolderOptedIn, card="c1"))
    stored.type = "holder-painted"
    with pytest.raises(UnknownEvent, match="holder-painted"):
        decode(stored)


def test_a_field_that_came_later_takes_its_default() -> None:
    early = encode(happened(e.CardCollected, card="c1", how="self"))
    assert b"freed" not in early.data
    assert decode(early) == happened(e.CardCollected, card="c1", how="self", freed="")


def test_a_log_of_before_plain_could_be_0_is_read_as_it_was_meant() -> None:
    early = encode(
        happened(
            e.SlotCapacityChanged,
            slot=S9,
            capacity=2,
            walk_in_room=0,
            was_capacity=3,
            was_walk_in_room=0,
            reason="少人",
        )
    )
    assert b"plain" not in early.data
    story = given(slot(S9, 3), decode(early))
    assert (story.state.slots[S9].plain, story.state.slots[S9].capacity) == (3, 2)


def test_rules_are_stored_in_full_so_that_new_defaults_change_no_past_season() -> None:
    opened = next(event for event in tour_events() if isinstance(event, e.SeasonOpened))
    stored = encode(opened).data
    assert all(name.encode() in stored for name in e.Rules.__struct_fields__)


@pytest.mark.parametrize("event", all_events(), ids=lambda event: event.__name__)
def test_each_event_says_what_it_means_in_the_past_tense_of_its_name(event: type[Event]) -> None:
    assert event.__doc__
    assert re.sub(r"(?<!^)(?=[A-Z])", "-", event.__name__).lower() == event.TOPIC
    for about in event.ABOUT:
        assert (about.partition(":")[2] or about) in event.__struct_fields__


def test_tags_hold_ids_of_known_kinds_only() -> None:
    for event in tour_events():
        for tag in event.tags():
            assert re.fullmatch(r"(branch|card|slot|employer|wave|plan):[\w-]+", tag), tag


def test_every_card_slot_employer_and_wave_an_event_names_is_a_tag() -> None:
    named = {
        "card": "card",
        "cards": "card",
        "issued": "card",
        "returned": "card",
        "slot": "slot",
        "slots": "slot",
        "old_slot": "slot",
        "new_slot": "slot",
        "freed": "slot",
        "employer": "employer",
        "wave": "wave",
    }
    for event in tour_events():
        for field, prefix in named.items():
            value = getattr(event, field, ())
            values = (value,) if isinstance(value, str) else value
            if not isinstance(values, int):
                assert {f"{prefix}:{one}" for one in values if one} <= set(event.tags()), (event, field)


def test_times_are_naive() -> None:
    for event in tour_events():
        for field in event.__struct_fields__:
            value = getattr(event, field)
            assert not isinstance(value, datetime) or value.tzinfo is None
