"""What every gateway keeps to, whatever is behind it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from queueing.errors import UserError
from queueing.sms.gateways.choice import NAMES, gateway
from queueing.sms.gateways.port import Gateway, Outgoing, Verdict
from tests.sms.test_aliyun import connected as connected_aliyun
from tests.sms.twilio_world import connected
from tests.support import WANG, ZHANG, opened

GATEWAYS = ("local", "twilio", "aliyun")
Open = Callable[[str], Gateway]


@pytest.fixture
def open_gateway(branch_url: str, tmp_path: Path) -> Iterator[Open]:
    with ExitStack() as stack:

        def open_one(name: str) -> Gateway:
            if name == "twilio":
                return stack.enter_context(connected(branch_url, tmp_path)).gateway
            if name == "aliyun":
                return stack.enter_context(connected_aliyun(branch_url, tmp_path)).gateway
            return stack.enter_context(opened(branch_url, tmp_path)).gateway

        yield open_one


def outgoing(phone: str = WANG.phone, ref: UUID | None = None) -> Outgoing:
    return Outgoing(
        ref or uuid4(), phone, WANG.card, "", "booked", {"when": "2018-06-08T10:00:00"}, "【工行昆仑所】您好"
    )


@pytest.mark.parametrize("name", GATEWAYS)
def test_every_gateway_answers_for_each_message_and_takes_none_too(open_gateway: Open, name: str) -> None:
    used = open_gateway(name)
    messages = [outgoing(phone) for phone in (WANG.phone, ZHANG.phone, WANG.phone)]
    results = used.send(messages)
    assert {result.ref for result in results} == {message.ref for message in messages}
    assert {result.verdict for result in results} == {Verdict.ACCEPTED}
    assert all(result.gateway_id for result in results)
    assert len({result.gateway_id for result in results}) == 3
    assert used.send([]) == []


@pytest.mark.parametrize("name", GATEWAYS)
def test_every_gateway_says_how_much_it_takes(open_gateway: Open, name: str) -> None:
    used = open_gateway(name)
    assert used.name
    assert used.at_once >= 1
    assert used.per_second >= 0


@pytest.mark.parametrize("name", GATEWAYS)
def test_no_gateway_raises_for_a_message_or_repeats_a_number(open_gateway: Open, name: str) -> None:
    used = open_gateway(name)
    strange = [outgoing("1"), outgoing("not a number"), outgoing("")]
    results = used.send(strange)
    assert {result.ref for result in results} == {message.ref for message in strange}
    assert "not a number" not in repr(results) + repr(strange)


@pytest.mark.parametrize("name", NAMES)
def test_the_settings_choose_the_gateway(branch_url: str, tmp_path: Path, name: str) -> None:
    known = {
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_AUTH_TOKEN": "t",
        "TWILIO_FROM": "+861069",
        "ALIYUN_ACCESS_KEY_ID": "k",
        "ALIYUN_ACCESS_KEY_SECRET": "s",
    }
    with opened(branch_url, tmp_path, SMS=name, SMS_PER_SECOND="7", **known) as branch:
        assert branch.gateway.name == name
        assert branch.gateway.per_second == 7
        assert gateway(branch.system) is branch.gateway, "one for the system's lifetime"


@pytest.mark.parametrize(
    ("name", "said"),
    [("twilio", "TWILIO_ACCOUNT_SID、TWILIO_AUTH_TOKEN、TWILIO_FROM"), ("pigeon", "SMS=pigeon")],
)
def test_a_gateway_that_cannot_be_used_is_one_sentence(
    branch_url: str, tmp_path: Path, name: str, said: str
) -> None:
    with pytest.raises(UserError, match=said) as refusal, opened(branch_url, tmp_path, SMS=name):
        pass
    assert refusal.value.message.count("。") == 1
