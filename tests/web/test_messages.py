"""The status page of messages."""

import json
from datetime import timedelta
from itertools import islice
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from queueing.cli import build, sms_status
from queueing.people.masking import mask_phone
from queueing.web import live
from tests.web.world import World


def failed(world: World, card: str, state: str = "refused", reason: str = "21610") -> None:
    now = world.clock.now
    with world.system.pool.connection() as connection:
        connection.execute(
            "INSERT INTO messages (ref, position, template, kind, params, card, created, due_at, expires_at,"
            " state, reason, outcome_at, units) VALUES (%s, 0, 'help', 'reply', '{}', %s, %s, %s, %s, %s, %s,"
            " %s, 66)",
            (uuid4(), card, now, now, now + timedelta(hours=1), state, reason, now),
        )


def test_failed_numbers_are_shown_masked_and_lead_to_the_person(world: World) -> None:
    card = world.person(name="丛桂兰", phone="15412345678")
    failed(world, card)
    manager = world.signed_in("manager")
    manager.get("/sms")
    assert manager.page.status_code == 200
    assert f'href="/counter?card={card}"' in manager.page.text
    assert mask_phone("15412345678") in manager.text and "15412345678" not in manager.page.text
    assert "没发成：在运营商处退订" in manager.text and "丛桂兰" not in manager.page.text


def test_overdue_messages_are_an_alarm(world: World) -> None:
    card = world.person(phone="15412345679")
    manager = world.signed_in("manager")
    assert "五分钟以上还没有发" not in manager.get("/sms").text
    failed(world, card, state="due", reason="")
    world.at(world.clock.now + timedelta(minutes=6))
    assert "有1条短信到时间五分钟以上还没有发" in manager.get("/sms").text


def test_every_period_can_be_looked_at_and_a_wrong_one_is_a_page(world: World) -> None:
    manager = world.signed_in("manager")
    for days in (1, 7, 30, 400):
        assert manager.get("/sms", days=days).status_code == 200
    assert manager.get("/sms", days=0).status_code == 422


def test_only_managers_see_it(world: World) -> None:
    assert world.signed_in("counter").get("/sms").status_code == 403
    browser = world.browser()
    browser.get("/sms")
    assert browser.heading == "工作人员登录"


def test_whoever_was_signed_out_watches_no_longer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "ASK_AGAIN", 0.0)
    monkeypatch.setattr(live, "KEEP_ALIVE", 0.1)
    manager = world.signed_in("manager")
    with manager.http.stream("GET", "/sms/live") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        with world.system.pool.connection() as connection:
            connection.execute("DELETE FROM web_sessions")
        beats = (line for line in lines if line == "event: beat")
        assert len(list(islice(beats, 30))) < 30, "it ended by itself"


def test_the_command_says_the_same_in_words_and_as_json(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import contextmanager

    @contextmanager
    def opened():
        yield world.system

    monkeypatch.setattr(sms_status, "opened_system", opened)
    card = world.person(phone="15412345670")
    failed(world, card, reason="30005")
    said = CliRunner().invoke(build(), ["sms", "status"]).output
    assert "空号" in said and "154****5670" in said and "15412345670" not in said
    found = json.loads(CliRunner().invoke(build(), ["sms", "status", "--json", "--days", "30"]).output)
    assert found["by_kind"]["reply"]["refused"] == found["total"]["refused"] >= 1
    assert {"waiting", "late", "segments", "hours", "reasons", "failures"} <= set(found)
    assert "1541234" not in json.dumps(found)


def test_the_page_says_in_words_which_gateway_sends(world: World) -> None:
    text = world.signed_in("manager").get("/sms").text
    assert "通道：本机演示，不真发" in text
    assert "local" not in text
