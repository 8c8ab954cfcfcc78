"""Where each card is. Every card is in exactly one place, and the places always add up to the cards."""

from __future__ import annotations

from typing import Any

from queueing.domain.state import Card, State


def place_card(state: State, card: str, place: str, **changes: Any) -> Card:
    """Move a card to `place` and change other fields of it in the same step."""
    was = state.cards[card].place
    if was != place:
        state.put(state.custody, was, state.custody[was] - 1)
        state.put(state.custody, place, state.custody[place] + 1)
    return state.change_card(card, place=place, **changes)
