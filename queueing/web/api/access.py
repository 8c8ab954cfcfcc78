"""Who asks, and may they: the key, its scope, its rate. Guessing keys is cut short by address."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from queueing.web import limits
from queueing.web.api import keys
from queueing.web.api.keys import Key
from queueing.web.api.problems import FORBIDDEN, TOO_MANY, UNAUTHENTICATED, Problem
from queueing.web.api.rates import Rates
from queueing.web.limits import Limit
from queueing.web.site import Site, site_of

KNOWN_FOR = 2.0
"""Seconds a key is trusted after it was looked up: a revoked one opens nothing after that."""
WRITE_USED = 60.0
"""Seconds between notes that a key is in use."""
GUESSES = Limit(30, timedelta(minutes=5))
MOST_KNOWN = 1000


@dataclass(slots=True)
class Known:
    """A key that was looked up lately (by this process)."""

    key: Key
    looked_up: float
    noted: float


@dataclass(slots=True)
class Doorman:
    """The keys seen lately in this process, by the text they came as."""

    known: dict[str, Known] = field(default_factory=dict)
    rates: Rates = field(default_factory=Rates)

    async def admit(self, request: Request, scope: str) -> Key:
        """The key of a request, or the Problem that says why not."""
        found = await self._find(request)
        if scope not in found.key.scopes:
            raise Problem(
                FORBIDDEN, f"这把密钥没有 {scope} 权限，请换一把，或请管理员另开。", {"scope": scope}
            )
        if per_minute := found.key.per_minute:
            url = site_of(request).system.redis_url
            if seconds := await self.rates.wait(url, found.key.id, per_minute):
                raise too_many(seconds)
        return found.key

    async def _find(self, request: Request) -> Known:
        text = _token(request)
        known, now = self.known.get(text), time.monotonic()
        if known is None or now - known.looked_up > KNOWN_FOR:
            self.known.pop(text, None)
            key = await run_in_threadpool(_look_up, site_of(request), text, _address(request), known, now)
            known = Known(key, now, _noted(known, now))
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            self.known[text] = known
        return known


def too_many(seconds: float) -> Problem:
    """Ask again after so many seconds."""
    wait = max(1, ceil(seconds))
    return Problem(
        TOO_MANY, f"请求太多，请过{wait}秒再发。", {"retry_after": wait}, {"Retry-After": str(wait)}
    )


def _token(request: Request) -> str:
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise _unknown()
    return text.strip()


def _unknown() -> Problem:
    return Problem(UNAUTHENTICATED, headers={"WWW-Authenticate": 'Bearer realm="queueing"'})


def _look_up(site: Site, text: str, address: str, known: Known | None, now: float) -> Key:
    counted = f"api:{address}"
    with site.db() as conn:
        key = keys.opened_by(conn, text, site.now())
        if key is None and not limits.take(conn, {counted: GUESSES}, site.now()):
            raise too_many(GUESSES.within.total_seconds())
        if key is None:
            raise _unknown()
        if _noted(known, now) == now:
            keys.used(conn, key.id, site.now())
    return key


def _noted(known: Known | None, now: float) -> float:
    return known.noted if known and now - known.noted < WRITE_USED else now


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
