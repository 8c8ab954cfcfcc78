"""The vault: the only place that knows whose card is whose.

Each person is sealed with a random key of their own, the key is sealed by the master key, and lookups go
through blind indexes. Erasing destroys record, key and indexes and leaves a tombstone, so that the card id in
the log stays valid and points to nobody. See docs/decisions/0003-personal-data.md.
"""

import base64
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from psycopg import Cursor
from psycopg.rows import TupleRow, tuple_row
from psycopg_pool import ConnectionPool

from queueing.errors import UserError

from . import vault_tables as sql
from .idnumber import normalise_id_number
from .person import (
    EmployerContact,
    Person,
    PersonRecord,
    PutResult,
    checked,
    checked_employer,
)
from .phone import BadPhoneError, normalise_phone
from .sealing import Keyring, UnreadableRecordError, WrongMasterKeyError
from .text import compact, match_key, tidy
from .vault_records import (
    PersonRow,
    StoredPerson,
    employer_row,
    open_employer,
    open_person,
    person_of,
    person_row,
    put_result,
)

BATCH = 2_000
_CHECK_OWNER = "check"
_CHECK_TEXT = b"the key fits"


class UnknownCardError(UserError):
    """No such card, or its holder was erased."""

    def __init__(self, card: str) -> None:
        super().__init__(f"卡 {card} 没有持卡人资料，可能已按要求删除，请核对卡的编号。")
        self.card = card


def new_card_id() -> str:
    return "c" + base64.b32encode(os.urandom(7)).decode()[:10].lower()


class Vault:
    """Safe to share between threads: all that changes is in the database."""

    def __init__(self, pool: ConnectionPool[Any], master_key: bytes) -> None:
        self._pool = pool
        self._keys = Keyring(master_key)
        self._key_fits = False

    def migrate(self) -> None:
        """Create the tables, or find them there; raises if they were made with another master key."""
        with self._transaction() as cursor:
            cursor.execute(sql.LOCK_FOR_MIGRATION)
            cursor.execute(sql.SCHEMA)
            cursor.execute(sql.INSERT_CHECK, self._keys.seal(_CHECK_OWNER, _CHECK_TEXT))
            self._check_key(cursor)

    # People

    def put_many(
        self, people: Sequence[PersonRecord], new_id: Callable[[], str] = new_card_id
    ) -> list[PutResult]:
        """One result a person, in their order. Whoever is known by ID number keeps their card.

        A file never takes away what it leaves empty, nor a contact since changed on the person's wish. A bad
        number raises before anything is written. Each batch commits by itself: after a crash, put all again.
        """
        records = [checked(person) for person in people]
        batches = (records[start : start + BATCH] for start in range(0, len(records), BATCH))
        return [result for batch in batches for result in self._put_batch(batch, new_id)]

    def get(self, card: str) -> Person | None:
        return self.get_many([card]).get(card)

    def get_many(self, cards: Iterable[str]) -> dict[str, Person]:
        """Those of the cards that have a holder; unknown and erased ones are left out."""
        with self._reading() as cursor:
            rows = cursor.execute(sql.SELECT_PEOPLE, [list(cards)]).fetchall()
        return {card: person_of(card, open_person(self._keys, card, *sealed)) for card, *sealed in rows}

    def change_contact(
        self,
        card: str,
        *,
        phone: str | None = None,
        contact_phone: str | None = None,
        address: str | None = None,
    ) -> Person:
        """What is given replaces what was there, an empty text removes it; later imports leave it alone."""
        with self._cursor() as cursor:
            row = cursor.execute(sql.LOCK_PERSON, [[card]]).fetchone()
            if row is None:
                raise UnknownCardError(card)
            changed = open_person(self._keys, *row).with_contact(
                phone=None if phone is None else normalise_phone(phone),
                contact_phone=None if contact_phone is None else normalise_phone(contact_phone),
                address=None if address is None else tidy(address),
            )
            cursor.execute(sql.UPDATE_PERSON, person_row(self._keys, card, changed))
        return person_of(card, changed)

    def erase(self, card: str, now: datetime) -> bool:
        """Destroy key, record and indexes for good; False if there was nothing left to destroy."""
        with self._cursor() as cursor:
            return cursor.execute(sql.ERASE, [now, card]).rowcount == 1

    def erased_at(self, card: str) -> datetime | None:
        with self._cursor() as cursor:
            row = cursor.execute(sql.ERASED_AT, [card]).fetchone()
        return row[0] if row else None

    # Lookups: cards in the order of their ids

    def find_by_id(self, number: str) -> str | None:
        cards = self._cards(sql.FIND_BY_ID, [self._keys.index("id", normalise_id_number(number))])
        return cards[0] if cards else None

    def find_by_phone(self, phone: str) -> list[str]:
        """Everyone this number speaks for: its owners (a couple may share it) and those it helps."""
        return self.find_by_phone_index(self.phone_index(phone))

    def find_by_phone_index(self, index: str) -> list[str]:
        return self._cards(sql.FIND_BY_PHONE, {"index": bytes.fromhex(index)})

    def find_by_phone_indexes(self, indexes: Iterable[str]) -> dict[str, list[str]]:
        """The same for many numbers by their keys; one that speaks for nobody has an empty list."""
        found: dict[str, list[str]] = {index: [] for index in indexes}
        with self._reading() as cursor:
            for index, card in cursor.execute(sql.FIND_BY_PHONES, [[bytes.fromhex(one) for one in found]]):
                found[index.hex()].append(card)
        return found

    def find_by_id_tail(self, tail: str) -> list[str]:
        return self._cards(sql.FIND_BY_ID_TAIL, [self._keys.index("id_tail", normalise_id_number(tail))])

    def find_by_phone_tail(self, tail: str) -> list[str]:
        return self._cards(sql.FIND_BY_PHONE_TAIL, {"index": self._keys.index("phone_tail", compact(tail))})

    def find_by_name(self, name: str) -> list[str]:
        return self._cards(sql.FIND_BY_NAME, [self._keys.index("name", match_key(name))])

    def phone_index(self, phone: str) -> str:
        """An opaque key for the conversation with a number; senders of no ordinary number have one too."""
        try:
            number = normalise_phone(phone)
        except BadPhoneError:
            number = compact(phone)
        return self._keys.index("phone", number).hex()

    # Employers

    def put_employer_contacts(self, contacts: Iterable[EmployerContact]) -> None:
        rows = [employer_row(self._keys, checked_employer(contact)) for contact in contacts]
        with self._cursor() as cursor:
            cursor.executemany(sql.PUT_EMPLOYER, rows)

    def get_employer_contact(self, employer: str) -> EmployerContact | None:
        return self.get_employer_contacts([employer]).get(employer)

    def get_employer_contacts(self, employers: Iterable[str]) -> dict[str, EmployerContact]:
        with self._reading() as cursor:
            rows = cursor.execute(sql.SELECT_EMPLOYERS, [list(employers)]).fetchall()
        return {employer: open_employer(self._keys, employer, *sealed) for employer, *sealed in rows}

    def erase_employer_contact(self, employer: str) -> bool:
        with self._cursor() as cursor:
            return cursor.execute(sql.ERASE_EMPLOYER, [employer]).rowcount == 1

    # Inside

    @contextmanager
    def _transaction(self) -> Iterator[Cursor[TupleRow]]:
        with (
            self._pool.connection() as conn,
            conn.transaction(),
            conn.cursor(row_factory=tuple_row) as cursor,
        ):
            yield cursor

    @contextmanager
    def _reading(self) -> Iterator[Cursor[TupleRow]]:
        """For one statement that only reads: a transaction of its own would cost two more round trips."""
        with self._pool.connection() as conn, conn.cursor(row_factory=tuple_row) as cursor:
            if not self._key_fits:
                self._check_key(cursor)
            yield cursor

    @contextmanager
    def _cursor(self) -> Iterator[Cursor[TupleRow]]:
        with self._transaction() as cursor:
            if not self._key_fits:
                self._check_key(cursor)
            yield cursor

    def _check_key(self, cursor: Cursor[TupleRow]) -> None:
        row = cursor.execute(sql.SELECT_CHECK).fetchone()
        try:
            self._key_fits = row is not None and self._keys.open(_CHECK_OWNER, *row) == _CHECK_TEXT
        except UnreadableRecordError:
            raise WrongMasterKeyError from None

    def _cards(self, statement: str, blind: Sequence[bytes] | Mapping[str, bytes]) -> list[str]:
        with self._reading() as cursor:
            return [card for (card,) in cursor.execute(statement, blind).fetchall()]

    def _put_batch(self, batch: Sequence[PersonRecord], new_id: Callable[[], str]) -> list[PutResult]:
        """Each turn takes a person once; who is listed twice, or was put meanwhile, has another."""
        results: dict[int, PutResult] = {}
        while len(results) < len(batch):
            turn: dict[str, int] = {}
            for place, record in enumerate(batch):
                if place not in results:
                    turn.setdefault(record.id_number, place)
            done = self._put_distinct([batch[place] for place in turn.values()], new_id)
            results.update((turn[number], result) for number, result in done.items())
        return [results[place] for place in range(len(batch))]

    def _put_distinct(
        self, records: Sequence[PersonRecord], new_id: Callable[[], str]
    ) -> dict[str, PutResult]:
        """Results by ID number. Rows are taken in the order of their index: two imports can't deadlock."""
        by_index = {self._keys.index("id", record.id_number): record for record in records}
        results: dict[str, PutResult] = {}
        changed: list[PersonRow] = []
        with self._cursor() as cursor:
            for index, card, *sealed in cursor.execute(sql.LOCK_KNOWN, [list(by_index)]).fetchall():
                record, known = by_index.pop(index), open_person(self._keys, card, *sealed)
                merged = known.merged_with(record)
                results[record.id_number] = put_result(card, "same" if merged == known else "changed", merged)
                if merged != known:
                    changed.append(person_row(self._keys, card, merged))
            cursor.executemany(sql.UPDATE_PERSON, changed)
            fresh = {new_id(): by_index[index] for index in sorted(by_index)}
            for card in self._insert(cursor, fresh):
                results[fresh[card].id_number] = put_result(card, "new", StoredPerson(fresh[card]))
        return results

    def _insert(self, cursor: Cursor[TupleRow], fresh: dict[str, PersonRecord]) -> list[str]:
        """The cards that came to be; a person somebody else has put meanwhile is not among them."""
        if not fresh:
            return []
        rows = [person_row(self._keys, card, StoredPerson(record)) for card, record in fresh.items()]
        columns = [list(column) for column in zip(*rows, strict=True)]
        return [card for (card,) in cursor.execute(sql.INSERT_PEOPLE, columns).fetchall()]
