"""Which gateway the settings ask for."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from queueing.errors import UserError
from queueing.settings import Settings
from queueing.sms.gateways.account import LOCAL, account
from queueing.sms.gateways.local import LocalGateway
from queueing.sms.gateways.port import Gateway
from queueing.system import System

NAMES = ("local", "twilio", LOCAL, "aliyun")
_ALIYUN = ("ALIYUN_ACCESS_KEY_ID", "ALIYUN_ACCESS_KEY_SECRET")


@cache
def _gateway(system: System) -> Gateway:
    settings = system.settings
    check(settings)
    if settings.sms == "local":
        return LocalGateway(system.pool, system.clock, settings.sms_per_second)
    if settings.sms == "aliyun":
        from queueing.sms.gateways.aliyun import aliyun_gateway  # an optional extra

        return aliyun_gateway(system)
    from queueing.sms.gateways.threads import worded_for
    from queueing.sms.gateways.twilio import TwilioGateway  # a client of its own, which takes long to import

    return TwilioGateway(
        account(settings),
        name=settings.sms,
        per_second=settings.sms_per_second,
        worded=worded_for(system, "twilio"),
    )


def gateway(system: System) -> Gateway:
    """The gateway of a system; one for its lifetime. An unknown name is a UserError."""
    return _gateway(system)


def check(settings: Settings) -> None:
    """That the gateway the settings ask for can be used, before anything starts; else a UserError."""
    if settings.sms not in NAMES:
        raise UserError(f"不认识的短信通道 SMS={settings.sms}：可用的是 {'、'.join(NAMES)}。")
    if settings.sms in ("twilio", LOCAL):
        account(settings)
    if settings.sms == "aliyun":
        _check_aliyun(settings)


def _check_aliyun(settings: Settings) -> None:
    if find_spec("alibabacloud_dysmsapi20170525") is None:
        raise UserError(
            "没有安装阿里云短信的客户端：请运行 pip install 'queueing[aliyun]'，或改用别的短信通道。"
        )
    missing = [name for name in _ALIYUN if not getattr(settings, name.lower())]
    if missing:
        raise UserError(f"SMS=aliyun 还缺少 {'、'.join(missing)}：请在环境变量里补上，见 docs/settings.md。")
