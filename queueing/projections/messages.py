"""The outbox: what has to be sent, when, and what became of it.

The projection writes a row for each intent in the transaction of its position, and voids rows that must not
leave any more. Sending (queueing.sms.outbox) claims due rows and records outcomes in the same table; a
rebuild carries those outcomes, and the replies that no event asked for, over to the new table, so that
nothing is sent twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Cursor, sql
from psycopg.types.json import Jsonb

from queueing.log import Recorded
from queueing.projections.base import Projection
from queueing.projections.message_rules import Intent, Rules, Void, voids
from queueing.season.model import Season

STATES = ("due", "claimed", "sending", "accepted", "delivered", "refused", "dropped", "unknown", "void")
"""due → claimed → sending → accepted (→ delivered) | refused | dropped | unknown; due → void when its reason
is gone."""

COLUMNS = {
    "ref": "uuid",
    "position": "bigint",
    "template": "text",
    "kind": "text",
    "params": "jsonb",
    "card": "text",
    "employer": "text",
    "booking": "bigint",
    "version": "int",
    "created": "timestamp",
    "due_at": "timestamp",
    "expires_at": "timestamp",
}
WAITS_FOR_OTHERS = "(kind NOT IN ('reply', 'confirmation', 'change'))"
"""What a worker takes last, in words for the index: answers leave before all others."""
COPY_FROM = 200
"""From so many intents on, they are copied in: several times faster."""
_COPY_TYPES = {"bigint": "int8", "int": "int4"}
OUTCOME = (
    "state",
    "attempts",
    "claimed_at",
    "claimed_by",
    "outcome_at",
    "gateway_id",
    "reason",
    "units",
    "text_hash",
    "due_at",
    "followed_up",
)


class Messages(Projection):
    """Intents of events, as rows of the outbox."""

    name = "messages"
    tables = ("messages",)

    def __init__(self, season: Season | None = None) -> None:
        """Without a season it can only create its tables."""
        self._rules = Rules(season) if season else None

    def create(self, cursor: Cursor[Any], suffix: str = "") -> None:
        """The table and its indexes."""
        table = sql.Identifier("messages" + suffix)
        cursor.execute(
            sql.SQL(
                "CREATE TABLE IF NOT EXISTS {} (ref uuid PRIMARY KEY, position bigint NOT NULL,"
                " template text NOT NULL, kind text NOT NULL, params jsonb NOT NULL,"
                " card text NOT NULL DEFAULT '', employer text NOT NULL DEFAULT '',"
                " booking bigint NOT NULL DEFAULT 0, version int NOT NULL DEFAULT 0,"
                " created timestamp NOT NULL, due_at timestamp NOT NULL, expires_at timestamp NOT NULL,"
                " state text NOT NULL DEFAULT 'due', attempts int NOT NULL DEFAULT 0,"
                " claimed_at timestamp, claimed_by text NOT NULL DEFAULT '', outcome_at timestamp,"
                " gateway_id text NOT NULL DEFAULT '', reason text NOT NULL DEFAULT '',"
                " units int NOT NULL DEFAULT 0, text_hash text NOT NULL DEFAULT '',"
                " followed_up boolean NOT NULL DEFAULT false)"
            ).format(table)
        )
        for name, columns, where in (
            ("due", "due_at", "WHERE state = 'due'"),
            ("turn", f"{WAITS_FOR_OTHERS}, due_at, ref", "WHERE state = 'due'"),
            ("claimed", "claimed_at", "WHERE state IN ('claimed', 'sending')"),
            ("card", "card, created", ""),
            ("gateway", "gateway_id", "WHERE gateway_id <> ''"),
            ("refused", "outcome_at", "WHERE state = 'refused' AND NOT followed_up"),
        ):
            index = sql.Identifier(f"messages_{name}{suffix}")
            cursor.execute(
                sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} ({}) {}").format(
                    index, table, sql.SQL(columns), sql.SQL(where)
                )
            )

    def apply(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str = "") -> None:
        """Write the intents of a batch, then void what its facts made pointless (only rows written before
        each fact)."""
        if self._rules is None:
            raise ValueError("messages need a season")
        intents: list[Intent] = []
        gone: list[Void] = []
        for position, event in events:
            intents.extend(self._rules.intents(position, event))
            gone.extend(voids(position, event))
        table = sql.Identifier("messages" + suffix)
        if len(intents) >= COPY_FROM:
            _copy(cursor, intents, _voided(intents, gone), table)
        elif intents:
            insert(cursor, intents, table)
        if gone:
            _void(cursor, gone, table)

    def carry_over(self, cursor: Cursor[Any], suffix: str) -> None:
        """Keep outcomes and replies: a rebuilt outbox sends nothing again."""
        new, live = sql.Identifier("messages" + suffix), sql.Identifier("messages")
        outcome = sql.SQL(", ").join(
            sql.SQL("{0} = live.{0}").format(sql.Identifier(column)) for column in OUTCOME
        )
        cursor.execute(
            sql.SQL(
                "UPDATE {} AS new SET {} FROM {} AS live WHERE live.ref = new.ref AND live.state <> 'due'"
                " AND NOT (live.state = 'void' AND new.state = 'void')"
            ).format(new, outcome, live)
        )
        cursor.execute(
            sql.SQL("INSERT INTO {} SELECT * FROM {} WHERE position = 0 ON CONFLICT DO NOTHING").format(
                new, live
            )
        )


def insert(cursor: Cursor[Any], intents: Sequence[Intent], table: sql.Identifier | None = None) -> None:
    """Write intents into the outbox; those that are there already are passed over."""
    columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    arrays = sql.SQL(", ").join(sql.SQL("%s::" + kind + "[]") for kind in COLUMNS.values())
    rows = [tuple(_value(intent, column) for column in COLUMNS) for intent in intents]
    cursor.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT * FROM unnest({}) ON CONFLICT (ref) DO NOTHING").format(
            table or sql.Identifier("messages"), columns, arrays
        ),
        [list(column) for column in zip(*rows, strict=True)],
    )


def _copy(cursor: Cursor[Any], intents: Sequence[Intent], voided: set[int], table: sql.Identifier) -> None:
    """Write many new intents at once, `voided` (indexes) as void already. None of them may be there."""
    columns = sql.SQL(", ").join(map(sql.Identifier, (*COLUMNS, "state", "reason")))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(table, columns)
    with cursor.copy(statement) as copy:
        copy.set_types([_COPY_TYPES.get(kind, kind) for kind in COLUMNS.values()] + ["text", "text"])
        for number, intent in enumerate(intents):
            state = ("void", "superseded") if number in voided else ("due", "")
            copy.write_row((*(_value(intent, column) for column in COLUMNS), *state))


def _voided(intents: Sequence[Intent], gone: Sequence[Void]) -> set[int]:
    """Which intents of a batch later facts of the same batch made pointless."""
    of_card: dict[str, list[int]] = {}
    for number, intent in enumerate(intents):
        of_card.setdefault(intent.card, []).append(number)
    return {
        number
        for void in gone
        for number in of_card.get(void.card, ())
        if intents[number].position < void.position and void.booking in (0, intents[number].booking)
    }


def _value(intent: Intent, column: str) -> Any:
    value = getattr(intent, column)
    return Jsonb(value) if column == "params" else value


def _void(cursor: Cursor[Any], gone: Sequence[Void], table: sql.Identifier) -> None:
    cursor.execute(
        sql.SQL(
            "UPDATE {} AS m SET state = 'void', reason = 'superseded'"
            " FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS gone(card, position, booking)"
            " WHERE m.card = gone.card AND m.state = 'due' AND m.position > 0 AND m.position < gone.position"
            " AND (gone.booking = 0 OR m.booking = gone.booking)"
        ).format(table),
        [[v.card for v in gone], [v.position for v in gone], [v.booking for v in gone]],
    )
