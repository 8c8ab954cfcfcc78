"""Running the system, and finding it from another shell."""

import shlex

import typer

from queueing.errors import UserError
from queueing.runtime import instance
from queueing.runtime.run import run
from queueing.settings import Settings


def register(app: typer.Typer) -> None:
    app.command("run")(run_command)
    app.command("env")(env_command)


def run_command() -> None:
    """启动整个系统，按 Ctrl-C 停止"""
    run(Settings.from_env(), typer.echo)


def env_command() -> None:
    """显示正在运行的系统所用的数据库和 Redis：eval "$(queueing env)" 之后可直接用 psql "$DATABASE_URL" """
    settings = Settings.from_env()
    found = instance.running(settings.var_dir)
    if found is None:
        raise UserError(f"这份数据（{settings.var_dir}）没有在运行的系统：请先运行 make run。")
    typer.echo(
        f"export DATABASE_URL={shlex.quote(found.database_url)} REDIS_URL={shlex.quote(found.redis_url)}"
    )
