"""The OpenAPI 3.1 document, made from the operations."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from queueing.web.api.examples import add_examples
from queueing.web.api.keys import SCOPES

VERSION = "1.0.0"
TAGS = {
    "slots": "Slots, what is free, and places kept for a holder.",
    "cards": "Which card somebody has. No name, phone or ID number comes out.",
    "bookings": "Make, look at, move and cancel bookings.",
    "counter": "Check-in, tickets, calls, hand-overs, no-shows.",
    "employers": "Employers that collect for their retirees.",
    "statistics": "Numbers of days, and the feed of everything that happened.",
    "webhooks": "Being told what happens.",
}
ABOUT = """
The branch's queue for the bank's own systems: the same rules and the same numbers as its pages.

Every request carries a key: `Authorization: Bearer qk_…`. Whatever changes something takes an
`Idempotency-Key`.
What goes wrong is answered with problem details (RFC 9457); their types are listed under `/api/problems`.
Texts
for people are in Chinese (zh-CN). Moments carry the branch's offset (+08:00).
"""
_SCOPES = "\n".join(f"- `{name}`: {text}" for name, text in SCOPES.items())
PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "What is wrong and what to do (RFC 9457). Refusals carry their ids and dates as further "
    "fields.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/api/problems/slot-full"]},
        "title": {"type": "string", "examples": ["时段已约满"]},
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "examples": [409]},
        "detail": {"type": "string", "examples": ["这个时间段刚刚约满了，请选相近的时间。"]},
        "errors": {
            "type": "array",
            "description": "Where a request is wrong.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body."},
                    "parameter": {"type": "string"},
                    "in": {"enum": ["query", "path", "header", "cookie"]},
                    "detail": {"type": "string"},
                },
            },
        },
    },
    "additionalProperties": True,
}


@cache
def document(app: FastAPI) -> dict[str, Any]:
    """The document of an application."""
    made = get_openapi(
        title="Queueing API",
        version=VERSION,
        openapi_version="3.1.0",
        description=ABOUT.strip(),
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        servers=[{"url": "/api", "description": "This installation"}],
    )
    parts = made.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    parts["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "qk_<id>_<secret>",
            "description": f"An API key. Its scopes:\n\n{_SCOPES}",
        }
    }
    for path in made["paths"].values():
        for one in path.values():
            one.pop("x-idempotent", None)
    add_examples(made)
    return made


def operations(made: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) of everything in a document, in its order."""
    return [(method, path, one) for path, all_of in made["paths"].items() for method, one in all_of.items()]
