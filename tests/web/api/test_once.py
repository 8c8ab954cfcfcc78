"""A request with an Idempotency-Key is done once, however often it is asked, wherever we die and however slow
we are."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import psycopg
import pytest

from queueing.web.api import ledger
from queueing.web.api.ledger import Ledger
from tests.patience import PATIENCE, eventually
from tests.web.api.client import Api, new_key, problem
from tests.web.world import World


def calls(world: World, employer: str) -> int:
    with world.system.desk.view() as state:
        return state.employers[employer].calls


def test_asked_again_it_is_answered_the_same_and_done_once(world: World, api: Api) -> None:
    world.employer("e910", "甲")
    first = api.post("/employers/e910/calls", {"outcome": "no_answer"}, key="call-1")
    again = api.post("/employers/e910/calls", {"outcome": "no_answer"}, key="call-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert "idempotent-replayed" not in first.headers and again.headers["idempotent-replayed"] == "true"
    assert calls(world, "e910") == 1


def test_without_a_key_it_is_done_twice(world: World, api: Api) -> None:
    """The control: what the key is for."""
    world.employer("e911", "甲")
    answers = [api.post("/employers/e911/calls", {"outcome": "no_answer"}) for _ in range(2)]
    assert answers[0].json()["position"] < answers[1].json()["position"]
    assert calls(world, "e911") == 2
    card = world.person()
    hand_over = {"card": card, "ids_seen": ["holder"]}
    assert api.post("/collections", hand_over).status_code == 201
    problem(api.post("/collections", hand_over), 409, "already-collected")


def test_a_refusal_is_kept_too(world: World, api: Api) -> None:
    card = world.person()
    number = api.post("/bookings", {"card": card, "slot": "20180620-0930"}).json()["booking"]
    other = {"card": card, "slot": "20180620-1000"}
    problem(api.post("/bookings", other, key="refused"), 409, "already-booked")
    api.post(f"/bookings/{number}/cancel")
    answer = api.post("/bookings", other, key="refused")
    problem(answer, 409, "already-booked")
    assert answer.headers["idempotent-replayed"] == "true"
    assert api.post("/bookings", other, key="a new one").status_code == 201


def test_the_same_key_for_something_else_is_refused(world: World, api: Api) -> None:
    card, other = world.person(), world.person()
    api.post("/bookings", {"card": card, "slot": "20180620-1015"}, key="mine")
    problem(
        api.post("/bookings", {"card": other, "slot": "20180620-1015"}, key="mine"),
        422,
        "idempotency-key-reused",
    )
    problem(api.post("/arrivals", {"card": card}, key="mine"), 422, "idempotency-key-reused")
    same_words = Api.of(world).post("/bookings", {"card": other, "slot": "20180620-1015"}, key="mine")
    assert same_words.status_code == 201, "keys of another system are others"


def test_a_request_that_was_no_proper_one_may_be_put_right(world: World, api: Api) -> None:
    card = world.person()
    problem(api.post("/bookings", {"card": card}, key="typo"), 422, "invalid-request")
    assert api.post("/bookings", {"card": card, "slot": "20180620-1030"}, key="typo").status_code == 201


def test_of_many_at_the_same_time_one_is_done(world: World, api: Api) -> None:
    world.employer("e912", "甲")

    def ask(_: int) -> httpx.Response:
        return api.post("/employers/e912/calls", {"outcome": "answered"}, key="crowd")

    with ThreadPoolExecutor(12) as crew:
        answers = list(crew.map(ask, range(24)))
    assert {one.status_code for one in answers} <= {201, 409}
    assert calls(world, "e912") == 1
    for waiting in (one for one in answers if one.status_code == 409):
        problem(waiting, 409, "request-in-progress")
        assert waiting.headers["retry-after"] == "1"
    assert len({one.text for one in answers if one.status_code == 201}) == 1


def test_a_key_is_forgotten_after_a_day(world: World, api: Api) -> None:
    world.employer("e913", "甲")
    api.post("/employers/e913/calls", {"outcome": "no_answer"}, key="daily")
    world.at(world.clock.now + timedelta(hours=23))
    api.post("/employers/e913/calls", {"outcome": "no_answer"}, key="daily")
    assert calls(world, "e913") == 1
    world.at(world.clock.now + timedelta(hours=2))
    again = api.post("/employers/e913/calls", {"outcome": "no_answer"}, key="daily")
    assert again.status_code == 201 and "idempotent-replayed" not in again.headers
    assert calls(world, "e913") == 2


def test_an_answer_that_could_not_be_written_is_found_in_the_log(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store goes away between the decision and the answer."""
    world.employer("e914", "甲")

    async def gone(*_: object) -> None:
        raise psycopg.OperationalError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "finish", gone)
        problem(api.post("/employers/e914/calls", {"outcome": "answered"}, key="lost"), 503, "unavailable")
    problem(
        api.post("/employers/e914/calls", {"outcome": "answered"}, key="lost"), 409, "request-in-progress"
    )
    world.at(world.clock.now + ledger.LEASE + timedelta(seconds=1))
    answer = api.post("/employers/e914/calls", {"outcome": "answered"}, key="lost")
    assert answer.status_code == 201 and [one["kind"] for one in answer.json()["facts"]] == [
        "employer-called"
    ]
    assert calls(world, "e914") == 1
    assert api.post("/employers/e914/calls", {"outcome": "answered"}, key="lost").json() == answer.json()


@pytest.mark.parametrize(("when", "done_before"), [("before", False), ("after", True)])
def test_a_web_process_killed_at_the_worst_moment(world: World, when: str, done_before: bool) -> None:
    """A real process dies by SIGKILL just before the decision, or between it and the answer. Another one is
    asked again: done once, and answered as it would have been."""
    employer = f"e92{int(done_before)}"
    world.employer(employer, "甲")
    name, key = new_key(world)
    doomed = subprocess.Popen(
        [sys.executable, "-m", "tests.web.api.doomed", when],
        env={**os.environ, "DATABASE_URL": world.system.url, "VAR_DIR": str(world.system.var_dir)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert doomed.stdout is not None
    with doomed.stdout:
        url = doomed.stdout.readline().strip()
        dying = Api(url, name, key)
        with pytest.raises(httpx.TransportError):
            dying.post(f"/employers/{employer}/calls", {"outcome": "answered"}, key="killed")
        assert doomed.wait(PATIENCE) == -signal.SIGKILL
        dying.close()
    time.sleep(0.1)
    assert calls(world, employer) == int(done_before)
    api = Api(world.url, name, key)
    problem(
        api.post(f"/employers/{employer}/calls", {"outcome": "answered"}, key="killed"),
        409,
        "request-in-progress",
    )
    world.at(world.clock.now + ledger.LEASE + timedelta(seconds=1))
    answer = api.post(f"/employers/{employer}/calls", {"outcome": "answered"}, key="killed")
    api.close()
    assert answer.status_code == 201 and len(answer.json()["facts"]) == 1
    assert calls(world, employer) == 1


def test_requests_that_two_processes_take_in_another_order_are_both_answered(world: World) -> None:
    """Another process holds one row and wants ours, while we want its: a deadlock, of which we are the one
    PostgreSQL ends."""
    site: Any = SimpleNamespace(db=world.system.pool.connection)
    ours, theirs = ledger.Request("a" * 32, b"1"), ledger.Request("b" * 32, b"2")
    nobody: Any = None
    now = world.clock.now
    ledger._write(site, [ledger._Claim(theirs, nobody)], now)
    with psycopg.connect(world.system.url) as other, ThreadPoolExecutor(1) as we:
        other.execute("SET deadlock_timeout = '1min'")
        other.execute("UPDATE api_requests SET since = since WHERE id = %s", (theirs.id,))
        wishes = [ledger._Claim(one, nobody) for one in (ours, theirs)]
        found = we.submit(ledger._written, site, wishes, now)
        with psycopg.connect(world.system.url, autocommit=True) as watch:
            waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            eventually(lambda: watch.execute(waiting).fetchone())
        held = "INSERT INTO api_requests (id, fingerprint, since, running) VALUES (%s, 'x', %s, true)"
        other.execute(held, (ours.id, now))
        other.rollback()
        turn, running = found.result(PATIENCE)
        assert (turn, running) == (ledger.Turn(ours.id, wishes[0].run, 1), ledger.Claimed.RUNNING)
