"""`queueing bench …`: measure this machine. The benches live beside the package, in bench/."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from rich.console import Console

from queueing.errors import UserError
from queueing.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。")]


def register(app: typer.Typer) -> None:
    """Add the `bench` commands to the command line."""
    group = typer.Typer(help="测量这台机器：用自己的临时数据库，不影响正式数据。", no_args_is_help=True)
    group.command("booking")(booking)
    group.command("hot")(hot)
    group.command("rebuild")(rebuild)
    group.command("start")(start)
    group.command("import")(import_holders)
    group.command("sms")(sms)
    group.command("webhook")(webhook)
    group.command("web")(web)
    group.command("live")(live)
    group.command("past")(past)
    group.command("counter")(counter)
    group.command("crowd")(crowd)
    group.command("api")(api)
    app.add_typer(group, name="bench")


def booking(as_json: AsJson = False) -> None:
    """每秒能落盘多少预约，与手写 SQL 相比。"""
    _run("booking", as_json)


def hot(as_json: AsJson = False) -> None:
    """一千人同抢一个时段：是否恰好约满，要等多久。"""
    _run("hot", as_json)


def rebuild(as_json: AsJson = False) -> None:
    """重建全部查询表，每秒处理多少事件。"""
    _run("rebuild", as_json)


def start(as_json: AsJson = False) -> None:
    """打开一个四万张卡的网点要多久，有快照和无快照。"""
    _run("start", as_json)


def import_holders(as_json: AsJson = False) -> None:
    """导入四万名持卡人要多久。"""
    _run("import", as_json)


def sms(as_json: AsJson = False) -> None:
    """每秒能发出多少短信，与 RQ 一条短信一个任务相比。"""
    _run("sms", as_json)


def webhook(as_json: AsJson = False) -> None:
    """每秒收到二百条短信时，多久存好回复。"""
    _run("webhook", as_json)


def web(as_json: AsJson = False) -> None:
    """每个页面多重、多快：4 万名持卡人，一季过半。"""
    _run("web", as_json)


def live(as_json: AsJson = False) -> None:
    """二百个屏幕看着看板，一件事多久出现在屏幕上；离开的屏幕回来后缺不缺。"""
    _run("live", as_json)


def past(as_json: AsJson = False) -> None:
    """回看四万人的一季：打开一天、换一幅画面要多久。"""
    _run("past", as_json)


def counter(as_json: AsJson = False) -> None:
    """柜台的一个动作要等多久。"""
    _run("counter", as_json)


def crowd(as_json: AsJson = False) -> None:
    """每秒能模拟多少个大厅的一天，与 SimPy 相比。"""
    _run("crowd", as_json)


def api(as_json: AsJson = False) -> None:
    """每秒能经接口约多少，与手写的服务相比；二百人同抢一个时段。"""
    _run("api", as_json)


def _run(name: str, as_json: bool) -> None:
    try:
        suite: Any = import_module("bench.suite")
    except ModuleNotFoundError as error:
        if error.name != "bench":
            raise
        raise UserError("这里没有安装测量程序：请在源码目录里运行。") from None
    progress = Console(stderr=True)
    rows = suite.run_bench(name, Settings.from_env(), lambda line: progress.print(line, style="dim"))
    if as_json:
        typer.echo(suite.as_json(rows, name))
    else:
        Console().print(suite.as_table(name, rows))
