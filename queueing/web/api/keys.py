"""API keys: made, listed, revoked. A key is shown once; stored is a hash of its secret half.

`qk_<id>_<secret>`: the id finds the row, 32 random bytes are the secret. A random secret needs no slow hash:
nobody guesses 256 bits.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row

from queueing.errors import UserError
from queueing.webhooks.subscriptions import start_again, stop_all_of

SCOPES = {
    "read": "查时段、预约、统计和事件",
    "book": "预约、改约、取消、查卡",
    "counter": "到店、取号、叫号、交卡、未到",
    "employer": "单位领卡和回执",
    "webhooks": "事件推送",
}
CHANNELS = {"phone": "电话", "web": "网页", "counter": "柜台"}
"""Whose shares and reserved places a system's bookings count for: a call centre books by phone."""
PER_MINUTE = 600
OVERLAP = timedelta(hours=24)
"""How long the former text of a key opens too, once it was changed."""
_PREFIX = "qk"
_COLUMNS = "id, name, scopes, channel, per_minute, created, last_used, revoked, old_until"

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Key:
    """A system that may ask. `per_minute` limits its requests; 0 is no limit."""

    id: str
    name: str
    scopes: list[str]
    channel: str
    per_minute: int
    created: datetime
    last_used: datetime | None = None
    revoked: datetime | None = None
    old_until: datetime | None = None

    @property
    def by(self) -> str:
        """As facts name it."""
        return f"api:{self.name}"


def add(
    conn: Connection,
    name: str,
    scopes: Sequence[str],
    now: datetime,
    channel: str = "phone",
    per_minute: int = PER_MINUTE,
) -> str:
    """Make a key; the text that is shown once. Raises UserError with what is wrong."""
    _check(name, scopes, channel, per_minute)
    key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    row = conn.execute(
        "INSERT INTO api_keys (id, name, secret, scopes, channel, per_minute, created)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (name) DO NOTHING RETURNING id",
        (key_id, name, _hashed(secret), list(dict.fromkeys(scopes)), channel, per_minute, now),
    ).fetchone()
    if row is None:
        raise UserError(f"已有名为 {name} 的密钥，请换一个名字：记录里要分得清是谁办的。")
    return f"{_PREFIX}_{key_id}_{secret}"


def _check(name: str, scopes: Sequence[str], channel: str, per_minute: int) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,31}", name):
        raise UserError("密钥的名字应是1到32个小写字母、数字或连字符，以字母开头，例如 call-centre。")
    if not scopes or any(scope not in SCOPES for scope in scopes):
        raise UserError(f"权限应从 {'、'.join(SCOPES)} 中选，至少一种。")
    if channel not in CHANNELS:
        raise UserError(f"渠道应从 {'、'.join(CHANNELS)} 中选一种。")
    if not 0 <= per_minute <= 1_000_000:
        raise UserError("每分钟的次数应是0（不限）到1000000之间的整数。")


def rotate(conn: Connection, name: str, now: datetime, overlap: timedelta = OVERLAP) -> str:
    """Another text for a key, shown once; the former one opens too until `overlap` is over. The name, and so
    the history, stays."""
    secret = secrets.token_urlsafe(32)
    row = conn.execute(
        "UPDATE api_keys SET old_secret = secret, old_until = %s, secret = %s"
        " WHERE name = %s AND revoked IS NULL RETURNING id",
        (now + overlap, _hashed(secret), name),
    ).fetchone()
    if row is None:
        raise UserError(f"没有名为 {name} 的有效密钥，请用 queueing api key list 查看。")
    return f"{_PREFIX}_{row[0]}_{secret}"


def revoke(conn: Connection, name: str, now: datetime) -> None:
    """The key opens nothing any more, and its webhooks stop. Its name stays taken, for the history."""
    row = conn.execute(
        "UPDATE api_keys SET revoked = %s WHERE name = %s AND revoked IS NULL RETURNING id", (now, name)
    ).fetchone()
    if row is None:
        raise UserError(f"没有名为 {name} 的有效密钥，请用 queueing api key list 查看。")
    stop_all_of(conn, row[0])


def start_webhook(conn: Connection, hook: str, after: int | None = None) -> bool:
    """Deliver (again) to a webhook, from after a position if one is given; False if there is none. Raises
    UserError for one whose key was revoked: that system is to hear nothing more."""
    revoked = conn.execute(
        "SELECT 1 FROM webhook_subscriptions AS w JOIN api_keys AS k ON k.id = w.owner"
        " WHERE w.id = %s AND k.revoked IS NOT NULL",
        (hook,),
    ).fetchone()
    if revoked:
        raise UserError("这个推送的密钥已作废，不能再发；请让对方用新密钥另订。")
    return start_again(conn, hook, after)


def all_keys(conn: Connection) -> list[Key]:
    """Every key there is or was, by name."""
    with conn.cursor(row_factory=class_row(Key)) as cursor:
        return cursor.execute(f"SELECT {_COLUMNS} FROM api_keys ORDER BY name").fetchall()  # noqa: S608


def opened_by(conn: Connection, text: str, now: datetime) -> Key | None:
    """The key that this text is, unless it was revoked, or changed longer ago than the overlap."""
    parts = text.split("_", 2)
    if len(parts) != 3 or parts[0] != _PREFIX or "\0" in text:
        return None
    with conn.cursor() as cursor:
        row = cursor.execute(
            "SELECT secret, CASE WHEN old_until > %s THEN old_secret END FROM api_keys WHERE id = %s",
            (now, parts[1]),
        ).fetchone()
    known = [bytes(one) for one in row or (_hashed("no such key"),) if one]
    fits = [hmac.compare_digest(one, _hashed(parts[2])) for one in known]
    if not any(fits) or row is None:
        return None
    with conn.cursor(row_factory=class_row(Key)) as keys:
        return keys.execute(
            f"SELECT {_COLUMNS} FROM api_keys WHERE id = %s AND revoked IS NULL",  # noqa: S608
            (parts[1],),
        ).fetchone()


def used(conn: Connection, key_id: str, now: datetime) -> None:
    """Remember that the key is in use."""
    conn.execute("UPDATE api_keys SET last_used = %s WHERE id = %s", (now, key_id))


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
