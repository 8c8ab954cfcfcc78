"""Where a webhook may go: to public hosts by https, and to the hosts of our own network that a setting
names. A
subscriber must not make us ask our own machines (server-side request forgery)."""

from __future__ import annotations

import socket
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

_NAT64 = IPv6Network("64:ff9b::/96")
_PORTS = {"https": 443, "http": 80}


class BadAddress(Exception):  # noqa: N818
    """The address can't be used; the text says why, for a person."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was looked up: we connect to `ip`, and to no other a second look-up might give."""

    scheme: str
    host: str
    port: int
    ip: str
    path: str

    @property
    def url(self) -> str:
        """With the number instead of the name."""
        ip = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"{self.scheme}://{ip}:{self.port}{self.path}"

    @property
    def host_header(self) -> str:
        """As the receiver expects it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def check(url: str, allowed: Collection[str]) -> Target:
    """Look the host up; raises BadAddress unless it may be asked."""
    parts, port = _parts(url)
    host = parts.hostname or ""
    ours = host in allowed
    if parts.scheme == "http" and not ours:
        raise BadAddress("推送地址应以 https:// 开头。")
    found = _addresses(host, port)
    if not ours and not all(map(_is_public, found)):
        raise BadAddress("推送地址指向内部网络，请换公网地址，或请管理员在 WEBHOOK_HOSTS 里放行这台主机。")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, str(found[0]), path)


def _parts(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise BadAddress("推送地址写得不对，请核对。") from None
    if parts.scheme not in _PORTS or not parts.hostname or not url.isascii() or not url.isprintable():
        raise BadAddress("推送地址写得不对，应像 https://crm.example.com/hooks 这样。")
    if parts.username is not None or parts.password is not None or parts.fragment or " " in url:
        raise BadAddress("推送地址里不能有用户名、密码、空格或 #。")
    return parts, port


def _addresses(host: str, port: int) -> list[IPv4Address | IPv6Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise BadAddress("查不到推送地址里的主机，请核对。") from None
    return [ip_address(str(one[4][0]).partition("%")[0]) for one in found]


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return _is_public(ip.ipv4_mapped)
        if ip.sixtofour or ip.teredo or ip in _NAT64:
            return False
    return ip.is_global and not ip.is_multicast
