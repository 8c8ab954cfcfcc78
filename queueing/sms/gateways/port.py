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
    """The verdict for one message, with the gateway's own id or its reason. `number_at_fault`: a refusal says
    that this number gets no messages, so staff should phone."""

    ref: UUID
    verdict: Verdict
    gateway_id: str = ""
    reason: str = ""
    number_at_fault: bool = True


class Gateway(Protocol):
    """Sends messages; never raises for a message, answers with a verdict for each.

    `at_once` is how many it is given in one call: those are lost track of together when a worker dies, and a
    call must be over well before a claim expires. `per_second` is how many it takes in a second from all
    workers together; 0 means any number.
    """

    name: str
    at_once: int
    per_second: int

    def send(self, messages: Sequence[Outgoing]) -> list[Result]:
        """One result a message, in any order."""
        ...
