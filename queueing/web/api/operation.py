"""Declaring an operation: its scope, its words, and every problem it may answer with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from fastapi import APIRouter
from fastapi.datastructures import Default
from pydantic import BaseModel

from queueing.domain.refusals import Refusal
from queueing.web.api import problems as p
from queueing.web.api.problems import Kind
from queueing.web.api.route import HEADER, ApiRoute

F = TypeVar("F", bound=Callable[..., Any])
ALWAYS = (p.UNAUTHENTICATED, p.FORBIDDEN, p.INVALID, p.TOO_MANY, p.BROKEN, p.AWAY)
WRITES = (p.STILL_RUNNING, p.TOO_LARGE, p.KEY_REUSED)
_KEY_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "自己定的文字，每个请求一个（建议用 UUID）。"
    "24小时内带着它再问一次，不会再办一遍，得到的是第一次的回答。",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "2c9a9f50-7f0c-4d3e-9b1d-1f2f3f4f5f6f",
}


def router(tag: str) -> APIRouter:
    """A router of operations."""
    return APIRouter(tags=[tag], route_class=ApiRoute)


def operation(
    where: APIRouter,
    method: str,
    path: str,
    scope: str,
    summary: str,
    description: str,
    *,
    status: int = 200,
    may: Sequence[type[Refusal] | Kind] = (),
    gives: type[BaseModel] | None = None,
    also: Mapping[int, str] | None = None,
) -> Callable[[F], F]:
    """Register a function as an operation. `may`: what it can be refused by. Whatever is no GET takes an
    Idempotency-Key. `gives`: what a function that returns a ready answer answers with; `also`: further
    answers that are no problems, by status."""
    writes = method != "GET"
    kinds = [one if isinstance(one, Kind) else p.refused_kind(one) for one in may]
    every = [*ALWAYS, *(WRITES if writes else ()), *kinds]
    extra: dict[str, Any] = {"security": [{"key": [scope]}]}
    if writes:
        extra |= {"x-idempotent": True, "parameters": [_KEY_PARAMETER]}
    return where.api_route(
        path,
        methods=[method],
        status_code=status,
        summary=summary,
        response_description="办好了" if writes else "查到的内容",
        response_model=gives or Default(None),
        description=f"{description}\n\n权限：`{scope}`。",
        responses={
            **{code: {"description": text} for code, text in (also or {}).items()},
            **{code: _response(every, code) for code in sorted({one.status for one in every})},
        },
        openapi_extra=extra,
    )


def _response(kinds: Sequence[Kind], status: int) -> dict[str, Any]:
    here = [one for one in kinds if one.status == status]
    examples = {
        one.name: {
            "value": {
                "type": f"/api/problems/{one.name}",
                "title": one.title,
                "status": status,
                "detail": f"{one.title}。",
            }
        }
        for one in here
    }
    said = {
        "description": "、".join(dict.fromkeys(one.title for one in here)),
        "content": {p.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
    }
    if status in (429, 503) or p.STILL_RUNNING in here:
        said["headers"] = {
            "Retry-After": {"description": "要等的秒数。", "schema": {"type": "integer", "minimum": 1}}
        }
    return said
