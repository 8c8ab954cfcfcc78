"""Which number a message goes to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import psycopg

from queueing.people.masking import mask_name
from queueing.people.person import sms_number
from queueing.people.phone import can_receive_sms
from queueing.people.sealing import UnreadableRecordError
from queueing.sms.rows import Row
from queueing.system import System

_log = logging.getLogger(__name__)
T = TypeVar("T")

JUST_WROTE = timedelta(minutes=30)
"""Answers go to the phone that wrote last, if that was so recently."""
ANSWERS = frozenset({"reply", "confirmation"})
CODE = "code"
"""The template of codes: they go to the holder's own number and open what belongs to it, whoever wrote."""


class Numbers:
    """Where messages go: to the holder (or the child who helps, if only they can be reached), answers to the
    one of both who wrote last, those of employers to their clerks."""

    def __init__(
        self, system: System, connection: psycopg.Connection[Any], rows: Sequence[Row], now: datetime
    ) -> None:
        self._people = _readable(system.vault.get_many, {row.card for row in rows if row.card})
        self._contacts = _readable(
            system.vault.get_employer_contacts, {row.employer for row in rows if row.employer}
        )
        both = {
            card: {system.vault.phone_index(number): number for number in (one.phone, one.contact_phone)}
            for card, one in self._people.items()
            if can_receive_sms(one.phone) and can_receive_sms(one.contact_phone)
        }
        wrote = _wrote(connection, [thread for threads in both.values() for thread in threads], now)
        self._wrote = {
            card: threads[max(known, key=wrote.__getitem__)]
            for card, threads in both.items()
            if (known := threads.keys() & wrote.keys())
        }

        self._shared = self._several(system, rows)

    def _several(self, system: System, rows: Sequence[Row]) -> dict[str, str]:
        """Masked names, by card, of those whose phone is others' phone, too."""
        index = system.vault.phone_index
        numbers = {row.card: number for row in rows if row.card and (number := self.of(row))}
        threads = {card: index(number) for card, number in numbers.items()}
        cards = system.vault.find_by_phone_indexes(set(threads.values()))
        return {
            card: mask_name(self._people[card].name)
            for card, thread in threads.items()
            if card in self._people and len(cards[thread]) > 1
        }

    def who(self, row: Row) -> str:
        """Whom a message is about, masked, where its phone might think of somebody else; else ""."""
        return self._shared.get(row.card, "")

    def of(self, row: Row) -> str | None:
        """The number of a message, if there is one."""
        if row.employer:
            contact = self._contacts.get(row.employer)
            return sms_number(contact.phone) if contact else None
        if row.kind in ANSWERS and row.template != CODE and row.card in self._wrote:
            return self._wrote[row.card]
        return self._people[row.card].sms_number if row.card in self._people else None


def _wrote(connection: psycopg.Connection[Any], threads: list[str], now: datetime) -> dict[str, datetime]:
    """When these phones wrote last, if it was just now."""
    if not threads:
        return {}
    return dict(
        connection.execute(
            "SELECT thread, max(at) FROM inbound WHERE thread = ANY(%s) AND at >= %s GROUP BY thread",
            (threads, now - JUST_WROTE),
        ).fetchall()
    )


def _readable(get: Callable[[Sequence[str]], dict[str, T]], keys: set[str]) -> dict[str, T]:
    """The records that can be read: a damaged one must not keep the others' messages from leaving."""
    try:
        return get(sorted(keys))
    except UnreadableRecordError:
        if len(keys) == 1:
            _log.exception("a record can't be read")
            return {}
        return {key: record for key in keys for record in _readable(get, {key}).values()}
