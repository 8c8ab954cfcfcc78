"""The Twilio account messages leave through: the one of the settings, or the one of the local server, whose
token is made from the master key so that nobody else can sign for it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from functools import cache

from queueing.errors import UserError
from queueing.settings import Settings, read_master_key

LOCAL = "twilio-local"
ON_THIS_MACHINE = ("local", LOCAL)
"""Gateways by which nothing leaves this machine: their phones can be looked at."""
LOCAL_SID = "AC" + "0" * 32
LOCAL_FROM = "+8610690000000"
_NEEDED = {
    "twilio_account_sid": "TWILIO_ACCOUNT_SID",
    "twilio_auth_token": "TWILIO_AUTH_TOKEN",
    "twilio_from": "TWILIO_FROM",
}


@dataclass(frozen=True)
class Account:
    """Who sends, from where, and where Twilio finds us. `url` is None for Twilio's own API."""

    sid: str
    token: str = field(repr=False)
    sender: str
    url: str | None
    public_url: str

    @property
    def inbound_url(self) -> str:
        """What Twilio calls when somebody wrote."""
        return f"{self.public_url}/hooks/twilio/inbound"

    def status_url(self, ref: object) -> str:
        """What Twilio calls with news of one message; our own reference stands in it."""
        return f"{self.public_url}/hooks/twilio/status?ref={ref}"


@cache
def account(settings: Settings) -> Account:
    """The account of an installation, found once: every webhook asks for it. What is not set is a UserError
    that names it."""
    if settings.sms == LOCAL:
        return Account(
            LOCAL_SID, _local_token(settings), LOCAL_FROM, local_url(settings), settings.public_url
        )
    missing = [name for field_name, name in _NEEDED.items() if not getattr(settings, field_name)]
    if missing:
        raise UserError(f"SMS=twilio 还缺少 {'、'.join(missing)}：请在环境变量里补上，见 docs/settings.md。")
    return Account(
        settings.twilio_account_sid,
        settings.twilio_auth_token,
        settings.twilio_from,
        settings.twilio_url,
        settings.public_url,
    )


def local_url(settings: Settings) -> str:
    """Where the local server listens: beside the web, unless the settings say otherwise."""
    return settings.twilio_url or f"http://127.0.0.1:{settings.port + 1}"


def _local_token(settings: Settings) -> str:
    return hmac.new(read_master_key(settings), b"twilio-local", hashlib.sha256).hexdigest()[:32]
