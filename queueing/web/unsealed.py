"""The people a screen shows, each unsealed once however many parts of it name them."""

from __future__ import annotations

from collections.abc import Iterable

from queueing.people.person import Person
from queueing.people.vault import Vault


class Unsealed:
    """For one answer, never longer: whoever is erased must be gone from the next."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._known: dict[str, Person | None] = {}

    def get_many(self, cards: Iterable[str]) -> dict[str, Person]:
        """Those of the cards that have a holder."""
        wanted = list(cards)
        missing = [card for card in wanted if card not in self._known]
        if missing:
            found = self._vault.get_many(missing)
            self._known.update((card, found.get(card)) for card in missing)
        return {card: person for card in wanted if (person := self._known[card])}

    def get(self, card: str) -> Person | None:
        """The holder of a card, if there is one."""
        return self.get_many([card]).get(card)
