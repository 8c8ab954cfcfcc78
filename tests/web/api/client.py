"""A system of the bank that uses the API, and holds every answer against the document."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from jsonschema import Draft202012Validator

from queueing.web.api import keys
from tests.patience import PATIENCE
from tests.web.world import World


def new_key(world: World, scopes: Sequence[str] = tuple(keys.SCOPES), **fields: Any) -> tuple[str, str]:
    """(name, text) of a fresh key."""
    name = f"k{uuid4().hex[:12]}"
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        return name, keys.add(conn, name, scopes, world.clock.now, **{"per_minute": 0, **fields})


@cache
def document_of(url: str) -> dict[str, Any]:
    """What an installation says of itself."""
    found: dict[str, Any] = httpx.get(f"{url}/api/v1/openapi.json", timeout=120).json()
    return found


def declared(made: dict[str, Any], method: str, path: str) -> str:
    """The document's path of an address; empty when it has none."""
    given = path.removeprefix("/api").split("/")
    for template, operations in made["paths"].items():
        parts = template.split("/")
        fits = len(parts) == len(given) and all(
            part == one or part.startswith("{") for part, one in zip(parts, given, strict=True)
        )
        if fits and method.lower() in operations:
            return str(template)
    return ""


def conforms(made: dict[str, Any], answer: httpx.Response) -> None:
    """The answer is one the document lists for its operation, and is as it says."""
    method, raw = answer.request.method, answer.request.url.raw_path.decode().split("?")[0]
    path = declared(made, method, raw)
    if not path:
        assert answer.status_code in (404, 405), f"{method} {raw} is not in the document"
        return
    listed = made["paths"][path][method.lower()]["responses"].get(str(answer.status_code))
    if listed is None and answer.status_code == 404 and answer.json()["type"].endswith("/not-found"):
        return  # a path parameter that made it another address
    assert listed is not None, f"{method} {path}: {answer.status_code} is not listed: {answer.text}"
    if answer.status_code in (204, 304):
        assert answer.content == b""
        return
    schema = listed["content"][answer.headers["content-type"]]["schema"]
    Draft202012Validator({**schema, "components": made["components"]}).validate(answer.json())


class Api:
    """Asks with one key. An answer that the document does not have is an error."""

    def __init__(self, url: str, name: str, key: str) -> None:
        self.name, self.key = name, key
        self._url = url
        self.http = httpx.Client(
            base_url=f"{url}/api/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=PATIENCE,
            event_hooks={"response": [self._seen]},
        )

    def _seen(self, answer: httpx.Response) -> None:
        answer.read()
        conforms(document_of(self._url), answer)

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
