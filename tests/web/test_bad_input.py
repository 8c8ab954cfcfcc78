"""Whatever is typed, forged or left out, every page answers with a page: never a failure of ours, and nothing
gets into the log that the read models can't hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel

from queueing.web.api.routes import counter
from queueing.web.app import ROUTERS
from queueing.web.bodies import LARGEST
from queueing.web.routes import audit, counter_actions
from tests.web.api.client import Api
from tests.web.world import TOKEN, Browser, World

ODD = {
    "missing": None,
    "empty": "",
    "NUL": "a\x00b",
    "long": "长" * 5000,
    "negative": "-1",
    "huge": "9" * 40,
    "not a number": "nan",
    "odd digits": "²٣",
    "no such day": "2018-02-30",
    "the first day": "0001-01-01",
    "the last day": "9999-12-31",
    "the last moment": "9999-12-31T23:59:59.999999+14:00",
    "a slot of no day": "20189999-9999",
    "markup": "<script>'\";--%",
    "a path": "../../etc/passwd",
}
"""What every field gets. Missing is left out."""
HARD = ("missing", "NUL", "long", "the last day")
"""What it gets in all but the first of several actions of one address."""
LEFT_OUT = {"/my/leave", "/staff/leave", "/accounts/change"}
"""Whoever left, or was put out, can't be tried further."""
SOUND = {
    "slot": "20180611-0900",
    "day": "2018-06-11",
    "first": "2018-06-11",
    "last": "2018-06-12",
    "what": "limit",
    "part": "am",
    "hours": "8:30-11:30",
    "reason": "停电",
    "capacity": "1000",
    "walk_ins": "10",
    "windows": "3",
    "window": "1",
    "quota": "4000",
    "theta": "50",
    "group": "waiting",
    "seen": "1",
    "text": "谁 9:05 本人",
    "count": "1",
    "outcome": "told",
    "seal": "company",
    "next_step": "call_again",
    "next_on": "2018-06-11",
    "when": "2018-06-11T09:00",
    "happened": "2018-06-05T08:00",
    "key": "help",
    "once": "once",
    "name": "系统甲",
    "phone": "15400009999",
    "login": "nobody",
    "role": "counter",
    "password": "a long enough one",
    "scopes": "slots:read",
    "at": "2018-06-05T08:30",
    "time": "08:30",
    "page": "1",
    "q": "王",
    "change": "1",
}
"""What a field has while another is tried."""
INSTEAD = {"/staff": {"password": "a wrong one"}}
"""Whoever signs in anew is somebody else from then on."""
WHOLE = {
    "/changes/preview": "what reason slot day part capacity walk_ins first last windows hours",
    "/changes/apply": "what reason slot day part capacity walk_ins first last windows hours",
    "/counter/outage": "day text seen count who-0 at-0 how-0",
    "/employers/{employer}/roster": "do",
    "/employer/roster": "do",
    "/whatif": "day windows opens closes slot_minutes service limits show walk_ins outage_from outage_to"
    " lost_at employer_cards employer_at full",
}
"""Fields of pages that read the form or the address as a whole."""
PLACES = {
    "/pacing/{action}": ("pause", "resume", "pace"),
    "/limits/{action}": ("pin", "release", "off", "on"),
    "/counter/do/{action}": tuple(counter_actions.ACTIONS),
    "/audit/{kind}/{subject}": ("card", "slot", "employer", "plan", "staff", "api"),
}
"""What stands first in these addresses; other parts are filled from SOUND and tried like fields."""


FILLERS = {
    "action": "pause",
    "card": "nobody",
    "employer": "e901",
    "kind": "csv",
    "subject": "nobody",
    "change": "1",
    "name": "phone",
}
"""What stands in an address when nobody asks who it is about."""


@dataclass(frozen=True)
class Ask:
    """One request: whose browser, how, where, with what, and what is odd about it."""

    who: str
    method: str
    path: str
    fields: dict[str, str]
    odd: str

    def by(self, browser: Browser, token: str) -> int:
        """Send it; the status of the answer."""
        given = self.fields if self.method == "GET" else None
        form = {"form_token": token, **self.fields} if self.method == "POST" else None
        with browser.http.stream(
            self.method, self.path, params=given or None, data=form, follow_redirects=False
        ) as answer:
            return answer.status_code

    def __str__(self) -> str:
        return f"{self.who} {self.method} {self.path[:80]} ({self.odd})"


def routes() -> list[tuple[str, str, list[str]]]:
    """Method, path and field names of every page."""
    found = [
        (min(route.methods or ()), route.path, list(_fields(route)))
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
    ]
    return sorted(one for one in found if one[1] not in LEFT_OUT and not one[1].startswith("/hooks"))


def _fields(route: APIRoute) -> Iterator[str]:
    yield from WHOLE.get(route.path, "").split()
    for one in (*route.dependant.query_params, *route.dependant.body_params):
        kind = one.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from kind.model_fields
        elif one.alias != "file":
            yield one.alias


def who_asks(path: str) -> str:
    """The role whose page it is."""
    if path.startswith(("/my", "/book")):
        return "holder"
    return "employer" if path.split("/")[1] == "employer" else "admin"


def asks(method: str, path: str, names: list[str], sound: dict[str, str]) -> Iterator[Ask]:
    """Each field in turn odd in each way while the others are sound; then each part of the address."""
    first, *rest = re.findall(r"\{(\w+)\}", path) or [""]
    who, fields = who_asks(path), {name: sound[name] for name in names if name in sound}
    for number, place in enumerate(PLACES.get(path, (sound.get(first, "1"),))):
        here = {first: place, **{name: sound.get(name, "1") for name in rest}}
        yield Ask(who, method, _filled(path, here), fields, "sound")
        for name in names:
            for label in HARD if number else ODD:
                odd = ODD[label]
                others = {key: value for key, value in fields.items() if key != name}
                tried = others if odd is None else {**others, name: odd}
                yield Ask(who, method, _filled(path, here), tried, f"{name} {label}")
    for name in filter(None, (first, *rest)):
        for label, odd in ODD.items():
            if odd and len(odd) < 1000:
                values = {other: sound.get(other, "1") for other in (first, *rest)}
                yield Ask(who, method, _filled(path, {**values, name: odd}), fields, f"{name} {label}")


def _filled(path: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return path


@dataclass
class Tried:
    """What was asked, and how it was answered."""

    world: World
    answers: list[tuple[Ask, int]]


@pytest.fixture(scope="module")
def tried(module_world: World) -> Tried:
    """Every page asked in every odd way, by browsers that stay signed in."""
    world = module_world
    employer = "e901"
    world.employer(employer, "吕爱华", "于桂兰", handed=True)
    card = world.person()
    sound = {**SOUND, "card": card, "employer": employer, "subject": card, "slot": SOUND["slot"]}
    people = {
        "admin": world.signed_in("admin"),
        "employer": world.signed_in("employer", employer),
        "holder": world.holder(card),
    }
    people["holder"].get("/book")
    tokens = {who: TOKEN.search(one.page.text)[1] for who, one in people.items()}  # type: ignore[index]
    found = [
        (ask, ask.by(people[ask.who], tokens[ask.who]))
        for method, path, names in routes()
        for ask in asks(method, path, names, {**sound, **INSTEAD.get(path, {})})
    ]
    return Tried(world, found)


def test_no_page_breaks_on_odd_input(tried: Tried) -> None:
    broken = [f"{status} {ask}" for ask, status in tried.answers if status >= 500]
    assert not broken, "\n".join(broken)


def test_whoever_asks_is_let_in(tried: Tried) -> None:
    """Else nothing behind the door was tried."""
    shut = [str(ask) for ask, status in tried.answers if status == 403]
    assert not shut, "\n".join(shut)


def test_the_read_models_go_on_after_it(tried: Tried) -> None:
    """What got into the log can be projected, told and drawn."""
    tried.world.catch_up()


OPEN = ("/", "/faq", "/lobby", "/lobby/live", "/healthz", "/look", "/staff")
"""Everybody's; and whoever signs in, or says whose card it is, starts there."""


def test_nobody_who_has_not_said_who_they_are_gets_further(world: World) -> None:
    stranger = world.browser()
    for method, path, _ in routes():
        if method != "GET" or path in OPEN or path.startswith("/book"):
            continue
        answer = stranger.http.get(_filled(path, {**SOUND, **FILLERS}), follow_redirects=False)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith(("/staff", "/book")), path


def test_no_form_counts_without_the_token_of_its_visitor(world: World) -> None:
    manager = world.signed_in("admin")
    for method, path, names in routes():
        if method == "POST":
            form = {name: SOUND[name] for name in names if name in SOUND}
            answer = manager.http.post(_filled(path, {**SOUND, **FILLERS}), data=form)
            assert answer.status_code == 403, path


def test_what_nobody_foresaw_is_a_page_and_for_a_system_a_problem_without_its_trace(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LookupError("于桂兰")

    monkeypatch.setattr(audit, "find", broken)
    manager = world.signed_in("manager")
    manager.get("/audit")
    assert manager.post("/audit", {"q": "王"}).status_code == 500
    assert "页面出了点问题" in manager.text and manager.page.headers["content-security-policy"]
    api = Api.of(world)
    monkeypatch.setattr(counter, "hall", broken)
    answer = api.get("/queue")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    for text in (manager.page.text, answer.text):
        assert "LookupError" not in text and "于桂兰" not in text and "Traceback" not in text


FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"
FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'


@pytest.mark.parametrize(
    ("path", "kind", "head", "piece"),
    [
        ("/staff", FORM, b"a=1", b"&a=" + b"x" * 500_000),
        ("/employer/roster-file", PARTS, FILE, b"x" * 500_000),
        ("/api/v1/bookings", "application/json", b"[", b"x" * 500_000),
    ],
)
def test_nobody_may_send_more_than_any_roster_is_large(
    world: World, path: str, kind: str, head: bytes, piece: bytes
) -> None:
    """Forms are read before it is known who sends them; a file would fill the disk."""

    def pieces() -> Iterator[bytes]:
        yield head
        for _ in range(2 * LARGEST // len(piece)):
            yield piece

    key = {"authorization": f"Bearer {Api.of(world).key}"} if "/api/" in path else {}
    answer = world.browser().http.post(path, content=pieces(), headers={"content-type": kind, **key})
    assert answer.status_code == 413
