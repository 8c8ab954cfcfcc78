"""An installation of its own for the command line: embedded servers on a var directory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from queueing import cli
from queueing.log import EventLog
from queueing.log.store import Recorded
from queueing.runtime.connect import Urls, services
from queueing.settings import Settings
from tests.support import database


@dataclass
class Told:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


@dataclass
class Installation:
    """An installation as an operator has it."""

    url: str
    run: Callable[..., Told]

    def head(self) -> int:
        """The last position of its log."""
        log = EventLog(self.url)
        try:
            return log.head()
        finally:
            log.close()

    def facts(self) -> list[Recorded]:
        """Everything in its log."""
        log = EventLog(self.url)
        try:
            return list(log.read_all())
        finally:
            log.close()

    def count(self, table: str) -> int:
        """The rows of a table."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
            return int(row[0]) if row else 0


@pytest.fixture(scope="session")
def servers(server_dir: Path) -> Iterator[tuple[Path, Urls]]:
    """Embedded servers that the commands find running."""
    var_dir = server_dir / "importing"
    with services(Settings.from_env({"VAR_DIR": str(var_dir)})) as urls:
        yield var_dir, urls


@pytest.fixture(scope="session")
def prepared_installation(servers: tuple[Path, Urls]) -> str:
    """The database of the servers, in which `queueing season open` was run."""
    var_dir, _ = servers
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VAR_DIR", str(var_dir))
        for name in ("DATABASE_URL", "REDIS_URL", "MASTER_KEY"):
            patch.delenv(name, raising=False)
        with pytest.raises(SystemExit) as end:
            cli.main(["season", "open"])
        assert end.value.code == 0
    return "queueing"


@pytest.fixture
def installation(
    servers: tuple[Path, Urls],
    prepared_installation: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Installation]:
    """The season is open, and nobody is registered yet."""
    var_dir, urls = servers
    monkeypatch.setenv("VAR_DIR", str(var_dir))
    monkeypatch.delenv("MASTER_KEY", raising=False)

    def run(*arguments: str) -> Told:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.main(arguments)
        said = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Told(end.value.code, said.out, said.err)

    with database(urls.database, prepared_installation) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("REDIS_URL", urls.redis)
        yield Installation(url, run)
