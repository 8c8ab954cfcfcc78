"""Codes sent by SMS: whoever reads the phone may see to the cards that belong to it.

The code goes to the number that messages for a card go to. Who holds the phone that was typed sees all
cards of it; where the message went to another phone (a child typed their own number, and the parent has
one), only the cards whose messages go there.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from typing import Any

import psycopg

from queueing.people.phone import normalise_phone
from queueing.sms.outbox import enqueue_reply
from queueing.web import limits
from queueing.web.site import Site

LASTS = timedelta(minutes=15)
TRIES = 5
PER_PHONE = limits.Limit(4, timedelta(minutes=30))
PER_PHONE_DAY = limits.Limit(12, timedelta(days=1))
"""With five tries a code, guessing all day opens a phone's cards with a chance of 6 in 100,000."""
PER_ADDRESS = limits.Limit(40, timedelta(hours=1))

Connection = psycopg.Connection[Any]


class TooMany(Exception):  # noqa: N818
    """Too many codes were asked for; wait a while."""


def send_code(site: Site, phone: str, address: str) -> str:
    """Send a code to a phone we know; the key under which it is checked. For a phone we don't know nothing
    happens, and nobody can tell."""
    vault, now = site.system.vault, site.now()
    index = vault.phone_index(phone)
    wanted = {
        f"code:{index}": PER_PHONE,
        f"code-of-day:{index}": PER_PHONE_DAY,
        f"code-from:{address}": PER_ADDRESS,
    }
    with site.db() as conn:
        if not limits.take(conn, wanted, now):
            raise TooMany
    card, opened = _reached(site, phone)
    if card is None:
        return index
    code = f"{secrets.randbelow(10**6):06d}"
    with site.db() as conn, conn.transaction():
        conn.execute(
            "INSERT INTO login_codes VALUES (%s, %s, %s, %s, 0) ON CONFLICT (phone) DO UPDATE"
            " SET code = excluded.code, cards = excluded.cards, expires = excluded.expires, tries = 0",
            (index, _hash(site, index, code), list(opened), now + LASTS),
        )
        enqueue_reply(
            conn,
            site.system,
            card=card,
            template="code",
            params={"code": code},
            sid=f"code/{secrets.token_hex(8)}",
        )
    return index


def check_code(site: Site, index: str, code: str) -> tuple[str, ...]:
    """The cards this code opens; none when it is wrong, too old or was tried too often. It opens once."""
    with site.db() as conn:
        row = conn.execute(
            "UPDATE login_codes SET tries = tries + 1 WHERE phone = %s AND expires >= %s AND tries < %s"
            " RETURNING code, cards",
            (index, site.now(), TRIES),
        ).fetchone()
        if row is None or not hmac.compare_digest(bytes(row[0]), _hash(site, index, code.strip())):
            return ()
        conn.execute("DELETE FROM login_codes WHERE phone = %s", (index,))
    return tuple(row[1])


def _reached(site: Site, phone: str) -> tuple[str | None, tuple[str, ...]]:
    """The card whose message carries the code, and the cards the code opens."""
    number = normalise_phone(phone)
    vault = site.system.vault
    people = vault.get_many(vault.find_by_phone(number))
    numbers = {card: person.sms_number for card, person in people.items() if person.sms_number}
    if not numbers:
        return None, ()
    first = min(numbers, key=lambda card: (numbers[card] != number, card))
    if numbers[first] == number:
        return first, tuple(sorted(people))
    return first, tuple(sorted(card for card, other in numbers.items() if other == numbers[first]))


def _hash(site: Site, index: str, code: str) -> bytes:
    return hmac.digest(site.secret, f"code:{index}:{code}".encode(), "sha256")
