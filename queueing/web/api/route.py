"""What every operation of the API has in common: the key is checked before anything else, and a request with
an Idempotency-Key is done once and answered as often as it is asked."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from psycopg import Connection as _Connection
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from queueing.domain import Command, State
from queueing.log.answers import Outcome
from queueing.web.api import errors, ledger
from queueing.web.api import problems as p
from queueing.web.api.access import Doorman
from queueing.web.api.calls import Calls
from queueing.web.api.keys import Key
from queueing.web.api.ledger import Answer, Claimed, End, Ledger, Turn
from queueing.web.site import Site, site_of

MOST_BYTES = 4_000_000
"""A roster of the largest employer is a tenth of it."""
LONGEST_KEY = 255
HEADER = "Idempotency-Key"
Handler = Callable[[Request], Awaitable[Response]]
Connection = _Connection[Any]


@dataclass(slots=True)
class Caller:
    """A system that asks. `turn`: the claim of its Idempotency-Key, if it sent one; `kept`: the answer is
    kept already."""

    site: Site
    key: Key
    turn: Turn | None = None
    kept: bool = False

    async def act(self, command: Command | Callable[[State], Command]) -> Outcome:
        """Have something decided, once. A command may be made from the state of the moment."""
        if self.turn and self.turn.before and (done := await self._done(self.turn)):
            return done
        if not isinstance(command, Command):
            with self.site.system.desk.view() as state:
                command = command(state)
        desk, request = self.site.system.desk, self.turn.name if self.turn else ""
        return await desk.ask(command, by=self.key.by, via=self.key.channel, request=request)

    async def _done(self, turn: Turn) -> Outcome | None:
        """What the log has of this request by earlier attempts, which add nothing any more."""
        log = self.site.system.log
        for name in turn.before:
            if found := await run_in_threadpool(log.history, f"request:{name}"):
                return Outcome(tuple(event for _, event in found), found[-1].position)
        return None

    def change(self, status: int, work: Callable[[Connection], BaseModel | None]) -> Response:
        """Change something in tables, once: the change and its answer are stored together. `work` gives what
        is answered, and must do nothing that the transaction can't take back."""
        with self.site.db() as conn, conn.transaction():
            if self.turn:
                ledger.hold(conn, self.turn)
            made = work(conn)
            answer = Answer(status, made.model_dump_json().encode() if made else b"")
            if self.turn:
                ledger.keep(conn, self.site.system.notes, self.turn, answer)
        self.kept = True
        return _json(answer)


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


TheCaller = Annotated[Caller, Depends(_caller)]


class ApiRoute(APIRoute):
    """A route behind a key. Its scope stands in its OpenAPI entry, under `security`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler FastAPI would call, behind the door."""
        plain = super().get_route_handler()
        extra = self.openapi_extra or {}
        scope = extra["security"][0]["key"][0]
        once = bool(extra.get("x-idempotent"))
        operation = f"{min(self.methods or {'GET'})} {self.path}"

        async def handle(request: Request) -> Response:
            site = site_of(request)
            doorman: Doorman = request.app.state.doorman
            caller = Caller(site, await doorman.admit(request, scope))
            request.state.caller = caller
            begun, status = time.perf_counter(), p.BROKEN.status
            try:
                response = await _answer(request, caller, plain, once)
                status = response.status_code
            except Exception as error:
                status = errors.problem_of(site, error).kind.status
                raise
            finally:
                calls: Calls = request.app.state.calls
                calls.note(site, caller.key.id, operation, status, time.perf_counter() - begun)
            return response

        return handle


async def _answer(request: Request, caller: Caller, plain: Handler, once: bool) -> Response:
    await _check_size(request)
    text = request.headers.get(HEADER, "").strip()
    response = await (_once(request, caller, text, plain) if once and text else plain(request))
    response.headers.setdefault("Cache-Control", "no-store")
    return response


async def _check_size(request: Request) -> None:
    """Read the body, as long as it is no larger than it may be."""
    if request.method in ("GET", "HEAD", "DELETE"):
        return
    size, chunks = 0, []
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BYTES:
            raise p.Problem(p.TOO_LARGE)
        chunks.append(chunk)
    request._body = b"".join(chunks)


async def _once(request: Request, caller: Caller, text: str, plain: Handler) -> Response:
    if len(text) > LONGEST_KEY:
        raise p.Problem(p.INVALID, f"{HEADER} 太长，最多{LONGEST_KEY}个字符，建议用 UUID。")
    body = await request.body()
    asked = ledger.request_of(caller.key.id, text, request.method, request.url.path, body)
    book: Ledger = request.app.state.ledger
    claimed = await book.claim(caller.site, asked)
    if isinstance(claimed, Answer):
        return _json(claimed, {"Idempotent-Replayed": "true"})
    if claimed is Claimed.OTHER:
        raise p.Problem(p.KEY_REUSED)
    if not isinstance(claimed, Turn):
        raise p.still_running()
    caller.turn = claimed
    end: Answer | End = End.UNKNOWN
    ours = True
    try:
        response, end = await _answered(request, plain, caller.site)
    finally:
        if not caller.kept:
            ours = await book.finish(caller.site, claimed, end)
    if not ours:  # whoever took over answers
        raise p.still_running()
    return response


async def _answered(request: Request, plain: Handler, site: Site) -> tuple[Response, Answer | End]:
    """The answer, and how the claim ends. What nobody foresaw is raised: its claim stays unknown."""
    try:
        response = await plain(request)
    except Exception as error:
        problem = errors.problem_of(site, error)
        if problem.kind.status == p.BROKEN.status:
            raise
        response = errors.answer(request, error)
        if p.is_worth_keeping(problem.kind):
            return response, Answer(response.status_code, bytes(response.body))
        unknown = problem.kind.status >= 500 or problem.kind is p.STILL_RUNNING
        return response, End.UNKNOWN if unknown else End.FORGOTTEN
    return response, Answer(response.status_code, bytes(response.body))


def _json(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    kind = p.MEDIA_TYPE if answer.status >= 400 else "application/json" if answer.body else None
    return Response(answer.body, answer.status, headers, kind)
