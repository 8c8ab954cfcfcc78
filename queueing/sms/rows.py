"""Rows of the outbox as the sender sees them, and what its kinds of messages mean for sending."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

AT_LEAST_ONCE = frozenset({"confirmation", "change", "sweep", "employer", "notice"})
"""Kinds that are sent again when nobody knows whether they left; the others (reminders, invitations,
replies) are not."""

EXEMPT = frozenset({"reply", "confirmation", "change"})
"""Kinds that answer the person or can't wait: no quiet hours, no daily cap, and they leave before all
others (`WAITS_FOR_OTHERS` of the outbox' table names the same)."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed message."""

    ref: UUID
    template: str
    kind: str
    params: dict[str, Any]
    card: str
    employer: str
    booking: int
    version: int
    created: datetime
    expires_at: datetime
    attempts: int


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message; `due_at` is set when it goes back to wait, `attempted` unless it was not even
    tried; `number_at_fault` says that staff should phone."""

    ref: UUID
    state: str
    reason: str = ""
    gateway_id: str = ""
    units: int = 0
    text_hash: str = ""
    due_at: datetime | None = None
    attempted: bool = True
    number_at_fault: bool = False
