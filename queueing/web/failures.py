"""What a person reads when something is wrong: one sentence and a way on, never a stack trace."""

from __future__ import annotations

import logging
from urllib.parse import quote

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException

from queueing import words
from queueing.domain.refusals import Refusal, UnknownCard, UnknownEmployer, UnknownSlot
from queueing.errors import UserError
from queueing.log.answers import DeskClosed
from queueing.log.store import LogUnavailable
from queueing.web.guard import NotYours, SignInNeeded, StaleForm, WhoAreYou
from queueing.web.rendering import page
from queueing.web.staff import Busy
from queueing.web.unforeseen import Unforeseen

_log = logging.getLogger(__name__)

_NOT_FOUND = ("没有这个页面", "地址可能写错了，或者页面已经换了地方，请回到首页重新打开。")
_NOT_YOURS = ("这个页面不归您办理", "您的账号没有这项权限，请换有权限的账号登录，或联系主管。")
_STALE = ("页面放得太久了", "为了安全请返回上一页，刷新后再提交一次；刚才的操作没有生效。")
_BAD_FORM = ("填写的内容不对", "请返回上一页，核对后再提交；刚才的操作没有生效。")
_TOO_MUCH = ("请求太多", "请过几分钟再试。")
_BROKEN = ("页面出了点问题", "工作人员会尽快处理，请稍后再试；急办请打网点电话，或直接到网点。")
_AWAY = ("系统暂时连不上", words.UNAVAILABLE)


def register(app: FastAPI) -> None:
    """Tell the application what to answer."""
    for kind in (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, LogUnavailable, DeskClosed):
        app.add_exception_handler(kind, _away)
    app.add_exception_handler(psycopg.DataError, _unstorable)
    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(WhoAreYou, _who)
    app.add_exception_handler(NotYours, lambda request, error: sorry(request, 403, *_NOT_YOURS))
    app.add_exception_handler(StaleForm, lambda request, error: sorry(request, 403, *_STALE))
    app.add_exception_handler(RequestValidationError, lambda request, error: sorry(request, 422, *_BAD_FORM))
    app.add_exception_handler(UserError, _user_error)
    app.add_exception_handler(Busy, lambda request, error: sorry(request, 503, *_TOO_MUCH))
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(Unforeseen, answer=_broken)


def sorry(request: Request, status: int, title: str, text: str) -> HTMLResponse:
    """The page that says it."""
    try:
        return page(request, "sorry.html", {"title": title, "text": text}, status=status)
    except Exception:
        _log.exception("the page that says sorry failed")
        return HTMLResponse(
            f"<!doctype html><meta charset=utf-8><h1>{title}</h1><p>{text}", status_code=status
        )


def _away(request: Request, error: Exception) -> Response:
    _log.warning("the store can't be reached: %s", type(error).__name__)
    return sorry(request, 503, *_AWAY)


def _unstorable(request: Request, error: Exception) -> Response:
    """What was sent can't be looked up or kept: a NUL character, a number larger than a column."""
    _log.warning("%s %s: %s", request.method, request.url.path, type(error).__name__)
    return sorry(request, 422, *_BAD_FORM)


def _sign_in(request: Request, error: Exception) -> Response:
    back = request.url.path if request.method == "GET" else "/staff"
    return RedirectResponse(f"/staff?next={quote(back)}", 303)


def _who(request: Request, error: Exception) -> Response:
    return RedirectResponse("/book", 303)


def _user_error(request: Request, error: Exception) -> Response:
    return sorry(request, 400, "没有办成", error.message if isinstance(error, UserError) else "")


def _refusal(request: Request, error: Exception) -> Response:
    """A refusal no page expected still is one sentence."""
    status = 404 if isinstance(error, UnknownCard | UnknownEmployer | UnknownSlot) else 409
    return sorry(request, status, "没有办成", words.sentence(error) if isinstance(error, Refusal) else "")


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    texts = {404: _NOT_FOUND, 405: _NOT_FOUND, 403: _NOT_YOURS, 429: _TOO_MUCH, 413: _BAD_FORM}
    return sorry(request, status, *texts.get(status, _BAD_FORM if status < 500 else _BROKEN))


def _broken(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed: %s", request.method, request.url.path, type(error).__name__, exc_info=error)
    return sorry(request, 500, *_BROKEN)
