"""PostgreSQL goes away: one problem that says when to ask again, and all is well when it is back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import eventually
from tests.web.api.client import Api, problem
from tests.web.test_away import shut
from tests.web.world import World, running_world


@pytest.fixture
def own_world(pg_url: str, tmp_path: Path) -> Iterator[World]:
    with running_world(pg_url, tmp_path) as world:
        yield world
        world.close_browsers()


def test_a_lost_store_is_a_problem_and_the_request_is_done_once_it_is_back(
    own_world: World, pg_server_url: str
) -> None:
    world, api = own_world, Api.of(own_world)
    card = world.person()
    assert api.get("/queue").status_code == 200
    wanted = {"card": card, "slot": "20180612-0930"}
    shut(pg_server_url, world.system.url, allowed=False)
    try:
        for answer in (
            api.post("/bookings", wanted, key="x"),
            api.post("/bookings", wanted),
            api.get("/events"),
        ):
            said = problem(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) > 0 and "重做一次不会重复" in said["detail"]
    finally:
        shut(pg_server_url, world.system.url, allowed=True)
    eventually(lambda: api.post("/bookings", wanted, key="x").status_code == 201)
    assert world.card(card).booking.slot == "20180612-0930"
