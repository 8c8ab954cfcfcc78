"""The OpenAPI 3.1 document, made from the operations."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from queueing.web.api.examples import add_examples
from queueing.web.api.keys import SCOPES
from queueing.web.api.said import SCHEMAS, TAGS

VERSION = "1.0.0"
ABOUT = """
网点预约系统给本行其他系统用的接口，和网页同一套规则、同一套数字。

每个请求带密钥：`Authorization: Bearer qk_…`。凡是会改变什么的请求（不是 GET 的），请带上 `Idempotency-Key`：
没收到回答时原样再发一次，不会办两遍。

出错时回答 problem details（RFC 9457），各种问题见 `/api/problems`；其中 `title` 和 `detail` 是给人看的话。
时间都带网点的时差（+08:00）。任何回答里都没有姓名、电话和身份证号。
"""
_SCOPES = "\n".join(f"- `{name}`: {text}" for name, text in SCOPES.items())
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "哪里不对、怎么办（RFC 9457）。因规则不能办的，另有各自的编号和日期。",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/api/problems/slot-full"]},
        "title": {"type": "string", "examples": ["时段已约满"]},
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "examples": [409]},
        "detail": {"type": "string", "examples": ["这个时间段刚刚约满了，请选相近的时间。"]},
        "errors": {
            "type": "array",
            "description": "请求哪里不对。",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "请求内容里的位置（JSON Pointer）。"},
                    "parameter": {"type": "string", "description": "参数的名称。"},
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
        title="社保卡领取预约接口",
        version=VERSION,
        openapi_version="3.1.0",
        description=ABOUT.strip(),
        routes=app.routes,
        tags=[{"name": name, "description": f"{title}：{text}"} for name, (title, text) in TAGS.items()],
        servers=[{"url": "/api", "description": "本网点"}],
    )
    parts = made.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _without_titles(made["paths"])
    for name, schema in schemas.items():
        _without_titles(schema)
        schema["description"] = SCHEMAS.get(name, schema["description"])
    parts["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "qk_<id>_<secret>",
            "description": f"接口密钥，由管理员开。权限：\n\n{_SCOPES}",
        }
    }
    for path in made["paths"].values():
        for one in path.values():
            one.pop("x-idempotent", None)
    add_examples(made)
    return made


def _without_titles(part: Any) -> None:
    """What the library makes of field names is no help to anybody."""
    if isinstance(part, list):
        for one in part:
            _without_titles(one)
    if isinstance(part, dict):
        if isinstance(part.get("title"), str):
            part.pop("title")
        for name, one in part.items():
            if name not in ("example", "examples"):
                _without_titles(one)


def operations(made: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) of everything in a document, in its order."""
    return [(method, path, one) for path, all_of in made["paths"].items() for method, one in all_of.items()]
