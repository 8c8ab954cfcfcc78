"""The document says what the API does: it is valid, complete, and every answer is one of those it lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from openapi_spec_validator import validate

from queueing.domain.booking import BookSlot
from queueing.web.api.app import OPERATIONS
from queueing.web.api.document import operations
from queueing.web.api.keys import SCOPES
from queueing.web.api.problems import kinds
from queueing.web.api.said import SCHEMAS
from tests.patience import PATIENCE
from tests.web.api.client import Api, conforms, declared, document_of, problem
from tests.web.api.shapes import of_schema, one_of_known
from tests.web.world import World

MEDIA = "application/problem+json"
WALKED = sorted(
    (method.lower(), f"/v1{route.path}")
    for router in OPERATIONS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z']+(?: [A-Za-z']+){2,}")


@pytest.fixture(scope="module")
def made(module_world: World) -> dict[str, Any]:
    document: dict[str, Any] = document_of(module_world.url)
    return document


@pytest.fixture(scope="module")
def known(module_world: World) -> dict[str, list[Any]]:
    """Real ids of every kind."""
    world = module_world
    cards = [world.person() for _ in range(4)] + world.employer("e930", "甲", "乙", handed=True)
    world.do(BookSlot(cards[0], "20180621-0930"))
    world.do(BookSlot(cards[1], "20180605-0930"))
    numbers = [world.card(card).booking.number for card in cards[:2]]
    return {
        "card": cards,
        "cards": [cards[:2], cards[4:]],
        "slot": ["20180621-0930", "20180622-1000", "20180604-0930"],
        "number": numbers,
        "booking": numbers,
        "employer": ["e930", "e001"],
        "issued": [cards[4:5]],
        "returned": [cards[5:6]],
        "window": ["1", "2"],
        "reason": ["按错了"],
        "from": ["2018-06-05"],
        "to": ["2018-06-08"],
        "url": ["http://127.0.0.1/", "https://10.0.0.1/x", "ftp://x", "https://93.184.215.14/hook"],
        "wait": [0],
        "ids_seen": [["holder"], ["holder", "proxy"], []],
    }


def test_the_document_is_valid_openapi_of_the_api_alone(made: dict[str, Any]) -> None:
    validate(made)
    assert made["openapi"].startswith("3.1")
    assert made["servers"][0]["url"] == "/api"
    assert all(path.startswith("/v1/") for path in made["paths"])
    assert len(operations(made)) == sum(len(router.routes) for router in OPERATIONS) > 35


def test_every_operation_has_words_a_scope_an_example_and_its_problems(made: dict[str, Any]) -> None:
    ids = [one["operationId"] for _, _, one in operations(made)]
    assert len(set(ids)) == len(ids)
    for method, path, one in operations(made):
        assert one["summary"] and len(one["description"]) > 10 and one["tags"], path
        ((scope,),) = [entry["key"] for entry in one["security"]]
        assert scope in SCOPES
        answers = one["responses"]
        assert {"401", "403", "422", "429", "500", "503"} <= set(answers), path
        for status, answer in answers.items():
            if status >= "400":
                assert answer["content"][MEDIA]["examples"], path
        (good,) = [status for status in answers if status < "300"]
        if good != "204":
            assert answers[good]["content"]["application/json"]["example"], path
        if body := one.get("requestBody"):
            assert body["content"]["application/json"]["example"], path
        header = any(part["name"] == "Idempotency-Key" for part in one.get("parameters", []))
        assert ("request-in-progress" in str(answers)) == header
        assert method != "get" or not header


def words_of(part: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Whatever a person reads in the document: (where, text)."""
    for name, one in part.items() if isinstance(part, dict) else enumerate(part):
        here = f"{path}/{name}"
        if name in ("title", "summary", "description", "detail") and isinstance(one, str):
            yield here, one
        elif isinstance(one, dict | list):
            yield from words_of(one, here)


def test_people_read_chinese(made: dict[str, Any]) -> None:
    found = list(words_of(made))
    assert len(found) > 400
    for where, text in found:
        plain = re.sub(r"`[^`]*`|problem details", "", text)
        assert CHINESE.search(text) and not ENGLISH.search(plain), (where, text)
    for kind in kinds():
        assert CHINESE.search(kind.title) and not ENGLISH.search(kind.what_to_do) and kind.what_to_do, kind


def test_every_schema_and_field_that_needs_words_has_them(made: dict[str, Any]) -> None:
    schemas = made["components"]["schemas"]
    assert set(SCHEMAS) == set(schemas) - {"Problem"}
    for method, path, one in operations(made):
        for parameter in one.get("parameters", []):
            assert parameter["description"], (method, path, parameter["name"])


def test_an_answer_that_is_not_declared_is_seen(world: World, api: Api, made: dict[str, Any]) -> None:
    """The control of the client's eye."""
    answer = httpx.get(f"{world.url}/api/v1/queue", headers={"Authorization": f"Bearer {api.key}"})
    conforms(made, answer)
    fewer = {**made, "paths": {"/v1/queue": {"get": {"responses": {"401": {}}}}}}
    with pytest.raises(AssertionError):
        conforms(fewer, answer)
    less = json.loads(json.dumps(made))
    less["components"]["schemas"]["Queue"]["properties"]["windows"] = {"type": "string"}
    with pytest.raises(ValidationError):
        conforms(less, answer)


def test_the_examples_are_what_the_schemas_say(made: dict[str, Any]) -> None:
    for _, path, one in operations(made):
        body = one.get("requestBody", {}).get("content", {}).get("application/json")
        parts = [body] if body else []
        parts += [
            answer["content"]["application/json"]
            for status, answer in one["responses"].items()
            if status < "300" and "content" in answer
        ]
        for part in parts:
            errors = list(
                Draft202012Validator({**part["schema"], "components": made["components"]}).iter_errors(
                    part["example"]
                )
            )
            assert errors == [], path


def asked(
    data: st.DataObject,
    method: str,
    path: str,
    one: dict[str, Any],
    made: dict[str, Any],
    known: dict[str, list[Any]],
) -> tuple[str, dict[str, Any], Any]:
    """(path, query, body) of some request of an operation."""
    query: dict[str, Any] = {}
    for part in one.get("parameters", []):
        name = part["name"]
        if part["in"] == "header" or (name == "wait"):
            continue
        value = data.draw(one_of_known(name, of_schema(part["schema"], made, known), known), name)
        if part["in"] == "path":
            text = str(value).encode(errors="ignore").decode()
            path = path.replace(f"{{{name}}}", quote(text or "-", safe=""))
        elif part.get("required") or data.draw(st.booleans()):
            query[name] = str(value).encode(errors="ignore").decode()
    body = None
    if "requestBody" in one:
        schema = one["requestBody"]["content"]["application/json"]["schema"]
        body = data.draw(one_of_known("", of_schema(schema, made, known), known), "body")
    return path.removeprefix("/v1"), query, body


@pytest.mark.parametrize("number", range(len(WALKED)), ids=[f"{one[0]} {one[1]}" for one in WALKED])
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_whatever_is_asked_the_answer_is_documented_and_never_our_fault(
    module_world: World,
    made: dict[str, Any],
    known: dict[str, list[Any]],
    number: int,
    data: st.DataObject,
) -> None:
    """Every operation, with what its schema lets through and what it does not. The client compares each
    answer with the document."""
    module_world.clock.now = module_world.clock.now.replace(hour=10)
    api = shared_api(module_world)
    method, path = WALKED[number]
    where, query, body = asked(data, method, path, made["paths"][path][method], made, known)
    key = data.draw(st.sampled_from(["", "a", "b", "c"]), "Idempotency-Key")
    answer = api.http.request(
        method, where, params=query, json=body, headers={"Idempotency-Key": key} if key else {}
    )
    assert answer.status_code < 500, answer.text


_shared: dict[str, Api] = {}


def shared_api(world: World) -> Api:
    """One client for all examples."""
    if world.url not in _shared:
        _shared[world.url] = Api.of(world)
    return _shared[world.url]


def test_the_answers_of_a_day_are_as_documented(world: World, api: Api, made: dict[str, Any]) -> None:
    """Success of each operation that has a body to check, one after another."""
    card, other = world.person(), world.person()
    world.employer("e931", "甲")
    world.catch_up()
    number = api.post("/bookings", {"card": card, "slot": "20180625-0930"}).json()["booking"]
    steps: list[tuple[str, str, str, Any]] = [
        ("get", "/slots?from=2018-06-25&to=2018-06-25", "/slots", None),
        ("get", "/slots/20180625-0930", "/slots/{slot}", None),
        ("get", f"/cards/{card}", "/cards/{card}", None),
        (
            "get",
            f"/cards/{other}/availability?from=2018-06-25&to=2018-06-25",
            "/cards/{card}/availability",
            None,
        ),
        ("post", "/offers", "/offers", {"card": other}),
        ("post", "/cards/lookup", "/cards/lookup", {"phone": world.phone(card)}),
        ("get", f"/bookings/{number}", "/bookings/{number}", None),
        ("post", f"/bookings/{number}/move", "/bookings/{number}/move", {"slot": "20180625-1000"}),
        ("post", f"/bookings/{number}/cancel", "/bookings/{number}/cancel", None),
        ("post", "/tickets", "/tickets", {"card": other}),
        ("post", "/calls", "/calls", {"card": other, "window": "91"}),
        ("get", "/queue", "/queue", None),
        ("get", f"/cards/{other}", "/cards/{card}", None),
        ("post", "/collections", "/collections", {"card": other, "ids_seen": ["holder"]}),
        ("post", "/activations", "/activations", {"cards": [other]}),
        ("get", "/employers", "/employers", None),
        ("get", "/employers/e931", "/employers/{employer}", None),
        ("get", "/employers/e931/cards", "/employers/{employer}/cards", None),
        ("get", "/statistics/days/2018-06-25", "/statistics/days/{day}", None),
        ("get", "/events?after=0&limit=200", "/events", None),
        ("get", "/webhooks", "/webhooks", None),
    ]
    for method, where, path, body in steps:
        answer = api.http.request(method, where, json=body)
        assert answer.status_code in (200, 201), (where, answer.text)
        assert declared(made, method, f"/api/v1{where.split('?')[0]}") == f"/v1{path}"


def test_the_reference_is_a_page_of_its_own(world: World, made: dict[str, Any]) -> None:
    page = httpx.get(f"{world.url}/api/v1/docs", timeout=PATIENCE)
    assert page.status_code == 200 and 'lang="zh-CN"' in page.text
    assert all(f"<code>/api{path}</code>" in page.text for path in made["paths"])
    assert "http://" not in page.text.replace(world.system.public_url, "")
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_a_webhook_by_the_api(world: World, api: Api, made: dict[str, Any]) -> None:
    problem(api.post("/webhooks", {"url": "http://127.0.0.1:1/x"}), 422, "bad-webhook-address")
    problem(
        api.post("/webhooks", {"url": "https://93.184.215.14/", "kinds": ["no-such"]}), 422, "invalid-request"
    )
    answer = api.post("/webhooks", {"url": "https://93.184.215.14/hook", "kinds": ["slot-booked"]})
    hook, secret = answer.json()["id"], answer.json()["secret"]
    assert answer.status_code == 201 and secret.startswith("whsec_")
    listed = api.get("/webhooks").json()["webhooks"]
    assert [one["id"] for one in listed] == [hook] and secret not in str(listed)
    world.do(BookSlot(world.person(), "20180626-0930"))
    assert api.get(f"/webhooks/{hook}").json()["behind"] > 0
    assert api.post(f"/webhooks/{hook}/redeliver", {"after": 0}).json()["position"] == 0
    problem(api.post(f"/webhooks/{hook}/redeliver", {"after": 10**9}), 422, "invalid-request")
    assert api.get(f"/webhooks/{hook}/attempts").json() == {"attempts": []}
    other = Api.of(world)
    problem(other.get(f"/webhooks/{hook}"), 404, "unknown-webhook")
    problem(other.http.delete(f"/webhooks/{hook}"), 404, "unknown-webhook")
    assert api.http.delete(f"/webhooks/{hook}").status_code == 204
    problem(api.get(f"/webhooks/{hook}"), 404, "unknown-webhook")
