"""Custody is conserved: each card is in exactly one place, and the places add up after every event."""

from collections import Counter

import pytest

from queueing.domain import Event, State, evolve
from queueing.domain.custody import place_card
from queueing.domain.kernel import CustodyBroken
from queueing.domain.state import PLACES
from tests.domain.harness import SEASON, card, given
from tests.domain.tour import tour_events, travel


def test_the_places_add_up_to_the_cards_after_every_event() -> None:
    state = State()
    for _, event in travel(state):
        held = Counter(dict.fromkeys(PLACES, 0))
        held.update(one.place for one in state.cards.values())
        assert state.custody == dict(held), event
        assert min(state.custody.values()) >= 0


def test_an_employer_holds_the_cards_that_lie_there() -> None:
    state = State()
    for _, event in travel(state):
        held = {name for name, one in state.cards.items() if one.place == "employer"}
        assert {name for one in state.employers.values() for name in one.held} == held, event
        for one in state.employers.values():
            assert one.handed == one.issued + one.returned + len(one.held)


def test_only_who_stands_in_the_hall_has_the_card_at_a_window() -> None:
    state = State()
    for _, event in travel(state):
        at_windows = {name for name, one in state.cards.items() if one.place == "window"}
        assert at_windows == {name for name, visit in state.visits.items() if visit.window}, event


@pytest.mark.parametrize("number", range(len(tour_events())))
def test_a_card_too_many_or_too_few_is_noticed_at_the_next_event(number: int) -> None:
    events = tour_events()
    state = State()
    for event in events[:number]:
        evolve(state, event)
    _spoil(state, 1)
    with pytest.raises(CustodyBroken):
        evolve(state, events[number])


def _spoil(state: State, by: int) -> None:
    state.custody["bank"] += by


def test_a_card_in_two_places_is_noticed() -> None:
    story = given(SEASON, card("c1"))
    story.state.custody["handed"] += 1
    later: Event = card("c2")
    with pytest.raises(CustodyBroken):
        evolve(story.state, later)


def test_placing_a_card_where_it_is_counts_it_once() -> None:
    story = given(SEASON, card("c1"))
    place_card(story.state, "c1", "bank")
    assert story.state.custody["bank"] == 1
