"""`queueing run`: the whole system in the foreground, until a signal ends it."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from time import monotonic, sleep
from types import FrameType

from queueing.errors import UserError
from queueing.runtime import instance, leftovers
from queueing.runtime.connect import Urls, started
from queueing.runtime.instance import Instance
from queueing.runtime.ports import answers, claiming, with_free_port, with_local_twilio
from queueing.runtime.prepare import SignIn, prepare
from queueing.runtime.programs import Program, programs
from queueing.runtime.server import Server
from queueing.runtime.supervisor import supervising
from queueing.settings import Settings

Say = Callable[[str], None]
Choose = Callable[[Settings], Sequence[Program]]

_WEB_SECONDS = 180.0
_ASK_FOR_PATIENCE = 10.0
_ATTEMPTS = 60
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Stop(BaseException):
    """A signal asked us to end. Not an error, so nothing that handles errors may swallow it."""


def run(settings: Settings, say: Say, choose: Choose = programs) -> None:
    """Run until a signal; then leave no process behind."""
    with _until_a_signal(), instance.owning(settings.var_dir) as ours, claiming() as may_have:
        if not ours:
            raise UserError(_already_running(settings))
        instance.withdraw(settings.var_dir)
        if count := leftovers.clear(settings.var_dir):
            say(f"上一次运行没有正常结束，已停止它留下的 {count} 个进程。")
        settings = with_local_twilio(with_free_port(settings, may_have))
        with started(settings) as (urls, servers):
            _serve(replace(settings, database_url=urls.database, redis_url=urls.redis), servers, say, choose)


def _serve(settings: Settings, servers: Sequence[Server], say: Say, choose: Choose) -> None:
    sign_ins = prepare(settings, say)
    environment = {**settings.to_env(), "TZ": "Asia/Shanghai"}
    with (
        instance.announced(settings.var_dir, _instance(settings)),
        supervising(settings.var_dir, choose(settings), environment) as supervisor,
    ):
        try:
            _wait_for_web(settings, supervisor, say)
            say(f"已就绪，请打开 {settings.public_url}/")
            for line in how_to_sign_in(settings, sign_ins):
                say(line)
            _watch(servers, supervisor, say)
        except _Stop:
            say("正在停止……")
            raise


def how_to_sign_in(settings: Settings, sign_ins: Sequence[SignIn]) -> Iterator[str]:
    """For a demonstration only: a real system's accounts are nobody's to read."""
    for login, password, _ in sign_ins[:1]:
        door = f"{settings.public_url}/staff"
        yield f"工作人员从 {door} 登录，如 {login}，密码 {password}；其他演示账号写在登录页上。"


def _instance(settings: Settings) -> Instance:
    urls = Urls(settings.database_url or "", settings.redis_url or "")
    return Instance(os.getpid(), urls.database, urls.redis, settings.public_url)


def _already_running(settings: Settings) -> str:
    found = instance.announcement(settings.var_dir)
    where = f"，地址 {found.url}/" if found and found.url else ""
    return f"这份数据（{settings.var_dir}）已有程序在使用{where}：请先停止它，或用 VAR_DIR 指定另一个目录。"


def _wait_for_web(settings: Settings, supervisor: subprocess.Popen[bytes], say: Say) -> None:
    begun, patient = monotonic(), True
    while not answers(settings):
        waited = monotonic() - begun
        _check_alive(supervisor)
        if waited > _WEB_SECONDS:
            raise UserError(f"网页服务没有启动：原因见 {settings.var_dir / 'log' / 'web.log'}。")
        if patient and waited > _ASK_FOR_PATIENCE:
            patient = False
            say(f"网页服务还没有应答，继续等待；它的日志在 {settings.var_dir / 'log' / 'web.log'}。")
        sleep(0.1)


def _watch(servers: Sequence[Server], supervisor: subprocess.Popen[bytes], say: Say) -> None:
    """The supervisor restarts its programs; the servers below them are ours to restart."""
    while True:
        _check_alive(supervisor)
        for server in servers:
            if not server.alive():
                say(f"内置的 {server.name} 意外停止，正在重新启动。")
                _restart(server)
        sleep(1)


def _restart(server: Server) -> None:
    """PostgreSQL refuses to start until the last process of the dead server has noticed and gone."""
    for _ in range(_ATTEMPTS - 1):
        with suppress(UserError):
            server.start()
            return
        sleep(1)
    server.start()


def _check_alive(supervisor: subprocess.Popen[bytes]) -> None:
    if supervisor.poll() is not None:
        raise UserError("进程管理程序意外停止：原因见 VAR_DIR 里的 log/supervisord.log。")


@contextmanager
def _until_a_signal() -> Iterator[None]:
    """The first signal ends the block; later ones are ignored, for the ending is short and must be whole."""

    def stop(signum: int, frame: FrameType | None) -> None:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise _Stop

    before = {each: signal.signal(each, stop) for each in _SIGNALS}
    try:
        yield
    except _Stop:
        return
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
