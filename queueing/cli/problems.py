"""What a person reads when a command ends with an exception."""

import traceback
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
import typer
from typer.exceptions import TyperException

from queueing.errors import UserError
from queueing.settings import Settings

# Typer's own classes for wrong usage are private, their names are not.
_USAGE = {
    "MissingParameter": "缺少参数",
    "NoSuchOption": "没有这个选项",
    "BadParameter": "参数的值不对",
    "BadOptionUsage": "选项的用法不对",
    "BadArgumentUsage": "参数的个数不对",
    "FileError": "文件打不开",
}


@dataclass(frozen=True)
class Problem:
    sentence: str
    exit_code: int


def explain(error: Exception) -> Problem:
    match error:
        case UserError():
            return Problem(error.message, error.exit_code)
        case typer.Abort():
            return Problem("已取消。", 1)
        case TyperException():
            return _usage(error)
        case psycopg.OperationalError():
            return Problem("数据库连接中断：请确认系统仍在运行，然后重试。", 1)
        case _:
            return Problem(_unexpected(error), 70)


def _usage(error: TyperException) -> Problem:
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":
        return Problem(error.format_message(), error.exit_code)
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "queueing"
    reason = _USAGE.get(kind, "命令的写法不对")
    return Problem(f"{reason}（{error.format_message()}）：请看 {command} --help。", error.exit_code)


def _unexpected(error: Exception) -> str:
    """The details go where an engineer finds them, without asking the operator to copy a screen."""
    text = "".join(traceback.format_exception(error))
    try:
        log = _log()
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now():%Y-%m-%d %H:%M:%S}\n{text}\n")
    except (OSError, UserError):
        return f"程序出错（{type(error).__name__}）：请与维护人员联系。"
    return f"程序出错（{type(error).__name__}）：请把 {log} 交给维护人员。"


def _log() -> Path:
    directory = Settings.from_env().var_dir / "log"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory / "errors.log"
