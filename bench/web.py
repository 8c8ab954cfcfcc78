"""Pages: how heavy they are for a phone, and how long the server takes for each, with 40,000 holders
registered and the season half over. One visitor at a time, over one kept connection."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from math import ceil
from urllib.parse import urlencode

import psutil

from bench.branch import busy_branch, opened
from bench.busy import NOW, cards
from bench.served import WEB, process, wait_for_web
from queueing.settings import Settings
from queueing.system import System
from queueing.web import sessions, staff
from queueing.web.guard import HOLDER_COOKIE, STAFF_COOKIE

HOLDERS = 40_000
TIMES = 100
WARM_UP = 10
SLOT = "20180619-1000"
_FIRST_VISIT = re.compile(rb'(?:href|src)="(/static/[^"]+)"')
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """A page: kB as they go over the wire, alone and with everything a first visit loads, and milliseconds
    from the first byte sent to the last byte read. `cpu_ms`: what the web's process worked for a request on
    average, which does not depend on who else uses the machine."""

    page: str
    who: str
    kb: float
    first_visit_kb: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    times: int


@dataclass(frozen=True, slots=True)
class Page:
    """An address, and who asks for it: each with a cookie of their own, taken in turns."""

    address: str
    who: str
    cookies: Sequence[str]
    form: bool = False


def bench_web(
    url: str, holders: int = HOLDERS, times: int = TIMES, tell: Told = lambda line: None
) -> list[Row]:
    """In the (empty) database of `url`."""
    with busy_branch(url, holders, tell) as settings, ExitStack() as stack:
        with closing(opened(settings)) as system:
            pages = _pages(system)
        web = psutil.Process(stack.enter_context(process(WEB, settings, NOW)))
        wait_for_web(settings)
        client = stack.enter_context(closing(Client(settings)))
        return [_measure(client, web, page, times, tell) for page in pages]


def _pages(system: System) -> list[Page]:
    """What is measured: every page of a retiree, and the busiest ones of staff."""
    with system.desk.view() as state:
        free = cards(
            state, lambda one: one.cohort == "tuoguan" and not one.booking and not one.collected, TIMES
        )
        booked = cards(state, lambda one: bool(one.booking and one.booking.told > NOW), TIMES)
        done = cards(state, lambda one: one.place == "handed" and one.channel == "self", TIMES)
        waiting = next(iter(state.visits), "")
    with system.pool.connection() as conn:
        choosing, having, gone = (
            [f"{HOLDER_COOKIE}={sessions.begin(conn, NOW, cards=(card,))}" for card in some]
            for some in (free, booked, done)
        )
        staff.add_account(conn, "bench", "admin", "a long enough one")
        desk = [f"{STAFF_COOKIE}={sessions.begin(conn, NOW, login='bench')}"]
    day = f"{NOW:%Y-%m-%d}"
    return [
        *(Page(address, "everybody", ("",)) for address in ("/", "/faq", "/book", "/book/letter")),
        *(
            Page(address, "holder", choosing)
            for address in ("/my/when", "/my/days", "/my/day/2018-06-19", f"/my/check?slot={SLOT}")
        ),
        *(
            Page(address, "holder", having)
            for address in ("/my", "/my/print", "/my/cancel", "/my/appointment.ics")
        ),
        Page("/my", "holder, collected", gone),
        Page("/my/book", "holder, the form", choosing, form=True),
        Page("/lobby", "everybody", ("",)),
        *(
            Page(address, "staff", desk)
            for address in (
                "/counter",
                f"/counter?card={waiting}",
                "/counter/manifest",
                "/employers",
                "/board",
                f"/changes?day={day}",
                "/lists/phone",
                "/lists/closing",
            )
        ),
    ]


class Client:
    """A browser as far as the wire knows: one connection, compressed answers, and a form's token."""

    def __init__(self, settings: Settings) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=30)
        self._visit, self._token = "", ""

    def close(self) -> None:
        self._http.close()

    def get(self, address: str, cookie: str = "") -> bytes:
        """The answer as it came over the wire."""
        return self._send("GET", address, "", cookie)

    def plain(self, address: str, cookie: str) -> bytes:
        """The page itself."""
        self._http.request("GET", address, headers={"Cookie": cookie})
        return self._http.getresponse().read()

    def form(self, address: str, cookie: str, **fields: str) -> bytes:
        """The answer to a form of our own page."""
        if not self._token:
            self._http.request("GET", "/book")
            answer = self._http.getresponse()
            self._visit = (answer.getheader("Set-Cookie") or "").split(";")[0]
            found = re.search(rb'name="form_token" value="([^"]+)"', answer.read())
            self._token = found.group(1).decode() if found else ""
        body = urlencode({"form_token": self._token, **fields})
        return self._send("POST", address, body, f"{self._visit}; {cookie}")

    def _send(self, method: str, address: str, body: str, cookie: str) -> bytes:
        headers = {"Accept-Encoding": "gzip", "Cookie": cookie}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._http.request(method, address, body or None, headers)
        answer = self._http.getresponse()
        content = answer.read()
        if answer.status not in (200, 303, 409):
            raise RuntimeError(f"{address} answered {answer.status}")
        return content


def _measure(client: Client, web: psutil.Process, page: Page, times: int, tell: Told) -> Row:
    tell(page.address)
    size, worked_before = 0, _worked(web)
    took = []
    for number in range(-min(WARM_UP, times), times):
        cookie = page.cookies[number % len(page.cookies)]
        begun = time.perf_counter()
        if page.form:
            content = client.form(page.address, cookie, slot=SLOT, instead="")
        else:
            content = client.get(page.address, cookie)
        spent = time.perf_counter() - begun
        if number == -1:
            worked_before = _worked(web)
        if number >= 0:
            took.append(1000 * spent)
            size = max(size, len(content))
    worked = _worked(web) - worked_before
    took.sort()
    return Row(
        page=page.address.split("?card=")[0],
        who=page.who,
        kb=round(size / 1000, 1),
        first_visit_kb=round((size + _assets(client, page)) / 1000, 1),
        p50_ms=round(took[len(took) // 2], 1),
        p95_ms=round(took[ceil(0.95 * len(took)) - 1], 1),
        cpu_ms=round(1000 * worked / times, 1),
        times=times,
    )


def _worked(process: psutil.Process) -> float:
    """Seconds of a processor the process has used."""
    used = process.cpu_times()
    return float(used.user + used.system)


def _assets(client: Client, page: Page) -> int:
    """Bytes of whatever the page makes a browser load that comes for the first time."""
    if page.form:
        return 0
    html = client.plain(page.address, page.cookies[0])
    return sum(len(client.get(asset.decode())) for asset in sorted(set(_FIRST_VISIT.findall(html))))
