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

from queueing.runtime import embedded

# The data live as long as the session: what protects them from a power cut would only cost time.
_TEST_SERVER = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB", "autovacuum": "off"}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="session")
def server_dir() -> Iterator[Path]:
    """Not below pytest's own directory: another session would close it to the account PostgreSQL runs as."""
    path = Path(tempfile.mkdtemp(prefix="queueing-test-"))
    yield path
    shutil.rmtree(path)


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
