"""The register of pages and their states: each is opened by the accessibility checks
(tests/web/test_quality.py) and stands in docs/web-quality.md.

To add one, write a line or a function into the module of its area:

    pages("counter", role="counter", found="/counter?q=王")

    @state("counter", "handing over", role="counter")
    def handing_over(visit: Visit) -> None:
        card = visit.world.person()
        visit.world.do(…)
        visit.goto(f"/counter?card={card}")

Each state has the season on a Tuesday morning, people of its own, and a browser of its own that is signed in
as `role` (`holder`, `employer` and everybody sign in by themselves).
`area="retiree"` is held to what retirees need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from playwright.sync_api import Page, expect

from queueing.web import sessions, staff
from queueing.web.guard import HOLDER_COOKIE, STAFF_COOKIE
from tests.web.world import PASSWORD, World

RETIREE = "retiree"


@dataclass
class Visit:
    """A browser's window on the way to a state."""

    world: World
    page: Page

    def goto(self, path: str) -> Page:
        """Open an address of the site."""
        self.page.goto(path)
        return self.page

    def send(self, button: str = "main form button") -> None:
        """Press a button of the page, and wait for what comes of it, be it a page or a part of one."""
        self.page.evaluate("document.querySelector('main > *').setAttribute('data-before', '')")
        self.page.click(button)
        expect(self.page.locator("[data-before]")).to_have_count(0)
        self.page.wait_for_load_state()

    def enter(self, *cards: str) -> None:
        """From here on as the holder of these cards, the first one chosen."""
        with self.world.system.pool.connection() as conn:
            self._cookie(HOLDER_COOKIE, sessions.begin(conn, self.world.clock.now, cards=cards))

    def sign_in(self, role: str, employer: str = "") -> None:
        """From here on as a member of staff, or as an employer's clerk."""
        login = f"seen{role}{employer}{next(self.world.numbers)}"
        with psycopg.connect(self.world.system.url, autocommit=True) as conn:
            staff.add_account(conn, login, role, PASSWORD, employer)
            self._cookie(STAFF_COOKIE, sessions.begin(conn, self.world.clock.now, login=login))

    def _cookie(self, name: str, value: str) -> None:
        self.page.context.add_cookies([{"name": name, "value": value, "url": self.world.url}])


Show = Callable[[Visit], Any]


@dataclass(frozen=True)
class State:
    """A page in a state: how to get there, and who sees it."""

    area: str
    name: str
    role: str
    show: Show

    def open(self, visit: Visit) -> None:
        """Bring a fresh window there."""
        if self.role not in ("", "holder", "employer"):
            visit.sign_in(self.role)
        self.show(visit)


STATES: dict[str, State] = {}


def state(area: str, name: str, role: str = "") -> Callable[[Show], Show]:
    """Register the decorated function as the way to a state."""

    def register(show: Show) -> Show:
        key = f"{area}: {name}"
        if key in STATES:
            raise ValueError(f"there are two states {key!r}")
        STATES[key] = State(area, name, role, show)
        return show

    return register


def pages(area: str, role: str = "", **paths: str) -> None:
    """Register pages that only have to be opened: name=path."""
    for name, path in paths.items():
        state(area, name.replace("_", " "), role)(lambda visit, path=path: visit.goto(path))  # type: ignore[misc]
