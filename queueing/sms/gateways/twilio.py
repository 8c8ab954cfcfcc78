"""The Twilio gateway: one request a message, several at a time, by Twilio's own client.

Traps of that client: it has no timeout unless given one; socket errors come out of it as they are, from
`requests`; a TwilioServiceException is no TwilioRestException; and it keeps the last response in an attribute
before it returns it, so threads must not share one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from urllib3.exceptions import MaxRetryError, NewConnectionError

from queueing.sms.gateways.account import Account
from queueing.sms.gateways.port import Outgoing, Result, Verdict
from queueing.sms.gateways.threads import TIMEOUT, ThreadedGateway, Worded
from queueing.sms.gateways.twilio_codes import blames_number, verdict_of_error

PER_SECOND = 10


class TwilioGateway(ThreadedGateway[Client]):
    """Sends by Twilio's API: a content template where one is registered for the message, else its text."""

    def __init__(
        self,
        account: Account,
        *,
        name: str = "twilio",
        timeout: float = TIMEOUT,
        per_second: int = 0,
        worded: Worded = lambda message: ("", {}),
    ) -> None:
        super().__init__(name, per_second or PER_SECOND)
        self._account = account
        self._timeout = timeout
        self._worded = worded

    def _post(self, message: Outgoing) -> Result:
        made = self._create(message)
        if made.status in ("failed", "undelivered", "canceled"):
            code = made.error_code or 0
            return Result(
                message.ref, Verdict.REFUSED, made.sid or "", str(code), number_at_fault=blames_number(code)
            )
        return Result(message.ref, Verdict.ACCEPTED, gateway_id=made.sid or "")

    def _create(self, message: Outgoing) -> MessageInstance:
        sender = self._account.sender
        return self._client().messages.create(
            to=international(message.to),
            status_callback=self._account.status_url(message.ref),
            **({"messaging_service_sid": sender} if sender.startswith("MG") else {"from_": sender}),
            **self._content(message),
        )

    def _content(self, message: Outgoing) -> dict[str, Any]:
        """What is said: a content template with its variables, or the text."""
        sid, params = self._worded(message)
        if not sid:
            return {"body": message.text}
        return {"content_sid": sid, "content_variables": variables(params)}

    def _judge(self, message: Outgoing, error: Exception) -> Result:
        return verdict_of_exception(message, error)

    def _connect(self) -> Client:
        client = Client(
            self._account.sid, self._account.token, http_client=TwilioHttpClient(timeout=self._timeout)
        )
        if self._account.url:
            client.api.base_url = self._account.url
        return client


def variables(params: Mapping[str, str]) -> str:
    """The variables of a content template: {{1}} is the first parameter of the manifest, and so on."""
    return json.dumps(
        dict(zip(map(str, range(1, len(params) + 1)), params.values(), strict=True)), ensure_ascii=False
    )


def international(number: str) -> str:
    """A mobile number of the mainland as the world writes it."""
    return number if number.startswith("+") else f"+86{number}"


def verdict_of_exception(message: Outgoing, error: Exception) -> Result:
    """What an exception says about a message. What may have reached Twilio is unknown, never "later"."""
    match error:
        case TwilioRestException() | TwilioServiceException():
            return verdict_of_error(message.ref, int(error.status), _code(error))
        case requests.ConnectTimeout() | requests.exceptions.SSLError() | requests.exceptions.ProxyError():
            return Result(message.ref, Verdict.LATER, reason="no connection")
        case requests.ConnectionError() if _never_connected(error):
            return Result(message.ref, Verdict.LATER, reason="no connection")
        case requests.ReadTimeout():
            return Result(message.ref, Verdict.UNKNOWN, reason="no answer in time")
        case requests.RequestException():
            return Result(message.ref, Verdict.UNKNOWN, reason="connection lost")
        case TwilioException():
            return Result(message.ref, Verdict.LATER, reason="not configured")
    return Result(message.ref, Verdict.UNKNOWN, reason=f"unreadable answer ({type(error).__name__})")


def _never_connected(error: requests.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _code(error: TwilioRestException | TwilioServiceException) -> int:
    try:
        return int(error.code or 0)
    except (TypeError, ValueError):
        return 0
