"""Whether we can serve people."""

from __future__ import annotations

import psycopg
from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from psycopg_pool import PoolTimeout

from queueing import words
from queueing.web.site import TheSite

router = APIRouter()


@router.get("/healthz")
def healthz(site: TheSite) -> PlainTextResponse:
    """200 while PostgreSQL answers."""
    try:
        with site.db() as conn:
            conn.execute("SELECT 1")
    except (psycopg.Error, PoolTimeout):
        return PlainTextResponse(words.UNAVAILABLE, 503)
    return PlainTextResponse("ok")
