"""What is inside a sealed record, and the row it becomes."""

from dataclasses import dataclass, replace

import msgspec

from .idnumber import birth_of
from .person import EmployerContact, Person, PersonRecord, PutResult, PutStatus, sms_number
from .sealing import IndexKind, Keyring
from .text import match_key

PersonRow = tuple[bytes | str | None, ...]


@dataclass(frozen=True, slots=True, repr=False)
class StoredPerson:
    """`contact_kept`: phone, contact and address were given by the person, and no import may undo that."""

    record: PersonRecord
    contact_kept: bool = False

    def __repr__(self) -> str:
        return "StoredPerson(…)"

    def merged_with(self, file: PersonRecord) -> "StoredPerson":
        """The person after an import: empty fields of the file leave what is known."""
        known = self.record
        if self.contact_kept:
            return replace(self, record=replace(known, name=file.name or known.name))
        merged = PersonRecord(
            id_number=known.id_number,
            name=file.name or known.name,
            phone=file.phone or known.phone,
            contact_phone=file.contact_phone or known.contact_phone,
            address=file.address or known.address,
        )
        return replace(self, record=merged)

    def with_contact(
        self, phone: str | None, contact_phone: str | None, address: str | None
    ) -> "StoredPerson":
        known = self.record
        record = replace(
            known,
            phone=known.phone if phone is None else phone,
            contact_phone=known.contact_phone if contact_phone is None else contact_phone,
            address=known.address if address is None else address,
        )
        return StoredPerson(record, contact_kept=True)


def person_row(keys: Keyring, card: str, stored: StoredPerson) -> PersonRow:
    """In the order of `vault_tables.PERSON_COLUMNS`."""
    person = stored.record

    def blind(kind: IndexKind, text: str) -> bytes | None:
        return keys.index(kind, text) if text else None

    return (
        card,
        *keys.seal(card, _encode(stored)),
        blind("id", person.id_number),
        blind("phone", person.phone),
        blind("phone", person.contact_phone),
        blind("id_tail", person.id_number[-4:]),
        blind("phone_tail", person.phone[-4:]),
        blind("phone_tail", person.contact_phone[-4:]),
        blind("name", match_key(person.name)),
    )


def open_person(keys: Keyring, card: str, sealed_key: bytes, sealed_record: bytes) -> StoredPerson:
    return _decode_person(keys.open(card, sealed_key, sealed_record))


def person_of(card: str, stored: StoredPerson) -> Person:
    record = stored.record
    return Person(
        card=card,
        id_number=record.id_number,
        name=record.name,
        birth=birth_of(record.id_number),
        phone=record.phone,
        contact_phone=record.contact_phone,
        address=record.address,
    )


def put_result(card: str, status: PutStatus, stored: StoredPerson) -> PutResult:
    return PutResult(card, status, sms_number(stored.record.phone, stored.record.contact_phone) is not None)


def employer_row(keys: Keyring, contact: EmployerContact) -> tuple[str, bytes, bytes]:
    return (contact.employer, *keys.seal(_employer_owner(contact.employer), _encode(contact)))


def open_employer(keys: Keyring, employer: str, sealed_key: bytes, sealed_record: bytes) -> EmployerContact:
    return _decode_employer(keys.open(_employer_owner(employer), sealed_key, sealed_record))


def _employer_owner(employer: str) -> str:
    return f"employer:{employer}"


_encode = msgspec.msgpack.Encoder().encode
_decode_person = msgspec.msgpack.Decoder(StoredPerson).decode
_decode_employer = msgspec.msgpack.Decoder(EmployerContact).decode
