"""How many messages a second a gateway is handed, by all workers of all hosts together.

One row a gateway says when it is free again. A worker that wants to hand over so many moves that moment on
and waits until its own turn begins: turns never overlap, whatever process takes them. The database's clock
counts, since hosts' clocks differ.
"""

from __future__ import annotations

import time
from math import ceil
from typing import Any

import psycopg

from queueing.sms.gateways.port import Gateway
from queueing.system import System

CLAIM_SECONDS = 5
"""A worker claims no more than what may leave in so many seconds: what is claimed can't be overtaken by an
answer that became due meanwhile."""


def migrate(url: str) -> None:
    """Create the table."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS gateway_pace (gateway text PRIMARY KEY, free_at timestamptz NOT NULL)"
        )


def may_claim(gateway: Gateway, limit: int) -> int:
    """How many messages a worker should claim at once for this gateway."""
    return min(limit, gateway.per_second * CLAIM_SECONDS) if gateway.per_second else limit


def may_hand_over(gateway: Gateway) -> int:
    """How many messages are given to the gateway in one call: no more than one second's worth."""
    return min(gateway.at_once, gateway.per_second) if gateway.per_second else gateway.at_once


def reserve(connection: psycopg.Connection[Any], gateway: Gateway, count: int) -> float:
    """Take the next turn for so many messages; the seconds until it begins."""
    lasts = f"{ceil(count / gateway.per_second * 1000)} milliseconds"
    row = connection.execute(
        "INSERT INTO gateway_pace AS pace VALUES (%(gateway)s, clock_timestamp() + %(lasts)s::interval)"
        " ON CONFLICT (gateway) DO UPDATE"
        " SET free_at = greatest(pace.free_at, clock_timestamp()) + %(lasts)s::interval"
        " RETURNING extract(epoch FROM free_at - %(lasts)s::interval - clock_timestamp())",
        {"gateway": gateway.name, "lasts": lasts},
    ).fetchone()
    return max(0.0, float(row[0])) if row else 0.0


def wait_for_turn(system: System, gateway: Gateway, count: int) -> None:
    """Wait until so many messages may be handed over."""
    if gateway.per_second:
        with system.pool.connection() as connection:
            seconds = reserve(connection, gateway, count)
        time.sleep(seconds)
