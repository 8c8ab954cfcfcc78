"""Waves, the whole season, and who gets through by which channel. All of it adds up
cells of cards that are alike (`card_cells.py`), or days."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import msgspec
from psycopg import Connection

from queueing.projections.queries.reading import fetch


class WaveProgress(msgspec.Struct, frozen=True, kw_only=True):
    """A cohort of a wave ("" for cohorts no wave names). Counts are cards: `invited` at least once (or put on
    the phone list instead), `booked_ever`, `booked` now, `collected` and how, and by which channel those
    booked ever booked last."""

    wave: str
    opens: date | None
    opened_at: datetime | None
    closed_at: datetime | None
    cohort: str
    cards: int
    invited: int
    booked_ever: int
    booked: int
    collected: int
    by_self: int
    by_proxy: int
    at_home: int
    by_employer: int
    sms: int
    web: int
    phone: int
    counter: int


class SeasonTotals(msgspec.Struct, frozen=True, kw_only=True):
    """The season so far. The first group counts cards by where they are, and they add up to `cards`; the
    second counts cards; the third counts what happened."""

    cards: int
    at_bank: int
    at_window: int
    at_employers: int
    returned: int
    recalled: int
    collected: int
    defective: int

    invited: int
    booked: int
    booked_ever: int
    waiting: int
    by_self: int
    by_proxy: int
    at_home: int
    by_employer: int
    activated: int
    uncollected: int
    phone_list: int
    home_visits: int
    opted_out: int
    unreachable: int
    erased: int

    bookings: int
    moved: int
    cancelled: int
    no_shows: int
    arrivals: int
    walk_ins: int


class ChannelShare(msgspec.Struct, frozen=True, kw_only=True):
    """How a group fares. `kind` "channel": of all cards ever booked, the share booked (last) through this
    channel; of all cards collected, the share that a booking through it, a walk-in ("walk_in"), a visit at
    home or the employer led to. `kind` "band" or "cohort": of the group's `cards`, the shares booked ever
    and collected."""

    kind: str
    value: str
    cards: int
    booked: int
    served: int
    booked_share: float
    served_share: float


_HOW = """
count_of(place = 'handed' AND how = 'self') AS by_self,
count_of(place = 'handed' AND how = 'proxy') AS by_proxy,
count_of(place = 'handed' AND how = 'home') AS at_home,
count_of(place = 'handed' AND how = 'employer') AS by_employer
"""


def _counted(statement: str) -> str:
    """A statement over cells in which `count_of(condition)` is the number of cards that fulfil it."""
    return re.sub(r"count_of\((.*?)\) AS", r"coalesce(sum(cards) FILTER (WHERE \1), 0)::bigint AS", statement)


def wave_progress(connection: Connection[Any]) -> list[WaveProgress]:
    """Every cohort under its wave, waves in order of time."""
    return fetch(connection, WaveProgress, _WAVES)


def season_totals(connection: Connection[Any]) -> SeasonTotals:
    """One line for the whole season."""
    (totals,) = fetch(connection, SeasonTotals, _TOTALS)
    return totals


def channel_shares(connection: Connection[Any]) -> list[ChannelShare]:
    """Who gets through by which way: channels, then age bands, then cohorts."""
    return fetch(connection, ChannelShare, _SHARES)


_WAVES = _counted(
    f"""
SELECT coalesce(p.wave, '') AS wave, w.opens, w.opened_at, w.closed_at, c.*
FROM (
    SELECT cohort,
        sum(cards)::bigint AS cards,
        count_of(invited) AS invited,
        count_of(ever) AS booked_ever,
        count_of(live) AS booked,
        count_of(place = 'handed') AS collected,
        count_of(booked_via = 'sms') AS sms,
        count_of(booked_via = 'web') AS web,
        count_of(booked_via = 'phone') AS phone,
        count_of(booked_via = 'counter') AS counter,
        {_HOW}
    FROM card_cell WHERE cards > 0 GROUP BY cohort
) AS c
    LEFT JOIN cohort_plan p ON p.cohort = c.cohort
    LEFT JOIN wave_turn w ON w.wave = p.wave
ORDER BY w.opens NULLS LAST, p.wave, c.cohort
"""  # noqa: S608
)
_TOTALS = _counted(
    f"""
SELECT * FROM (
    SELECT coalesce(sum(cards), 0)::bigint AS cards,
        count_of(place = 'bank') AS at_bank,
        count_of(place = 'window') AS at_window,
        count_of(place = 'employer') AS at_employers,
        count_of(place = 'returned') AS returned,
        count_of(place = 'recalled') AS recalled,
        count_of(place = 'handed') AS collected,
        count_of(place = 'defective') AS defective,
        count_of(invited) AS invited,
        count_of(live) AS booked,
        count_of(ever) AS booked_ever,
        count_of(visiting) AS waiting,
        {_HOW},
        count_of(activated) AS activated,
        count_of(place <> 'handed') AS uncollected,
        count_of(listed) AS phone_list,
        count_of(home) AS home_visits,
        count_of(opted_out) AS opted_out,
        count_of(unreachable) AS unreachable,
        count_of(erased) AS erased
    FROM card_cell
) AS cards, (
    SELECT coalesce(sum(bookings), 0)::bigint AS bookings,
        coalesce(sum(moved), 0)::bigint AS moved,
        coalesce(sum(cancelled), 0)::bigint AS cancelled,
        coalesce(sum(no_shows), 0)::bigint AS no_shows,
        coalesce(sum(arrivals), 0)::bigint AS arrivals,
        coalesce(sum(walk_ins), 0)::bigint AS walk_ins
    FROM day_progress
) AS days
"""  # noqa: S608
)
_SHARES = """
WITH cells AS (
    SELECT band, cohort, booked_via, served_via, ever AS booked, place = 'handed' AS served, cards
    FROM card_cell WHERE cards > 0
), channels AS (
    SELECT value, sum(booked) AS booked, sum(served) AS served FROM (
        SELECT booked_via AS value, sum(cards) AS booked, 0 AS served
        FROM cells WHERE booked GROUP BY booked_via
        UNION ALL
        SELECT served_via, 0, sum(cards) FROM cells WHERE served GROUP BY served_via
    ) AS both_ways GROUP BY value
), groups AS (
    SELECT CASE WHEN grouping(band) = 0 THEN 'band' ELSE 'cohort' END AS kind,
        coalesce(band, cohort) AS value, sum(cards)::bigint AS cards,
        coalesce(sum(cards) FILTER (WHERE booked), 0)::bigint AS booked,
        coalesce(sum(cards) FILTER (WHERE served), 0)::bigint AS served
    FROM cells GROUP BY GROUPING SETS ((band), (cohort))
)
SELECT kind, value, cards, booked, served, booked_share, served_share FROM (
    SELECT 1 AS sort, 'channel' AS kind, value, greatest(booked, served)::bigint AS cards,
        booked::bigint, served::bigint,
        (booked / greatest(1, sum(booked) OVER ()))::float8 AS booked_share,
        (served / greatest(1, sum(served) OVER ()))::float8 AS served_share
    FROM channels
    UNION ALL
    SELECT CASE kind WHEN 'band' THEN 2 ELSE 3 END, kind, value, cards, booked, served,
        booked::float8 / cards, served::float8 / cards
    FROM groups
) AS shares
ORDER BY sort, value
"""
