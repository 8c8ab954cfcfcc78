"""Which gateway the settings ask for."""

from __future__ import annotations

from functools import cache

from queueing.errors import UserError
from queueing.settings import Settings
from queueing.sms.gateways.account import LOCAL, account
from queueing.sms.gateways.local import LocalGateway
from queueing.sms.gateways.port import Gateway
from queueing.system import System

NAMES = ("local", "twilio", LOCAL)


@cache
def _gateway(system: System) -> Gateway:
    settings = system.settings
    check(settings)
    if settings.sms == "local":
        return LocalGateway(system.pool, system.clock, settings.sms_per_second)
    from queueing.sms.gateways.twilio import TwilioGateway  # a client of its own, which takes long to import

    return TwilioGateway(account(settings), name=settings.sms, per_second=settings.sms_per_second)


def gateway(system: System) -> Gateway:
    """The gateway of a system; one for its lifetime. An unknown name is a UserError."""
    return _gateway(system)


def check(settings: Settings) -> None:
    """That the gateway the settings ask for can be used, before anything starts; else a UserError."""
    if settings.sms not in NAMES:
        raise UserError(f"不认识的短信通道 SMS={settings.sms}：可用的是 {'、'.join(NAMES)}。")
    if settings.sms in ("twilio", LOCAL):
        account(settings)
