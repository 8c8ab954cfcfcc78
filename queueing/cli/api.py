"""`queueing api key …` and `queueing api webhooks …`: keys for the bank's own systems, and who is told what
happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from queueing import words
from queueing.cli.opened import opened_system
from queueing.errors import UserError
from queueing.system import System
from queueing.web.api import keys
from queueing.web.tables import migrate
from queueing.webhooks import delivery, subscriptions
from queueing.webhooks.address import BadAddress, check
from queueing.webhooks.office import office_of
from queueing.webhooks.subscriptions import Subscription

Name = Annotated[str, typer.Argument(help="密钥的名字，如 call-centre；记录里写的是它。")]
Hook = Annotated[str, typer.Argument(help="推送的编号，如 wh_0123456789abcdef。")]


def register(app: typer.Typer) -> None:
    """Add the `api` commands to the command line."""
    group = typer.Typer(help="给本行系统用的接口：密钥和推送。", no_args_is_help=True)
    key = typer.Typer(help="密钥。", no_args_is_help=True)
    key.command("add")(add)
    key.command("list")(list_keys)
    key.command("rotate")(rotate)
    key.command("revoke")(revoke)
    hooks = typer.Typer(help="推送：发生的事告诉别的系统。", no_args_is_help=True)
    hooks.command("add")(add_hook)
    hooks.command("status")(status)
    hooks.command("test")(test)
    hooks.command("redeliver")(redeliver)
    hooks.command("rotate")(rotate_hook)
    hooks.command("remove")(remove)
    group.add_typer(key, name="key")
    group.add_typer(hooks, name="webhooks")
    app.add_typer(group, name="api")


def add(
    name: Name,
    scope: Annotated[list[str], typer.Option(help=f"权限，可写几次：{'、'.join(keys.SCOPES)}。")],
    channel: Annotated[str, typer.Option(help="预约算哪个渠道：phone、web 或 counter。")] = "phone",
    per_minute: Annotated[int, typer.Option(help="每分钟最多几次，0 不限。")] = keys.PER_MINUTE,
) -> None:
    """开一把密钥；只显示这一次。"""
    with _opened() as (system, conn):
        text = keys.add(conn, name, scope, system.clock(), channel, per_minute)
    typer.echo(text)
    typer.echo(f"密钥 {name} 只显示这一次，请存进对方系统的保密配置里。", err=True)


def list_keys() -> None:
    """列出全部密钥。"""
    with _opened() as (_, conn):
        found = keys.all_keys(conn)
    table = Table("名字", "权限", "渠道", "每分钟", "上次使用", "状态")
    for one in found:
        used = words.moment(one.last_used) if one.last_used else "没用过"
        state = f"{words.moment(one.revoked)}作废" if one.revoked else "有效"
        limit = str(one.per_minute) if one.per_minute else "不限"
        table.add_row(one.name, " ".join(one.scopes), keys.CHANNELS[one.channel], limit, used, state)
    Console().print(table if found else "还没有密钥：请用 queueing api key add 开一把。")


def rotate(
    name: Name, hours: Annotated[int, typer.Option(help="旧的还能用几小时。", min=0, max=168)] = 24
) -> None:
    """换一把密钥，名字和权限不变；新的只显示这一次，旧的还能用一阵。"""
    with _opened() as (system, conn):
        typer.echo(keys.rotate(conn, name, system.clock(), timedelta(hours=hours)))
    typer.echo(f"密钥 {name} 已换，旧的还能用{hours}小时。", err=True)


def revoke(name: Name) -> None:
    """作废一把密钥，它的推送也停下。"""
    with _opened() as (system, conn):
        keys.revoke(conn, name, system.clock())
    typer.echo(f"密钥 {name} 已作废，两秒内生效。")


def add_hook(
    url: Annotated[str, typer.Argument(help="推到哪里，https 开头。")],
    kind: Annotated[list[str] | None, typer.Option(help="哪种事件，可写几次；不写是全部。")] = None,
) -> None:
    """添加一个推送；签名用的密钥只显示这一次。"""
    with _opened() as (system, conn):
        try:
            check(url, system.settings.webhook_hosts)
        except BadAddress as problem:
            raise UserError(str(problem)) from None
        head = system.log.head()
        hook, secret = subscriptions.add(conn, system.notes, url, kind or [], head, system.clock())
    typer.echo(f"{hook} {secret}")


def status() -> None:
    """每个推送到哪里了，失败的为什么。"""
    with _opened() as (system, conn):
        found, head = subscriptions.all_of(conn), system.log.head()
    table = Table("编号", "地址", "状态", "落后", "从何时失败", "下次", "原因")
    for one in found:
        table.add_row(one.id, one.url, _state(one), str(max(0, head - one.position)), *_trouble(one))
    Console().print(table if found else "还没有推送。")


def _state(one: Subscription) -> str:
    if not one.active:
        return "已停"
    return "重试中" if one.failing_since else "正常"


def _trouble(one: Subscription) -> tuple[str, str, str]:
    since = words.moment(one.failing_since) if one.failing_since else ""
    return since, words.moment(one.next_try) if one.next_try else "", one.last_error


def test(hook: Hook) -> None:
    """发一条试试。"""
    with _opened() as (system, conn):
        result = delivery.send_test(office_of(system), _known(conn, hook))
    if not result.taken:
        raise UserError(f"没有送到：{result.words}，请检查对方的地址。")
    typer.echo(f"送到了，对方回答 {result.status}。")


def redeliver(
    hook: Hook, after: Annotated[int | None, typer.Option(help="从哪个位置之后重发；不写是接着发。")] = None
) -> None:
    """接着发或重发；停了的也恢复。编号不变，对方认得出发过的。"""
    with _opened() as (_, conn):
        _known(conn, hook)
        keys.start_webhook(conn, hook, after)
    typer.echo("好了，几秒内开始发。")


def rotate_hook(
    hook: Hook, hours: Annotated[int, typer.Option(help="旧的还用几小时。", min=0, max=168)] = 24
) -> None:
    """换签名用的密钥；新的只显示这一次，这几个小时里每条推送带新旧两个签名。"""
    with _opened() as (system, conn):
        secret = subscriptions.rotate(conn, system.notes, hook, system.clock(), timedelta(hours=hours))
        if secret is None:
            _known(conn, hook)
    typer.echo(secret)


def remove(hook: Hook) -> None:
    """删掉一个推送。"""
    with _opened() as (_, conn):
        _known(conn, hook)
        subscriptions.remove(conn, hook)
    typer.echo("已删除。")


def _known(conn: psycopg.Connection[Any], hook: str) -> Subscription:
    found = subscriptions.find(conn, hook)
    if found is None:
        raise UserError(f"没有 {hook} 这个推送，请用 queueing api webhooks status 查看。")
    return found


@contextmanager
def _opened() -> Iterator[tuple[System, psycopg.Connection[Any]]]:
    with opened_system() as system:
        migrate(system.url)
        with system.pool.connection() as conn:
            yield system, conn
