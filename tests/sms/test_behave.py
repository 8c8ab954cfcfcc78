"""`queueing sms behave`: what the local Twilio is told."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from queueing.cli import build
from queueing.settings import Settings
from queueing.sms.gateways.account import account
from queueing.sms.localtwilio.behaviours import Behaviour
from queueing.sms.localtwilio.orders import ADDRESS
from queueing.sms.localtwilio.server import LocalTwilio, serving
from tests.support import MASTER_KEY


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "DATABASE_URL", "SEASON_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("MASTER_KEY", MASTER_KEY)


def behave(*arguments: str) -> str:
    result = CliRunner().invoke(build(), ["sms", "behave", *arguments])
    return result.output or str(result.exception)


def test_it_misbehaves_as_told_and_so_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS", "twilio-local")
    twilio = LocalTwilio(account(Settings.from_env()))
    with serving(twilio) as address:
        (tmp_path / ADDRESS).write_text(address)
        assert behave("429", "--ending", "07", "--times", "2").strip() == "号码以 07 结尾的：429，2 次。"
        asked = [twilio.script.behaviour(number) for number in ("+8607", "+8608", "+8607", "+8607")]
        assert asked == [Behaviour.TOO_MANY, Behaviour.OK, Behaviour.TOO_MANY, Behaviour.OK]
        behave("hang")
        behave("ok")
        assert twilio.script.behaviour("+8607") is Behaviour.OK


def test_without_a_running_one_it_says_what_to_start(tmp_path: Path) -> None:
    assert "SMS=twilio-local make run" in behave("hang")
    (tmp_path / ADDRESS).write_text("http://127.0.0.1:9")
    assert "SMS=twilio-local make run" in behave("hang")
