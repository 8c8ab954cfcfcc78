"""The local gateway: keeps messages in a table, as a phone would, for the phone page and for rehearsals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec
import psycopg
from psycopg_pool import ConnectionPool

from queueing.sms.gateways.port import Outgoing, Result, Verdict


class LocalMessage(msgspec.Struct, frozen=True):
    """A bubble on a phone: `direction` is "out" (from the branch) or "in" (from the person)."""

    at: datetime
    direction: str
    text: str


def migrate(url: str) -> None:
    """Create the table."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS local_messages (ref uuid PRIMARY KEY, number bigserial, at"
            " timestamp NOT NULL,"
            " card text NOT NULL DEFAULT '', employer text NOT NULL DEFAULT '', direction text NOT NULL,"
            " text text NOT NULL)"
        )
        connection.execute("CREATE INDEX IF NOT EXISTS local_messages_card ON local_messages (card, number)")


class LocalGateway:
    """Stores what it is given, once a ref; everything is accepted."""

    name = "local"
    at_once = 1000

    def __init__(self, pool: ConnectionPool[Any], clock: Callable[[], datetime], per_second: int = 0) -> None:
        self.per_second = per_second
        self._pool = pool
        self._clock = clock

    def send(self, messages: Sequence[Outgoing]) -> list[Result]:
        """All at once."""
        if not messages:
            return []
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO local_messages (ref, at, card, employer, text, direction)"
                " SELECT ref, %s, card, employer, text, 'out'"
                " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS m(ref, card, employer, text)"
                " ON CONFLICT (ref) DO NOTHING",
                (
                    self._clock(),
                    [m.ref for m in messages],
                    [m.card for m in messages],
                    [m.employer for m in messages],
                    [m.text for m in messages],
                ),
            )
        return [Result(m.ref, Verdict.ACCEPTED, gateway_id=m.ref.hex) for m in messages]


def messages_of(
    connection: psycopg.Connection[Any], cards: Sequence[str], limit: int = 200
) -> list[LocalMessage]:
    """The bubbles on the phone of these cards (all cards of one phone), oldest first."""
    rows = connection.execute(
        "SELECT at, direction, text FROM (SELECT * FROM local_messages WHERE card = ANY(%s)"
        " ORDER BY number DESC LIMIT %s) AS latest ORDER BY number",
        (list(cards), limit),
    ).fetchall()
    return [LocalMessage(*row) for row in rows]


def keep_outbound(connection: psycopg.Connection[Any], ref: UUID, card: str, text: str, at: datetime) -> None:
    """Show a message on a phone that came some other way."""
    connection.execute(
        "INSERT INTO local_messages (ref, at, card, direction, text) VALUES (%s, %s, %s, 'out', %s)"
        " ON CONFLICT (ref) DO NOTHING",
        (ref, at, card, text),
    )


def keep_inbound(
    connection: psycopg.Connection[Any], heard: Sequence[tuple[str, str, str]], at: datetime
) -> None:
    """Show what people wrote, (sid, card, text) each, on their phones."""
    connection.execute(
        "INSERT INTO local_messages (ref, at, card, direction, text)"
        " SELECT ref, %s, card, 'in', text FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS m(ref, card,"
        " text)"
        " ON CONFLICT (ref) DO NOTHING",
        (
            at,
            [uuid5(NAMESPACE_OID, sid) for sid, _, _ in heard],
            [card for _, card, _ in heard],
            [text for _, _, text in heard],
        ),
    )
