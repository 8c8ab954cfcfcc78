"""Orders to the local Twilio of this installation."""

from __future__ import annotations

import httpx

from queueing.settings import Settings
from queueing.sms.gateways.account import account
from queueing.sms.gateways.twilio import international

ADDRESS = "twilio-local.url"
"""The file below VAR_DIR in which the local Twilio says where it is."""

PATIENCE = 60.0
"""Seconds: while our web is away it calls again before it gives up."""


def order(settings: Settings, path: str, **fields: str) -> dict[str, object]:
    """Ask it for something (`script`, `inbound`); httpx.HTTPError if it can't be asked."""
    ours = account(settings)
    with httpx.Client(timeout=PATIENCE, trust_env=False, auth=(ours.sid, ours.token)) as client:
        answer = client.post(f"{ours.url}/local/{path}", data=fields)
        answer.raise_for_status()
        said: dict[str, object] = answer.json()
        return said


def write_by_twilio(settings: Settings, number: str, text: str) -> bool:
    """Somebody writes to the branch; whether it got through."""
    try:
        order(settings, "inbound", **{"from": international(number), "body": text})
    except httpx.HTTPError:
        return False
    return True
