"""`card_cell` and `notice_cell`: how many cards are alike in all that the season's sums tell apart.

Kept beside the cards, in the transaction that changes them, so that a board drawn at every event adds up a
few hundred rows instead of reading forty thousand cards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass
from datetime import date
from typing import Any

from psycopg import Cursor

from queueing.projections.card_status import CardStatus
from queueing.projections.tables import Row, Table


@dataclass(frozen=True, slots=True)
class Kind:
    """What cards of a cell have in common: fields of the card; `live` it has a booking, `ever` it had one,
    `invited` at least once, `visiting` in the hall or at a window, `listed` for a phone call, `home` for a
    visit; `activated_for` is the employer that issued it, once it is on."""

    cohort: str
    band: str
    place: str
    how: str
    booked_via: str
    served_via: str
    live: bool
    ever: bool
    invited: bool
    visiting: bool
    activated: bool
    activated_for: str
    listed: bool
    home: bool
    opted_out: bool
    unreachable: bool
    erased: bool


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """What fairness tells apart. `kind` "booked": first booked on `day`, last through `way`. "told": told on
    `day` that it is their turn, `way` "reached" by messages or "paper", and `through` if they booked or
    have the card."""

    kind: str
    day: date
    way: str
    through: bool


class CardCell(Row, frozen=True, gc=False):
    """A cell of cards; fields as in `Kind`."""

    cell: str
    cohort: str = ""
    band: str = ""
    place: str = ""
    how: str = ""
    booked_via: str = ""
    served_via: str = ""
    live: bool = False
    ever: bool = False
    invited: bool = False
    visiting: bool = False
    activated: bool = False
    activated_for: str = ""
    listed: bool = False
    home: bool = False
    opted_out: bool = False
    unreachable: bool = False
    erased: bool = False
    cards: int = 0


class NoticeCell(Row, frozen=True, gc=False):
    """A cell of cards for fairness; fields as in `NoticeKind`."""

    cell: str
    kind: str = ""
    day: date = date.min
    way: str = ""
    through: bool = False
    cards: int = 0


CELLS = Table("card_cell", CardCell)
NOTICE_CELLS = Table("notice_cell", NoticeCell)


def kinds(card: CardStatus) -> Iterable[Kind | NoticeKind]:
    """The cells a card counts in."""
    handed = card.place == "handed"
    activated = card.activated_at is not None
    yield Kind(
        cohort=card.cohort,
        band=card.band,
        place=card.place,
        how=card.how if handed else "",
        booked_via=card.booked_via,
        served_via=card.served_via if handed else "",
        live=card.booking > 0,
        ever=card.booked_at is not None,
        invited=card.invites > 0,
        visiting=card.visit in ("hall", "window"),
        activated=activated,
        activated_for=card.employer if activated and card.how == "employer" else "",
        listed=bool(card.phone_list) and not card.erased,
        home=card.home_visit and not handed and not card.erased,
        opted_out=card.opted_out,
        unreachable=card.unreachable,
        erased=card.erased,
    )
    if card.booked_at:
        yield NoticeKind("booked", card.booked_at.date(), card.booked_via, True)
    if card.invites and card.last_invited and card.channel == "self" and not card.erased:
        paper = not card.reach or card.opted_out or card.unreachable
        through = card.booked_at is not None or handed
        yield NoticeKind("told", card.last_invited.date(), "paper" if paper else "reached", through)


def recount(
    cursor: Cursor[Any], changes: Iterable[tuple[CardStatus | None, CardStatus]], suffix: str
) -> None:
    """Move cards (before, after) from the cells they were in to those they are in."""
    moved: Counter[Kind | NoticeKind] = Counter()
    for before, after in changes:
        moved.update(kinds(after))
        if before:
            moved.subtract(kinds(before))
    for table, sort in ((CELLS, Kind), (NOTICE_CELLS, NoticeKind)):
        amounts = {_name(one): (one, n) for one, n in moved.items() if n and isinstance(one, sort)}
        rows = table.rows(cursor, amounts, suffix)
        for name, (one, amount) in amounts.items():
            rows.change(name, **asdict(one), cards=rows[name].cards + amount)
        rows.save(cursor, suffix)


def _name(kind: Kind | NoticeKind) -> str:
    return "|".join(str(part) for part in astuple(kind))
