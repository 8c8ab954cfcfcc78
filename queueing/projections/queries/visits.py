"""Waits: how good the estimates were, and how long each class of people waited."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from psycopg import Connection

from queueing.projections.queries.reading import fetch


class EstimateScore(msgspec.Struct, frozen=True, kw_only=True):
    """Estimates given in an hour of the day (None: all): how many were followed by a call, the share (0-1)
    whose wait lay within the range told, the share not above it, and the mean error (told less waited, in
    minutes; the middle of the range counts)."""

    hour: int | None
    count: int
    coverage: float
    not_above: float
    bias: float


class ClassWait(msgspec.Struct, frozen=True, kw_only=True):
    """The waits of a class ("booked", "walk_in", "late"; served with `priority` or not) from when they were
    due, in minutes. `waiting` are still in the hall and not in the other numbers, but for `longest`."""

    kind: str
    priority: bool
    count: int
    mean: float
    p95: float
    longest: float
    left: int
    waiting: int


_WAITED = "greatest(0, extract(epoch FROM called - due) / 60.0)"


def estimate_scores(connection: Connection[Any], first: date, last: date) -> list[EstimateScore]:
    """Those told at the counter, by hour of arrival, and all together at the end."""
    return _scores(connection, "visit_wait", "arrived", first, last)


def asked_scores(connection: Connection[Any], first: date, last: date) -> list[EstimateScore]:
    """Those told by message to people who asked and then came, by the hour of asking, and all together."""
    return _scores(connection, "wait_asked", "asked", first, last)


def _scores(
    connection: Connection[Any], table: str, moment: str, first: date, last: date
) -> list[EstimateScore]:
    """One way of scoring for all estimates."""
    return fetch(
        connection,
        EstimateScore,
        f"WITH told AS (SELECT extract(hour FROM {moment})::int AS hour, low, high, {_WAITED} AS waited"  # noqa: S608
        f" FROM {table} WHERE day BETWEEN %s AND %s AND called IS NOT NULL AND high IS NOT NULL)"
        " SELECT hour, count(*) AS count, avg((waited BETWEEN low AND high)::int)::float8 AS coverage,"
        " avg((waited <= high)::int)::float8 AS not_above,"
        " avg((low + high) / 2.0 - waited)::float8 AS bias"
        " FROM told GROUP BY GROUPING SETS ((hour), ()) HAVING count(*) > 0"
        " ORDER BY hour NULLS LAST",
        (first, last),
    )


def waits_by_class(connection: Connection[Any], first: date, last: date, now: object) -> list[ClassWait]:
    """Each class of people, by kind."""
    return fetch(
        connection,
        ClassWait,
        f"WITH visits AS (SELECT v.kind, c.priority, called, left_at, {_WAITED} AS waited,"  # noqa: S608
        " greatest(0, extract(epoch FROM %(now)s - due) / 60.0) AS so_far"
        " FROM visit_wait AS v JOIN card_status AS c USING (card) WHERE day BETWEEN %(first)s AND %(last)s)"
        " SELECT kind, priority, count(called) AS count,"
        " coalesce(avg(waited) FILTER (WHERE called IS NOT NULL), 0)::float8 AS mean,"
        " coalesce(percentile_cont(0.95) WITHIN GROUP (ORDER BY waited)"
        " FILTER (WHERE called IS NOT NULL), 0)::float8 AS p95,"
        " coalesce(max(CASE WHEN called IS NOT NULL THEN waited WHEN left_at IS NULL THEN so_far END),"
        " 0)::float8 AS longest,"
        " count(*) FILTER (WHERE called IS NULL AND left_at IS NOT NULL) AS left,"
        " count(*) FILTER (WHERE called IS NULL AND left_at IS NULL) AS waiting"
        " FROM visits GROUP BY kind, priority ORDER BY kind, priority",
        {"first": first, "last": last, "now": now},
    )
