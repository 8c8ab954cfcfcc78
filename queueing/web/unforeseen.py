"""What nobody foresaw: whoever asked still gets an answer of our own."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Unforeseen:
    """ASGI middleware: `answer` (which logs the error) answers whatever no handler did. Inside the other
    middleware, so that its answer is like every other. After an answer has begun nothing can be mended."""

    def __init__(self, app: ASGIApp, answer: Callable[[Request, Exception], Response]) -> None:
        self._app, self._answer = app, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            response = await run_in_threadpool(self._answer, Request(scope, receive), error)
            await response(scope, receive, send)
