"""The local Twilio answers as Twilio's published OpenAPI says (an excerpt of it: twilio_messages.json), fills
in content templates, and calls again whoever did not take a call."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from jsonschema import Draft7Validator
from twilio.rest import Client

from queueing.sms.gateways.account import Account
from queueing.sms.gateways.port import Outgoing, Verdict
from queueing.sms.gateways.twilio import TwilioGateway
from queueing.sms.localtwilio.answers import MESSAGES, Taken, error
from queueing.sms.localtwilio.behaviours import TAKES, Behaviour, Rule
from queueing.sms.localtwilio.server import LocalTwilio, serving

SPEC = json.loads((Path(__file__).parent / "twilio_messages.json").read_text(encoding="utf-8"))
ACCOUNT = Account("AC" + "0" * 32, "t" * 32, "+8610690000000", None, "https://queue.example.org")
SERVICE = "MG" + "1" * 32
CONTENT = "HX" + "2" * 32


def as_json_schema(part: Any) -> Any:
    """OpenAPI 3.0 writes `nullable` where JSON Schema has a type more."""
    if isinstance(part, list):
        return [as_json_schema(one) for one in part]
    if not isinstance(part, dict):
        return part
    found = {key: as_json_schema(value) for key, value in part.items() if key != "nullable"}
    if part.get("nullable"):
        found["type"] = [found["type"], "null"]
    return found


def problems(name: str, value: object) -> list[str]:
    """What of a value is not as the schema says. A field nobody published is one, too."""
    schemas = as_json_schema(SPEC["components"]["schemas"])
    schemas["api.v2010.account.message"] |= {
        "additionalProperties": False,
        "required": sorted(schemas["api.v2010.account.message"]["properties"]),
    }
    schemas["ListMessageResponse"] |= {"additionalProperties": False}
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    return [one.message for one in Draft7Validator(schema).iter_errors(value)]


def message(text: str = "您好", number: int = 1) -> Outgoing:
    return Outgoing(UUID(int=number), "15400000001", "c", "", "help", {}, text)


@contextmanager
def local(account: Account = ACCOUNT) -> Iterator[tuple[LocalTwilio, str]]:
    """A local Twilio whose reports nobody hears."""
    twilio = LocalTwilio(account, "http://127.0.0.1:9", retries=())
    with serving(twilio) as address:
        yield twilio, address


def asked(address: str, path: str, **fields: str) -> httpx.Response:
    url = f"{address}/2010-04-01/Accounts/{ACCOUNT.sid}/{path}"
    auth = (ACCOUNT.sid, ACCOUNT.token)
    return httpx.post(url, data=fields, auth=auth) if fields else httpx.get(url, auth=auth)


def test_the_schema_finds_what_is_wrong() -> None:
    good = Taken(ACCOUNT.sid, "+8615400000001", "+861069", "您好").resource()
    assert problems("api.v2010.account.message", good) == []
    for wrong in (
        {"num_segments": 1},
        {"status": "gone"},
        {"sid": "SM1"},
        {"made_up": ""},
        {"direction": None},
    ):
        assert problems("api.v2010.account.message", good | wrong)


@pytest.mark.parametrize("sender", [ACCOUNT.sender, SERVICE])
@pytest.mark.parametrize(
    "behaviour", sorted(TAKES - {Behaviour.ACCEPT_THEN_DROP, Behaviour.ACCEPT_THEN_HANG})
)
def test_a_message_taken_is_answered_fetched_and_listed_as_published(
    sender: str, behaviour: Behaviour
) -> None:
    with local() as (twilio, address):
        twilio.script.add(Rule("", behaviour))
        who = "MessagingServiceSid" if sender == SERVICE else "From"
        made = asked(address, "Messages.json", To="+8615400000001", Body="您好", **{who: sender})
        assert made.status_code == 201
        assert problems("api.v2010.account.message", made.json()) == []
        for status in ("sent", "delivered", "undelivered"):
            twilio.taken[0].status = status
            twilio.taken[0].error_code = 30005 if status == "undelivered" else None
            found = asked(address, f"Messages/{made.json()['sid']}.json")
            assert problems("api.v2010.account.message", found.json()) == []
        listed = asked(address, "Messages.json").json()
        assert problems("ListMessageResponse", listed) == []
        assert [one["sid"] for one in listed["messages"]] == [made.json()["sid"]]


def test_the_list_is_paged_and_the_client_reads_all_of_it() -> None:
    with local() as (twilio, address):
        twilio.taken += [Taken(ACCOUNT.sid, "+8615400000001", "+861069", f"text {n}") for n in range(7)]
        client = Client(ACCOUNT.sid, ACCOUNT.token)
        client.api.base_url = address
        assert [one.body for one in client.messages.stream(page_size=3)] == [
            f"text {n}" for n in range(6, -1, -1)
        ]
        page = asked(address, "Messages.json?PageSize=3&Page=1").json()
        assert problems("ListMessageResponse", page) == []
        assert (page["start"], page["end"], page["page"]) == (3, 5, 1)


def test_what_the_client_posts_is_a_request_as_published() -> None:
    seen: list[dict[str, str]] = []

    class Watching(LocalTwilio):
        def take(self, fields: dict[str, str], behaviour: Behaviour) -> Taken:
            seen.append(fields)
            return super().take(fields, behaviour)

    twilio = Watching(ACCOUNT, "http://127.0.0.1:9", retries=())
    twilio.contents[CONTENT] = "{{1}}"
    with serving(twilio) as address:
        for sender in (ACCOUNT.sender, SERVICE):
            account = Account(ACCOUNT.sid, ACCOUNT.token, sender, address, ACCOUNT.public_url)
            for code in ("", CONTENT):
                gateway = TwilioGateway(account, worded=lambda message, code=code: (code, {"who": "您好"}))
                assert gateway.send([message()])[0].verdict is Verdict.ACCEPTED
                gateway.close()
    assert len(seen) == 4
    for fields in seen:
        assert problems("CreateMessageRequest", fields) == []
        assert set(fields) <= set(SPEC["components"]["schemas"]["CreateMessageRequest"]["properties"])
        assert ("Body" in fields) != ("ContentSid" in fields)


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_an_error_has_the_four_fields_the_client_reads(code: int) -> None:
    assert set(error(400, code)) == {"code", "message", "more_info", "status"}
    assert error(400, code)["message"] != "Error"


# --- content templates --------------------------------------------------------------------------------------


def content_gateway(address: str, code: str) -> TwilioGateway:
    account = Account(ACCOUNT.sid, ACCOUNT.token, ACCOUNT.sender, address, ACCOUNT.public_url)
    params = {"who": "王*兰：", "when": "6月5日星期二上午9:00", "branch": "昆仑所"}
    return TwilioGateway(account, worded=lambda message: (code, params))


def test_a_registered_message_is_sent_by_its_content_template_and_variables() -> None:
    with local() as (twilio, address):
        twilio.contents[CONTENT] = "{{1}}已为您约好{{2}}到{{3}}领卡。"
        gateway = content_gateway(address, CONTENT)
        (result,) = gateway.send([message("the text is not sent")])
        gateway.close()
        assert result.verdict is Verdict.ACCEPTED
        assert [one.body for one in twilio.taken] == ["王*兰：已为您约好6月5日星期二上午9:00到昆仑所领卡。"]


def test_a_message_without_a_content_template_is_sent_as_text() -> None:
    with local() as (twilio, address):
        gateway = content_gateway(address, "")
        assert gateway.send([message("您好")])[0].verdict is Verdict.ACCEPTED
        gateway.close()
        assert [one.body for one in twilio.taken] == ["您好"]


def test_a_content_template_twilio_does_not_know_blames_nobody_and_is_tried_later() -> None:
    with local() as (twilio, address):
        gateway = content_gateway(address, CONTENT)
        (result,) = gateway.send([message()])
        gateway.close()
        assert (result.verdict, result.reason, twilio.taken) == (Verdict.LATER, "21655", [])
        refused = asked(
            address, "Messages.json", To="+86154", From="+86", ContentSid=CONTENT, ContentVariables="no"
        )
        assert refused.json()["code"] == 21655


# --- calling again ------------------------------------------------------------------------------------------


class Away(BaseHTTPRequestHandler):
    """A web that is away for the first calls: it answers 503, or hangs up."""

    answers: list[int]
    heard: list[str]

    def log_message(self, format: str, *args: Any) -> None:
        """Not shown."""

    def do_POST(self) -> None:
        self.heard.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        status = self.answers.pop(0) if self.answers else 200
        if not status:
            self.close_connection = True
            return
        body = b"<Response></Response>"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def away(*answers: int) -> Iterator[tuple[str, list[str]]]:
    handler = type("Bound", (Away,), {"answers": list(answers), "heard": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", handler.heard  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_message_that_came_while_our_web_was_away_comes_again() -> None:
    with away(503, 0, 503) as (web, heard):
        twilio = LocalTwilio(ACCOUNT, web, retries=(0.01,) * 5)
        assert twilio.hear("+8615400000001", "预约", "SMonce") == [""]
        twilio.caller.close()
    assert len(heard) == 4
    assert len(set(heard)) == 1, "the same message with the same sid: it is handled once"


def test_a_report_that_came_while_our_web_was_away_comes_again_before_the_next_one() -> None:
    with away(503, 503) as (web, heard):
        twilio = LocalTwilio(ACCOUNT, web, retries=(0.01,) * 5)
        fields = {"To": "+8615400000001", "From": "+86", "Body": "x"}
        twilio.take(fields | {"StatusCallback": f"{ACCOUNT.public_url}/hooks/x"}, Behaviour.OK)
        twilio.caller._later.shutdown(wait=True)
        twilio.caller.close()
    assert ["sent" in one.split("MessageStatus=")[1][:9] for one in heard] == [True, True, True, False]


def test_a_web_that_stays_away_is_given_up() -> None:
    with away(503, 503, 503, 503) as (web, heard):
        twilio = LocalTwilio(ACCOUNT, web, retries=(0.01,) * 2)
        with pytest.raises(httpx.HTTPStatusError):
            twilio.hear("+8615400000001", "预约")
        twilio.caller.close()
    assert len(heard) == 3
