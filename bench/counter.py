"""The counter: how long a clerk waits for each action (the form, answered by the screen as its script asks)
with 40,000 holders registered, a day in the middle of the season and forty people in the hall. One clerk, one
kept connection; and how long the live queue takes to be drawn anew."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from math import ceil

import httpx
import psutil

from bench.branch import busy_branch, opened
from bench.busy import NOW, cards
from bench.served import WEB, process, wait_for_web
from queueing.domain import Refusal
from queueing.domain.counter import TicketWalkIn
from queueing.settings import Settings
from queueing.system import System
from queueing.web import sessions, staff
from queueing.web.guard import STAFF_COOKIE
from queueing.web.rendering import IN_PLACE
from queueing.web.routes.counter import WINDOW, _queue
from queueing.web.site import make_site
from queueing.web.unsealed import Unsealed

HOLDERS = 40_000
WAITING = 40
TIMES = 60
WARM_UP = 3
DESK = "9"
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """An action: milliseconds from the key to the last byte of the screen that answers it. `cpu_ms`: what the
    web's process worked for it on average."""

    action: str
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    waiting: int
    times: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who comes without a booking, and what they say."""

    card: str
    name: str
    tail: str


def bench_counter(
    url: str, holders: int = HOLDERS, times: int = TIMES, tell: Told = lambda line: None
) -> list[Row]:
    """In the (empty) database of `url`."""
    with busy_branch(url, holders, tell) as settings, ExitStack() as stack:
        with closing(opened(settings)) as system:
            waiting = _fill_up(system)
            people = _walk_ins(system, times + WARM_UP)
            cookie = _sign_in(system)
            drawn = _redrawn(system, waiting, times)
        web = psutil.Process(stack.enter_context(process(WEB, settings, NOW)))
        wait_for_web(settings)
        clerk = stack.enter_context(closing(Clerk(settings, cookie, web)))
        for number, person in enumerate(people):
            if number == WARM_UP:
                clerk.forget()
            clerk.serve(person)
        return [*clerk.rows(waiting), drawn]


class Clerk:
    """Works through people as a browser does, and looks at the watch."""

    def __init__(self, settings: Settings, cookie: str, web: psutil.Process) -> None:
        address = f"http://127.0.0.1:{settings.port}"
        self._http = httpx.Client(base_url=address, follow_redirects=True, timeout=30)
        self._http.cookies.update({STAFF_COOKIE: cookie, WINDOW: DESK})
        self._http.headers[IN_PLACE] = "1"
        self._web = web
        found = _TOKEN.search(self._http.get("/counter").text)
        self._token = found.group(1) if found else ""
        self.forget()

    def close(self) -> None:
        self._http.close()

    def forget(self) -> None:
        """What was measured so far was warming up."""
        self._took: dict[str, list[tuple[float, float]]] = defaultdict(list)

    def serve(self, person: Person) -> None:
        """From the door to the card, with a slip in between."""
        card = {"card": person.card}
        self._send("find by name", "/counter/find", q=person.name)
        self._send("find by phone or ID tail", "/counter/find", q=person.tail)
        self._send("find by code (scan)", "/counter/find", q="/" + person.card.upper())
        self._send("walk-in ticket", "/counter/do/ticket", **card)
        self._send("call", "/counter/do/call", **card)
        self._send("hand over", "/counter/do/hand_over", **card, how="self", holder_id="1")
        self._send("undo", "/counter/do/undo", **card, reason="按错了")
        self._send("", "/counter/do/call", **card)
        self._send("", "/counter/do/hand_over", **card, how="self", holder_id="1")

    def rows(self, waiting: int) -> list[Row]:
        return [_row(action, took, waiting) for action, took in self._took.items() if action]

    def _send(self, action: str, address: str, **fields: str) -> None:
        worked, begun = _worked(self._web), time.perf_counter()
        answer = self._http.post(address, data={"form_token": self._token, **fields})
        took = time.perf_counter() - begun
        if answer.status_code != 200 or "said bad" in answer.text:
            raise RuntimeError(f"{address} was not done: {answer.status_code}")
        self._took[action].append((1000 * took, 1000 * (_worked(self._web) - worked)))


def _fill_up(system: System) -> int:
    """Tickets until `WAITING` are waiting; how many do."""
    with system.desk.view() as state:
        some = cards(state, lambda one: one.channel == "self" and not one.booking and not one.collected, 400)
    for card in some:
        with system.desk.view() as state:
            missing = WAITING - sum(not visit.window for visit in state.visits.values())
        if missing <= 0:
            break
        with suppress(Refusal):
            system.desk.handle(TicketWalkIn(card), by="staff:bench", via="counter")
    with system.desk.view() as state:
        return sum(not visit.window for visit in state.visits.values())


def _walk_ins(system: System, count: int) -> list[Person]:
    """People booked for today who are not here yet: a ticket is theirs whether or not today is full."""
    with system.desk.view() as state:
        found = [
            card
            for card, one in sorted(state.cards.items())
            if one.booking and one.booking.told.date() == NOW.date() and not one.visit
        ][:count]
    known = system.vault.get_many(found)
    return [Person(card, known[card].name, known[card].id_number[-4:]) for card in found if card in known]


def _sign_in(system: System) -> str:
    with system.pool.connection() as conn:
        staff.add_account(conn, "bench", "counter", "a long enough one")
        return sessions.begin(conn, NOW, login="bench")


def _redrawn(system: System, waiting: int, times: int) -> Row:
    """The piece of the screen that every clerk's browser is sent when somebody comes or is called."""
    site = make_site(system, demo=False)
    return _row(
        "live queue drawn anew",
        list(_drawn(lambda: _queue(site, Unsealed(system.vault), DESK), times)),
        waiting,
    )


def _drawn(draw: Callable[[], object], times: int) -> Iterator[tuple[float, float]]:
    draw()
    for _ in range(times):
        worked, begun = time.process_time(), time.perf_counter()
        draw()
        yield 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - worked)


def _worked(web: psutil.Process) -> float:
    """Seconds of a processor the process has used."""
    used = web.cpu_times()
    return float(used.user + used.system)


def _row(action: str, took: list[tuple[float, float]], waiting: int) -> Row:
    spent = sorted(one for one, _ in took)
    return Row(
        action=action,
        p50_ms=round(spent[len(spent) // 2], 1),
        p95_ms=round(spent[ceil(0.95 * len(spent)) - 1], 1),
        cpu_ms=round(sum(cpu for _, cpu in took) / len(took), 1),
        waiting=waiting,
        times=len(took),
    )
