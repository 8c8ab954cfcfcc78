"""What people write to us, sealed: a message may hold a name or a number, so its words are never stored in
the open."""

from __future__ import annotations

from queueing.people.sealing import Keyring


class Notes:
    """Seals and opens short texts. Erasing a note is deleting its row: the key goes with it."""

    def __init__(self, master_key: bytes) -> None:
        self._keys = Keyring(master_key)

    def seal(self, owner: str, text: str) -> tuple[bytes, bytes]:
        """(sealed key, sealed text); `owner` names the row, so that a sealed text can't be moved to
        another."""
        return self._keys.seal(owner, text.encode())

    def open(self, owner: str, sealed_key: bytes, sealed_text: bytes) -> str:
        """The text."""
        return self._keys.open(owner, sealed_key, sealed_text).decode()
