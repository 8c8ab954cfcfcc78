"""A webhook may not be used to make us ask our own machines."""

import socket

import pytest

from queueing.webhooks.address import BadAddress, check


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.215.14/hook",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.1.2.3/",
        "https://192.168.0.1:8443/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://user:secret@93.184.215.14/",
        "https://93.184.215.14/#part",
        "ftp://93.184.215.14/",
        "file:///etc/passwd",
        "https://",
        "https://93.184.215.14:99999/",
        "https://[half",
        "https://no such host/",
        "https://银行.example/",
        "javascript:alert(1)",
        "",
    ],
)
def test_addresses_that_are_not_to_be_asked(url: str) -> None:
    with pytest.raises(BadAddress, match="推送地址"):
        check(url, ())


def test_a_public_address_is_asked_by_the_number_that_was_checked() -> None:
    target = check("https://93.184.215.14:8443/hooks?x=1", ())
    assert (target.url, target.host_header) == ("https://93.184.215.14:8443/hooks?x=1", "93.184.215.14:8443")
    assert check("https://[2606:2800:21f:cb07::1]", ()).url == "https://[2606:2800:21f:cb07::1]:443/"


def test_a_name_that_points_inside_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """One public and one private number: the private one decides."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)
    with pytest.raises(BadAddress, match="内部网络"):
        check("https://rebind.example/", ())


def test_a_host_of_ours_may_be_allowed_by_name() -> None:
    target = check("http://127.0.0.1:8080/x", {"127.0.0.1"})
    assert (target.ip, target.port, target.path) == ("127.0.0.1", 8080, "/x")
    with pytest.raises(BadAddress):
        check("http://127.0.0.2:8080/x", {"127.0.0.1"})
