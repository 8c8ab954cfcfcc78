"""The vault's keys: what seals a record and what makes it findable.

Two kinds of key are derived from the master key. One seals the random key each person has of their own;
destroying that key destroys the record. The others make blind indexes: the same text always gives the same
index, and without the master key nobody can tell which text it was, or try them all.
"""

import hmac
import os
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from queueing.errors import UserError

IndexKind = Literal["id", "phone", "id_tail", "phone_tail", "name"]

INDEX_KINDS: tuple[IndexKind, ...] = ("id", "phone", "id_tail", "phone_tail", "name")
_KEY_BYTES = 32
_NONCE_BYTES = 12
_INDEX_BYTES = 16


class WrongMasterKeyError(UserError):
    """The tables were made with another master key."""

    def __init__(self) -> None:
        super().__init__("主密钥与已存的个人资料不符，请换回建库时使用的主密钥。")


class UnreadableRecordError(UserError):
    """A sealed record doesn't open: it was damaged, or moved from another row."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"{owner} 的资料无法解封，请从备份恢复该行。")
        self.owner = owner


class Keyring:
    def __init__(self, master_key: bytes) -> None:
        if len(master_key) < _KEY_BYTES:
            raise UserError(f"主密钥应至少有{_KEY_BYTES}字节，请重新生成。")
        self._wrap = AESGCM(_derive(master_key, "seal"))
        self._index = {kind: _derive(master_key, f"index:{kind}") for kind in INDEX_KINDS}

    def __repr__(self) -> str:
        return "Keyring(…)"

    def index(self, kind: IndexKind, text: str) -> bytes:
        return hmac.digest(self._index[kind], text.encode(), "sha256")[:_INDEX_BYTES]

    def seal(self, owner: str, record: bytes) -> tuple[bytes, bytes]:
        """A fresh key of the owner's own, sealed, and the record sealed by it."""
        key = os.urandom(_KEY_BYTES)
        return _seal(self._wrap, key, owner), _seal(AESGCM(key), record, owner)

    def open(self, owner: str, sealed_key: bytes, sealed_record: bytes) -> bytes:
        try:
            key = _open(self._wrap, sealed_key, owner)
            return _open(AESGCM(key), sealed_record, owner)
        except InvalidTag:
            raise UnreadableRecordError(owner) from None


def _derive(master_key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=f"vault:{purpose}".encode()).derive(
        master_key
    )


def _seal(cipher: AESGCM, plain: bytes, owner: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, owner.encode())


def _open(cipher: AESGCM, sealed: bytes, owner: str) -> bytes:
    return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner.encode())
