"""How often a key may ask, counted in Redis, so that any number of web processes together let through what
was agreed. Redis may be lost: then each process counts for itself, and says so once.

Each key has a bucket that fills by the minute. A process takes a second's worth from it at a time: what it
took is counted whether it is used or not, so never more than agreed is let through, and a request costs a
look into Redis at most once in a second's worth of requests.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field

import redis
from starlette.concurrency import run_in_threadpool

from queueing.web.limits import Bucket

TIMEOUT = 0.5
ASK_AGAIN = 5.0
"""Seconds a process counts for itself before it asks a Redis again that did not answer."""
KEPT_FOR = 1.0
"""Seconds a process may use what it took."""
_TAKE = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local most = tonumber(ARGV[1])
local rate, wanted = most / 60, tonumber(ARGV[2])
local bucket = redis.call('HMGET', KEYS[1], 'left', 'seen')
local passed = math.max(0, now - (tonumber(bucket[2]) or now))
local left = math.min(most, (tonumber(bucket[1]) or most) + passed * rate)
local taken = math.min(wanted, math.floor(left))
redis.call('HSET', KEYS[1], 'left', tostring(left - taken), 'seen', tostring(now))
redis.call('PEXPIRE', KEYS[1], 120000)
return {taken, tostring((1 - (left - taken)) / rate)}
"""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Share:
    """What this process took of a key's bucket, and the bucket it has of its own while Redis is away."""

    per_minute: int
    left: int = 0
    until: float = 0.0
    own: Bucket | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Rates:
    """The counter of one web process. Use it on the event loop."""

    def __init__(self) -> None:
        self._shares: dict[str, Share] = {}
        self._client: redis.Redis | None = None
        self._away_until = float("-inf")
        self._away = False

    async def wait(self, redis_url: str, key: str, per_minute: int) -> float:
        """Count a request of a key: 0, or the seconds until there may be one."""
        share = self._shares.get(key)
        if share is None or share.per_minute != per_minute:
            share = self._shares[key] = Share(per_minute)
        async with share.lock:
            if share.left and time.monotonic() < share.until:
                share.left -= 1
                return 0.0
            if not redis_url or time.monotonic() < self._away_until:
                return self._alone(share)
            try:
                share.left, seconds = await run_in_threadpool(self._take, redis_url, key, per_minute)
            except (redis.RedisError, OSError):
                self._say_away(True)
                self._away_until = time.monotonic() + ASK_AGAIN
                return self._alone(share)
            self._say_away(False)
            share.own, share.until = None, time.monotonic() + KEPT_FOR
            if share.left:
                share.left -= 1
                return 0.0
            return seconds

    def _take(self, redis_url: str, key: str, per_minute: int) -> tuple[int, float]:
        """(how many requests were taken, seconds until there is one more)."""
        if self._client is None:
            self._client = redis.Redis.from_url(
                redis_url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
            )
        name, wanted = f"queueing:rate:{key}", max(1, per_minute // 60)
        taken, seconds = self._client.eval(_TAKE, 1, name, per_minute, wanted)
        return int(taken), max(0.0, float(seconds))

    def _alone(self, share: Share) -> float:
        share.own = share.own or Bucket(share.per_minute)
        return share.own.wait()

    def _say_away(self, away: bool) -> None:
        if away and not self._away:
            _log.warning("Redis can't be reached: each web process counts requests of API keys for itself")
        if self._away and not away:
            _log.warning("Redis can be reached again: requests of API keys are counted together")
        self._away = away
