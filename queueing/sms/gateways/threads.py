"""What gateways have in common that take a request a message: several requests at a time, a client of its own
for each thread, and a verdict for whatever happens to one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from queueing.sms.filling import fill, renderer
from queueing.sms.gateways.port import Outgoing, Result
from queueing.system import System

_log = logging.getLogger(__name__)
C = TypeVar("C")
AT_A_TIME = 8
TIMEOUT = 10.0
"""Seconds for connecting, and again for the answer."""

Worded = Callable[[Outgoing], tuple[str, Mapping[str, str]]]
"""A message's template code at the provider ("" if it has none) and its parameters in words."""


class ThreadedGateway(Generic[C]):
    """Sends by a client `C`. A gateway says how one message is posted, what an exception means and how a
    client is made."""

    at_once = 16

    def __init__(self, name: str, per_second: int) -> None:
        self.name = name
        self.per_second = per_second
        self._own = threading.local()
        self._threads = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix=name)

    def send(self, messages: Sequence[Outgoing]) -> list[Result]:
        """A verdict for each."""
        return list(self._threads.map(self._send, messages))

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    def _send(self, message: Outgoing) -> Result:
        try:
            return self._post(message)
        except Exception as error:
            result = self._judge(message, error)
            _log.info("%s: %s %s %s", self.name, message.ref, result.verdict, result.reason)
            return result

    def _client(self) -> C:
        client: C | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = self._connect()
        return client

    def _post(self, message: Outgoing) -> Result:
        """Hand over one message."""
        raise NotImplementedError

    def _judge(self, message: Outgoing, error: Exception) -> Result:
        """What an exception says about a message."""
        raise NotImplementedError

    def _connect(self) -> C:
        """A client for one thread."""
        raise NotImplementedError


def worded_for(system: System, provider: str) -> Worded:
    """The codes of an installation's templates at a provider, from sms.toml or the manifest, and parameters
    as the texts say them."""

    def worded(message: Outgoing) -> tuple[str, Mapping[str, str]]:
        words = renderer(system)
        code = words.code(message.template, provider)
        if not code:
            return "", {}
        params: dict[str, Any] = fill(system, message.template, message.params, message.card)
        return code, words.spoken(message.template, params)

    return worded
