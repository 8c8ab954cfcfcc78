"""The personal code printed in a holder's letter: eight digits made from the card id with the vault's key,
so that nothing has to be stored. It opens a card together with the holder's name, never alone."""

from __future__ import annotations

import hmac

from queueing.people.vault import Vault

DIGITS = 8


def personal_code(vault: Vault, card: str) -> str:
    """The card's code, e.g. "40718263"."""
    # An index key makes the digits: whoever lacks the master key can't compute them. No phone number looks
    # like this text, so the code says nothing about the index of any.
    index = vault.phone_index(f"personal-code/{card}")
    return f"{int(index, 16) % 10**DIGITS:0{DIGITS}d}"


def card_of(vault: Vault, name: str, code: str) -> str | None:
    """The card of the holder of this name with this code."""
    given = "".join(char for char in code if char.isdecimal())
    return next(
        (
            card
            for card in vault.find_by_name(name)
            if hmac.compare_digest(personal_code(vault, card).encode(), given.encode())
        ),
        None,
    )
