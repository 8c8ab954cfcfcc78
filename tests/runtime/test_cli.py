"""The command line speaks in sentences: no stack traces, and an exit code that says what kind of trouble."""

from pathlib import Path

import psycopg
import pytest
import typer

from queueing import cli
from queueing.errors import UserError
from tests.runtime.conftest import System


@pytest.fixture
def var_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    return tmp_path


def _told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    code = end.value.code
    assert isinstance(code, int)
    return code, capsys.readouterr().err


def _register(error: Exception | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for a group of commands."""

    def fail() -> None:
        if error:
            raise error

    def build() -> typer.Typer:
        app = typer.Typer(pretty_exceptions_enable=False)
        app.command("fail")(fail)
        app.callback()(lambda: None)
        return app

    monkeypatch.setattr(cli, "build", build)


def test_trouble_of_the_user_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _register(UserError("没有这个单位：请核对名称。", exit_code=3), monkeypatch)
    assert _told(capsys, "fail") == (3, "没有这个单位：请核对名称。\n")


def test_trouble_of_our_own_goes_to_a_log(
    var_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _register(ZeroDivisionError("division by zero"), monkeypatch)
    log = var_dir / "log" / "errors.log"
    assert _told(capsys, "fail") == (70, f"程序出错（ZeroDivisionError）：请把 {log} 交给维护人员。\n")
    assert "Traceback" in log.read_text()


def test_a_lost_database_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _register(psycopg.OperationalError("terminating connection"), monkeypatch)
    assert _told(capsys, "fail") == (1, "数据库连接中断：请确认系统仍在运行，然后重试。\n")


def test_success_ends_with_zero(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _register(None, monkeypatch)
    assert _told(capsys, "fail") == (0, "")


@pytest.mark.parametrize(
    ("arguments", "reason"), [(["nope"], "命令的写法不对"), (["env", "--nope"], "没有这个选项")]
)
def test_wrong_usage_says_where_to_look(
    capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    code, told = _told(capsys, *arguments)
    assert (code, told.count("\n")) == (2, 1)
    assert told.startswith(reason)
    assert "--help" in told


def test_env_without_a_running_system_says_so(var_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _told(capsys, "env") == (1, f"这份数据（{var_dir}）没有在运行的系统：请先运行 make run。\n")


def test_env_gives_a_shell_the_addresses(
    steady: System, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAR_DIR", str(steady.var_dir))
    with pytest.raises(SystemExit):
        cli.main(["env"])
    exported = dict(part.split("=", 1) for part in capsys.readouterr().out.split()[1:])
    assert exported.keys() == {"DATABASE_URL", "REDIS_URL"}
    psycopg.connect(exported["DATABASE_URL"].strip("'")).close()
