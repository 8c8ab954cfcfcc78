"""A fact as other systems see it: opaque ids, no person. The event feed and the webhooks say the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from queueing.domain import events as e
from queueing.domain.events import Event, all_events
from queueing.system import ZONE

KINDS = tuple(sorted(event.TOPIC for event in all_events()))
"""Every kind of fact, by its stored name, which never changes."""

_BASE = frozenset(Event.__struct_fields__)
_CODES: tuple[type[Event], ...] = (
    e.BookingCancelled,
    e.BookingMoved,
    e.CardReleased,
    e.HolderInvited,
    e.HolderUnreachable,
    e.PhoneListed,
    e.SlotsOffered,
)
"""Their `reason` is a code of ours. That of any other fact is what somebody typed, which may hold a name: it
does not leave the branch."""


def plain(value: Any) -> Any:
    """As JSON has it; a moment carries the branch's offset."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=ZONE).isoformat()
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return msgspec.to_builtins(value)


def fact(event: Event) -> dict[str, Any]:
    """`kind`, when, who (of staff only that it was staff), through what, and the fact's own fields."""
    hidden = _BASE if isinstance(event, _CODES) else _BASE | {"reason"}
    names = (name for name in event.__struct_fields__ if name not in hidden)
    return {
        "kind": event.TOPIC,
        "at": plain(event.at),
        "by": "staff" if event.by.startswith("staff:") else event.by,
        "via": event.via,
        "data": {name: plain(getattr(event, name)) for name in names},
    }
