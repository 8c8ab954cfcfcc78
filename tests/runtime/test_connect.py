"""Commands find the database beside a running system, beside each other, and alone."""

from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
import redis

from queueing.errors import UserError
from queueing.runtime import embedded, instance, leftovers
from queueing.runtime.connect import check_database, services
from queueing.settings import Settings
from tests.patience import PATIENCE
from tests.runtime.conftest import Start, System


def _settings(var_dir: Path) -> Settings:
    return Settings.from_env({"VAR_DIR": str(var_dir)})


def _count(url: str) -> int:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert row is not None
        return int(row[0])


def test_alone_a_command_has_the_servers_for_its_own_time_and_the_data_stay(var_dir: Path) -> None:
    with services(_settings(var_dir)) as urls:
        assert _count(urls.database) == 1
        with redis.Redis.from_url(urls.redis) as client:
            assert client.ping()
    assert instance.announcement(var_dir) is None
    assert leftovers.servers(var_dir) == []
    with services(_settings(var_dir)) as urls:
        assert _count(urls.database) == 2


def test_two_commands_share_the_servers_until_both_are_done(var_dir: Path) -> None:
    inside, leave, left = Event(), Event(), Event()

    def first() -> None:
        with services(_settings(var_dir)):
            inside.set()
            leave.wait(PATIENCE)
        left.set()

    thread = Thread(target=first)
    thread.start()
    assert inside.wait(PATIENCE)
    with services(_settings(var_dir)) as urls:
        leave.set()
        assert not left.wait(0.5)
        assert _count(urls.database) == 1
    assert left.wait(PATIENCE)
    thread.join()


def test_a_command_joins_a_running_system(steady: System) -> None:
    with services(_settings(steady.var_dir)) as urls:
        assert _count(urls.database) >= 1
        found = instance.running(steady.var_dir)
        assert found is not None
        assert (found.pid, found.database_url) == (steady.process.pid, urls.database)


def test_a_command_leaves_a_system_alone_that_lost_its_parent(var_dir: Path, start: Start) -> None:
    system = start()
    assert system.line()
    system.process.kill()
    system.process.wait()
    with services(_settings(var_dir)) as urls:
        assert _count(urls.database) == 1
    assert len(leftovers.servers(var_dir)) == 2
    start().line()


def test_given_servers_are_used_as_they_are(var_dir: Path, pg_url: str, redis_url: str) -> None:
    given = {"VAR_DIR": str(var_dir), "DATABASE_URL": pg_url, "REDIS_URL": redis_url}
    with services(Settings.from_env(given)) as urls:
        assert (urls.database, urls.redis) == (pg_url, redis_url)
    assert not var_dir.exists()


def test_a_badly_written_address_is_refused() -> None:
    with pytest.raises(UserError, match="DATABASE_URL 写得不对"):
        check_database("postgresql://host/db?no_such_option=1")


def test_data_of_another_version_are_not_touched(var_dir: Path) -> None:
    data = var_dir / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")
    with pytest.raises(UserError, match="PostgreSQL 12"), embedded.postgres(var_dir):
        pass
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_half_made_data_directory_is_made_again(var_dir: Path) -> None:
    half = var_dir / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with embedded.postgres(var_dir, {"fsync": "off"}) as server:
        assert _count(server.url) == 1
    assert not half.exists()
