"""Finding a person at the counter: by the code on their slip, name, phone (or its tail), ID number (or its
tail), or booking number.

A few digits may be any of these, so all of them are tried: better two names to choose from than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress

from queueing.people.idnumber import normalise_id_number
from queueing.people.phone import BadPhoneError, parse_phone
from queueing.people.text import compact
from queueing.web.codes import FOCUS_KEY, card_of_code
from queueing.web.site import Site

MOST = 40


def find(site: Site, text: str) -> list[str]:
    """The cards that fit, at most `MOST`."""
    wanted = compact(text).upper().lstrip(FOCUS_KEY)
    if not wanted:
        return []
    found = dict.fromkeys(_candidates(site, wanted))
    with site.system.desk.view() as state:
        return [card for card in found if card in state.cards][:MOST]


def _candidates(site: Site, wanted: str) -> Iterable[str]:
    vault = site.system.vault
    if scanned := card_of_code(wanted):
        yield scanned
        return
    if re.fullmatch(r"[AB]?[0-9]{1,7}", wanted):
        yield from _by_number(site, wanted)
    if re.fullmatch(r"[0-9]{3}[0-9X]", wanted):
        yield from vault.find_by_phone_tail(wanted)
        yield from vault.find_by_id_tail(wanted)
    if re.fullmatch(r"[0-9]{17}[0-9X]", wanted):
        card = vault.find_by_id(normalise_id_number(wanted))
        if card:
            yield card
    if re.fullmatch(r"[0-9+-]{7,16}", wanted):
        with suppress(BadPhoneError):
            yield from vault.find_by_phone(parse_phone(wanted).number)
    if not re.search(r"[0-9]", wanted):
        yield from vault.find_by_name(wanted)


def _by_number(site: Site, wanted: str) -> list[str]:
    """A booking's number, or (with a B) the ticket of somebody in the hall."""
    kind, number = (wanted[0], int(wanted[1:])) if wanted[0] in "AB" else ("", int(wanted))
    with site.system.desk.view() as state:
        tickets = [card for card, visit in state.visits.items() if visit.ticket == number]
        if kind == "B":
            return tickets
        booked = [
            card
            for card, one in state.cards.items()
            if one.booking is not None and one.booking.number == number
        ]
        return booked + (tickets if not kind else [])
