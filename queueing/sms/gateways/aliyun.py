"""The Aliyun gateway: by template code and parameters, with Aliyun's own client (the extra `aliyun`).

That client raises its own exceptions for error answers, and wraps everything else (sockets, pages that are no
JSON) in one class whose text repeats the address with the number in it: it must not be logged. It would retry
by itself; we forbid it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import SendSmsRequest
from alibabacloud_tea_openapi.models import Config
from darabonba.exceptions import ResponseException
from darabonba.runtime import RuntimeOptions

from queueing.settings import Settings
from queueing.sms.gateways.aliyun_codes import verdict_of_code
from queueing.sms.gateways.port import Outgoing, Result, Verdict
from queueing.sms.gateways.threads import TIMEOUT, ThreadedGateway, Worded, worded_for
from queueing.system import System

PER_SECOND = 50
ENDPOINT = "https://dysmsapi.aliyuncs.com"
_NEVER_CONNECTED = ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError")


class AliyunGateway(ThreadedGateway[Client]):
    """Sends by Aliyun's API."""

    def __init__(
        self, settings: Settings, sign_name: str, worded: Worded, *, timeout: float = TIMEOUT
    ) -> None:
        super().__init__("aliyun", settings.sms_per_second or PER_SECOND)
        self._settings = settings
        self._sign_name = settings.aliyun_sign_name or sign_name
        self._worded = worded
        milliseconds = int(1000 * timeout)
        self._runtime = RuntimeOptions(
            autoretry=False, max_attempts=1, connect_timeout=milliseconds, read_timeout=milliseconds
        )

    def _post(self, message: Outgoing) -> Result:
        code, params = self._worded(message)
        if not code:
            return Result(message.ref, Verdict.LATER, reason="no template code")
        answer = self._client().send_sms_with_options(self._request(message, code, params), self._runtime)
        said = answer.body.code or ""
        if said == "OK":
            return Result(message.ref, Verdict.ACCEPTED, gateway_id=answer.body.biz_id or "")
        return verdict_of_code(message.ref, answer.status_code or 200, said)

    def _request(self, message: Outgoing, code: str, params: Mapping[str, str]) -> SendSmsRequest:
        return SendSmsRequest(
            phone_numbers=message.to,
            sign_name=self._sign_name,
            template_code=code,
            template_param=json.dumps(dict(params), ensure_ascii=False),
            out_id=str(message.ref),
        )

    def _judge(self, message: Outgoing, error: Exception) -> Result:
        return verdict_of_exception(message, error)

    def _connect(self) -> Client:
        address = urlsplit(self._settings.aliyun_url or ENDPOINT)
        return Client(
            Config(
                access_key_id=self._settings.aliyun_access_key_id,
                access_key_secret=self._settings.aliyun_access_key_secret,
                endpoint=address.netloc,
                protocol=address.scheme.upper(),
            )
        )


def aliyun_gateway(system: System) -> AliyunGateway:
    """The gateway of an installation: codes from the manifest or sms.toml, words as in the texts."""
    return AliyunGateway(system.settings, system.season.branch.sms_signature, worded_for(system, "aliyun"))


def verdict_of_exception(message: Outgoing, error: Exception) -> Result:
    """What an exception says about a message. What may have reached Aliyun is unknown, never "later"."""
    if isinstance(error, ResponseException):
        return verdict_of_code(message.ref, int(error.status_code or 500), str(error.code or ""))
    if any(word in str(error) for word in _NEVER_CONNECTED):
        return Result(message.ref, Verdict.LATER, reason="no connection")
    if "timed out" in str(error):
        return Result(message.ref, Verdict.UNKNOWN, reason="no answer in time")
    return Result(message.ref, Verdict.UNKNOWN, reason=f"unreadable answer ({type(error).__name__})")
