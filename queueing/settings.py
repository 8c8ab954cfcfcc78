"""What one installation may decide for itself, read once from the environment.

Rules of the season (hours, waves, capacities …) are not settings: they live in the season directory.
docs/settings.md says the same as the field comments here, for operators; a test keeps the two together.
"""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from queueing.errors import UserError

_KEY_BYTES = 32
_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off"}


@dataclass(frozen=True)
class Settings:
    var_dir: Path  # everything this installation writes
    database_url: str | None = field(repr=False)  # None: the embedded PostgreSQL
    redis_url: str | None = field(repr=False)  # None: the embedded Redis
    host: str
    port: int
    port_given: bool  # a port somebody asked for is never swapped for the next free one
    public_url: str  # how people and gateways reach us, without a slash at the end
    season_dir: Path
    demo: bool  # fill an empty log with the demonstration season
    master_key: str | None = field(repr=False)  # base64; None: the key file
    master_key_file: Path
    sms: str  # the gateway messages leave through
    workers: int  # processes that send messages
    sms_per_second: (
        int  # messages all workers together hand over in a second; 0: as the gateway usually takes
    )
    twilio_account_sid: str
    twilio_auth_token: str = field(repr=False)
    twilio_from: str  # the number we write from, or the sid of a messaging service
    twilio_url: str | None  # None: Twilio's own
    aliyun_access_key_id: str
    aliyun_access_key_secret: str = field(repr=False)
    aliyun_sign_name: str  # "": the season's signature
    aliyun_hook_secret: str = field(repr=False)  # part of the address Aliyun calls
    aliyun_url: str | None  # None: Aliyun's own
    webhook_hosts: tuple[str, ...]  # hosts of our own network that webhooks may go to, also by http
    webhook_days: int  # days of failure after which a webhook is stopped

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        env = {name: value for name, value in environment.items() if value.strip()}
        var_dir = Path(env.get("VAR_DIR") or project_root() / "var").expanduser().resolve()
        port = _number(env, "PORT", default=8000, lowest=1, highest=65535)
        host = env.get("HOST", "127.0.0.1")
        return cls(
            var_dir=var_dir,
            database_url=_url(env, "DATABASE_URL", {"postgresql", "postgres"}),
            redis_url=_url(env, "REDIS_URL", {"redis", "rediss", "unix"}),
            host=host,
            port=port,
            port_given="PORT" in env,
            public_url=_web_url(env, "PUBLIC_URL") or local_url(host, port),
            season_dir=_season_dir(env),
            demo=_switch(env, "DEMO", default="SEASON_DIR" not in env),
            master_key=_key(env, "MASTER_KEY"),
            master_key_file=Path(env.get("MASTER_KEY_FILE") or var_dir / "master.key").expanduser().resolve(),
            sms=_word(env, "SMS", default="local"),
            workers=_number(env, "WORKERS", default=2, lowest=1, highest=64),
            sms_per_second=_number(env, "SMS_PER_SECOND", default=0, lowest=0, highest=10_000),
            twilio_account_sid=env.get("TWILIO_ACCOUNT_SID", "").strip(),
            twilio_auth_token=env.get("TWILIO_AUTH_TOKEN", "").strip(),
            twilio_from=env.get("TWILIO_FROM", "").strip(),
            twilio_url=_web_url(env, "TWILIO_URL"),
            aliyun_access_key_id=env.get("ALIYUN_ACCESS_KEY_ID", "").strip(),
            aliyun_access_key_secret=env.get("ALIYUN_ACCESS_KEY_SECRET", "").strip(),
            aliyun_sign_name=env.get("ALIYUN_SIGN_NAME", "").strip(),
            aliyun_hook_secret=_secret(env, "ALIYUN_HOOK_SECRET"),
            aliyun_url=_web_url(env, "ALIYUN_URL"),
            webhook_hosts=_hosts(env, "WEBHOOK_HOSTS"),
            webhook_days=_number(env, "WEBHOOK_DAYS", default=3, lowest=1, highest=60),
        )

    def to_env(self) -> dict[str, str]:
        """The environment in which `from_env` gives these settings, wherever it is called."""
        values = {
            "VAR_DIR": str(self.var_dir),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "HOST": self.host,
            "PORT": str(self.port) if self.port_given else None,
            "PUBLIC_URL": self.public_url,
            "SEASON_DIR": str(self.season_dir),
            "DEMO": str(int(self.demo)),
            "MASTER_KEY": self.master_key,
            "MASTER_KEY_FILE": str(self.master_key_file),
            "SMS": self.sms,
            "WORKERS": str(self.workers),
            "SMS_PER_SECOND": str(self.sms_per_second),
            "TWILIO_ACCOUNT_SID": self.twilio_account_sid,
            "TWILIO_AUTH_TOKEN": self.twilio_auth_token,
            "TWILIO_FROM": self.twilio_from,
            "TWILIO_URL": self.twilio_url,
            "ALIYUN_ACCESS_KEY_ID": self.aliyun_access_key_id,
            "ALIYUN_ACCESS_KEY_SECRET": self.aliyun_access_key_secret,
            "ALIYUN_SIGN_NAME": self.aliyun_sign_name,
            "ALIYUN_HOOK_SECRET": self.aliyun_hook_secret,
            "ALIYUN_URL": self.aliyun_url,
            "WEBHOOK_HOSTS": ",".join(self.webhook_hosts) or None,
            "WEBHOOK_DAYS": str(self.webhook_days),
        }
        return {name: value for name, value in values.items() if value is not None}


def project_root() -> Path:
    """The checkout: where templates/, config/ and the package lie."""
    return Path(__file__).resolve().parents[1]


def local_url(host: str, port: int) -> str:
    """An address that works in a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)  # noqa: S104
    return f"http://{shown}:{port}"


def read_master_key(settings: Settings) -> bytes:
    """The key that seals personal data: given, or made on the first run. Lose it and the data are lost."""
    if settings.master_key is not None:
        return _decoded(settings.master_key, "MASTER_KEY")
    path = settings.master_key_file
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_key_file(path)
        return _decoded(path.read_text(encoding="ascii").strip(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"无法读写主密钥文件 {path}：请检查 MASTER_KEY_FILE 的位置和权限。") from error


def _make_key_file(path: Path) -> None:
    """Written aside and linked into place: a reader sees a whole key, and two first runs agree on one."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(draft, "x", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _decoded(text: str, source: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise UserError(f"{source} 不是有效的主密钥：它应是 {_KEY_BYTES} 字节随机数的 base64，请从备份恢复。")
    return key


def _key(env: Mapping[str, str], name: str) -> str | None:
    if name in env:
        _decoded(env[name], name)
    return env.get(name)


def _season_dir(env: Mapping[str, str]) -> Path:
    path = Path(env.get("SEASON_DIR") or project_root() / "config").expanduser().resolve()
    if not path.is_dir():
        raise UserError(f"SEASON_DIR 所指的目录 {path} 不存在：请改为放有本季配置的目录。")
    return path


def _url(env: Mapping[str, str], name: str, schemes: set[str]) -> str | None:
    """The value itself is not repeated in the message: it may hold a password."""
    value = env.get(name)
    try:
        fits = value is None or urlsplit(value).scheme in schemes
    except ValueError:
        fits = False
    if not fits:
        starts = " 或 ".join(f"{scheme}://" for scheme in sorted(schemes))
        raise UserError(f"{name} 不是可用的地址：它应以 {starts} 开头。")
    return value


def _web_url(env: Mapping[str, str], name: str) -> str | None:
    """An address by HTTP, without a slash at the end."""
    url = _url(env, name, {"http", "https"})
    return url.rstrip("/") if url else None


def _secret(env: Mapping[str, str], name: str) -> str:
    """A word that stands in an address and that nobody guesses. It is not repeated in the message."""
    text = env.get(name, "").strip()
    if text and not re.fullmatch(r"[A-Za-z0-9_-]{16,128}", text):
        raise UserError(f"{name} 应是 16 到 128 个字母、数字、下划线或连字符，请用随机生成的字符。")
    return text


def _number(env: Mapping[str, str], name: str, *, default: int, lowest: int, highest: int) -> int:
    text = env.get(name, str(default)).strip()
    if not re.fullmatch(r"[0-9]{1,6}", text) or not lowest <= int(text) <= highest:
        raise UserError(f"{name} 应是 {lowest} 到 {highest} 之间的整数，现在是“{text}”。")
    return int(text)


def _switch(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = env.get(name, "1" if default else "0").strip().lower()
    if text not in _YES | _NO:
        raise UserError(f"{name} 应是 1（是）或 0（否），现在是“{text}”。")
    return text in _YES


def _hosts(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    hosts = tuple(host.strip().lower() for host in env.get(name, "").split(",") if host.strip())
    if any(not re.fullmatch(r"[0-9a-z.:-]+", host) for host in hosts):
        raise UserError(f"{name} 应是用逗号隔开的主机名或地址，例如 crm.bank.internal,10.0.0.5。")
    return hosts


def _word(env: Mapping[str, str], name: str, *, default: str) -> str:
    text = env.get(name, default).strip()
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", text):
        raise UserError(f"{name} 应是短信通道的名字，例如 local，现在是“{text}”。")
    return text
