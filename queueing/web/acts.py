"""What people of staff do that is no fact of the branch: signing in, taking lists with names, and changing
accounts. Beside the log, for the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from queueing.projections.audit import span

SHOWN = 200
WHAT = {
    "sign-in": "登录",
    "sign-out": "退出",
    "export": "导出",
    "conversation": "看短信往来",
    "account-added": "添加账号",
    "account-role": "改角色",
    "account-password": "重设密码",
    "account-close": "停用账号",
    "account-open": "启用账号",
    "account-sessions": "让账号退出登录",
    "key-added": "开密钥",
    "key-rotated": "换密钥",
    "key-revoked": "作废密钥",
    "webhook-started": "恢复推送",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """Somebody did `what` at a moment; `about` says to what or whom."""

    at: datetime
    who: str
    what: str
    about: str

    @property
    def text(self) -> str:
        """As a sentence."""
        said = WHAT.get(self.what, self.what)
        return f"{said}：{self.about}" if self.about else said


def note(conn: psycopg.Connection[Any], now: datetime, who: str, what: str, about: str = "") -> None:
    """Write it down. `about` holds a login, a role or a list's name, never a person of the vault; of a
    conversation that was read it holds the card."""
    conn.execute(
        "INSERT INTO staff_acts (at, who, what, about) VALUES (%s, %s, %s, %s)", (now, who, what, about)
    )


def deeds(conn: psycopg.Connection[Any], who: str, day: date | None) -> Sequence[Deed]:
    """What somebody did, latest first: on a day, or lately."""
    with conn.cursor(row_factory=class_row(Deed)) as cursor:
        return cursor.execute(
            "SELECT at, who, what, about FROM staff_acts WHERE who = %s AND at BETWEEN %s AND %s"
            " ORDER BY at DESC, id DESC LIMIT %s",
            (who, *span(day), SHOWN),
        ).fetchall()
