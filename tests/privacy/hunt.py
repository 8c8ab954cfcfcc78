"""Looking for people everywhere but in the vault."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier
from redis import Redis

VAULT = "vault_"
PHONES = "local_messages"
"""The table that plays the telephone network: what is in it left the house as a message."""


@dataclass(frozen=True)
class Find:
    """Where something personal was found; what it was is not repeated."""

    where: str
    kind: str


@dataclass(frozen=True)
class Secrets:
    """What must not be found, by kind."""

    by_kind: dict[str, frozenset[str]]

    def seen_in(self, where: str, data: bytes | str) -> list[Find]:
        """What of it is in some data: as it is, or inside what was compressed."""
        raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
        forms = [raw, *_unpacked(raw)]
        return [
            Find(where, kind)
            for kind, texts in self.by_kind.items()
            if any(
                text.encode() in form or text.encode("utf-16-le") in form for text in texts for form in forms
            )
        ]

    def __len__(self) -> int:
        return sum(map(len, self.by_kind.values()))


def _unpacked(raw: bytes) -> Iterator[bytes]:
    """Every zlib stream in some bytes, unpacked."""
    for magic in (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"):
        start = raw.find(magic)
        while start >= 0:
            with suppress(zlib.error):
                yield zlib.decompressobj().decompress(raw[start:])
            start = raw.find(magic, start + 1)


def tables(connection: psycopg.Connection[Any]) -> list[str]:
    """Every table but the vault's and the telephone network."""
    rows = connection.execute(
        "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
        " WHERE relkind IN ('r', 'm', 'S', 'v') AND nspname NOT IN ('pg_catalog', 'information_schema')"
        " AND nspname NOT LIKE 'pg_toast%' ORDER BY relname"
    ).fetchall()
    return [str(name) for (name,) in rows if not str(name).startswith(VAULT) and name != PHONES]


def in_database(url: str, secrets: Secrets) -> list[Find]:
    """Every value of every row of these tables, as bytes."""
    with psycopg.connect(url) as connection:
        return [
            find
            for name in tables(connection)
            for find in secrets.seen_in(f"table {name}", contents(connection, name))
        ]


def contents(connection: psycopg.Connection[Any], table: str) -> bytes:
    """A table's rows as PostgreSQL sends them: texts and byte strings as they are."""
    statement = SQL("COPY (SELECT * FROM {}) TO STDOUT (FORMAT BINARY)").format(Identifier(table))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        return b"".join(bytes(part) for part in copy)


def in_redis(client: Redis, secrets: Secrets) -> list[Find]:
    """Every key and every value."""
    found: list[Find] = []
    for key in client.scan_iter():
        for part in _parts(client, key):
            found += secrets.seen_in(f"redis {key!r}", part)
    return found


def _parts(client: Any, key: bytes) -> Iterator[bytes]:
    yield key
    match client.type(key):
        case b"string":
            yield client.get(key) or b""
        case b"hash":
            for name, value in client.hgetall(key).items():
                yield name
                yield value
        case b"list":
            yield from client.lrange(key, 0, -1)
        case b"set":
            yield from client.smembers(key)
        case b"zset":
            yield from client.zrange(key, 0, -1)
        case b"stream":
            for _, fields in client.xrange(key):
                yield from fields.values()
        case other:
            raise AssertionError(f"a Redis type not looked into: {other!r}")


def in_files(root: Path, secrets: Secrets, but: Iterable[str] = ()) -> list[Find]:
    """Every file below a directory, but those of a server's data."""
    skipped = set(but)
    return [
        find
        for path in sorted(root.rglob("*"))
        if path.is_file() and not skipped & set(path.relative_to(root).parts)
        for find in secrets.seen_in(f"file {path.relative_to(root)}", path.read_bytes())
    ]
