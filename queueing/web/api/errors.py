"""Turning whatever goes wrong into a problem: refusals, wrong requests, a store that is away, and what nobody
foresaw. What somebody sent is never repeated: it may hold a person's number."""

from __future__ import annotations

import json
import logging
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from queueing.domain import refusals as r
from queueing.domain.refusals import Refusal
from queueing.errors import UserError
from queueing.log.answers import DeskClosed
from queueing.log.store import LogUnavailable, Overtaken
from queueing.web.api import problems as p
from queueing.web.api.problems import Problem
from queueing.web.site import Site
from queueing.web.unforeseen import Unforeseen

_log = logging.getLogger(__name__)
AWAY_SECONDS = 5
_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, LogUnavailable, DeskClosed)
_HTTP = {401: p.UNAUTHENTICATED, 403: p.FORBIDDEN, 404: p.NOT_FOUND, 405: p.NOT_ALLOWED, 413: p.TOO_LARGE}
_SAID = {
    "missing": "必须填写",
    "json_invalid": "不是有效的 JSON",
    "string_too_long": "太长",
    "string_too_short": "太短或没有填",
    "string_pattern_mismatch": "写法不对",
    "string_type": "应是字符串",
    "int_parsing": "应是整数",
    "int_type": "应是整数",
    "bool_parsing": "应是 true 或 false",
    "bool_type": "应是 true 或 false",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "list_type": "应是数组",
    "too_long": "太多",
    "too_short": "太少",
    "date_parsing": "应是日期，如 2018-06-05",
    "date_from_datetime_parsing": "应是日期，如 2018-06-05",
    "datetime_parsing": "应是时间，如 2018-06-05T09:30:00+08:00",
    "datetime_from_date_parsing": "应是时间，如 2018-06-05T09:30:00+08:00",
    "literal_error": "应是文档列出的值之一",
    "extra_forbidden": "没有这一项",
    "value_error": "填得不对",
    "model_attributes_type": "应是 JSON 对象，请求头要写 Content-Type: application/json",
    "dict_type": "应是 JSON 对象",
}


def register(app: FastAPI) -> None:
    """Tell the application what to answer."""
    for kind in (
        *_AWAY,
        psycopg.DataError,
        Overtaken,
        Problem,
        Refusal,
        UserError,
        RequestValidationError,
        HTTPException,
    ):
        app.add_exception_handler(kind, answer)
    app.add_middleware(Unforeseen, answer=_unforeseen)


def answer(request: Request, error: Exception) -> Response:
    """The problem as an answer."""
    site: Site = request.app.state.site
    problem = problem_of(site, error)
    body = problem.body(site.system.public_url)
    if problem.kind.status >= 500:
        _log.warning("%s answered %s (%s)", request.url.path, problem.kind.name, type(error).__name__)
    return respond(problem.kind.status, body, problem.headers)


def respond(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """A problem on its way out."""
    return Response(
        json.dumps(body, ensure_ascii=False),
        status,
        {"Cache-Control": "no-store", "Content-Language": "zh-CN", **(headers or {})},
        p.MEDIA_TYPE,
    )


def problem_of(site: Site, error: Exception) -> Problem:
    """Which problem an error is."""
    match error:
        case Problem():
            return error
        case Overtaken():
            return p.still_running()
        case Refusal():
            return p.refused(error, _employer_names(site, error))
        case RequestValidationError():
            return Problem(p.INVALID, more={"errors": [_where(one) for one in error.errors()]})
        case psycopg.DataError():
            return Problem(p.INVALID)
        case UserError():
            return Problem(p.INVALID, error.message)
        case HTTPException():
            return Problem(_HTTP.get(error.status_code, p.INVALID), headers=_allow(error))
        case _ if isinstance(error, _AWAY):
            return Problem(p.AWAY, headers={"Retry-After": str(AWAY_SECONDS)})
    return Problem(p.BROKEN)


def _allow(error: HTTPException) -> dict[str, str]:
    return {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}


def _employer_names(site: Site, refusal: Refusal) -> dict[str, str]:
    employer = getattr(refusal, "employer", "")
    if not employer or isinstance(refusal, r.UnknownEmployer):
        return {}
    with site.system.desk.view() as state:
        known = state.employers.get(employer)
    return {employer: known.name} if known else {}


def _where(error: dict[str, Any]) -> dict[str, str]:
    """A JSON pointer into the body, or the name of a parameter; and what is wrong there."""
    place, *path = error["loc"]
    detail = _SAID.get(error["type"], "填得不对")
    if place == "body":
        inside = [] if error["type"] == "json_invalid" else path
        return {"pointer": "#" + "".join(f"/{_escaped(str(one))}" for one in inside), "detail": detail}
    return {"parameter": ".".join(map(str, path)), "in": str(place), "detail": detail}


def _escaped(part: str) -> str:
    return part[:60].replace("~", "~0").replace("/", "~1")


def _unforeseen(request: Request, error: Exception) -> Response:
    """The caller reads a problem; the log has the rest."""
    _log.error("%s %s failed", request.method, request.scope["path"], exc_info=error)
    return answer(request, error)
