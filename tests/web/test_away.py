"""PostgreSQL goes away in the middle: one sentence, nothing lost, and all is well when it is back."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from queueing import words
from tests.patience import eventually
from tests.web.world import World, running_world


@pytest.fixture
def own_world(pg_url: str, tmp_path: Path) -> Iterator[World]:
    with running_world(pg_url, tmp_path) as world:
        yield world
        world.close_browsers()


def shut(server: str, url: str, allowed: bool) -> None:
    """Let nobody into the world's database, and throw out who is in; or let everybody in again."""
    name = urlsplit(url).path.strip("/")
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(
            SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(Identifier(name), SQL(str(allowed)))
        )
        if not allowed:
            conn.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def test_a_lost_store_is_one_sentence_and_nothing_is_lost(own_world: World, pg_server_url: str) -> None:
    world = own_world
    card = world.person()
    holder, manager = world.holder(card), world.signed_in("manager")
    token = holder.values("form_token")[0]
    shut(pg_server_url, world.system.url, allowed=False)
    try:
        answer = holder.http.post("/my/book", data={"form_token": token, "slot": "20180612-0930"})
        assert answer.status_code == 503 and words.UNAVAILABLE in answer.text
        for browser, path in ((world.browser(), "/"), (manager, "/board"), (manager, "/counter")):
            assert browser.get(path).status_code == 503, path
            assert words.UNAVAILABLE in browser.text and "Traceback" not in browser.page.text
        health = world.browser().get("/healthz")
        assert health.status_code == 503 and health.text == words.UNAVAILABLE
        assert world.browser().get("/book").status_code == 200, "what needs no store works on"
    finally:
        shut(pg_server_url, world.system.url, allowed=True)
    visitor = world.browser()
    eventually(lambda: visitor.get("/healthz").status_code == 200)
    wanted = {"form_token": token, "slot": "20180612-0930"}
    eventually(lambda: "约好了" in holder.http.post("/my/book", data=wanted).text)
    assert world.card(card).booking.slot == "20180612-0930"
