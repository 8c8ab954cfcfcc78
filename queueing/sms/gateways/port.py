"""The port every gateway fits: template key and parameters for those that want templates, the rendered text
for the others."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

import msgspec


class Verdict(StrEnum):
    """What a gateway said: taken, refused for good, try later, or no answer."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"


class Outgoing(msgspec.Struct, frozen=True):
    """A message on its way. `to` is a phone number; it must not be logged."""

    ref: UUID
    to: str
    card: str
    employer: str
    template: str
    params: dict[str, Any]
    text: str

    def __repr__(self) -> str:
        return f"Outgoing({self.ref}, {self.template})"


class Result(msgspec.Struct, frozen=True):
    """The verdict for one message, with the gateway's own id or its reason."""

    ref: UUID
    verdict: Verdict
    gateway_id: str = ""
    reason: str = ""
    segments: int = 1


class Gateway(Protocol):
    """Sends messages; never raises for a message, answers with a verdict for each."""

    name: str

    def send(self, messages: Sequence[Outgoing]) -> list[Result]:
        """One result a message, in any order."""
        ...
