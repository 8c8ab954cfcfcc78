"""Keys: shown once, kept as a hash, limited in what and how often."""

import re
import time
from datetime import timedelta

import httpx
import psycopg
import pytest
from typer.testing import CliRunner

from queueing.cli import build
from queueing.errors import UserError
from queueing.web import limits
from queueing.web.api import access, keys
from queueing.web.limits import Bucket
from queueing.webhooks import subscriptions
from tests.patience import PATIENCE
from tests.web.api.client import Api, new_key, problem
from tests.web.world import KEY, World

SLOTS = "/queue"


def test_without_a_key_nothing_is_said(world: World) -> None:
    for given in (
        {},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer qk_0"},
    ):
        answer = httpx.get(f"{world.url}/api/v1{SLOTS}", headers=given, timeout=PATIENCE)
        problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("change", [lambda k: k[:-1] + ("A" if k[-1] != "A" else "B"), lambda k: k + "x"])
def test_a_key_that_is_nearly_right_is_wrong(world: World, change: object) -> None:
    _, key = new_key(world)
    assert callable(change)
    problem(
        httpx.get(
            f"{world.url}/api/v1{SLOTS}", headers={"Authorization": f"Bearer {change(key)}"}, timeout=PATIENCE
        ),
        401,
        "unauthenticated",
    )


def test_the_store_has_no_secret(world: World) -> None:
    name, key = new_key(world)
    secret = key.split("_", 2)[2]
    with psycopg.connect(world.system.url) as conn:
        row = conn.execute("SELECT k::text FROM api_keys k WHERE name = %s", (name,)).fetchone()
    assert row and secret not in row[0] and key not in row[0]


@pytest.mark.parametrize(
    ("scope", "method", "path", "body"),
    [
        ("read", "GET", SLOTS, None),
        ("book", "POST", "/bookings", {"card": "x", "slot": "20180612-0930"}),
        ("counter", "POST", "/arrivals", {"card": "x"}),
        ("employer", "GET", "/employers/e001/cards", None),
        ("webhooks", "GET", "/webhooks", None),
    ],
)
def test_a_scope_opens_its_own_operations_only(
    world: World, scope: str, method: str, path: str, body: object
) -> None:
    without = Api.of(world, [one for one in keys.SCOPES if one != scope])
    said = problem(without.http.request(method, path, json=body), 403, "forbidden")
    assert said["scope"] == scope
    with_it = Api.of(world, [scope])
    assert with_it.http.request(method, path, json=body).status_code not in (401, 403)


def test_a_revoked_key_opens_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "KNOWN_FOR", 0.0)
    api = Api.of(world)
    assert api.get(SLOTS).status_code == 200
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        keys.revoke(conn, api.name, world.clock.now)
        with pytest.raises(UserError, match="没有名为"):
            keys.revoke(conn, api.name, world.clock.now)
    problem(api.get(SLOTS), 401, "unauthenticated")


def test_a_key_remembers_that_it_was_used(world: World) -> None:
    api = Api.of(world)
    api.get(SLOTS)
    with psycopg.connect(world.system.url) as conn:
        found = {one.name: one for one in keys.all_keys(conn)}
    assert found[api.name].last_used == world.clock.now


def test_too_many_requests_are_told_when_to_come_back(world: World) -> None:
    api, other = Api.of(world, per_minute=3), Api.of(world)
    assert [api.get(SLOTS).status_code for _ in range(3)] == [200, 200, 200]
    answer = api.get(SLOTS)
    said = problem(answer, 429, "too-many-requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 20 and said["retry_after"] == int(
        answer.headers["retry-after"]
    )
    assert other.get(SLOTS).status_code == 200, "other keys are not held up"


def test_a_bucket_fills_by_the_minute() -> None:
    time = [0.0]
    bucket = Bucket(60, lambda: time[0])
    assert [bucket.wait() for _ in range(60)] == [0.0] * 60
    assert bucket.wait() == pytest.approx(1.0)
    time[0] += 1.0
    assert bucket.wait() == 0.0 and bucket.wait() > 0
    time[0] += 3600
    assert sum(bucket.wait() == 0.0 for _ in range(100)) == 60


def test_guessing_keys_is_cut_short_but_those_who_have_one_go_on(world: World) -> None:
    known = Api.of(world)
    world.at(world.clock.now + timedelta(days=400))  # a time of its own: guesses are counted by address
    answers = [
        httpx.get(
            f"{world.url}/api/v1{SLOTS}",
            headers={"Authorization": f"Bearer qk_00000000_{n}"},
            timeout=PATIENCE,
        )
        for n in range(access.GUESSES.most + 1)
    ]
    assert [one.status_code for one in answers] == [401] * access.GUESSES.most + [429]
    assert known.get(SLOTS).status_code == 200
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        limits.forget(conn, "api:127.0.0.1")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "王"}, "名字"),
        ({"scopes": []}, "权限"),
        ({"scopes": ["all"]}, "权限"),
        ({"channel": "fax"}, "渠道"),
        ({"per_minute": -1}, "每分钟"),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(world: World, wrong: dict[str, object], said: str) -> None:
    with psycopg.connect(world.system.url, autocommit=True) as conn, pytest.raises(UserError, match=said):
        keys.add(conn, **{"name": "crm", "scopes": ["read"], "now": world.clock.now, **wrong})  # type: ignore[arg-type]


def test_a_name_is_used_once(world: World) -> None:
    name, text = new_key(world)
    assert re.fullmatch(r"qk_[0-9a-f]{8}_[\w-]{43}", text)
    with (
        psycopg.connect(world.system.url, autocommit=True) as conn,
        pytest.raises(UserError, match="已有名为"),
    ):
        keys.add(conn, name, ["read"], world.clock.now)


def test_an_administrator_opens_a_key_sees_it_once_and_revokes_it(world: World) -> None:
    admin = world.signed_in("admin")
    admin.get("/keys")
    admin.post("/keys/add", {"name": "crm", "scopes": ["read", "book"], "channel": "web", "per_minute": "0"})
    found = re.search(r"qk_[0-9a-f]{8}_[\w-]{43}", admin.page.text)
    assert found and "只显示这一次" in admin.text
    api = Api(world.url, "crm", found[0])
    assert api.get(SLOTS).status_code == 200
    api.close()
    assert found[0] not in admin.get("/keys").text and "crm" in admin.text
    admin.post("/keys/add", {"name": "crm", "scopes": ["read"]})
    assert admin.page.status_code == 422 and "已有名为 crm" in admin.text
    admin.post("/keys/revoke", {"name": "crm"})
    assert "密钥 crm 已作废" in admin.text and "6月5日作废" in admin.text
    login = admin.get("/audit/api/crm").text
    assert "没有记录" in login
    with psycopg.connect(world.system.url) as conn:
        rows = conn.execute("SELECT what, about FROM staff_acts WHERE about = 'crm' ORDER BY id").fetchall()
    assert rows == [("key-added", "crm"), ("key-revoked", "crm")]
    assert world.signed_in("manager").get("/keys").status_code == 403


def test_the_command_line_opens_lists_and_revokes(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", world.system.url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("VAR_DIR", str(world.system.var_dir))
    monkeypatch.setenv("MASTER_KEY", KEY)
    monkeypatch.setenv("DEMO", "0")

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(build(), ["api", *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    text = run("key", "add", "terminal", "--scope", "read", "--per-minute", "0").split()[0]
    api = Api(world.url, "terminal", text)
    assert api.get(SLOTS).status_code == 200
    api.close()
    assert "terminal" in run("key", "list")
    assert run("key", "rotate", "terminal").startswith("qk_")
    assert "两秒内生效" in run("key", "revoke", "terminal")
    assert "还没有推送" in run("webhooks", "status") or "wh_" in run("webhooks", "status")
    with pytest.raises(UserError, match="https"):
        run("webhooks", "add", "http://93.184.215.14/")
    hook = run("webhooks", "add", "https://93.184.215.14/hook", "--kind", "slot-booked").split()[0]
    assert "好了" in run("webhooks", "redeliver", hook, "--after", "0")
    assert run("webhooks", "rotate", hook).startswith("whsec_")
    assert "已删除" in run("webhooks", "remove", hook)
    with pytest.raises(UserError, match="没有 wh_0"):
        run("webhooks", "test", "wh_0")


def test_the_board_says_that_a_webhook_was_stopped(world: World) -> None:
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        url = "https://crm.example.com/hook"
        hook, _ = subscriptions.add(conn, world.system.notes, url, [], 0, world.clock.now)
        assert "推送已停" not in world.signed_in("manager").get("/board").text
        conn.execute(
            "UPDATE webhook_subscriptions SET active = false, failing_since = %s WHERE id = %s",
            (world.clock.now, hook),
        )
    assert "1个事件推送已停" in world.signed_in("manager").get("/board").text
    manager = world.signed_in("manager")
    assert 'href="/webhooks"' in manager.get("/board").text
    manager.get("/webhooks")
    assert "已停" in manager.text
    manager.post("/webhooks", {"hook": hook})
    assert "几秒内接着发" in manager.text and "推送已停" not in manager.get("/board").text


def test_a_manager_has_what_happened_since_a_moment_delivered_again(world: World) -> None:
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        url = "https://crm.example.com/hook"
        hook, _ = subscriptions.add(conn, world.system.notes, url, [], 10**6, world.clock.now)
        conn.execute("UPDATE webhook_subscriptions SET active = false WHERE id = %s", (hook,))
        world.person()
        world.at(world.clock.now + timedelta(hours=1))
        before, card = world.system.log.head(), world.person()
        manager = world.signed_in("manager")
        manager.get("/webhooks")
        manager.post("/webhooks", {"hook": hook, "since": "yesterday"})
        assert "填得不对" in manager.text
        manager.post("/webhooks", {"hook": hook, "since": f"{world.clock.now:%Y-%m-%dT%H:%M}"})
        found = subscriptions.find(conn, hook)
        assert found and found.active and found.position == before
        assert card in str(world.system.log.read(found.position, 1))
        subscriptions.remove(conn, hook)


def test_a_key_is_changed_with_an_overlap(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "KNOWN_FOR", 0.0)
    old, admin = Api.of(world), world.signed_in("admin")
    admin.get("/keys")
    admin.post("/keys/rotate", {"name": old.name})
    found = re.search(r"qk_[0-9a-f]{8}_[\w-]{43}", admin.page.text)
    assert found and found[0] != old.key and "只显示这一次" in admin.text
    new = Api(world.url, old.name, found[0])
    assert (old.get(SLOTS).status_code, new.get(SLOTS).status_code) == (200, 200)
    world.at(world.clock.now + keys.OVERLAP)
    problem(old.get(SLOTS), 401, "unauthenticated")
    assert new.get(SLOTS).status_code == 200
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        keys.revoke(conn, old.name, world.clock.now)
        with pytest.raises(UserError, match="没有名为"):
            keys.rotate(conn, old.name, world.clock.now)
    problem(new.get(SLOTS), 401, "unauthenticated")
    new.close()


def test_an_administrator_reads_what_a_key_asked(world: World) -> None:
    api, admin = Api.of(world, ["read"]), world.signed_in("admin")
    for _ in range(3):
        api.get(SLOTS)
    api.post("/bookings", {"card": "c1", "slot": "20180612-0930"})
    api.get("/slots/20180612-0931")
    deadline = time.monotonic() + 60
    while "没有用过" in admin.get(f"/keys/{api.name}").text and time.monotonic() < deadline:
        time.sleep(0.1)
    lines = re.findall(r"大厅此刻 GET /queue 200 3", admin.text)
    assert len(lines) == 1, admin.text
    assert "一个时段 GET /slots/{slot} 404 1" in admin.text
    assert "20180612" not in admin.text
    assert admin.get("/keys/nobody").status_code == 404
    assert world.signed_in("manager").get(f"/keys/{api.name}").status_code == 403


def test_a_webhook_of_a_revoked_key_is_not_started_again(world: World) -> None:
    name, text = new_key(world)
    with psycopg.connect(world.system.url, autocommit=True) as conn:
        url, now = "https://crm.example.com/hook", world.clock.now
        hook, _ = subscriptions.add(conn, world.system.notes, url, [], 0, now, text.split("_")[1])
        keys.revoke(conn, name, now)
    manager = world.signed_in("manager")
    manager.get("/webhooks")
    manager.post("/webhooks", {"hook": hook})
    assert "密钥已作废" in manager.text and "几秒内接着发" not in manager.text
    with psycopg.connect(world.system.url) as conn:
        found = subscriptions.find(conn, hook)
    assert found is not None and not found.active


def test_the_trail_of_a_system_has_what_it_did(world: World) -> None:
    api, card = Api.of(world), world.person(name="慕容云")
    api.post("/bookings", {"card": card, "slot": "20180627-0930"})
    world.catch_up()
    trail = world.signed_in("manager").get(f"/audit/api/{api.name}").text
    assert f"业务系统 {api.name}" in trail and "6月27日" in trail and "慕容云" in trail
