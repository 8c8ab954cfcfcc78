"""What the API is measured against: a booking service as one would write it by hand, Starlette and psycopg,
one guarded statement a booking. No keys, no rules but the two that race, no history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import uvicorn
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from queueing.settings import Settings

CONNECTIONS = 8
TABLES = """
DROP TABLE IF EXISTS plain_bookings, plain_slots;
CREATE TABLE plain_slots (id text PRIMARY KEY, capacity int NOT NULL, booked int NOT NULL DEFAULT 0);
CREATE TABLE plain_bookings (
    id bigserial PRIMARY KEY, card text NOT NULL UNIQUE, slot text NOT NULL, at timestamptz NOT NULL);
"""
_BOOK = """
WITH taken AS (UPDATE plain_slots SET booked = booked + 1 WHERE id = %s AND booked < capacity RETURNING id)
INSERT INTO plain_bookings (card, slot, at) SELECT %s, id, now() FROM taken RETURNING id
"""


def create(url: str) -> Starlette:
    """The service."""
    pool = AsyncConnectionPool(url, min_size=CONNECTIONS, max_size=CONNECTIONS, open=False)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with pool:
            yield

    async def book(request: Request) -> JSONResponse:
        wanted = await request.json()
        try:
            async with pool.connection() as connection:
                cursor = await connection.execute(_BOOK, (wanted["slot"], wanted["card"]), prepare=True)
                row = await cursor.fetchone()
        except psycopg.errors.UniqueViolation:
            row = None
        return JSONResponse({"booking": row[0]} if row else {"title": "full"}, 201 if row else 409)

    return Starlette(routes=[Route("/api/v1/bookings", book, methods=["POST"])], lifespan=lifespan)


def main() -> None:
    """Serve until killed."""
    settings = Settings.from_env()
    app = create(settings.database_url or "")
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
