"""The signatures docs/api.md shows are those we make, and those a receiver without a library computes."""

from __future__ import annotations

import base64
import hmac
import json
import re
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from queueing.webhooks.post import Message, signature
from tests.docs.pages import text

ROWS = re.findall(
    r"^\| `(whsec_[^`]+)` \| `(msg_[^`]+)` \| `(\d+)` \| `([^`]+)` \| `(v1,[^`]+)` \|$",
    text("docs/api.md"),
    re.MULTILINE,
)


def test_there_are_vectors() -> None:
    assert len(ROWS) >= 3


@pytest.mark.parametrize(("secret", "name", "seconds", "body", "signed"), ROWS)
def test_a_vector(secret: str, name: str, seconds: str, body: str, signed: str) -> None:
    at = datetime.fromtimestamp(int(seconds), UTC)
    assert signature([secret], Message(name, "", body), at) == signed
    key = base64.b64decode(secret.removeprefix("whsec_"))
    by_hand = hmac.digest(key, f"{name}.{seconds}.{body}".encode(), "sha256")
    assert f"v1,{base64.b64encode(by_hand).decode()}" == signed
    other = signature([secret], Message(name, "", body + " "), at)
    assert other != signed


def test_a_message_by_two_secrets_is_one_the_library_takes() -> None:
    first, second = ROWS[0][0], ROWS[-1][0]
    body, at = json.dumps({"type": "webhook.test"}), datetime.now(UTC)
    both = signature([first, second], Message("msg_x", "", body), at)
    headers = {
        "webhook-id": "msg_x",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": both,
    }
    assert Webhook(first).verify(body, headers) == Webhook(second).verify(body, headers)
