"""Who a card belongs to. Nothing here shows more than the card id when printed or logged."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from .idnumber import parse_id_number
from .phone import can_receive_sms, normalise_phone
from .text import tidy

PutStatus = Literal["new", "same", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PersonRecord:
    """A person as an operator's file describes them; the card is not known yet."""

    id_number: str
    name: str
    phone: str = ""
    contact_phone: str = ""
    address: str = ""

    def __repr__(self) -> str:
        return "PersonRecord(…)"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Person:
    card: str
    id_number: str
    name: str
    birth: date
    phone: str = ""
    contact_phone: str = ""
    address: str = ""

    def __repr__(self) -> str:
        return f"Person({self.card})"

    @property
    def sms_number(self) -> str | None:
        """The mobile that messages go to: their own, else that of the child who helps them."""
        return sms_number(self.phone, self.contact_phone)


def sms_number(*phones: str) -> str | None:
    """The first of the numbers that can receive a message."""
    return next((phone for phone in phones if can_receive_sms(phone)), None)


@dataclass(frozen=True, slots=True)
class PutResult:
    """`reach`: an SMS reaches the person, by what the vault now knows."""

    card: str
    status: PutStatus
    reach: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EmployerContact:
    """The clerk the bank phones."""

    employer: str
    name: str = ""
    phone: str = ""

    def __repr__(self) -> str:
        return f"EmployerContact({self.employer})"


def checked(record: PersonRecord) -> PersonRecord:
    """The same person with every field in its one spelling; raises what is wrong with it."""
    return PersonRecord(
        id_number=parse_id_number(record.id_number).number,
        name=tidy(record.name),
        phone=normalise_phone(record.phone),
        contact_phone=normalise_phone(record.contact_phone),
        address=tidy(record.address),
    )


def checked_employer(contact: EmployerContact) -> EmployerContact:
    return EmployerContact(
        employer=contact.employer, name=tidy(contact.name), phone=normalise_phone(contact.phone)
    )
