"""`queueing staff …`: accounts of staff and of employers' clerks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import psycopg
import typer

from queueing.runtime.connect import services
from queueing.settings import Settings
from queueing.web import staff
from queueing.web.tables import migrate

Login = Annotated[str, typer.Argument(help="登录名。")]
Password = Annotated[
    str, typer.Option(prompt="密码", confirmation_prompt="再输一遍", hide_input=True, help="不写则提示输入。")
]


def register(app: typer.Typer) -> None:
    """Add the `staff` commands to the command line."""
    group = typer.Typer(help="工作人员和单位经办的账号。", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_accounts)
    group.command("password")(password)
    app.add_typer(group, name="staff")


def add(
    login: Login,
    role: Annotated[str, typer.Option(help="counter 柜员、manager 主管、employer 单位经办、admin 管理员。")],
    password: Password,
    employer: Annotated[str, typer.Option(help="单位编号，如 e001；只用于单位经办。")] = "",
) -> None:
    """添加一个账号。"""
    with _connection() as conn:
        staff.add_account(conn, login, role, password, employer)
    typer.echo(f"已添加 {login}（{staff.ROLES[role]}）。")


def list_accounts() -> None:
    """列出全部账号。"""
    with _connection() as conn:
        found = staff.accounts(conn)
    for one in found:
        of = f"，单位 {one.employer}" if one.employer else ""
        closed = "" if one.active else "，已停用"
        typer.echo(f"{one.login}：{staff.ROLES[one.role]}{of}{closed}")
    if not found:
        typer.echo("还没有账号：请用 queueing staff add 添加。")


def password(login: Login, password: Password) -> None:
    """重设一个账号的密码；它的登录全部失效。"""
    with _connection() as conn:
        staff.set_password(conn, login, password)
    typer.echo(f"{login} 的密码已更新。")


@contextmanager
def _connection() -> Iterator[psycopg.Connection[Any]]:
    with services(Settings.from_env()) as urls:
        migrate(urls.database)
        with psycopg.connect(urls.database, autocommit=True) as conn:
            yield conn
