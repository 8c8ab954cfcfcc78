"""The database and Redis for a command: those given, those of the running system, or our own for a while."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import monotonic, sleep

import psutil
import psycopg
import redis
from psycopg.conninfo import conninfo_to_dict

from queueing.errors import UserError
from queueing.runtime import embedded, instance, leftovers
from queueing.runtime.instance import Instance
from queueing.runtime.prepare import migrate
from queueing.runtime.server import Server
from queueing.settings import Settings

_PATIENCE = 120.0


@dataclass(frozen=True)
class Urls:
    database: str
    redis: str


@contextmanager
def services(settings: Settings) -> Iterator[Urls]:
    """Both services, with the tables in place, for the length of a block.

    Works beside a running system and alone; two commands at a time share one pair of servers.
    """
    if settings.database_url and settings.redis_url:
        with started(settings) as (urls, _):
            migrate(urls.database)
            yield urls
        return
    with _shared(settings) as urls:
        yield Urls(settings.database_url or urls.database, settings.redis_url or urls.redis)


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The database alone, on the same terms as `services`."""
    with services(settings) as urls:
        yield urls.database


@contextmanager
def started(settings: Settings) -> Iterator[tuple[Urls, list[Server]]]:
    """The given services after a look whether they answer, else embedded ones for the length of a block."""
    with ExitStack() as stack:
        servers = []
        if settings.database_url is None:
            servers.append(stack.enter_context(embedded.postgres(settings.var_dir)))
        else:
            check_database(settings.database_url)
        if settings.redis_url is None:
            servers.append(stack.enter_context(embedded.redis(settings.var_dir)))
        else:
            check_redis(settings.redis_url)
        own = iter(servers)
        yield Urls(settings.database_url or next(own).url, settings.redis_url or next(own).url), servers


def check_database(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.ProgrammingError as error:
        raise UserError("DATABASE_URL 写得不对：它应形如 postgresql://用户:密码@主机:5432/库名。") from error
    except psycopg.OperationalError as error:
        parts = conninfo_to_dict(url)
        place = f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"
        raise UserError(
            f"连不上 PostgreSQL（{place}）：请确认数据库已经启动，DATABASE_URL 的地址和密码正确。"
        ) from error


def check_redis(url: str) -> None:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        raise UserError("连不上 Redis：请确认它已经启动，REDIS_URL 的地址和密码正确。") from error


@contextmanager
def _shared(settings: Settings) -> Iterator[Urls]:
    """Join whoever owns the var directory, or own it. An owner that is starting or stopping is waited for."""
    var_dir, deadline = settings.var_dir, monotonic() + _PATIENCE
    while monotonic() < deadline:
        with instance.owning(var_dir) as ours:
            if ours:
                with _owned(settings) as urls:
                    yield urls
                return
        with instance.using(var_dir):
            found = instance.announcement(var_dir)
            if found and psutil.pid_exists(found.pid):
                yield Urls(found.database_url, found.redis_url)
                return
        sleep(0.1)
    raise UserError("另一个程序正在启动或停止这份数据：请稍后再试。")


@contextmanager
def _owned(settings: Settings) -> Iterator[Urls]:
    var_dir = settings.var_dir
    if (found := instance.announcement(var_dir)) and leftovers.supervised(var_dir):
        # The parent was killed but its processes go on serving people: use what they use, stop nothing.
        yield Urls(found.database_url, found.redis_url)
        return
    instance.withdraw(var_dir)
    leftovers.clear(var_dir)
    with started(settings) as (urls, _):
        migrate(urls.database)
        try:
            with instance.announced(var_dir, Instance(os.getpid(), urls.database, urls.redis)):
                yield urls
        finally:
            instance.wait_until_unused(var_dir)
