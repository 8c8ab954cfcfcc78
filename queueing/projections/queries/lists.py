"""Single cards, and the lists staff work by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec
from psycopg import Connection
from psycopg.rows import tuple_row

from queueing.projections.card_status import CARDS, CardStatus
from queueing.projections.queries.reading import fetch, select

TODAY_STATES = {
    "due": "未到店",
    "waiting": "等候中",
    "window": "办理中",
    "collected": "已领取",
    "no_show": "未到",
}


class TodayEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on the list of a day. `state`: "due", "waiting", "window", "collected", "no_show". `time` is
    the told time; for those who came without one, when they came or collected."""

    card: str
    time: datetime
    state: str
    slot: str
    booking: int
    ticket: int
    late: bool
    via: str
    band: str
    priority: bool
    window_no: str

    @property
    def state_text(self) -> str:
        """The state in words."""
        return TODAY_STATES[self.state]


def card(connection: Connection[Any], card_id: str) -> CardStatus | None:
    """One card."""
    return cards_by_ids(connection, [card_id]).get(card_id)


def cards_by_ids(connection: Connection[Any], card_ids: Iterable[str]) -> dict[str, CardStatus]:
    """Cards by id; unknown ids are left out."""
    with connection.cursor() as cursor:
        return CARDS.read(cursor, card_ids)


def employer_cards(connection: Connection[Any], employer: str) -> list[CardStatus]:
    """All cards registered for an employer, also those that came back from it."""
    return select(connection, CARDS, "WHERE employer = %s ORDER BY card", (employer,))


def waiting(connection: Connection[Any], day: date) -> list[CardStatus]:
    """Those in the hall, first come first: waiting (no `window_no`) or being served."""
    return select(
        connection,
        CARDS,
        "WHERE visit IN ('hall', 'window') AND arrived_at::date = %s ORDER BY arrived_at, card",
        (day,),
    )


def phone_list(connection: Connection[Any]) -> list[CardStatus]:
    """Those staff should phone, who has waited longest first; at the end those who say that they have their
    card already or have it. `phone_list` is the reason."""
    return select(
        connection,
        CARDS,
        "WHERE phone_list <> '' AND NOT erased"
        " ORDER BY place = 'handed', phone_list = 'says_collected', last_invited NULLS FIRST, card",
    )


def home_visits(connection: Connection[Any]) -> list[CardStatus]:
    """Those who asked for a visit and have no card yet."""
    return select(
        connection, CARDS, "WHERE home_visit AND place <> 'handed' AND NOT erased ORDER BY band DESC, card"
    )


def closing_list(connection: Connection[Any], most: int | None = None) -> list[CardStatus]:
    """Every card that was not handed out, as the season's end counts them; at `most` the first so many."""
    return select(connection, CARDS, "WHERE place <> 'handed' ORDER BY place, cohort, card LIMIT %s", (most,))


def closing_count(connection: Connection[Any]) -> int:
    """How long the closing list is."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute("SELECT count(*) FROM card_status WHERE place <> 'handed'").fetchone()
    return int(row[0]) if row else 0


def today_list(connection: Connection[Any], day: date) -> list[TodayEntry]:
    """Everybody a day is about, by time: booked, in the hall, served at the counter, not come."""
    return fetch(connection, TodayEntry, _TODAY, {"day": day})


_TODAY = """
SELECT * FROM (
    SELECT card, band, priority, ticket, late, window_no,
        CASE
            WHEN visit = 'hall' AND arrived_at::date = %(day)s THEN 'waiting'
            WHEN visit = 'window' AND arrived_at::date = %(day)s THEN 'window'
            WHEN place = 'handed' AND collected_at::date = %(day)s AND how <> 'employer' THEN 'collected'
            WHEN told::date = %(day)s THEN 'due'
            WHEN left(no_show_slot, 8) = to_char(%(day)s::date, 'YYYYMMDD') THEN 'no_show'
        END AS state,
        CASE
            WHEN arrived_at::date = %(day)s THEN visit_slot
            WHEN told::date = %(day)s THEN slot
            WHEN left(no_show_slot, 8) = to_char(%(day)s::date, 'YYYYMMDD') THEN no_show_slot
            ELSE ''
        END AS slot,
        CASE
            WHEN arrived_at::date = %(day)s THEN visit_told
            WHEN place = 'handed' AND collected_at::date = %(day)s THEN collected_at
            WHEN told::date = %(day)s THEN told
            ELSE to_timestamp(no_show_slot, 'YYYYMMDD-HH24MI')::timestamp
        END AS time,
        CASE WHEN booking > 0 THEN booking ELSE greatest(visit_booking, no_show_booking) END AS booking,
        booked_via AS via
    FROM card_status
    WHERE (told >= %(day)s::date AND told < %(day)s::date + 1)
        OR (arrived_at >= %(day)s::date AND arrived_at < %(day)s::date + 1)
        OR (collected_at >= %(day)s::date AND collected_at < %(day)s::date + 1)
        OR (no_show_slot <> '' AND no_show_slot >= to_char(%(day)s::date, 'YYYYMMDD')
            AND no_show_slot < to_char(%(day)s::date + 1, 'YYYYMMDD'))
) AS listed
WHERE state IS NOT NULL
ORDER BY time, card
"""
