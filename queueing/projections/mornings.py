"""What the board of the past starts from: the read models and the rules' state as they were each morning.

A row or an entity is stored once for each day that changed it, with the mornings on which it stood so
(`since` up to, not including, `until`). That is a few times the size of the present, not a copy a day. All of
it is made from the log (`keeping.py`) and may be thrown away; what other code made is never used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import psycopg
from psycopg import Connection
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed, Identifier

from queueing.domain.state import PLACES, Card, Facts, State, Tables
from queueing.log.snapshots import fingerprint
from queueing.projections.cards import Cards
from queueing.projections.employers import Employers
from queueing.projections.folded import Folded
from queueing.projections.load import Load
from queueing.projections.progress import Progress
from queueing.projections.tables import Table

TABLE = "kept_morning"
THEN = "__then"
ENTITIES = "entity" + THEN
CARD = "card"
"""Rows and entities of single cards are brought back only for the cards a day is about."""

_encoder = msgspec.msgpack.Encoder()
_KINDS = {
    name: msgspec.msgpack.Decoder(get_args(hint)[1])
    for name, hint in get_type_hints(Tables).items()
    if name != "custody"
}
"""The state's tables, as they are stored. Where the cards are follows from the cards."""


@dataclass(frozen=True, slots=True)
class Morning:
    """A day's beginning: `position` is the last fact before the first one later than midnight; 0 and the
    first of all days stand for the empty log."""

    day: date = date.min
    position: int = 0


def shown() -> tuple[Folded[Any], ...]:
    """The read models the board shows."""
    return Load(), Cards(), Progress(), Employers()


def tables() -> list[Table[Any]]:
    """Their tables."""
    return [table for projection in shown() for table in projection.stored]


def made_by() -> str:
    """A digest of the code that folds."""
    return fingerprint(Path(__file__).parent)


def migrate(url: str) -> None:
    """Create the table of what is kept."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {TABLE}"
            " (day date PRIMARY KEY, position bigint NOT NULL, fingerprint text NOT NULL)"
        )


def nearest(connection: Connection[Any], day: date, head: int) -> Morning:
    """The last kept morning up to that of `day`. One beyond the `head` of the log is of another log."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            f"SELECT day, position FROM {TABLE} WHERE day <= %s AND fingerprint = %s AND position <= %s"  # noqa: S608
            " ORDER BY day DESC LIMIT 1",
            (day, made_by(), head),
        ).fetchone()
    return Morning(*row) if row else Morning()


class Kept:
    """The rows and entities of one kept morning. `schema` is where they are stored."""

    def __init__(self, connection: Connection[Any], schema: str, morning: Morning) -> None:
        self._connection = connection
        self._schema = schema
        self._morning = morning

    def rows(self, cards: Collection[str] | None, *, only: str = "") -> None:
        """Copy rows into the tables of the connection: all of those without a card, and those of `cards`
        (None: of all). `only` "cards": no others."""
        if not self._morning.position:
            return
        for table in tables():
            of_cards = table.key == CARD
            if (not of_cards and only == "cards") or (of_cards and cards is not None and not cards):
                continue
            columns = SQL(", ").join(map(Identifier, table.columns))
            chosen = SQL(" AND {} = ANY(%(keys)s)").format(Identifier(table.key))
            statement = SQL("INSERT INTO {} ({}) SELECT {} FROM {} WHERE {}{}").format(
                Identifier(table.name),
                columns,
                columns,
                Identifier(self._schema, table.name + THEN),
                _stood(),
                chosen if of_cards and cards is not None else SQL(""),
            )
            keys = None if cards is None else list(cards)
            self._connection.execute(statement, {"day": self._morning.day, "keys": keys})

    def state(self, day: date, cards: Collection[str] | None) -> State:
        """The state with these cards (None: all), with everybody in the hall or in a dispute, and with those
        who have a place on `day`."""
        if not self._morning.position:
            return State()
        found: dict[str, dict[str, Any]] = {name: {} for name in _KINDS}
        for kind, key, data in self._entities("kind <> 'cards' OR marked"):
            found[kind][key] = _KINDS[kind].decode(data)
        seats = {
            seat.card for slot in found["slots"].values() if slot.start.date() == day for seat in slot.seats
        }
        wanted = None if cards is None else {*cards, *seats} - found["cards"].keys()
        found["cards"] |= self.cards(wanted)
        places = Counter(card.place for card in found["cards"].values())
        custody = {place: places[place] for place in PLACES}
        found["facts"] = found["facts"] or {"": Facts()}
        return State(Tables(**found, custody=custody))

    def cards(self, wanted: Collection[str] | None) -> dict[str, Card]:
        """The cards of these names (None: all) that there were."""
        if not self._morning.position or (wanted is not None and not wanted):
            return {}
        chosen = "kind = 'cards'" + (" AND key = ANY(%(keys)s)" if wanted is not None else "")
        return {
            key: _KINDS[kind].decode(data) for kind, key, data in self._entities(chosen, list(wanted or ()))
        }

    def _entities(self, chosen: str, keys: Iterable[str] = ()) -> list[tuple[str, str, bytes]]:
        statement = SQL("SELECT kind, key, data FROM {} WHERE ({}) AND {}").format(
            Identifier(self._schema, ENTITIES),
            SQL(chosen),
            _stood(),
        )
        with self._connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            values = {"day": self._morning.day, "keys": list(keys)}
            return cursor.execute(statement, values).fetchall()


def encoded(state: State, touched: Mapping[str, Iterable[Any]]) -> list[tuple[str, str, bool, bytes | None]]:
    """The stored form of what was touched: kind, key, whether it is always brought back, and the entity
    (None: it is gone)."""
    found: list[tuple[str, str, bool, bytes | None]] = []
    for kind, keys in touched.items():
        if kind not in _KINDS:
            continue
        table = getattr(state.tables, kind)
        for key in keys:
            one = table.get(key)
            marked = isinstance(one, Card) and bool(one.visit or one.disputes)
            found.append((kind, key, marked, None if one is None else _encoder.encode(one)))
    return found


def _stood() -> Composed:
    return SQL("since <= %(day)s AND until > %(day)s").format()
