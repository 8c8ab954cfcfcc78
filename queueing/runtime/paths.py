"""Places on disk that the processes of one installation share."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from queueing.errors import UserError

# sun_path holds 108 bytes with its final NUL; PostgreSQL also makes "<socket>.lock" beside the socket.
_LONGEST_SOCKET_PATH = 100
_LONGEST_SOCKET_NAME = len("/postgres/.s.PGSQL.5432")


def make_private_dir(path: Path) -> Path:
    """Make a directory for the owner only (an existing one keeps its mode)."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"无法建立目录 {path}：请检查 VAR_DIR 所指位置的权限和磁盘空间。") from error
    return path


@contextmanager
def socket_dir(var_dir: Path, name: str) -> Iterator[Path]:
    """A directory for the socket of one server, short enough wherever the checkout lies, gone in the end."""
    home = _socket_home(var_dir)
    path = make_private_dir(home / name)
    try:
        yield path
    finally:
        for each in (path, home):
            with suppress(OSError):  # not empty: the other server still uses it
                each.rmdir()


def _socket_home(var_dir: Path) -> Path:
    inside = var_dir / "run"
    if _fits(inside):
        return make_private_dir(inside)
    digest = hashlib.sha256(os.fsencode(var_dir)).hexdigest()[:12]
    name = f"queueing-{os.geteuid()}-{digest}"
    base = next(base for base in (Path(tempfile.gettempdir()), Path("/tmp")) if _fits(base / name))  # noqa: S108
    return _owned(make_private_dir(base / name))


def _fits(directory: Path) -> bool:
    return len(os.fsencode(directory)) + _LONGEST_SOCKET_NAME <= _LONGEST_SOCKET_PATH


def _owned(directory: Path) -> Path:
    """The temporary directory is shared: refuse a directory that somebody else put there first."""
    status = directory.lstat()
    if directory.is_symlink() or status.st_uid != os.geteuid():
        raise UserError(f"目录 {directory} 属于其他用户：请删除它，或用 TMPDIR 指定另一个临时目录。")
    return directory
