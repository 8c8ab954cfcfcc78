"""Which gateway the settings ask for."""

from __future__ import annotations

from functools import cache

from queueing.errors import UserError
from queueing.sms.gateways.account import LOCAL, account
from queueing.sms.gateways.local import LocalGateway
from queueing.sms.gateways.port import Gateway
from queueing.sms.gateways.twilio import TwilioGateway
from queueing.system import System

NAMES = ("local", "twilio", "twilio-local")


@cache
def _gateway(system: System) -> Gateway:
    name, settings = system.gateway_name, system.settings
    if name == "local":
        return LocalGateway(system.pool, system.clock, settings.sms_per_second)
    if name in ("twilio", LOCAL):
        return TwilioGateway(account(settings), name=name, per_second=settings.sms_per_second)
    raise UserError(f"不认识的短信通道 SMS={name}：可用的是 {'、'.join(NAMES)}。")


def gateway(system: System) -> Gateway:
    """The gateway of a system; one for its lifetime. An unknown name is a UserError."""
    return _gateway(system)
