"""What every operation of the API has in common: the key is checked before anything else, and a request with
an Idempotency-Key is done once and answered as often as it is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from queueing.domain import Command, State
from queueing.log.answers import Outcome
from queueing.web.api import errors, ledger
from queueing.web.api import problems as p
from queueing.web.api.access import Doorman
from queueing.web.api.keys import Key
from queueing.web.api.ledger import Answer, Claimed, End, Ledger
from queueing.web.site import Site, site_of

MOST_BYTES = 4_000_000
"""A roster of the largest employer is a tenth of it."""
LONGEST_KEY = 255
HEADER = "Idempotency-Key"
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(slots=True)
class Caller:
    """A system that asks. `request` is the id its events carry; `again`: they may be in the log already."""

    site: Site
    key: Key
    request: str = ""
    again: bool = False

    async def act(self, command: Command | Callable[[State], Command]) -> Outcome:
        """Have something decided, once. A command may be made from the state of the moment."""
        if self.again and (done := await self._done()):
            return done
        if not isinstance(command, Command):
            with self.site.system.desk.view() as state:
                command = command(state)
        desk = self.site.system.desk
        return await desk.ask(command, by=self.key.by, via=self.key.channel, request=self.request)

    async def _done(self) -> Outcome | None:
        """What the log has of this request."""
        found = await run_in_threadpool(self.site.system.log.history, f"request:{self.request}")
        return Outcome(tuple(event for _, event in found), found[-1].position) if found else None


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

        async def handle(request: Request) -> Response:
            site = site_of(request)
            doorman: Doorman = request.app.state.doorman
            caller = Caller(site, await doorman.admit(request, scope))
            request.state.caller = caller
            await _check_size(request)
            text = request.headers.get(HEADER, "").strip()
            if once and text:
                return await _once(request, caller, text, plain)
            return await plain(request)

        return handle


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
        return _replayed(claimed)
    if claimed is Claimed.OTHER:
        raise p.Problem(p.KEY_REUSED)
    if claimed is Claimed.RUNNING:
        raise p.Problem(p.STILL_RUNNING, headers={"Retry-After": "1"})
    caller.request, caller.again = asked.id, claimed is Claimed.AGAIN
    end: Answer | End = End.UNKNOWN
    try:
        response, end = await _answered(request, plain, caller.site)
    finally:
        await book.finish(caller.site, asked, end)
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
        if errors.is_worth_keeping(problem.kind):
            return response, Answer(response.status_code, bytes(response.body))
        return response, End.UNKNOWN if problem.kind.status >= 500 else End.FORGOTTEN
    return response, Answer(response.status_code, bytes(response.body))


def _replayed(kept: Answer) -> Response:
    kind = p.MEDIA_TYPE if kept.status >= 400 else "application/json"
    return Response(kept.body, kept.status, {"Idempotent-Replayed": "true"}, kind)
