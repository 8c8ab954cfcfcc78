"""Whether those without quick fingers get through: the one definition of a channel that starves.

Two measures, each against a promise, over what happened in the last `DAYS` days (today is the last of them):

- a **channel** (SMS; phone and counter): its share of the bookings made. The promise is the share of a slot
  that the season reserves for it (`reserves.pools`). It starves when it has less than half of that.
- **paper** (holders no message reaches: no mobile number, opted out, number dead): the part of those told it
  is their turn at least `DAYS` days ago who have booked or collected. The promise is the same part of those a
  message does reach. They starve when it is less than half of that.

Neither says anything below `FEWEST` bookings, or people: chance would ring the bell.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from psycopg import Connection

from queueing.projections.queries.reading import fetch

DAYS = 7
FEWEST = 30
STARVING_BELOW = 0.5
"""The part of its promise with less than which a channel starves."""
WAYS = {"sms": "短信", "phone": "电话和柜台", "paper": "收不到短信的人"}


class Fairness(msgspec.Struct, frozen=True, kw_only=True):
    """How a way to a place fares. `through` of `of` (bookings of the week; people for "paper") make `share`;
    `promised` is what it should be."""

    way: str
    through: int
    of: int
    share: float
    promised: float
    starving: bool

    @property
    def way_text(self) -> str:
        """The way in words."""
        return WAYS[self.way]


class _Recent(msgspec.Struct, frozen=True):
    sms: int
    phone: int
    bookings: int


class _Told(msgspec.Struct, frozen=True):
    paper: int
    paper_through: int
    reached: int
    reached_through: int


def fairness(connection: Connection[Any], now: datetime, promised: Mapping[str, float]) -> list[Fairness]:
    """Every way that is promised something. `promised` maps a pool ("channel:sms") to its share of a slot."""
    since = now.date() - timedelta(days=DAYS)
    (recent,) = fetch(connection, _Recent, _RECENT, {"since": since, "today": now.date()})
    (told,) = fetch(connection, _Told, _TOLD, {"since": since})
    found = [
        _fared(way, through, recent.bookings, promised[pool], recent.bookings >= FEWEST)
        for way, pool, through in (
            ("sms", "channel:sms", recent.sms),
            ("phone", "channel:phone", recent.phone),
        )
        if promised.get(pool)
    ]
    usual = told.reached_through / max(1, told.reached)
    enough = min(told.paper, told.reached) >= FEWEST
    return [*found, _fared("paper", told.paper_through, told.paper, usual, enough)]


def _fared(way: str, through: int, of: int, promised: float, enough: bool) -> Fairness:
    share = through / max(1, of)
    starving = enough and share < STARVING_BELOW * promised
    return Fairness(way=way, through=through, of=of, share=share, promised=promised, starving=starving)


_RECENT = """
SELECT coalesce(sum(cards) FILTER (WHERE way = 'sms'), 0)::bigint AS sms,
    coalesce(sum(cards) FILTER (WHERE way IN ('phone', 'counter')), 0)::bigint AS phone,
    coalesce(sum(cards), 0)::bigint AS bookings
FROM notice_cell WHERE kind = 'booked' AND day > %(since)s AND day <= %(today)s
"""
_TOLD = """
SELECT coalesce(sum(cards) FILTER (WHERE way = 'paper'), 0)::bigint AS paper,
    coalesce(sum(cards) FILTER (WHERE way = 'paper' AND through), 0)::bigint AS paper_through,
    coalesce(sum(cards) FILTER (WHERE way = 'reached'), 0)::bigint AS reached,
    coalesce(sum(cards) FILTER (WHERE way = 'reached' AND through), 0)::bigint AS reached_through
FROM notice_cell WHERE kind = 'told' AND day <= %(since)s
"""
