"""One installation is one var directory: who may run on it, and how others find what runs.

Two locks. `run.lock` is held by the one process that owns the servers of this directory. `users.lock` is
shared by commands that use servers they don't own, so that an owner which is itself only a command waits
for them. The kernel drops both when a process dies, however it dies.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import msgspec

from queueing.errors import UserError
from queueing.runtime.paths import make_private_dir


class Instance(msgspec.Struct, frozen=True):
    """What runs on a var directory. The file is for the owner's eyes: the URLs may hold passwords."""

    pid: int
    database_url: str
    redis_url: str
    url: str | None = None


@contextmanager
def owning(var_dir: Path) -> Iterator[bool]:
    """Hold the directory for the length of a block, if nobody else does: the value says which."""
    with _locked(var_dir / "run.lock", fcntl.LOCK_EX | fcntl.LOCK_NB) as held:
        yield held


@contextmanager
def using(var_dir: Path) -> Iterator[None]:
    """Keep the owner from stopping its servers for the length of a block."""
    with _locked(var_dir / "users.lock", fcntl.LOCK_SH):
        yield


def wait_until_unused(var_dir: Path) -> None:
    """Wait for the commands that use our servers; later ones find no announcement and wait for us."""
    with _locked(var_dir / "users.lock", fcntl.LOCK_EX):
        pass


@contextmanager
def announced(var_dir: Path, instance: Instance) -> Iterator[None]:
    """Tell other commands about this instance for the length of a block."""
    draft = _file(var_dir).with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(instance))
    draft.rename(_file(var_dir))
    try:
        yield
    finally:
        withdraw(var_dir)


def withdraw(var_dir: Path) -> None:
    _file(var_dir).unlink(missing_ok=True)


def announcement(var_dir: Path) -> Instance | None:
    """The instance that was announced last. It may be gone: only the lock tells."""
    try:
        return msgspec.json.decode(_file(var_dir).read_bytes(), type=Instance)
    except (OSError, msgspec.DecodeError):
        return None


def running(var_dir: Path) -> Instance | None:
    """The instance that runs on this directory now."""
    if not (var_dir / "run.lock").exists():
        return None
    with owning(var_dir) as nobody_runs:
        return None if nobody_runs else announcement(var_dir)


def _file(var_dir: Path) -> Path:
    return var_dir / "instance.json"


@contextmanager
def _locked(path: Path, mode: int, patience: float = 0.3) -> Iterator[bool]:
    """Patience covers the instant in which `running` holds the lock only to look."""
    make_private_dir(path.parent)
    try:
        file = path.open("a")
    except OSError as error:
        raise UserError(f"无法打开 {path}：这份数据可能属于另一个用户，请用该用户运行。") from error
    with file:
        deadline = monotonic() + patience
        while not (held := _try(file.fileno(), mode)) and monotonic() < deadline:
            sleep(0.02)
        yield held


def _try(descriptor: int, mode: int) -> bool:
    try:
        fcntl.flock(descriptor, mode)
    except BlockingIOError:
        return False
    return True
