"""Whoever was overtaken and lives nevertheless does nothing: neither in the log nor in tables."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from queueing.domain.employers import CallEmployer
from queueing.log.desk import Desk
from queueing.log.store import EventLog, Overtaken
from queueing.web.api import ledger
from queueing.webhooks import delivery, subscriptions
from tests.patience import PATIENCE
from tests.web.api.client import Api, problem
from tests.web.world import World

HOOK = {"url": "https://93.184.215.14/hook", "kinds": ["slot-booked"]}
LATE = ledger.LEASE + timedelta(seconds=1)


class Sleeper:
    """Holds up the first who comes, until it is woken."""

    def __init__(self) -> None:
        self.asleep, self.woken, self.times = threading.Event(), threading.Event(), 0

    def nap(self) -> None:
        self.times += 1
        if self.times == 1:
            self.asleep.set()
            assert self.woken.wait(60)


def overtaken(world: World, ask: Callable[[], httpx.Response], sleeper: Sleeper) -> tuple[Any, Any]:
    """(what the slow one got, what the one after it got)."""
    with ThreadPoolExecutor(1) as crew:
        slow = crew.submit(ask)
        try:
            assert sleeper.asleep.wait(PATIENCE)
            world.at(world.clock.now + LATE)
            second = ask()
        finally:
            sleeper.woken.set()
        return slow.result(30), second


def calls(world: World, employer: str) -> int:
    with world.system.desk.view() as state:
        return state.employers[employer].calls


@pytest.mark.parametrize("fenced", [True, False])
def test_a_slow_decision_is_not_made_twice(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch, fenced: bool
) -> None:
    """Asleep between its claim and its decision. Without the fence, the control, both are stored."""
    employer = f"e94{int(fenced)}"
    world.employer(employer, "甲")
    sleeper, ask = Sleeper(), Desk.ask

    async def slow(self: Desk, *arguments: Any, **more: Any) -> Any:
        await asyncio.to_thread(sleeper.nap)
        return await ask(self, *arguments, **more)

    monkeypatch.setattr(Desk, "ask", slow)
    if not fenced:
        monkeypatch.setattr(EventLog, "bar", lambda *_: None)

    def call() -> httpx.Response:
        return api.post(f"/employers/{employer}/calls", {"outcome": "answered"}, key="slow")

    first, second = overtaken(world, call, sleeper)
    assert second.status_code == 201
    problem(first, 409, "request-in-progress")
    assert calls(world, employer) == (1 if fenced else 2)
    again = call()
    assert again.json() == second.json() and again.headers["idempotent-replayed"] == "true"


def test_a_slow_answer_is_not_kept_over_that_of_whoever_took_over(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asleep between its decision and its answer: the other answers from the log."""
    world.employer("e942", "甲")
    sleeper, finish = Sleeper(), ledger.Ledger.finish

    async def slow(self: ledger.Ledger, *arguments: Any) -> bool:
        await asyncio.to_thread(sleeper.nap)
        return await finish(self, *arguments)

    monkeypatch.setattr(ledger.Ledger, "finish", slow)
    first, second = overtaken(
        world, lambda: api.post("/employers/e942/calls", {"outcome": "answered"}, key="late"), sleeper
    )
    assert second.status_code == 201 and len(second.json()["facts"]) == 1
    problem(first, 409, "request-in-progress")
    assert calls(world, "e942") == 1


def test_a_slow_subscriber_subscribes_once(world: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asleep before its transaction, which finds its claim gone."""
    sleeper, hold = Sleeper(), ledger.hold

    def slow(conn: Any, turn: ledger.Turn) -> None:
        sleeper.nap()
        hold(conn, turn)

    monkeypatch.setattr(ledger, "hold", slow)
    first, second = overtaken(world, lambda: api.post("/webhooks", HOOK, key="slow"), sleeper)
    problem(first, 409, "request-in-progress")
    assert second.status_code == 201
    assert [one["id"] for one in api.get("/webhooks").json()["webhooks"]] == [second.json()["id"]]


def test_a_test_message_asked_for_again_is_the_same_message(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asleep after it sent: the other finds it among the attempts. Asleep before: the receiver knows it."""
    hook = api.post("/webhooks", HOOK).json()["id"]
    sent: list[str] = []
    sleeper, send = Sleeper(), delivery.send_test

    def slow(office: Any, to: Any, name: str = "") -> Any:
        sent.append(name)
        result = send(office, to, name)
        sleeper.nap()
        return result

    monkeypatch.setattr("queueing.web.api.routes.webhooks.delivery.send_test", slow)
    monkeypatch.setattr("queueing.webhooks.post.send", lambda *_: delivery.Result(204))
    _, second = overtaken(world, lambda: api.post(f"/webhooks/{hook}/test", key="test"), sleeper)
    assert second.status_code == 200 and len(second.json()["attempts"]) == 1
    assert len(sent) == 1 and sent[0] in second.json()["attempts"][0]["id"]


def test_what_was_barred_is_not_stored_by_any_desk(world: World) -> None:
    world.employer("e943", "甲")
    system, log = world.system, world.system.log
    log.bar(["x"])
    other = Desk(log, system.season.branch.id, world.clock)

    async def ask(desk: Desk, request: str) -> Any:
        return await desk.ask(CallEmployer("e943", "answered"), by="api:x", via="phone", request=request)

    try:
        for desk in (system.desk, other):
            with pytest.raises(Overtaken):
                asyncio.run(ask(desk, "x"))

        async def together() -> list[Any]:
            asks = [ask(other, "x"), ask(other, "y")]
            return await asyncio.gather(*asks, return_exceptions=True)

        barred, stored = asyncio.run(together())
        assert isinstance(barred, Overtaken) and len(stored.events) == 1, "those beside it go on"
    finally:
        other.close()
    assert calls(world, "e943") == 1


def test_a_claim_is_forgotten_after_a_day_and_its_facts_with_it(world: World, api: Api) -> None:
    """A key used again after a day, whose process then dies, is not answered by yesterday's facts."""
    world.employer("e944", "甲")
    ask = {"outcome": "no_answer"}
    api.post("/employers/e944/calls", ask, key="daily")
    world.at(world.clock.now + ledger.KEPT)
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        api.post("/employers/e944/calls", ask, key="daily")
        conn.execute("UPDATE api_requests SET status = NULL, answer = NULL, run = 'died'")
    assert api.post("/employers/e944/calls", ask, key="daily").status_code == 201
    assert calls(world, "e944") == 3


def test_secrets_are_not_in_the_open_among_the_answers(world: World, api: Api) -> None:
    made = api.post("/webhooks", HOOK, key="secret")
    again = api.post("/webhooks", HOOK, key="secret")
    assert again.json() == made.json() and again.headers["idempotent-replayed"] == "true"
    with psycopg.connect(world.system.url) as conn:
        rows = conn.execute("SELECT answer FROM api_requests WHERE status = 201").fetchall()
    assert rows and not any(made.json()["secret"].encode() in row[0] for row in rows)


def test_a_lost_claim_ends_the_transaction(world: World) -> None:
    with suppress(Overtaken), world.system.pool.connection() as conn, conn.transaction():
        subscriptions.add(conn, world.system.notes, "https://93.184.215.14/", [], 0, world.clock.now, "lost")
        ledger.hold(conn, ledger.Turn("nobody", "x", 1))
    with world.system.pool.connection() as conn:
        assert subscriptions.all_of(conn, "lost") == []
