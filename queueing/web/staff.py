"""Accounts of staff and of employers' clerks: argon2 passwords and one role each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg.rows import class_row

from queueing.errors import UserError

ROLES = {"counter": "柜员", "manager": "主管", "employer": "单位经办", "admin": "管理员"}
SHORTEST_PASSWORD = 8
_DEMO = (
    ("counter1", "guitai-2018", "counter"),
    ("manager", "zhuguan-2018", "manager"),
    ("admin", "guanli-2018", "admin"),
)
_DEMO_EMPLOYER_PASSWORD = "danwei-2018"  # noqa: S105  shown to everybody who opens the demonstration

COMMON = ("password", "qwerty", "asdfgh", "abc123", "admin", "iloveyou", "woaini", "1q2w3e", "shebao", "mima")
"""A password that is little more than one of these is guessed first."""

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("no such account")
_AT_ONCE = threading.BoundedSemaphore(4)
"""Each check takes 64 MB on purpose; a crowd at the sign-in page must not take them all."""
PATIENCE = 5.0
"""Seconds to wait for one's turn to have a password checked."""

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who may sign in. `employer` is the id of the employer a clerk works for, else empty;
    `signed_in` is when they last did, `sessions` in how many browsers they are."""

    login: str
    role: str
    employer: str = ""
    active: bool = True
    demo: bool = False
    signed_in: datetime | None = None
    sessions: int = 0

    @property
    def by(self) -> str:
        """As facts name them."""
        return f"employer:{self.employer}" if self.role == "employer" else f"staff:{self.login}"


def add_account(conn: Connection, login: str, role: str, password: str, employer: str = "") -> None:
    """Make an account; raises UserError with what is wrong."""
    login = login.strip()
    if not login or len(login) > 32 or not login.isascii() or not login.isprintable() or " " in login:
        raise UserError("登录名应是1到32个字母或数字，请换一个。")
    _check_role(role, employer)
    row = conn.execute(
        "INSERT INTO staff_accounts (login, role, employer, password) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING login",
        (login, role, employer, _hashed(login, password)),
    ).fetchone()
    if row is None:
        raise UserError(f"登录名 {login} 已有人用，请换一个。")


def set_password(conn: Connection, login: str, password: str) -> None:
    """A new password, and out of every session."""
    changed = conn.execute(
        "UPDATE staff_accounts SET password = %s, demo = false WHERE login = %s",
        (_hashed(login, password), login),
    )
    if changed.rowcount == 0:
        raise UserError(f"没有 {login} 这个登录名，请核对。")
    end_sessions(conn, login)


def set_active(conn: Connection, login: str, active: bool) -> None:
    """Close an account, or open it again. The last administrator's stays open."""
    if not active:
        _keep_an_admin(conn, login)
    if conn.execute("UPDATE staff_accounts SET active = %s WHERE login = %s", (active, login)).rowcount == 0:
        raise UserError(f"没有 {login} 这个登录名，请核对。")
    if not active:
        end_sessions(conn, login)


def set_role(conn: Connection, login: str, role: str, employer: str = "") -> None:
    """Another role, and out of every session. The last open account of an administrator stays one."""
    _check_role(role, employer)
    if role != "admin":
        _keep_an_admin(conn, login)
    changed = conn.execute(
        "UPDATE staff_accounts SET role = %s, employer = %s WHERE login = %s", (role, employer, login)
    )
    if changed.rowcount == 0:
        raise UserError(f"没有 {login} 这个登录名，请核对。")
    end_sessions(conn, login)


def end_sessions(conn: Connection, login: str) -> int:
    """Out of every browser; of how many."""
    return conn.execute("DELETE FROM web_sessions WHERE login = %s", (login,)).rowcount


def note_sign_in(conn: Connection, login: str, now: datetime) -> None:
    """Remember when somebody signed in last."""
    conn.execute("UPDATE staff_accounts SET signed_in = %s WHERE login = %s", (now, login))


def _keep_an_admin(conn: Connection, login: str) -> None:
    others = conn.execute(
        "SELECT 1 FROM staff_accounts WHERE role = 'admin' AND active AND login <> %s LIMIT 1", (login,)
    ).fetchone()
    row = conn.execute("SELECT role FROM staff_accounts WHERE login = %s", (login,)).fetchone()
    if row and row[0] == "admin" and others is None:
        raise UserError("至少要留一个能用的管理员账号，请先添加另一个。")


def _check_role(role: str, employer: str) -> None:
    if role not in ROLES:
        raise UserError(f"没有“{role}”这种角色，请从 {'、'.join(ROLES)} 中选一种。")
    if (role == "employer") != bool(employer):
        raise UserError("单位经办要写明单位编号（如 e001），其他角色不写。")


def accounts(conn: Connection) -> Sequence[Staff]:
    """All accounts."""
    with conn.cursor(row_factory=class_row(Staff)) as cursor:
        return cursor.execute(
            "SELECT login, role, employer, active, demo, signed_in,"
            " (SELECT count(*) FROM web_sessions s WHERE s.login = a.login)::int AS sessions"
            " FROM staff_accounts a ORDER BY active DESC, role, login"
        ).fetchall()


def account(conn: Connection, login: str) -> Staff | None:
    """The account, if it is open."""
    with conn.cursor(row_factory=class_row(Staff)) as cursor:
        return cursor.execute(
            "SELECT login, role, employer, active, demo FROM staff_accounts WHERE login = %s AND active",
            (login,),
        ).fetchone()


class Busy(Exception):  # noqa: N818
    """Too many passwords are being checked."""


def check_password(
    db: Callable[[], AbstractContextManager[Connection]], login: str, password: str
) -> Staff | None:
    """The account this login and password open. An unknown login takes as long as a wrong password. No
    connection is held while it is checked. Raises Busy."""
    with db() as conn:
        row = conn.execute(
            "SELECT password FROM staff_accounts WHERE login = %s AND active", (login,)
        ).fetchone()
    if not _AT_ONCE.acquire(timeout=PATIENCE):
        raise Busy
    try:
        _hasher.verify(row[0] if row else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return None
    finally:
        _AT_ONCE.release()
    with db() as conn:
        return account(conn, login) if row else None


def ensure_demo_accounts(url: str, employer: str = "e001") -> list[tuple[str, str, str]]:
    """The demonstration's accounts as (login, password, role); made if they are not there. Only a
    demonstration shows them on its sign-in page."""
    wanted = [*((*one, "") for one in _DEMO), (employer, _DEMO_EMPLOYER_PASSWORD, "employer", employer)]
    with psycopg.connect(url, autocommit=True) as conn:
        for login, password, role, of in wanted:
            if conn.execute("SELECT 1 FROM staff_accounts WHERE login = %s", (login,)).fetchone() is None:
                add_account(conn, login, role, password, of)
                conn.execute("UPDATE staff_accounts SET demo = true WHERE login = %s", (login,))
    return [(login, password, role) for login, password, role, _ in wanted]


def demo_sign_ins(conn: Connection) -> list[tuple[str, str, str]]:
    """What a demonstration's sign-in page shows: (login, password, what the role is called)."""
    passwords = {login: password for login, password, _ in _DEMO}
    return [
        (one.login, passwords.get(one.login, _DEMO_EMPLOYER_PASSWORD), ROLES[one.role])
        for one in accounts(conn)
        if one.demo and one.active
    ]


def _hashed(login: str, password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise UserError(f"密码至少要{SHORTEST_PASSWORD}位，请换一个长些的。")
    if _is_easy(login, password):
        raise UserError("这个密码太好猜：不要用登录名、常见的词、单是数字或几个重复的字，请换一个。")
    return _hasher.hash(password)


def _is_easy(login: str, password: str) -> bool:
    """Little is left of it without what everybody tries first, and the digits around that."""
    plain = password.casefold()
    for word in (login.casefold(), *COMMON):
        plain = plain.replace(word, "")
    left = plain.strip("0123456789")
    return len(set(password)) < 5 or (len(left) < 3 and len(plain) < 12)
