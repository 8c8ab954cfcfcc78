"""The library's recorder, made fit for large batches. Events go to PostgreSQL in its binary form, packed here
instead of written, quoted and quoted again as text. And tags don't refer to events by a foreign key: only the
append writes them, in the statement that writes the event, and nothing in a log is ever deleted. Together
that is two thirds of the time of an append."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from struct import pack
from typing import Any

import psycopg
from eventsourcing.dcb.api import DCBEvent, DCBQueryItem
from eventsourcing.dcb.postgres_tt import (
    DB_TYPE_NAME_DCB_EVENT_TT,
    DB_TYPE_NAME_DCB_QUERY_ITEM_TT,
    PostgresDCBRecorderTT,
)
from eventsourcing.postgres import PostgresDatastore
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.sql import SQL, Identifier, Literal

_TEXT, _BYTEA, _TEXTS = 25, 17, 1009
"""PostgreSQL's fixed numbers of the types text, bytea and text[]."""

_DROP_REFERENCE = SQL("""
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_constraint WHERE conname = {name}) THEN
        ALTER TABLE {schema}.{tags_table} DROP CONSTRAINT {reference};
    END IF;
END $$
""")


class Packed:
    """A parameter that is in PostgreSQL's binary form already."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data


class PackedDumper(Dumper):
    """Passes it on. The server knows the type from the function that is called."""

    format = Format.BINARY

    def dump(self, obj: Packed) -> bytes:
        return obj.data


psycopg.adapters.register_dumper(Packed, PackedDumper)


class Recorder(PostgresDCBRecorderTT):
    """Stores as the library's recorder does, in less time."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str) -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        name = f"{self.tags_table_name}_main_id_fkey"
        self.sql_create_statements.append(
            _DROP_REFERENCE.format(**self.sql_kwargs, name=Literal(name), reference=Identifier(name))
        )

    def construct_psycopg_dcb_events(self, dcb_events: Sequence[DCBEvent]) -> Any:
        """The events of an append: composites (type text, data bytea, tags text[])."""
        return self._packed(DB_TYPE_NAME_DCB_EVENT_TT, map(_event, dcb_events))

    def construct_psycopg_query_items(self, query_items: Sequence[DCBQueryItem]) -> Any:
        """The items of a query: composites (types text[], tags text[])."""
        return self._packed(DB_TYPE_NAME_DCB_QUERY_ITEM_TT, map(_query_item, query_items))

    def _packed(self, name: str, composites: Iterable[bytes]) -> Packed:
        return Packed(_array(self.datastore.psycopg_type_adapters[name].oid, list(composites)))


def _event(event: DCBEvent) -> bytes:
    return _composite(
        (_TEXT, event.type.encode()),
        (_BYTEA, event.data),
        (_TEXTS, _texts(event.tags)),
    )


def _query_item(item: DCBQueryItem) -> bytes:
    return _composite((_TEXTS, _texts(item.types)), (_TEXTS, _texts(item.tags)))


def _texts(texts: Iterable[str]) -> bytes:
    return _array(_TEXT, [text.encode() for text in texts])


def _composite(*fields: tuple[int, bytes]) -> bytes:
    """The number of fields; then the type, the length and the value of each."""
    parts = [pack("!i", len(fields))]
    for oid, value in fields:
        parts += (pack("!Ii", oid, len(value)), value)
    return b"".join(parts)


def _array(oid: int, values: list[bytes]) -> bytes:
    """The number of dimensions, a flag for nulls, the type; size and first index of the dimension; then the
    length and the value of each element. An empty array has no dimension."""
    if not values:
        return pack("!iiI", 0, 0, oid)
    parts = [pack("!iiIii", 1, 0, oid, len(values), 1)]
    for value in values:
        parts += (pack("!i", len(value)), value)
    return b"".join(parts)
