"""Settings: read once, refused in one sentence, documented."""

import re
import stat
from dataclasses import fields, replace
from pathlib import Path

import pytest

from queueing.errors import UserError
from queueing.settings import Settings, project_root, read_master_key

_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def test_nothing_has_to_be_set() -> None:
    settings = Settings.from_env({})
    assert settings.var_dir == project_root() / "var"
    assert (settings.database_url, settings.redis_url) == (None, None)
    assert settings.season_dir == project_root() / "config"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.demo


def test_a_season_of_ones_own_is_not_mixed_with_the_demonstration(tmp_path: Path) -> None:
    assert not Settings.from_env({"SEASON_DIR": str(tmp_path)}).demo
    assert Settings.from_env({"SEASON_DIR": str(tmp_path), "DEMO": "1"}).demo


def test_an_empty_value_counts_as_not_set() -> None:
    assert Settings.from_env({"DATABASE_URL": "", "PORT": " "}) == Settings.from_env({})


def test_child_processes_read_the_same_settings(tmp_path: Path) -> None:
    given = {
        "VAR_DIR": str(tmp_path),
        "PORT": "8123",
        "REDIS_URL": "redis://r/1",
        "MASTER_KEY": _KEY,
        "DEMO": "no",
        "SMS": "twilio-local",
        "SMS_PER_SECOND": "25",
        "TWILIO_AUTH_TOKEN": "hush",
        "ALIYUN_URL": "http://127.0.0.1:1/",
    }
    settings = Settings.from_env(given)
    assert Settings.from_env(settings.to_env()) == settings
    assert Settings.from_env(replace(settings, master_key=None).to_env()).master_key is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("PORT", "０"),
        ("WORKERS", "0"),
        ("DATABASE_URL", "mysql://somewhere/db"),
        ("DATABASE_URL", "postgresql://[broken/db"),
        ("REDIS_URL", "somewhere:6379"),
        ("PUBLIC_URL", "queue.example.org"),
        ("DEMO", "maybe"),
        ("SMS", "No Such"),
        ("SMS_PER_SECOND", "fast"),
        ("TWILIO_URL", "api.twilio.com"),
        ("ALIYUN_URL", "ftp://dysmsapi"),
        ("ALIYUN_HOOK_SECRET", "short"),
        ("MASTER_KEY", "c2hvcnQ="),
        ("MASTER_KEY", "密钥"),
        ("SEASON_DIR", "/nowhere/at/all"),
    ],
)
def test_a_bad_value_is_refused_in_one_sentence_that_names_the_variable(variable: str, value: str) -> None:
    with pytest.raises(UserError) as refusal:
        Settings.from_env({variable: value})
    assert variable in refusal.value.message
    assert re.fullmatch(r"[^\n。]*[\u4e00-\u9fff][^\n。]*。", refusal.value.message)


def test_secrets_are_not_shown() -> None:
    settings = Settings.from_env(
        {
            "DATABASE_URL": "postgresql://u:hush@h/d",
            "MASTER_KEY": _KEY,
            "TWILIO_AUTH_TOKEN": "hush",
            "ALIYUN_ACCESS_KEY_SECRET": "hush",
            "ALIYUN_HOOK_SECRET": "hush-hush-hush-hush",
        }
    )
    assert "hush" not in repr(settings)
    assert _KEY not in repr(settings)


def test_a_bad_address_is_not_repeated_since_it_may_hold_a_password() -> None:
    with pytest.raises(UserError) as refusal:
        Settings.from_env({"DATABASE_URL": "mysql://u:hush@h/d"})
    assert "hush" not in refusal.value.message


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings.from_env({"VAR_DIR": str(tmp_path / "var")})
    first = read_master_key(settings)
    assert len(first) == 32
    assert read_master_key(settings) == first
    assert stat.S_IMODE(settings.master_key_file.stat().st_mode) == 0o600
    assert [path.name for path in settings.var_dir.iterdir()] == ["master.key"]


def test_a_given_key_leaves_no_file(tmp_path: Path) -> None:
    settings = Settings.from_env({"VAR_DIR": str(tmp_path), "MASTER_KEY": _KEY})
    assert read_master_key(settings) == b"01234567890123456789012345678901"
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_key_file_is_refused_and_kept(tmp_path: Path) -> None:
    settings = Settings.from_env({"VAR_DIR": str(tmp_path)})
    settings.master_key_file.write_text("damaged")
    with pytest.raises(UserError, match=r"master\.key"):
        read_master_key(settings)
    assert settings.master_key_file.read_text() == "damaged"


def test_every_setting_is_documented() -> None:
    page = (project_root() / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| `")]
    documented = {field for row in rows for field in re.findall(r"`(\w+)`", row[2])}
    variables = {variable for row in rows for variable in re.findall(r"`(\w+)`", row[1])}
    assert documented == {field.name for field in fields(Settings)}
    assert variables == _variables_read()


def _variables_read() -> set[str]:
    source = (project_root() / "queueing" / "settings.py").read_text(encoding="utf-8")
    return set(re.findall(r'env(?:\.get\(|, )"([A-Z_]+)"', source))
