"""HTTP by hand on a few kept connections: a client that costs next to nothing beside what it measures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Free = asyncio.Queue[Connection]


@asynccontextmanager
async def connections(port: int, count: int) -> AsyncIterator[Free]:
    """So many connections to this machine."""
    free: Free = asyncio.Queue()
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    for one in opened:
        free.put_nowait(one)
    yield free
    for _, writer in opened:
        writer.close()


async def ask(free: Free, request: bytes) -> None:
    """Send a request and read its answer to the end; anything but 2xx is an error."""
    status = await exchange(free, request)
    if not 200 <= status < 300:
        raise RuntimeError(f"answered {status}")


async def exchange(free: Free, request: bytes) -> int:
    """Send a request and read its answer to the end; its status."""
    reader, writer = await free.get()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        ),
        0,
    )
    await reader.readexactly(length)
    free.put_nowait((reader, writer))
    return int(head.split(b" ", 2)[1])
