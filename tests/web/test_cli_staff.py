"""`queueing staff …`: accounts from the command line."""

from typing import Any

import psycopg
import pytest
import typer
from typer.testing import CliRunner

from queueing.cli.staff import register
from queueing.errors import UserError
from queueing.web import staff

LONG = "a long password"


@pytest.fixture
def run(pg_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path):
    for name, value in {"DATABASE_URL": pg_url, "REDIS_URL": redis_url, "VAR_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    app = typer.Typer()
    register(app)
    return lambda *arguments, **more: CliRunner().invoke(app, ["staff", *arguments], **more)


def test_an_account_is_added_listed_and_given_a_new_password(run, pg_url: str) -> None:
    assert "还没有账号" in run("list").output
    added = run("add", "lili", "--role", "counter", "--password", LONG)
    assert added.exit_code == 0 and "已添加 lili（柜员）" in added.output
    run("add", "clerk", "--role", "employer", "--employer", "e001", "--password", LONG)
    listed = run("list").output
    assert "lili：柜员" in listed and "clerk：单位经办，单位 e001" in listed
    assert run("password", "lili", input=f"{LONG}er\n{LONG}er\n").exit_code == 0

    def db() -> psycopg.Connection[Any]:
        return psycopg.connect(pg_url)

    assert staff.check_password(db, "lili", f"{LONG}er")
    assert not staff.check_password(db, "lili", LONG)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "x", "--role", "boss", "--password", LONG), "没有“boss”这种角色"),
        (("add", "x", "--role", "counter", "--password", "short"), "至少要8位"),
        (("add", "x", "--role", "employer", "--password", LONG), "写明单位编号"),
        (("password", "nobody", "--password", LONG), "没有 nobody 这个登录名"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(run, arguments: tuple[str, ...], said: str) -> None:
    error = run(*arguments).exception
    assert isinstance(error, UserError) and said in error.message
