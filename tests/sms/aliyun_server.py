"""A scripted Aliyun on this machine: answers SendSms by the phone number's ending, in the shapes Aliyun
publishes, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

ANSWERS: dict[str, tuple[int, dict[str, str] | str]] = {
    "ok": (200, {"Code": "OK", "Message": "OK"}),
    "number": (200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "the number"}),
    "word": (200, {"Code": "isv.BLACK_KEY_CONTROL_LIMIT", "Message": "a word"}),
    "limit": (200, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "often enough"}),
    "money": (200, {"Code": "isv.OUT_OF_SERVICE", "Message": "no money"}),
    "template": (200, {"Code": "isv.SMS_TEMPLATE_ILLEGAL", "Message": "not approved"}),
    "broken": (200, {"Code": "isp.SYSTEM_ERROR", "Message": "oops"}),
    "key": (400, {"Code": "SignatureDoesNotMatch", "Message": "wrong key"}),
    "throttled": (400, {"Code": "Throttling.User", "Message": "slowly"}),
    "away": (503, {"Code": "ServiceUnavailable", "Message": "away"}),
    "html": (502, "<html><h1>502</h1></html>"),
}


@dataclass
class Aliyun:
    """What it was asked, and how it answers: one of ANSWERS, "hang" or "drop"."""

    mode: str = "ok"
    asked: list[dict[str, str]] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    aliyun: Aliyun

    def log_message(self, format: str, *args: Any) -> None:
        """Quietly."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fields = dict(parse_qsl(urlsplit(self.path).query))
        self.aliyun.asked.append({"action": self.headers["x-acs-action"], **fields})
        if self.aliyun.mode in ("hang", "drop"):
            if self.aliyun.mode == "hang":
                self.aliyun.ending.wait(30)
            self.close_connection = True
            return
        status, body = ANSWERS[self.aliyun.mode]
        if isinstance(body, dict):
            body = {**body, "RequestId": "R", "BizId": f"9006{next(self.aliyun.numbers)}^0"}
        data = (json.dumps(body) if isinstance(body, dict) else body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def serving(aliyun: Aliyun) -> Iterator[str]:
    """Its address."""
    server = Server(("127.0.0.1", 0), type("Bound", (Handler,), {"aliyun": aliyun}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        aliyun.ending.set()
        server.shutdown()
        server.server_close()
        thread.join()
