"""One branch with its web server for each file of tests: opening a season takes a second, a person none."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from queueing.web import staff
from queueing.web.routes import who
from tests.web.eyes import PHONE
from tests.web.windows import Open, own_browser
from tests.web.world import TUESDAY, World, running_world


@pytest.fixture(scope="session", autouse=True)
def light_passwords() -> Iterator[None]:
    """Hashing, and answering evenly, cost memory and time on purpose; a test needs neither."""
    usual, evenly = staff._hasher, who.EVENLY
    staff._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    who.EVENLY = 0.0
    yield
    staff._hasher, who.EVENLY = usual, evenly


@pytest.fixture(scope="module")
def module_world(pg_server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    name = f"web_{uuid4().hex}"
    with psycopg.connect(pg_server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        url = urlunsplit(urlsplit(pg_server_url)._replace(path=f"/{name}"))
        directory: Path = tmp_path_factory.mktemp("var")
        with running_world(url, directory) as world:
            yield world
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def world(module_world: World) -> Iterator[World]:
    """The branch on a Tuesday morning."""
    module_world.at(TUESDAY)
    yield module_world
    module_world.close_browsers()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for each file of tests; a window (context) of it costs little. It can't live
    longer: while it does, no test of this thread could run an event loop of its own."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def visit(browser: Browser, world: World) -> Iterator[Open]:
    """Open a page in a browser of its own: `visit(path, DESKTOP, scripts=False)`."""
    contexts: list[BrowserContext] = []

    def open_page(path: str, size: dict[str, int] = PHONE, *, scripts: bool = True) -> Page:
        context = own_browser(browser, world, size, scripts=scripts)
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
