"""Carriers for tests: one that answers as it is told to, one that counts every delivery."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from queueing.sms.gateways.port import Outgoing, Result, Verdict


@dataclass
class Fickle:
    """A carrier that answers as it is told to, and remembers what it was given."""

    answer: Callable[[Outgoing], Result]
    given: list[Outgoing] = field(default_factory=list)
    name: str = "fickle"
    at_once: int = 1000
    per_second: int = 0

    def send(self, messages: Sequence[Outgoing]) -> list[Result]:
        self.given.extend(messages)
        return [self.answer(message) for message in messages]


def always(verdict: Verdict, reason: str = "") -> Fickle:
    return Fickle(lambda message: Result(message.ref, verdict, reason=reason))
