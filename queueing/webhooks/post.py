"""One signed message to one receiver (Standard Webhooks): what is sent, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
from standardwebhooks import Webhook

from queueing.domain.events import Event
from queueing.webhooks.address import BadAddress, Target
from queueing.webhooks.payload import fact

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class Message:
    """`id` stays the same however often it is sent, so that a receiver knows it again."""

    id: str
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Result:
    """The receiver's status, or 0 and why there was none. `wait`: seconds it asked us to wait."""

    status: int
    error: str = ""
    wait: int = 0

    @property
    def taken(self) -> bool:
        """The receiver has it."""
        return 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """The receiver wants no more."""
        return self.status == 410

    @property
    def words(self) -> str:
        """What is wrong, for a person."""
        return self.error or f"对方回答 {self.status}"


def message(hook: str, position: int, event: Event) -> Message:
    """A fact for a subscriber."""
    said = fact(event)
    body = {
        "type": said["kind"],
        "timestamp": said["at"],
        "data": {"position": position, "by": said["by"], "via": said["via"], **said["data"]},
    }
    return Message(f"msg_{hook}_{position}", event.TOPIC, _json(body))


def test_message(hook: str, now: datetime, name: str = "") -> Message:
    """To see whether a receiver listens; `name` instead of the moment makes its id."""
    stamp = now.isoformat()
    body = {"type": TEST, "timestamp": stamp, "data": {"webhook": hook}}
    return Message(f"msg_{hook}_test_{name or stamp}", TEST, _json(body))


def signature(secrets: Sequence[str], sent: Message, at: datetime) -> str:
    """By each secret: `v1,` and the base64 of HMAC-SHA-256 over id, seconds and body, joined by dots."""
    return " ".join(Webhook(secret).sign(sent.id, at, sent.body) for secret in secrets)


def send(target: Target, secrets: Sequence[str], sent: Message) -> Result:
    """Send it once. Redirects are not followed, and only the status of the answer is read."""
    at = datetime.now(UTC)
    headers = {
        "Host": target.host_header,
        "Content-Type": "application/json",
        "User-Agent": "queueing-webhooks/1",
        "Webhook-Id": sent.id,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": signature(secrets, sent, at),
    }
    try:
        with _client().stream(
            "POST",
            target.url,
            content=sent.body.encode(),
            headers=headers,
            extensions={"sni_hostname": target.host},
        ) as response:
            return Result(response.status_code, wait=_seconds(response.headers.get("retry-after", "")))
    except httpx.TimeoutException:
        return Result(0, "对方没有在规定时间内回答")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Result(0, f"连不上（{type(error).__name__}）")


def refused(problem: BadAddress) -> Result:
    """It was not sent at all."""
    return Result(0, str(problem))


@cache
def _client() -> httpx.Client:
    """No proxy of the environment, no redirects, and no connection kept: two hosts may share a number.
    Besides the public authorities those of this machine are trusted (`SSL_CERT_FILE`): a bank has its own."""
    trusted = httpx.create_ssl_context(trust_env=False)
    trusted.load_default_certs()
    return httpx.Client(
        verify=trusted,
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_keepalive_connections=0),
    )


def _seconds(text: str) -> int:
    return min(int(text), 3600) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _json(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
