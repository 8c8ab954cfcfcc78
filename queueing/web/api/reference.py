"""Pages for developers: the reference of the API and the types of its problems, from the same sources as the
API itself."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from queueing.web.api import problems as p
from queueing.web.api.document import document, operations
from queueing.web.api.said import TAGS
from queueing.web.guard import MaybeStaff
from queueing.web.rendering import page

reference = APIRouter(include_in_schema=False)


@reference.get("/v1/openapi.json")
async def openapi(request: Request) -> Response:
    """The document."""
    return JSONResponse(document(request.app))


@reference.get("/v1")
@reference.get("/v1/docs")
def docs(request: Request, staff: MaybeStaff) -> Response:
    """The document as a page."""
    made = document(request.app)
    groups = [
        {"name": name, "title": title, "text": text, "operations": _operations(made, name)}
        for name, (title, text) in TAGS.items()
    ]
    return page(request, "api/reference.html", {"document": made, "groups": groups})


@reference.get("/problems")
def problems(request: Request, staff: MaybeStaff) -> Response:
    """Every type."""
    return page(request, "api/problems.html", {"kinds": p.kinds(), "chosen": ""})


@reference.get("/problems/{name}")
def problem(request: Request, staff: MaybeStaff, name: str) -> Response:
    """Where a type's address leads."""
    if name not in {kind.name for kind in p.kinds()}:
        raise p.Problem(p.NOT_FOUND)
    return page(request, "api/problems.html", {"kinds": p.kinds(), "chosen": name})


def _operations(made: dict[str, Any], tag: str) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
            "method": method.upper(),
            "path": f"/api{path}",
            "scope": one["security"][0]["key"][0],
            "summary": one["summary"],
            "description": one["description"].partition("\n\n权限")[0],
            "parameters": one.get("parameters", []),
            "body": _fields(made, _schema(one.get("requestBody", {}))),
            "answers": [
                (status, answer["description"], _fields(made, _schema(answer)) if status < "300" else [])
                for status, answer in one["responses"].items()
            ],
        }
        for method, path, one in operations(made)
        if tag in one["tags"]
    ]


def _schema(part: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = part.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _fields(made: dict[str, Any], schema: dict[str, Any]) -> list[tuple[str, str, bool, str]]:
    """(name, type, required, description) of an object's fields."""
    whole = made["components"]["schemas"][_name(schema)] if "$ref" in schema else schema
    required = whole.get("required", [])
    return [
        (name, kind_of(one), name in required, one.get("description", ""))
        for name, one in whole.get("properties", {}).items()
    ]


def kind_of(schema: dict[str, Any]) -> str:
    """A type in a few words."""
    if "$ref" in schema:
        return _name(schema)
    if "enum" in schema:
        return " | ".join(f'"{one}"' for one in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(kind_of(one) for one in schema["anyOf"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    if schema.get("type") == "array":
        return f"{kind_of(schema.get('items', {}))}[]"
    return str(schema.get("format") or schema.get("type", "any"))


def _name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[-1]
