"""Twilio: the real client against the local Twilio, and the webhooks it calls with real signatures."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from twilio.request_validator import RequestValidator
from twilio.rest.api.v2010.account.message import MessageInstance

from queueing.domain import events as e
from queueing.policies import runner
from queueing.sms.gateways.account import Account
from queueing.sms.gateways.local import messages_of
from queueing.sms.gateways.port import Outgoing, Verdict
from queueing.sms.gateways.twilio import TwilioGateway
from queueing.sms.localtwilio.answers import Taken
from queueing.sms.localtwilio.behaviours import Behaviour
from queueing.sms.localtwilio.orders import write_by_twilio
from queueing.sms.outbox import send_all, send_due
from queueing.sms.reports import Report, apply_reports
from tests.patience import PATIENCE, eventually
from tests.sms.test_outbox import AT_LEAST_ONCE, AT_MOST_ONCE, put
from tests.sms.twilio_world import PUBLIC_URL, Line, connected
from tests.support import WANG, ZHANG

STRANGER = "+8615499999999"


@pytest.fixture
def line(branch_url: str, tmp_path: Path) -> Iterator[Line]:
    with connected(branch_url, tmp_path) as line:
        yield line


@pytest.fixture
def hurried(branch_url: str, tmp_path: Path) -> Iterator[Line]:
    """With a client that does not wait long."""
    with connected(branch_url, tmp_path, timeout=0.4) as line:
        yield line


def send_one(line: Line, template: str = "help", kind: str = "reply") -> UUID:
    ref = put(line.branch, template, kind)
    send_due(line.branch.system, line.gateway, line.branch.now)
    return ref


def row(line: Line, ref: UUID) -> tuple[str, str]:
    state, reason = line.branch.rows("SELECT state, reason FROM messages WHERE ref = %s", ref)[0]
    return str(state), str(reason)


# --- sending ------------------------------------------------------------------------------------------------


def test_a_message_reaches_twilio_with_our_reference_and_comes_back_as_delivered(line: Line) -> None:
    ref = send_one(line)
    (taken,) = line.taken(ref)
    assert taken.to == f"+86{WANG.phone}"
    assert taken.body.startswith("【工行昆仑所】")
    assert taken.callback == f"{PUBLIC_URL}/hooks/twilio/status?ref={ref}"
    assert line.until("delivered", ref) == "delivered"
    gateway_id, units, digest = line.branch.rows("SELECT gateway_id, units, text_hash FROM messages")[0]
    assert gateway_id == taken.sid
    assert 0 < int(str(units)) <= 70 and digest, "also when the report was quicker than our own record"


@pytest.mark.parametrize(
    ("behaviour", "state", "reason"),
    [
        (Behaviour.TOO_MANY, "due", "20429"),
        (Behaviour.PROBLEM, "due", "20429"),
        (Behaviour.AWAY_HTML, "due", "503"),
        (Behaviour.BROKEN_HTML, "unknown", "500"),
        (Behaviour.OPTED_OUT, "refused", "21610"),
        (Behaviour.REFUSED, "refused", "21211"),
    ],
)
def test_what_twilio_says_is_understood(line: Line, behaviour: Behaviour, state: str, reason: str) -> None:
    line.script(behaviour)
    ref = send_one(line)
    assert row(line, ref) == (state, reason)
    assert line.twilio.taken == []


def test_no_answer_in_time_is_unknown_and_a_reminder_is_not_sent_again(hurried: Line) -> None:
    hurried.script(Behaviour.HANG)
    most, least = put(hurried.branch, "help", "reply"), put(hurried.branch, "slot_moved", "change")
    for _ in range(3):
        send_all(hurried.branch.system, hurried.gateway, hurried.branch.now)
        hurried.branch.clock.forward(minutes=10)
    assert row(hurried, most) == ("unknown", "no answer in time")
    assert row(hurried, least) == ("due", "no answer in time")
    eventually(lambda: hurried.twilio.asked == 4)


def test_twilio_out_of_reach_costs_nothing(line: Line) -> None:
    ref = put(line.branch, "help", "reply")
    nowhere = TwilioGateway(
        Account(line.account.sid, line.account.token, line.account.sender, "http://127.0.0.1:9", PUBLIC_URL)
    )
    send_due(line.branch.system, nowhere, line.branch.now)
    nowhere.close()
    assert row(line, ref) == ("due", "no connection")


def test_a_wrong_token_blames_nobody(line: Line) -> None:
    ref = put(line.branch, "booked", "confirmation")
    wrong = TwilioGateway(
        Account(line.account.sid, "not the token", line.account.sender, line.gateway._account.url, PUBLIC_URL)
    )
    send_due(line.branch.system, wrong, line.branch.now)
    wrong.close()
    assert row(line, ref) == ("due", "20003")


@pytest.mark.parametrize("behaviour", [Behaviour.OPTED_OUT, Behaviour.REFUSED, Behaviour.UNDELIVERED])
def test_whom_twilio_does_not_reach_staff_phone(line: Line, behaviour: Behaviour) -> None:
    line.script(behaviour)
    ref = send_one(line, "invitation", "invitation")
    assert line.until("refused", ref) == "refused"
    runner.mark_unreachable_when_a_number_is_refused(line.branch.system, line.branch.now)
    assert line.branch.card(WANG).phone_list == "unreachable"
    later = put(line.branch, "sweep_first", "sweep")
    send_due(line.branch.system, line.gateway, line.branch.now)
    assert row(line, later) == ("void", "unreachable"), "and nothing more is sent there in vain"


def test_a_message_the_carrier_filters_accuses_nobody(line: Line) -> None:
    line.script(Behaviour.SILENT)
    ref = send_one(line, "invitation", "invitation")
    answer = call_status(line, ref, "undelivered", ErrorCode="30007")
    assert answer.status_code == 204
    assert row(line, ref) == ("refused", "30007")
    runner.mark_unreachable_when_a_number_is_refused(line.branch.system, line.branch.now)
    assert line.branch.facts(e.HolderUnreachable) == []


# --- news of messages ---------------------------------------------------------------------------------------


def call_status(line: Line, ref: object, status: str, **more: str) -> httpx.Response:
    fields = {"MessageSid": "SM1", "MessageStatus": status, "To": f"+86{WANG.phone}", **more}
    return line.twilio.caller.call(line.account.status_url(ref), fields)


def test_reports_twice_and_out_of_order_end_in_delivered(line: Line) -> None:
    line.script(Behaviour.REORDERED)
    ref = send_one(line)
    assert line.until("delivered", ref) == "delivered"
    for status in ("sent", "queued", "undelivered", "failed", "delivered", "sending"):
        call_status(line, ref, status)
        assert line.state(ref) == "delivered"


def test_failed_stays_failed_until_it_turns_out_to_be_delivered(line: Line) -> None:
    line.script(Behaviour.SILENT)
    ref = send_one(line)
    call_status(line, ref, "undelivered", ErrorCode="30003")
    call_status(line, ref, "sent")
    assert row(line, ref) == ("refused", "30003")
    call_status(line, ref, "delivered")
    assert row(line, ref) == ("delivered", "")


@pytest.mark.parametrize("kind", ["reply", "change"])
def test_a_report_settles_what_was_unknown(line: Line, kind: str) -> None:
    line.script(Behaviour.ACCEPT_THEN_DROP, times=1)
    ref = send_one(line, {**AT_MOST_ONCE, **AT_LEAST_ONCE}[kind], kind)
    assert line.until("delivered", ref) == "delivered"
    line.branch.clock.forward(hours=2)
    send_all(line.branch.system, line.gateway, line.branch.now)
    assert len(line.taken(ref)) == 1, "what turned out to be taken is not sent again"


def test_without_a_report_what_was_unknown_is_sent_again_if_it_must_arrive(line: Line) -> None:
    line.script(Behaviour.SILENT)
    line.script(Behaviour.BROKEN_HTML, times=2)
    most, least = put(line.branch, "help", "reply"), put(line.branch, "slot_moved", "change")
    send_all(line.branch.system, line.gateway, line.branch.now)
    line.branch.clock.forward(hours=2)
    send_all(line.branch.system, line.gateway, line.branch.now)
    assert (row(line, most)[0], row(line, least)[0]) == ("unknown", "accepted")
    assert (len(line.taken(most)), len(line.taken(least))) == (0, 1)


def test_news_of_a_message_we_do_not_know_changes_nothing(line: Line) -> None:
    ref = put(line.branch, "help", "reply")
    assert call_status(line, "not-a-uuid", "delivered").status_code == 204
    assert call_status(line, UUID(int=1), "delivered").status_code == 204
    assert call_status(line, ref, "no such status").status_code == 204
    assert row(line, ref) == ("due", "")


def test_reports_by_the_gateways_own_id_count_too(line: Line) -> None:
    line.script(Behaviour.SILENT)
    ref = send_one(line)
    (taken,) = line.taken(ref)
    with line.branch.system.pool.connection() as connection:
        news = [Report(state=state, gateway_id=taken.sid) for state in ("delivered", "accepted")]
        assert apply_reports(connection, news, line.branch.now) == 1
        assert (
            apply_reports(connection, [Report(state="delivered", gateway_id="other")], line.branch.now) == 0
        )
    assert row(line, ref)[0] == "delivered"


# --- messages that come in ----------------------------------------------------------------------------------


def test_a_whole_conversation_goes_through_the_signed_webhook(line: Line) -> None:
    number = f"+86{WANG.phone}"
    for text in ("预约", "1", "取消"):
        line.twilio.hear(number, text)
        line.branch.pump()
        line.branch.clock.forward(minutes=1)
    said = [one.body for one in line.twilio.taken if one.to == number]
    assert len(said) == 3
    assert "1、" in said[0] and "已为您约好" in said[1]
    assert [type(fact) for fact in line.branch.facts(e.SlotBooked, e.BookingCancelled)] == [
        e.SlotBooked,
        e.BookingCancelled,
    ]


def test_a_webhook_delivered_again_is_handled_once(line: Line) -> None:
    answers = line.twilio.hear(f"+86{WANG.phone}", "预约", sid="SMagain", times=3)
    line.branch.pump()
    assert answers == ["", "", ""]
    assert len(line.branch.facts(e.SlotsOffered)) == 1
    assert len([one for one in line.twilio.taken if one.to == f"+86{WANG.phone}"]) == 1


def test_an_unknown_number_is_told_how_to_get_in_but_not_for_ever(line: Line) -> None:
    first = line.twilio.hear(STRANGER, "你好", sid="SMa", times=2)
    assert first[0].startswith("【工行昆仑所】") and first[1] == first[0], "a repeated webhook is answered"
    assert line.twilio.hear(STRANGER, "自动回复", sid="SMb")[0]
    assert line.twilio.hear(STRANGER, "自动回复", sid="SMc") == [""]
    line.branch.clock.forward(hours=25)
    assert line.twilio.hear(STRANGER, "你好", sid="SMd")[0]


def test_who_stops_with_the_carrier_has_stopped_with_us(line: Line) -> None:
    fields = {"MessageSid": "SMs", "From": f"+86{WANG.phone}", "Body": "STOP", "OptOutType": "STOP"}
    line.twilio.caller.call(line.account.inbound_url, fields)
    assert line.branch.card(WANG).opted_out
    fields |= {"MessageSid": "SMt", "Body": "START", "OptOutType": "START"}
    line.twilio.caller.call(line.account.inbound_url, fields)
    assert not line.branch.card(WANG).opted_out


def post(line: Line, fields: dict[str, str], path: str = "inbound", **headers: str) -> int:
    return httpx.post(
        f"{line.web_url}/hooks/twilio/{path}", data=fields, headers=headers, timeout=PATIENCE
    ).status_code


def test_what_is_not_signed_is_turned_away(line: Line) -> None:
    fields = {"MessageSid": "SMx", "From": f"+86{WANG.phone}", "Body": "预约"}
    right = RequestValidator(line.account.token).compute_signature(line.account.inbound_url, fields)
    wrong = RequestValidator("another").compute_signature(line.account.inbound_url, fields)
    assert post(line, fields) == 403
    assert post(line, fields, **{"X-Twilio-Signature": ""}) == 403
    assert post(line, fields, **{"X-Twilio-Signature": wrong}) == 403
    assert post(line, {**fields, "Body": "取消"}, **{"X-Twilio-Signature": right}) == 403
    assert post(line, fields, "status?ref=1", **{"X-Twilio-Signature": right}) == 403
    assert line.branch.rows("SELECT sid FROM inbound") == []
    assert post(line, fields, **{"X-Twilio-Signature": right}) == 200, "the public address is what counts"
    assert line.branch.rows("SELECT sid FROM inbound") == [("SMx",)]


def test_what_is_written_on_the_phone_page_takes_the_same_way(line: Line) -> None:
    given = replace(line.branch.system.settings, twilio_url=line.gateway._account.url)
    assert write_by_twilio(given, WANG.phone, "查询")
    assert line.branch.rows("SELECT thread <> '', intent FROM inbound") == [(True, "status")]
    line.branch.pump()
    with line.branch.system.pool.connection() as connection:
        assert [one.direction for one in messages_of(connection, [WANG.card])] == ["in"]
    assert not write_by_twilio(replace(given, twilio_url="http://127.0.0.1:9"), WANG.phone, "查询")


def test_an_empty_message_and_one_of_nobody_are_taken(line: Line) -> None:
    for number, fields in enumerate(
        ({"From": f"+86{ZHANG.phone}", "Body": ""}, {"From": f"+86{ZHANG.phone}"}, {"Body": "预约"})
    ):
        answer = line.twilio.caller.call(line.account.inbound_url, {"MessageSid": f"SM{number}", **fields})
        assert answer.status_code == 200


# --- the local Twilio itself --------------------------------------------------------------------------------


class Watched(dict[str, Any]):
    """Remembers which fields somebody reads."""

    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self.read: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)


def test_it_answers_with_every_field_of_the_message_resource() -> None:
    fields = Watched(Taken("AC1", "+8615400000001", "+861069", "您好", "http://x").resource())
    made = MessageInstance(None, fields, "AC1")
    assert fields.read == set(fields), "all the client knows from the OpenAPI, and nothing else"
    statuses = {value for name, value in vars(MessageInstance.Status).items() if name.isupper()}
    directions = {value for name, value in vars(MessageInstance.Direction).items() if name.isupper()}
    assert made.status in statuses and made.direction in directions
    assert made.date_created is not None and made.date_created.tzinfo is not None
    assert made.num_segments == "1" and made.error_code is None


def test_a_message_can_be_fetched_again_and_needs_the_token(line: Line) -> None:
    ref = send_one(line)
    (taken,) = line.taken(ref)
    client = line.gateway._client()
    assert client.messages(taken.sid).fetch().body == taken.body
    url = f"{line.gateway._account.url}/2010-04-01/Accounts/{line.account.sid}/Messages.json"
    assert httpx.post(url, data={"To": "+861"}, timeout=PATIENCE).json()["code"] == 20003
    for fields, code in (
        ({"From": "+1", "Body": "x"}, 21604),
        ({"To": "+1", "Body": "x"}, 21603),
        ({"To": "+1", "From": "+1"}, 21602),
        ({"To": "+1", "From": "+1", "Body": "x" * 1601}, 21617),
        ({"To": "nobody", "From": "+1", "Body": "x"}, 21211),
    ):
        answer = httpx.post(url, data=fields, auth=(line.account.sid, line.account.token), timeout=PATIENCE)
        assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (400, code, 400)


def test_threads_do_not_mix_up_their_answers(line: Line) -> None:
    line.script(Behaviour.SILENT)
    line.script(Behaviour.REFUSED, ending="1")
    messages = [
        Outgoing(UUID(int=number), f"154000000{number:02}", "c", "", "help", {}, f"text {number}")
        for number in range(40)
    ]
    results = {result.ref.int: result for result in line.gateway.send(messages)}
    bodies = {taken.sid: taken.body for taken in line.twilio.taken}
    for number in range(40):
        if number % 10 == 1:
            assert results[number].verdict is Verdict.REFUSED
        else:
            assert bodies[results[number].gateway_id] == f"text {number}"
