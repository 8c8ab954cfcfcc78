"""Real servers for the tests: one PostgreSQL and one Redis a session, a fresh database a test."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
import redis
from hypothesis import HealthCheck, settings

from queueing.runtime import embedded
from tests.janitor import own_directory

# The data live as long as the session: what protects them from a power cut would only cost time.
_TEST_SERVER = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB", "autovacuum": "off"}
# Random examples are the same ones in every run and know no deadline: a run tells of the code, not of luck or
# of the machine. HYPOTHESIS_PROFILE=search looks for new ones, and further.
_CALM = {"deadline": None, "suppress_health_check": (HealthCheck.too_slow, HealthCheck.data_too_large)}
settings.register_profile(
    "steady", max_examples=50, derandomize=True, database=None, print_blob=True, **_CALM
)
settings.register_profile("search", max_examples=400, stateful_step_count=80, print_blob=True, **_CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
# A proxy is no way to this machine.
os.environ |= {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="session")
def server_dir() -> Iterator[Path]:
    """Nothing runs on it, and it is gone, however the session ends."""
    with own_directory() as path:
        yield path


@pytest.fixture
def own_dir(server_dir: Path) -> Path:
    """A directory of one test's own there."""
    return Path(tempfile.mkdtemp(dir=server_dir))


@pytest.fixture(scope="session")
def pg_server_url(server_dir: Path) -> Iterator[str]:
    """A PostgreSQL server: the one of DATABASE_URL, else an embedded one."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
    else:
        with embedded.postgres(server_dir, _TEST_SERVER) as server:
            yield server.url


@pytest.fixture
def pg_url(pg_server_url: str) -> Iterator[str]:
    """An empty database of its own for one test."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(pg_server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield urlunsplit(urlsplit(pg_server_url)._replace(path=f"/{name}"))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def redis_server_url(server_dir: Path) -> Iterator[str]:
    """Always our own server, never REDIS_URL: it is emptied before each test."""
    with embedded.redis(server_dir) as server:
        yield server.url


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """An empty Redis."""
    with redis.Redis.from_url(redis_server_url) as client:
        client.flushall()
    return redis_server_url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium. Where there is none the browser tests are skipped, but never in CI."""
    for name in _BROWSERS:
        if path := shutil.which(name):
            return path
    if os.environ.get("CI") == "true":
        pytest.fail("the browser tests need Chromium: see .ci/run")
    pytest.skip("no Chromium on this machine")
