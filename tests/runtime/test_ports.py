"""The port: the next free one, unless somebody asked for a certain one."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from queueing.errors import UserError
from queueing.runtime.ports import answers, claiming, with_free_port, with_local_twilio
from queueing.runtime.programs import programs
from queueing.settings import Settings


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _settings(port: int, *, given: bool, **environment: str) -> Settings:
    return replace(Settings.from_env({"PORT": str(port), **environment}), port_given=given)


def test_a_busy_port_is_passed_over_and_the_address_follows(busy: int) -> None:
    found = with_free_port(_settings(busy, given=False))
    assert found.port > busy
    assert found.public_url == f"http://127.0.0.1:{found.port}"


def test_two_that_start_at_once_do_not_take_the_same_port(busy: int) -> None:
    with claiming() as one, claiming() as other:
        first = with_free_port(_settings(busy, given=False), one).port
        assert with_free_port(_settings(busy, given=False), other).port > first
        with pytest.raises(UserError, match=f"端口 {first} 已被占用"):
            with_free_port(_settings(first, given=True), other)
    with claiming() as later:
        assert later(first)


def test_a_public_address_does_not_follow_the_port(busy: int) -> None:
    settings = _settings(busy, given=False, PUBLIC_URL="https://queue.example.org")
    assert with_free_port(settings).public_url == "https://queue.example.org"


def test_a_port_that_was_asked_for_is_not_passed_over(busy: int) -> None:
    with pytest.raises(UserError, match=f"端口 {busy} 已被占用"):
        with_free_port(_settings(busy, given=True))


def test_an_address_that_is_not_ours_is_refused() -> None:
    with pytest.raises(UserError, match="HOST"):
        with_free_port(_settings(8000, given=True, HOST="203.0.113.1"))


def test_nobody_answers_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert not answers(_settings(port, given=True))


def test_the_local_twilio_gets_a_free_port_above_the_web_and_only_if_it_is_used(busy: int) -> None:
    settings = _settings(busy - 1, given=True, SMS="twilio-local")
    found = with_local_twilio(settings).twilio_url
    assert found is not None and int(found.rpartition(":")[2]) > busy
    assert with_local_twilio(_settings(busy - 1, given=True)).twilio_url is None
    told = replace(settings, twilio_url="http://127.0.0.1:8900")
    assert with_local_twilio(told) == told


def test_the_local_twilio_is_one_of_the_programs_only_if_it_is_used() -> None:
    assert "twilio" in [one.name for one in programs(Settings.from_env({"SMS": "twilio-local"}))]
    assert "twilio" not in [one.name for one in programs(Settings.from_env({}))]
