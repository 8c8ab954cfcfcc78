"""Finding a free port, and asking whether the web answers on it."""

import errno
import http.client
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from queueing.errors import UserError
from queueing.settings import Settings, local_url
from queueing.sms.gateways.account import LOCAL

_PORTS_TO_TRY = 50


MayHave = Callable[[int], bool]


@contextmanager
def claiming() -> Iterator[MayHave]:
    """Claims ports for the length of a block: whether nobody else has claimed one. Between finding a port
    free and the web listening on it lies a while, in which a second run on this machine would find it free as
    well, and take the other's web for its own. The kernel drops a claim when its process dies."""
    with ExitStack() as claims:

        def claim(port: int) -> bool:
            held = claims.enter_context(socket.socket(socket.AF_UNIX))
            try:
                held.bind(f"\0queueing-port-{port}")
            except OSError:
                return False
            return True

        yield claim


def with_free_port(settings: Settings, may_have: MayHave = lambda port: True) -> Settings:
    """The same settings with the port they will really use."""
    if settings.port_given:
        if not (_free(settings.host, settings.port) and may_have(settings.port)):
            raise UserError(f"端口 {settings.port} 已被占用：请停止占用它的程序，或用 PORT 换一个端口。")
        return settings
    last = min(settings.port + _PORTS_TO_TRY, 65536)
    wanted = range(settings.port, last)
    port = next((port for port in wanted if _free(settings.host, port) and may_have(port)), None)
    if port is None:
        raise UserError(f"端口 {settings.port} 到 {last - 1} 都被占用：请用 PORT 指定一个空闲端口。")
    shown = settings.public_url
    if shown == local_url(settings.host, settings.port):
        shown = local_url(settings.host, port)
    return replace(settings, port=port, port_given=True, public_url=shown)


def with_local_twilio(settings: Settings) -> Settings:
    """The same settings with the address of the local Twilio, if one is used."""
    if settings.sms != LOCAL or settings.twilio_url:
        return settings
    above = range(settings.port + 1, min(settings.port + 1 + _PORTS_TO_TRY, 65536))
    port = next((port for port in above if _free("127.0.0.1", port)), None)
    if port is None:
        raise UserError("没有空闲端口给本机短信服务：请用 TWILIO_URL 指定一个，例如 http://127.0.0.1:8900。")
    return replace(settings, twilio_url=local_url("127.0.0.1", port))


def answers(settings: Settings) -> bool:
    """Whether the web says it is well. Asked directly: a proxy in the environment has no part in it."""
    host = local_url(settings.host, settings.port).removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise UserError(f"不能在 {host} 的端口 {port} 上监听：请检查 HOST 和 PORT。") from error
    return True
