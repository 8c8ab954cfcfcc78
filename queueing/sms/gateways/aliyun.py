"""The Aliyun gateway: by template code and parameters, with Aliyun's own client (the extra `aliyun`).

That client raises its own exceptions for error answers, and wraps everything else (sockets, pages that are no
JSON) in one class whose text repeats the address with the number in it: it must not be logged. It would retry
by itself; we forbid it.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import SendSmsRequest
from alibabacloud_tea_openapi.models import Config
from darabonba.exceptions import ResponseException
from darabonba.runtime import RuntimeOptions

from queueing.settings import Settings
from queueing.sms.filling import fill, renderer
from queueing.sms.gateways.aliyun_codes import verdict_of_code
from queueing.sms.gateways.port import Outgoing, Result, Verdict
from queueing.system import System

_log = logging.getLogger(__name__)
TIMEOUT = 10.0
AT_A_TIME = 8
PER_SECOND = 50
ENDPOINT = "https://dysmsapi.aliyuncs.com"
_NEVER_CONNECTED = ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError")

Worded = Callable[[Outgoing], tuple[str, Mapping[str, str]]]
"""A message's template code ("" if it has none) and its parameters in words."""


class AliyunGateway:
    """Sends by Aliyun's API."""

    name = "aliyun"
    at_once = 16

    def __init__(
        self, settings: Settings, sign_name: str, worded: Worded, *, timeout: float = TIMEOUT
    ) -> None:
        self.per_second = settings.sms_per_second or PER_SECOND
        self._settings = settings
        self._sign_name = settings.aliyun_sign_name or sign_name
        self._worded = worded
        milliseconds = int(1000 * timeout)
        self._runtime = RuntimeOptions(
            autoretry=False, max_attempts=1, connect_timeout=milliseconds, read_timeout=milliseconds
        )
        self._own = threading.local()
        self._threads = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="aliyun")

    def send(self, messages: Sequence[Outgoing]) -> list[Result]:
        """A verdict for each."""
        return list(self._threads.map(self._send, messages))

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    def _send(self, message: Outgoing) -> Result:
        try:
            code, params = self._worded(message)
            if not code:
                return Result(message.ref, Verdict.LATER, reason="no template code")
            answer = self._client().send_sms_with_options(self._request(message, code, params), self._runtime)
        except Exception as error:
            result = verdict_of_exception(message, error)
            _log.info("aliyun: %s %s %s", message.ref, result.verdict, result.reason)
            return result
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

    def _client(self) -> Client:
        client: Client | None = getattr(self._own, "client", None)
        if client is None:
            address = urlsplit(self._settings.aliyun_url or ENDPOINT)
            config = Config(
                access_key_id=self._settings.aliyun_access_key_id,
                access_key_secret=self._settings.aliyun_access_key_secret,
                endpoint=address.netloc,
                protocol=address.scheme.upper(),
            )
            client = self._own.client = Client(config)
        return client


def aliyun_gateway(system: System) -> AliyunGateway:
    """The gateway of an installation: codes from the manifest or sms.toml, words as in the texts."""

    def worded(message: Outgoing) -> tuple[str, Mapping[str, str]]:
        words = renderer(system)
        params: dict[str, Any] = fill(system, message.template, message.params, message.card)
        return words.code(message.template, "aliyun"), words.spoken(message.template, params)

    return AliyunGateway(system.settings, system.season.branch.sms_signature, worded)


def verdict_of_exception(message: Outgoing, error: Exception) -> Result:
    """What an exception says about a message. What may have reached Aliyun is unknown, never "later"."""
    if isinstance(error, ResponseException):
        return verdict_of_code(message.ref, int(error.status_code or 500), str(error.code or ""))
    if any(word in str(error) for word in _NEVER_CONNECTED):
        return Result(message.ref, Verdict.LATER, reason="no connection")
    if "timed out" in str(error):
        return Result(message.ref, Verdict.UNKNOWN, reason="no answer in time")
    return Result(message.ref, Verdict.UNKNOWN, reason=f"unreadable answer ({type(error).__name__})")
