"""The local Twilio calls our webhooks, signed as Twilio signs."""

from __future__ import annotations

import html
import logging
import re
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx
from twilio.request_validator import RequestValidator

from queueing.sms.gateways.account import Account
from queueing.sms.localtwilio.answers import Taken

RETRIES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before a call that was not taken is made again. Twilio makes up to five more when its webhooks are
told so (`#rc=5`), and calls the fallback address besides."""
_log = logging.getLogger(__name__)
_ANSWER = re.compile(r"<Message>(.*?)</Message>", re.DOTALL)
UNDELIVERED_CODE = 30005


class Caller:
    """Calls the web at `web_url`, signing for the public address. Whoever answers with a server's error, or
    not at all, is called again."""

    def __init__(self, account: Account, web_url: str, retries: Sequence[float] = RETRIES) -> None:
        self._retries = retries
        self._ended = threading.Event()
        self._account = account
        self._web_url = web_url
        self._client = httpx.Client(timeout=20, trust_env=False)
        self._later = ThreadPoolExecutor(2, thread_name_prefix="twilio-reports")

    def close(self) -> None:
        """Report nothing any more."""
        self._ended.set()
        self._later.shutdown(cancel_futures=True)
        self._client.close()

    def report(self, taken: Taken, statuses: Sequence[str]) -> None:
        """Report these statuses, one after another."""
        self._later.submit(self._report, taken, statuses)

    def inbound(self, heard: Taken) -> str:
        """A message that came in; the text of our answer, if there was one."""
        answer = self._until_taken(
            self._account.inbound_url,
            {
                "MessageSid": heard.sid,
                "SmsSid": heard.sid,
                "AccountSid": self._account.sid,
                "From": heard.sender,
                "To": heard.to,
                "Body": heard.body,
                "NumMedia": "0",
                "NumSegments": "1",
                "SmsStatus": "received",
                "ApiVersion": "2010-04-01",
            },
        )
        answer.raise_for_status()
        found = _ANSWER.search(answer.text)
        return html.unescape(found[1]) if found else ""

    def _until_taken(self, url: str, fields: dict[str, str]) -> httpx.Response:
        """The answer of a call, made again while nobody takes it."""
        for wait in self._retries:
            try:
                answer = self.call(url, fields)
            except httpx.TransportError as error:
                _log.info("a webhook can't be reached: %s", type(error).__name__)
            else:
                if answer.status_code < 500:
                    return answer
            if self._ended.wait(wait):
                break
        return self.call(url, fields)

    def call(self, url: str, fields: dict[str, str], signature: str | None = None) -> httpx.Response:
        """One call of a webhook, signed for `url`."""
        signed = signature or RequestValidator(self._account.token).compute_signature(url, fields)
        where = self._web_url + url.removeprefix(self._account.public_url)
        return self._client.post(where, data=fields, headers={"X-Twilio-Signature": signed})

    def _report(self, taken: Taken, statuses: Sequence[str]) -> None:
        for status in statuses:
            taken.status = status
            fields = {
                "MessageSid": taken.sid,
                "SmsSid": taken.sid,
                "AccountSid": taken.account,
                "From": taken.sender,
                "To": taken.to,
                "MessageStatus": status,
                "SmsStatus": status,
                "ApiVersion": "2010-04-01",
            }
            if status in ("failed", "undelivered"):
                taken.error_code = UNDELIVERED_CODE
                fields["ErrorCode"] = str(UNDELIVERED_CODE)
            try:
                self._until_taken(taken.callback, fields)
            except httpx.HTTPError as error:
                _log.info("a report was not taken: %s", type(error).__name__)
