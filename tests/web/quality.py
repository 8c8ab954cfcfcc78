"""Looks at every page in every state and writes the table of docs/web-quality.md:

    python -m tests.web.quality

It takes a minute, and needs Chromium. Whatever it finds is written down too, and makes it fail.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from queueing.runtime import embedded
from queueing.settings import project_root
from tests.web.axe import Report, examine
from tests.web.eyes import DESKTOP, PHONE, complaints
from tests.web.states import RETIREE, STATES, State, Visit
from tests.web.windows import own_browser
from tests.web.world import TUESDAY, World, running_world

PAGE = project_root() / "docs" / "web-quality.md"
_BEGIN, _END = "<!-- written by python -m tests.web.quality -->\n", "<!-- until here -->\n"
_HIGH = "document.documentElement.classList.add('high')"


@dataclass(frozen=True)
class Seen:
    """What was found on a page in a state: its address and heading, axe's rules that hold, and whatever is
    wrong."""

    state: State
    path: str
    heading: str
    passed: frozenset[str]
    problems: tuple[str, ...]


def look_at(state: State, world: World, browser: Browser) -> Seen:
    """Open the state in a browser of its own; a retiree has a phone, staff have a desk. What only a change of
    colours can break is looked at again in white on black."""
    world.at(TUESDAY)
    world.catch_up()
    size = PHONE if state.area == RETIREE else DESKTOP
    with own_browser(browser, world, size) as context:
        page = context.new_page()
        state.open(Visit(world, page))
        page.wait_for_load_state()
        path = page.url.removeprefix(world.url).split("?")[0]
        heading = " ".join(page.locator("h1").first.inner_text().split())
        usual = examine(page)
        own = complaints(page) if state.area == RETIREE else []
        page.evaluate(_HIGH)
        high = examine(page, "color-contrast", "color-contrast-enhanced")
    return Seen(
        state, path, heading, usual.passed, (*_problems("", usual), *_problems("high contrast: ", high), *own)
    )


def _problems(where: str, report: Report) -> tuple[str, ...]:
    return tuple(f"{where}{one}" for one in report.violations)


def table(seen: Iterable[Seen]) -> str:
    """One line a page and state, for docs/web-quality.md."""
    lines = [
        "| Page and state | Address | Who | Heading | Rules of axe that hold | Violations |",
        "|---|---|---|---|---|---|",
    ]
    for one in sorted(seen, key=lambda one: one.state.area):
        rules, found = len(one.passed), "<br>".join(text.splitlines()[0] for text in one.problems) or "none"
        state = one.state
        cells = (f"{state.area}: {state.name}", f"`{one.path}`", state.role or "everybody", one.heading)
        lines.append(f"| {' | '.join(cells)} | {rules} | {found} |")
    return "\n".join(lines) + "\n"


def write(text: str) -> None:
    """Put the table where it belongs; everything else on the page stays."""
    page = PAGE.read_text()
    head, rest = page.split(_BEGIN)
    PAGE.write_text(head + _BEGIN + text + _END + rest.split(_END)[1])


def main() -> int:
    """Look at everything; 1 when something is wrong."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with (
        tempfile.TemporaryDirectory(prefix="queueing-quality-") as directory,
        embedded.postgres(Path(directory)) as server,
        running_world(server.url, Path(directory)) as world,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]) as browser,
    ):
        seen = [look_at(one, world, browser) for one in STATES.values()]
    write(table(seen))
    wrong = [f"{one.state.area}: {one.state.name}: {text}" for one in seen for text in one.problems]
    sys.stdout.write("\n".join([*wrong, f"{len(seen)} pages and states, {len(wrong)} problems"]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
