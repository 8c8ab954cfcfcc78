"""Each operation that is no GET: asked again, asked otherwise, by many, and of a process that dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from queueing.domain.booking import BookSlot
from queueing.domain.counter import ArriveHolder, CallHolder
from queueing.domain.handover import HandOver
from queueing.web.api import ledger
from queueing.web.api.app import OPERATIONS
from queueing.web.api.route import ApiRoute
from tests.patience import PATIENCE
from tests.web.api.client import Api, new_key, problem
from tests.web.world import World

Made = tuple[str, str, Any]
Maker = Callable[[World, Api], Made]
HOOK = {"url": "https://93.184.215.14/hook", "kinds": ["slot-booked"]}


def _booked(world: World, slot: str = "20180621-0930") -> tuple[str, int]:
    card = world.person()
    world.do(BookSlot(card, slot))
    return card, world.card(card).booking.number


def _waiting(world: World, window: str = "") -> str:
    card, _ = _booked(world, "20180605-0930")
    world.do(ArriveHolder(card))
    if window:
        world.do(CallHolder(card, window))
    return card


def _collected(world: World) -> str:
    card = world.person()
    world.do(HandOver(card, "self", holder_id_seen=True))
    return card


def _employer(world: World, *, handed: bool = False) -> tuple[str, list[str]]:
    name = f"e{next(world.numbers) + 5000}"
    return name, world.employer(name, "甲", "乙", handed=handed)


def _hook(api: Api) -> str:
    return str(api.post("/webhooks", HOOK).json()["id"])


def _roster(world: World) -> Made:
    name, cards = _employer(world, handed=True)
    return "POST", f"/employers/{name}/rosters", {"issued": cards[:1], "returned": cards[1:]}


def _no_show(world: World) -> tuple[str, int]:
    """A booking whose time is over."""
    card, number = _booked(world, "20180605-1000")
    world.at(world.clock.now.replace(hour=11))
    return card, number


def _undo_no_show(world: World, api: Api) -> Made:
    card, number = _no_show(world)
    assert api.post("/no-shows", {"booking": number}).status_code == 201
    return "POST", f"/no-shows/{card}/undo", {"reason": "按错了"}


MAKERS: dict[tuple[str, str], Maker] = {
    ("POST", "/bookings"): lambda w, a: ("POST", "/bookings", {"card": w.person(), "slot": "20180621-1000"}),
    ("POST", "/bookings/{number}/move"): lambda w, a: (
        "POST", f"/bookings/{_booked(w)[1]}/move", {"slot": "20180622-1000"},
    ),
    ("POST", "/bookings/{number}/cancel"): lambda w, a: ("POST", f"/bookings/{_booked(w)[1]}/cancel", None),
    ("POST", "/offers"): lambda w, a: ("POST", "/offers", {"card": w.person()}),
    ("POST", "/cards/lookup"): lambda w, a: ("POST", "/cards/lookup", {"phone": w.phone(w.person())}),
    ("POST", "/arrivals"): lambda w, a: ("POST", "/arrivals", {"card": _booked(w, "20180605-1000")[0]}),
    ("POST", "/arrivals/{card}/undo"): lambda w, a: (
        "POST", f"/arrivals/{_waiting(w)}/undo", {"reason": "点错了人"},
    ),
    ("POST", "/tickets"): lambda w, a: ("POST", "/tickets", {"card": w.person()}),
    ("POST", "/calls"): lambda w, a: (
        "POST", "/calls", {"card": _waiting(w), "window": f"w{next(w.numbers)}"},
    ),
    ("POST", "/calls/{card}/withdraw"): lambda w, a: (
        "POST", f"/calls/{_waiting(w, f'v{next(w.numbers)}')}/withdraw", None,
    ),
    ("POST", "/visits/{card}/end"): lambda w, a: ("POST", f"/visits/{_waiting(w)}/end", None),
    ("POST", "/collections"): lambda w, a: (
        "POST", "/collections", {"card": w.person(), "ids_seen": ["holder"]},
    ),
    ("POST", "/collections/{card}/undo"): lambda w, a: (
        "POST", f"/collections/{_collected(w)}/undo", {"reason": "按错了"},
    ),
    ("POST", "/activations"): lambda w, a: ("POST", "/activations", {"cards": [_collected(w)]}),
    ("POST", "/no-shows"): lambda w, a: ("POST", "/no-shows", {"booking": _no_show(w)[1]}),
    ("POST", "/no-shows/{card}/undo"): _undo_no_show,
    ("POST", "/employers/{employer}/calls"): lambda w, a: (
        "POST", f"/employers/{_employer(w)[0]}/calls", {"outcome": "answered"},
    ),
    ("POST", "/employers/{employer}/appointments"): lambda w, a: (
        "POST", f"/employers/{_employer(w)[0]}/appointments", {"when": "2018-06-20T10:00:00+08:00"},
    ),
    ("POST", "/employers/{employer}/hand-overs"): lambda w, a: (
        "POST", f"/employers/{_employer(w)[0]}/hand-overs", {"clerk_id_seen": True, "seal": "company"},
    ),
    ("POST", "/employers/{employer}/rosters"): lambda w, a: _roster(w),
    ("POST", "/webhooks"): lambda w, a: ("POST", "/webhooks", HOOK),
    ("DELETE", "/webhooks/{hook}"): lambda w, a: ("DELETE", f"/webhooks/{_hook(a)}", None),
    ("POST", "/webhooks/{hook}/test"): lambda w, a: ("POST", f"/webhooks/{_hook(a)}/test", None),
    ("POST", "/webhooks/{hook}/redeliver"): lambda w, a: (
        "POST", f"/webhooks/{_hook(a)}/redeliver", {"after": 0},
    ),
    ("POST", "/webhooks/{hook}/rotate"): lambda w, a: ("POST", f"/webhooks/{_hook(a)}/rotate", {"hours": 1}),
}  # fmt: skip
UNSAFE = {
    (method, route.path)
    for router in OPERATIONS
    for route in router.routes
    if isinstance(route, ApiRoute)
    for method in route.methods - {"GET"}
}


def ask(api: Api, made: Made, key: str) -> httpx.Response:
    method, path, body = made
    return api.http.request(method, path, json=body, headers={"Idempotency-Key": key})


def effects(world: World, api: Api) -> tuple[int, int]:
    """How much has happened: the end of the log, and rows about webhooks."""
    with psycopg.connect(world.system.url) as conn:
        rows = conn.execute(
            "SELECT (SELECT count(*) FROM webhook_subscriptions) + (SELECT count(*) FROM webhook_attempts)"
        ).fetchone()
    return world.system.log.head(), rows[0] if rows else 0


def test_every_operation_that_changes_something_is_here() -> None:
    assert set(MAKERS) == UNSAFE


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Test messages are answered at once: there is no network here."""
    from queueing.webhooks.post import Result

    monkeypatch.setattr("queueing.webhooks.post.send", lambda *_: Result(204))


@pytest.mark.parametrize("operation", sorted(MAKERS), ids="{0[0]} {0[1]}".format)
def test_asked_again_it_is_answered_the_same_and_nothing_happens(
    world: World, api: Api, operation: tuple[str, str]
) -> None:
    made = MAKERS[operation](world, api)
    first = ask(api, made, "again")
    assert first.status_code < 300, first.text
    done = effects(world, api)
    again = ask(api, made, "again")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotent-replayed"] == "true" and "idempotent-replayed" not in first.headers
    other = (made[0], made[1], {"other": 1})
    problem(ask(api, other, "again"), 422, "idempotency-key-reused")
    assert effects(world, api) == done


@pytest.mark.parametrize("operation", sorted(MAKERS), ids="{0[0]} {0[1]}".format)
def test_of_many_at_once_one_is_done(world: World, api: Api, operation: tuple[str, str]) -> None:
    made = MAKERS[operation](world, api)
    with ThreadPoolExecutor(6) as crew:
        answers = list(crew.map(lambda _: ask(api, made, "crowd"), range(12)))
    good = [one for one in answers if one.status_code < 300]
    assert good and len({one.content for one in good}) == 1
    assert sum("idempotent-replayed" not in one.headers for one in good) <= 1
    for waiting in (one for one in answers if one.status_code >= 300):
        problem(waiting, 409, "request-in-progress")
        assert waiting.headers["retry-after"] == "1"
    done = effects(world, api)
    assert ask(api, made, "crowd").content == good[0].content and effects(world, api) == done


WEBHOOKS = [one for one in sorted(MAKERS) if "/webhooks" in one[1] and not one[1].endswith("/test")]


@pytest.mark.parametrize("when", ["before-change", "after-change"])
@pytest.mark.parametrize("operation", WEBHOOKS, ids="{0[0]} {0[1]}".format)
def test_a_process_killed_while_it_changes_a_webhook(
    world: World, operation: tuple[str, str], when: str
) -> None:
    """SIGKILL just before its transaction ends, or just after: done once, answered as it would have been."""
    name, key = new_key(world)
    api = Api(world.url, name, key)
    made = MAKERS[operation](world, api)
    before = effects(world, api)
    doomed = subprocess.Popen(
        [sys.executable, "-m", "tests.web.api.doomed", when],
        env={**os.environ, "DATABASE_URL": world.system.url, "VAR_DIR": str(world.system.var_dir)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert doomed.stdout is not None
    with doomed.stdout:
        dying = Api(doomed.stdout.readline().strip(), name, key)
        with pytest.raises(httpx.TransportError):
            ask(dying, made, "killed")
        assert doomed.wait(PATIENCE) == -signal.SIGKILL
        dying.close()
    deadline = time.monotonic() + 20  # PostgreSQL takes a moment to see that its client is gone
    while True:
        answer = ask(api, made, "killed")
        if when == "after-change" or answer.status_code == 409 or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    if when == "before-change":
        assert effects(world, api) == before
        problem(answer, 409, "request-in-progress")
        world.at(world.clock.now + ledger.LEASE + timedelta(seconds=1))
        answer = ask(api, made, "killed")
    assert answer.status_code in (200, 201, 204), answer.text
    done = effects(world, api)
    assert ask(api, made, "killed").content == answer.content and effects(world, api) == done
    api.close()
