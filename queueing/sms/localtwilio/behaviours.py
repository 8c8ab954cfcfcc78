"""How the local Twilio may behave towards a number, and which rule says so."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Behaviour(StrEnum):
    """What happens to a message."""

    OK = "ok"
    TOO_MANY = "429"
    BROKEN_HTML = "500-html"
    AWAY_HTML = "503-html"
    PROBLEM = "problem-json"
    HANG = "hang"
    ACCEPT_THEN_DROP = "accept-then-drop"
    ACCEPT_THEN_HANG = "accept-then-hang"
    OPTED_OUT = "opt-out"
    REFUSED = "refused"
    UNDELIVERED = "undelivered"
    REORDERED = "reordered"
    SILENT = "silent"


TAKES = frozenset(
    {
        Behaviour.OK,
        Behaviour.ACCEPT_THEN_DROP,
        Behaviour.ACCEPT_THEN_HANG,
        Behaviour.UNDELIVERED,
        Behaviour.REORDERED,
        Behaviour.SILENT,
    }
)
"""Behaviours that take the message, whatever is answered."""

CALLBACKS = {
    Behaviour.SILENT: (),
    Behaviour.UNDELIVERED: ("sent", "undelivered"),
    Behaviour.REORDERED: ("delivered", "sent", "sent", "queued", "delivered"),
}
"""The statuses reported later, in this order; otherwise sent and delivered."""


def callbacks_of(behaviour: Behaviour) -> Sequence[str]:
    """What is reported about a message that was taken."""
    return CALLBACKS.get(behaviour, ("sent", "delivered"))


@dataclass
class Rule:
    """Messages to numbers with this ending get this behaviour, so many times (0: always)."""

    ending: str
    behaviour: Behaviour
    times: int = 0


@dataclass
class Script:
    """The rules, the newest first."""

    rules: list[Rule] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, rule: Rule) -> None:
        """From now on, before the older rules."""
        with self._lock:
            self.rules.insert(0, rule)

    def clear(self) -> None:
        """Behave well again."""
        with self._lock:
            self.rules.clear()

    def behaviour(self, number: str) -> Behaviour:
        """What happens now; a rule for some times is used up by it."""
        with self._lock:
            rule = next((rule for rule in self.rules if number.endswith(rule.ending)), None)
            if rule is None:
                return Behaviour.OK
            if rule.times:
                rule.times -= 1
                if not rule.times:
                    self.rules.remove(rule)
            return rule.behaviour
