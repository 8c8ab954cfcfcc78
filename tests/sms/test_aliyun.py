"""Aliyun: the real client against a scripted server, and the arrays it pushes."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from msgspec.structs import replace

from queueing.domain import events as e
from queueing.errors import UserError
from queueing.policies import runner
from queueing.season.model import SmsSettings
from queueing.sms.filling import renderer
from queueing.sms.gateways import choice
from queueing.sms.gateways.aliyun import AliyunGateway, aliyun_gateway
from queueing.sms.outbox import send_all, send_due
from queueing.sms.status import status
from queueing.web import tables
from queueing.web.app import create_app
from tests.patience import PATIENCE, eventually
from tests.sms.aliyun_server import Aliyun, serving
from tests.sms.test_outbox import put
from tests.support import WANG, ZHANG, Branch, opened, settings, short_season
from tests.web.world import serving as serving_web

SECRET = "a-secret-of-the-tests"
KEYS = {"SMS": "aliyun", "ALIYUN_ACCESS_KEY_ID": "k", "ALIYUN_ACCESS_KEY_SECRET": "s"}
CODES = {"booked": "SMS_1001", "help": "SMS_1002", "slot_moved": "SMS_1003", "not_known": "SMS_1004"}


@dataclass
class Line:
    branch: Branch
    aliyun: Aliyun
    gateway: AliyunGateway
    stack: ExitStack

    @cached_property
    def web_url(self) -> str:
        return self.stack.enter_context(serving_web(create_app(self.branch.system)))

    def push(self, what: str, *rows: dict[str, Any], key: str = SECRET) -> httpx.Response:
        return httpx.post(
            f"{self.web_url}/hooks/aliyun/{what}?key={key}", content=json.dumps(rows), timeout=PATIENCE
        )


@contextmanager
def connected(url: str, var_dir: Path, timeout: float = PATIENCE) -> Iterator[Line]:
    tables.migrate(url)
    season = replace(short_season(), sms=SmsSettings(aliyun=CODES))
    aliyun = Aliyun()
    with (
        serving(aliyun) as address,
        opened(url, var_dir, season=season, ALIYUN_URL=address, ALIYUN_HOOK_SECRET=SECRET, **KEYS) as branch,
        ExitStack() as stack,
    ):
        branch.projector.catch_up()
        gateway = aliyun_gateway(branch.system)
        gateway._runtime.read_timeout = int(1000 * timeout)
        branch.gateway = gateway
        yield Line(branch, aliyun, gateway, stack)
        gateway.close()


@pytest.fixture
def line(branch_url: str, tmp_path: Path) -> Iterator[Line]:
    with connected(branch_url, tmp_path) as line:
        yield line


def send_one(line: Line, template: str = "booked", kind: str = "confirmation") -> UUID:
    ref = put(line.branch, template, kind)
    send_due(line.branch.system, line.gateway, line.branch.now)
    return ref


def row(line: Line, ref: UUID) -> tuple[str, str]:
    state, reason = line.branch.rows("SELECT state, reason FROM messages WHERE ref = %s", ref)[0]
    return str(state), str(reason)


# --- sending ------------------------------------------------------------------------------------------------


def test_a_message_goes_by_template_code_with_its_parameters_in_words(line: Line) -> None:
    ref = send_one(line)
    (asked,) = line.aliyun.asked
    assert asked["action"] == "SendSms"
    assert (asked["PhoneNumbers"], asked["SignName"]) == (WANG.phone, "工行昆仑所")
    assert (asked["TemplateCode"], asked["OutId"]) == ("SMS_1001", str(ref))
    params = json.loads(asked["TemplateParam"])
    assert params["when"] == "6月7日星期四上午10:00"
    assert set(params) == renderer(line.branch.system).parameters("booked")
    assert row(line, ref) == ("accepted", "")
    assert line.branch.rows("SELECT gateway_id FROM messages") == [("90061^0",)]


def test_a_template_that_is_not_registered_waits_until_it_is(line: Line) -> None:
    ref = send_one(line, "invitation", "invitation")
    assert row(line, ref) == ("due", "no template code")
    assert line.aliyun.asked == []


@pytest.mark.parametrize(
    ("mode", "state", "reason"),
    [
        ("number", "refused", "isv.MOBILE_NUMBER_ILLEGAL"),
        ("word", "refused", "isv.BLACK_KEY_CONTROL_LIMIT"),
        ("limit", "due", "isv.BUSINESS_LIMIT_CONTROL"),
        ("money", "due", "isv.OUT_OF_SERVICE"),
        ("template", "due", "isv.SMS_TEMPLATE_ILLEGAL"),
        ("key", "due", "SignatureDoesNotMatch"),
        ("throttled", "due", "Throttling.User"),
        ("away", "due", "ServiceUnavailable"),
        ("broken", "unknown", "isp.SYSTEM_ERROR"),
        ("html", "unknown", "unreadable answer (UnretryableException)"),
        ("drop", "unknown", "unreadable answer (UnretryableException)"),
    ],
)
def test_what_aliyun_says_is_understood(line: Line, mode: str, state: str, reason: str) -> None:
    line.aliyun.mode = mode
    ref = send_one(line, "help", "reply")
    assert row(line, ref) == (state, reason)
    assert len(line.aliyun.asked) == 1, "the client does not try again by itself"


def test_no_answer_in_time_is_unknown(branch_url: str, tmp_path: Path) -> None:
    with connected(branch_url, tmp_path, timeout=0.3) as line:
        line.aliyun.mode = "hang"
        ref = send_one(line, "help", "reply")
        assert row(line, ref) == ("unknown", "no answer in time")
        eventually(lambda: len(line.aliyun.asked) == 1)


def test_aliyun_out_of_reach_costs_nothing_and_no_number_is_logged(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="queueing")
    nowhere = AliyunGateway(
        settings(line.branch.system.url, line.branch.system.var_dir, ALIYUN_URL="http://127.0.0.1:9", **KEYS),
        "签名",
        line.gateway._worded,
    )
    ref = put(line.branch, "help", "reply")
    send_due(line.branch.system, nowhere, line.branch.now)
    nowhere.close()
    assert row(line, ref) == ("due", "no connection")
    assert WANG.phone not in caplog.text


def test_only_a_bad_number_puts_somebody_on_the_phone_list(line: Line) -> None:
    line.aliyun.mode = "word"
    send_one(line, "help", "reply")
    runner.mark_unreachable_when_a_number_is_refused(line.branch.system, line.branch.now)
    assert line.branch.facts(e.HolderUnreachable) == []
    line.aliyun.mode = "number"
    send_one(line)
    runner.mark_unreachable_when_a_number_is_refused(line.branch.system, line.branch.now)
    assert line.branch.card(WANG).phone_list == "unreachable"


# --- what is pushed -----------------------------------------------------------------------------------------


def report(ref: object, success: bool, code: str = "DELIVERED") -> dict[str, Any]:
    return {
        "phone_number": WANG.phone,
        "send_time": "2018-06-05 09:00:00",
        "report_time": "2018-06-05 09:00:01",
        "success": success,
        "err_code": code,
        "err_msg": "",
        "sms_size": "1",
        "biz_id": "90061^0",
        "out_id": str(ref),
    }


def up(text: str, number: int, phone: str = WANG.phone) -> dict[str, Any]:
    return {
        "phone_number": phone,
        "send_time": "2018-06-05 09:00:00",
        "content": text,
        "sign_name": "工行昆仑所",
        "dest_code": "1234",
        "sequence_id": number,
    }


def test_reports_come_in_arrays_twice_and_in_any_order(line: Line) -> None:
    first, second = send_one(line), send_one(line, "help", "reply")
    answer = line.push("report", report(first, True), report(second, False, "MOBILE_IN_BLACK"))
    assert answer.json() == {"code": 0, "msg": "接收成功"}
    line.push("report", report(first, False, "UNKNOWN"), report(UUID(int=3), True))
    assert row(line, first) == ("delivered", "")
    assert row(line, second) == ("refused", "MOBILE_IN_BLACK")
    runner.mark_unreachable_when_a_number_is_refused(line.branch.system, line.branch.now)
    assert line.branch.card(WANG).phone_list == "unreachable"


def test_a_phone_that_is_off_is_no_reason_to_phone_but_twice_in_a_week_is(line: Line) -> None:
    def fails(number: int) -> str:
        ref = put(line.branch, "help", "reply", number=number)
        line.push("report", report(ref, False, "MOBILE_NOT_ON_SERVICE"))
        line.push("report", report(ref, False, "MOBILE_NOT_ON_SERVICE"))
        runner.mark_unreachable_when_a_number_is_refused(line.branch.system, line.branch.now)
        return line.branch.card(WANG).phone_list

    assert fails(1) == ""
    line.branch.clock.forward(days=8)
    assert fails(2) == ""
    line.branch.clock.forward(days=2)
    assert fails(3) == "unreachable"


def test_a_report_without_our_reference_counts_by_aliyuns_own(line: Line) -> None:
    ref = send_one(line)
    line.push("report", {**report(ref, True), "out_id": ""})
    assert row(line, ref)[0] == "delivered"


def test_messages_come_in_arrays_and_each_is_handled_once(line: Line) -> None:
    rows = [up("预约", 1), up("1", 2), up("帮助", 3, ZHANG.phone)]
    for _ in range(2):
        assert line.push("inbound", *rows).status_code == 200
    line.push("inbound", up("帮助", 3, ZHANG.phone), up("地址", 4, f"+86{ZHANG.phone}"))
    assert len(line.branch.facts(e.SlotsOffered)) == len(line.branch.facts(e.SlotBooked)) == 1
    assert line.branch.rows("SELECT count(*) FROM inbound") == [(4,)]


def test_a_message_without_a_number_of_its_own_is_handled_once_and_kept_sealed_only(line: Line) -> None:
    message = {**up("预约\x00", 0), "sequence_id": ""}
    for _ in range(2):
        assert line.push("inbound", message).status_code == 200
    ((sid,),) = line.branch.rows("SELECT sid FROM inbound")
    assert WANG.phone not in sid and "预约" not in sid


def test_an_unknown_number_is_answered_by_the_gateway_once(line: Line) -> None:
    for _ in range(2):
        line.push("inbound", up("你好", 9, "15499999999"))
    (asked,) = line.aliyun.asked
    assert (asked["PhoneNumbers"], asked["TemplateCode"]) == ("15499999999", "SMS_1004")
    for number in (10, 11, 12):
        line.push("inbound", up("自动回复", number, "15499999999"))
    assert len(line.aliyun.asked) == 2, "a machine that answers every message is not answered for ever"


def test_without_the_secret_nobody_is_heard(line: Line) -> None:
    for key in ("", "another", "密钥", SECRET[:-1]):
        assert line.push("inbound", up("预约", 1), key=key).status_code == 403
        assert line.push("report", report(UUID(int=1), True), key=key).status_code == 403
    assert line.branch.rows("SELECT sid FROM inbound") == []


@pytest.mark.parametrize("body", ["", "{", "{}", '[{"content": "x"}]', '[{"success": "maybe"}]', "[1]"])
def test_what_is_no_array_of_messages_is_refused_and_changes_nothing(line: Line, body: str) -> None:
    for what in ("inbound", "report"):
        url = f"{line.web_url}/hooks/aliyun/{what}?key={SECRET}"
        assert httpx.post(url, content=body, timeout=PATIENCE).status_code == 400
    assert httpx.post(url, content="[" + " " * 1_000_001 + "]", timeout=PATIENCE).status_code == 413


def test_one_unreadable_element_does_not_cost_the_others(line: Line) -> None:
    ref = send_one(line)
    for _ in range(2):
        assert line.push("inbound", up("预约", 1), {"content": 5}, up("1", 2)).status_code == 200
        assert line.push("report", {"success": "maybe"}, report(ref, True)).status_code == 200
    assert len(line.branch.facts(e.SlotBooked)) == 1
    assert row(line, ref)[0] == "delivered"
    with line.branch.system.pool.connection() as connection:
        found = status(connection, line.branch.now).unread
    assert sorted((one.address, one.times) for one in found) == [("inbound", 2), ("report", 2)]
    assert all("Expected" in one.fault or "missing" in one.fault for one in found)


def test_what_is_unreadable_is_noted_even_when_nothing_else_came(line: Line) -> None:
    assert line.push("inbound", {"phone_number": WANG.phone, "content": {}}).status_code == 400
    with line.branch.system.pool.connection() as connection:
        (one,) = status(connection, line.branch.now).unread
    assert WANG.phone not in one.fault


def test_the_addresses_exist_for_their_own_gateway_only(line: Line) -> None:
    assert httpx.post(f"{line.web_url}/hooks/twilio/inbound", timeout=PATIENCE).status_code == 404


def test_the_day_goes_on_by_aliyun(line: Line) -> None:
    line.push("inbound", up("帮助", 1))
    send_all(line.branch.system, line.gateway, line.branch.now)
    assert [asked["TemplateCode"] for asked in line.aliyun.asked] == ["SMS_1002"]


# --- not installed, not configured --------------------------------------------------------------------------


def test_without_the_client_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(choice, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"queueing\[aliyun\]") as refusal:
        choice.check(settings("postgresql://x/y", tmp_path, **KEYS))
    assert refusal.value.message.count("。") == 1


def test_without_keys_one_sentence_names_them(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="ALIYUN_ACCESS_KEY_SECRET") as refusal:
        choice.check(settings("postgresql://x/y", tmp_path, SMS="aliyun", ALIYUN_ACCESS_KEY_ID="k"))
    assert "ALIYUN_ACCESS_KEY_ID" not in refusal.value.message
