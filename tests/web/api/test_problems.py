"""Whatever is wrong is a problem (RFC 9457) that says where, and repeats nothing personal."""

from dataclasses import fields

import httpx
import pytest

from queueing import words
from queueing.web.api import problems
from tests.patience import PATIENCE
from tests.web.api.client import Api, problem
from tests.web.test_words import EVERY, sample
from tests.web.world import World


def test_every_refusal_has_a_type_of_its_own() -> None:
    kinds = [problems.refused_kind(one) for one in EVERY]
    assert len({kind.name for kind in kinds}) == len(kinds) > 30
    assert all(kind.status in (404, 409, 422) and kind.title for kind in kinds)
    assert len({kind.name for kind in problems.kinds()}) == len(problems.kinds())


def test_every_type_is_explained_where_its_address_leads(world: World) -> None:
    for kind in problems.kinds():
        page = httpx.get(f"{world.url}/api/problems/{kind.name}", timeout=PATIENCE)
        assert page.status_code == 200 and kind.title in page.text
    problem(httpx.get(f"{world.url}/api/problems/no-such", timeout=PATIENCE), 404, "not-found")


def test_a_refusal_says_what_staff_read_and_carries_its_fields() -> None:
    for refusal in map(sample, EVERY):
        said = problems.refused(refusal).body("https://example.org")
        assert said["detail"] == words.sentence(refusal)
        assert {field.name for field in fields(refusal)} <= set(said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"slot": "20180612-0930"}, ("#/card", "必须填写")),
        ({"card": "c1", "slot": "next week"}, ("#/slot", "写法不对")),
        ({"card": "c1", "slot": "20180612-0930", "a/b~": 1}, ("#/a~1b~0", "没有这一项")),
        ({"card": 5, "slot": "20180612-0930"}, ("#/card", "应是字符串")),
    ],
)
def test_a_wrong_body_is_pointed_at(api: Api, body: object, where: tuple[str, str]) -> None:
    said = problem(api.post("/bookings", body), 422, "invalid-request")
    assert said["errors"] == [{"pointer": where[0], "detail": where[1]}]


def test_what_is_no_json_or_no_object_is_pointed_at(api: Api) -> None:
    answer = api.http.post("/bookings", content=b"{", headers={"Content-Type": "application/json"})
    assert problem(answer, 422, "invalid-request")["errors"] == [
        {"pointer": "#", "detail": "不是有效的 JSON"}
    ]
    problem(api.http.post("/bookings", content=b"card=1"), 422, "invalid-request")
    problem(api.post("/bookings", ["c1"]), 422, "invalid-request")


def test_a_wrong_parameter_is_named(api: Api) -> None:
    said = problem(api.get("/slots", **{"from": "yesterday", "to": "2018-06-08"}), 422, "invalid-request")
    assert said["errors"] == [{"parameter": "from", "in": "query", "detail": "应是日期，如 2018-06-05"}]
    problem(api.get("/slots", **{"from": "2018-06-05", "to": "2018-09-08"}), 422, "invalid-request")
    problem(api.get("/slots", **{"from": "2018-06-05", "to": "2018-06-04"}), 422, "invalid-request")


def test_what_was_sent_is_not_repeated(api: Api) -> None:
    for phone in ("1540000" * 9, 15400001234):
        answer = api.post("/cards/lookup", {"phone": phone})
        problem(answer, 422, "invalid-request")
        assert "1540000" not in answer.text


def test_an_unknown_address_and_a_wrong_method(world: World, api: Api) -> None:
    problem(api.get("/nothing"), 404, "not-found")
    problem(httpx.get(f"{world.url}/api/elsewhere", timeout=PATIENCE), 404, "not-found")
    answer = api.http.delete("/bookings")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


def test_a_body_that_is_too_large(api: Api) -> None:
    problem(api.http.post("/activations", content=b" " * 4_000_001), 413, "too-large")


def test_what_nobody_foresaw_is_a_problem_without_its_trace(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a secret of ours")

    monkeypatch.setattr("queueing.web.api.routes.slots.calm.slots", broken)
    answer = api.get("/slots/20180612-0930")
    problem(answer, 500, "internal-error")
    assert "secret" not in answer.text
