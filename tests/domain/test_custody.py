"""Custody is conserved: each card is in exactly one place, and the places add up after every event."""

from collections import Counter

import pytest

from queueing.domain import Event, State, evolve
from queueing.domain.counter import CallHolder, EndVisit, TicketWalkIn, WithdrawCall
from queueing.domain.custody import place_card
from queueing.domain.employers import HandToEmployer, ReturnRoster
from queueing.domain.events import HolderErased
from queueing.domain.handover import HandOver, UndoCollection
from queueing.domain.kernel import CustodyBroken
from queueing.domain.state import PLACES
from tests.domain.harness import S9, SEASON, card, did, employer, given, slot
from tests.domain.tour import tour_events, travel
from tests.projections.chance import Chance


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


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_each_card_is_in_one_place_and_the_places_add_up(seed: int) -> None:
    """Erasures and undos too: after every event of a season by chance."""
    chance = Chance(seed, 24)
    for _ in range(700):
        for event in chance.step():
            assert not isinstance(event, HolderErased) or chance.state.cards[event.card].visit is None
        held = Counter(dict.fromkeys(PLACES, 0))
        held.update(one.place for one in chance.state.cards.values())
        assert chance.state.custody == dict(held)
        for name, one in chance.state.cards.items():
            assert (one.place == "window") == bool(one.visit and one.visit.window), name
            assert one.visit == chance.state.visits.get(name), name
            assert not (one.done and (one.booking or one.visit)), name
        theirs = [card for one in chance.state.employers.values() for card in one.held]
        assert len(theirs) == len(set(theirs)) == held["employer"]


def test_a_card_back_from_the_window_lies_where_it_lay() -> None:
    """Nobody came to the window, or left, or the hand-over was a slip: it is still a returned one."""
    story = given(SEASON, slot(S9, 5), employer(), card("c1", "danwei", "employer", employer="e1"))
    story.fold(did(HandToEmployer("e1", True, "company"), "06-04 09:00"))
    story.fold(did(ReturnRoster("e1", (), ("c1",)), "06-04 10:00"))
    for last in (WithdrawCall("c1"), EndVisit("c1"), UndoCollection("c1", "按错")):
        story.fold(did(TicketWalkIn("c1"), "06-05 09:00"))
        story.fold(did(CallHolder("c1", "1"), "06-05 09:01"))
        assert story.state.cards["c1"].place == "window"
        if isinstance(last, UndoCollection):
            story.fold(did(HandOver("c1", "self", True), "06-05 09:02"))
        story.fold(did(last, "06-05 09:03"))
        assert story.state.cards["c1"].place == "returned", last


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
