"""How much anybody may send: forms are read whole before it is known who sends them."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 5_000_000
"""More than the largest roster, as a file, a form or a request of another system."""


class BodyLimit:
    """ASGI middleware: whoever reads more than that from a request gets HTTPException 413."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST) -> None:
        self._app, self._largest = app, largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._largest:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
