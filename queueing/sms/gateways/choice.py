"""Which gateway the settings ask for."""

from __future__ import annotations

from functools import cache

from queueing.errors import UserError
from queueing.sms.gateways.local import LocalGateway
from queueing.sms.gateways.port import Gateway
from queueing.system import System

NAMES = ("local",)


@cache
def _gateway(system: System) -> Gateway:
    if system.gateway_name == "local":
        return LocalGateway(system.pool, system.clock)
    raise UserError(f"不认识的短信通道 SMS={system.gateway_name}：可用的是 {'、'.join(NAMES)}。")


def gateway(system: System) -> Gateway:
    """The gateway of a system; one for its lifetime. An unknown name is a UserError."""
    return _gateway(system)
