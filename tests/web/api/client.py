"""A system of the bank that uses the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx
import psycopg

from queueing.web.api import keys
from tests.web.world import World


def new_key(world: World, scopes: Sequence[str] = tuple(keys.SCOPES), **fields: Any) -> tuple[str, str]:
    """(name, text) of a fresh key."""
    name = f"k{uuid4().hex[:12]}"
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        return name, keys.add(conn, name, scopes, world.clock.now, **{"per_minute": 0, **fields})


class Api:
    """Asks with one key."""

    def __init__(self, url: str, name: str, key: str) -> None:
        self.name, self.key = name, key
        self.http = httpx.Client(
            base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=20
        )

    @classmethod
    def of(cls, world: World, scopes: Sequence[str] = tuple(keys.SCOPES), **fields: Any) -> Api:
        api = cls(world.url, *new_key(world, scopes, **fields))
        world.browsers.append(api)  # type: ignore[arg-type]  closed like one
        return api

    def close(self) -> None:
        self.http.close()

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query or None)

    def delete(self, path: str, key: str = "") -> httpx.Response:
        return self.http.delete(path, headers={"Idempotency-Key": key} if key else None)

    def post(self, path: str, body: Any = None, key: str = "") -> httpx.Response:
        return self.http.post(path, json=body, headers={"Idempotency-Key": key} if key else None)


def problem(answer: httpx.Response, status: int, name: str) -> dict[str, Any]:
    """The problem an answer is, which has to be of this kind."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["status"], body["type"].rsplit("/", 1)[-1]) == (status, status, name), (
        body
    )
    assert body["title"] and body["detail"] and "Traceback" not in answer.text
    return body
