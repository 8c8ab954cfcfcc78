"""The local Twilio itself: a small HTTP server. The standard library's, since it has to hang and to drop
connections on demand."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from queueing.sms.gateways.account import Account
from queueing.sms.localtwilio.answers import Taken, error, listed, problem, readable, written
from queueing.sms.localtwilio.behaviours import TAKES, Behaviour, Rule, Script, callbacks_of
from queueing.sms.localtwilio.calling import RETRIES, Caller

HANG_SECONDS = 60.0
LONGEST_BODY = 1600


class LocalTwilio:
    """What it has taken, and how it behaves. `shown` is told of every message taken; `web_url` is where our
    web really listens, while `account.public_url` is what its signatures are for."""

    def __init__(
        self,
        account: Account,
        web_url: str = "",
        shown: Callable[[Taken], None] = lambda taken: None,
        retries: Sequence[float] = RETRIES,
    ) -> None:
        self.account = account
        self.script = Script()
        self.taken: list[Taken] = []
        self.contents: dict[str, str] = {}
        """Content templates by their sid, with {{1}} for the first variable."""
        self.asked = 0
        self.ending = threading.Event()
        self.caller = Caller(account, web_url or account.public_url, retries)
        self._shown = shown
        self._lock = threading.Lock()

    def find(self, sid: str) -> Taken | None:
        """A message by its sid."""
        return next((taken for taken in self.taken if taken.sid == sid), None)

    def take(self, fields: dict[str, str], behaviour: Behaviour) -> Taken:
        """Take a message, and report on it later."""
        taken = Taken(
            self.account.sid,
            fields["To"],
            fields.get("MessagingServiceSid") or fields["From"],
            fields.get("Body") or written(self.contents[fields["ContentSid"]], fields),
            fields.get("StatusCallback", ""),
        )
        with self._lock:
            self.taken.append(taken)
        self._shown(taken)
        if taken.callback:
            self.caller.report(taken, callbacks_of(behaviour))
        return taken

    def count(self) -> None:
        """One more request to send."""
        with self._lock:
            self.asked += 1

    def hear(self, sender: str, text: str, sid: str = "", times: int = 1) -> list[str]:
        """Somebody wrote: call our webhook, as often as told, with the same sid; what it answered."""
        heard = Taken(self.account.sid, self.account.sender, sender, text, direction="inbound")
        heard.sid = sid or heard.sid
        answers = [self.caller.inbound(heard) for _ in range(times)]
        for answer in answers[:1]:
            reply = Taken(self.account.sid, sender, self.account.sender, answer, direction="outbound-reply")
            if answer:
                self.taken.append(reply)
                self._shown(reply)
        return answers


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    twilio: LocalTwilio

    def log_message(self, format: str, *args: Any) -> None:
        """Numbers stand in what would be logged."""

    def do_GET(self) -> None:
        """A message, or what was taken."""
        if not self._signed_in():
            self._say(401, error(401, 20003))
        elif self.path == "/local/messages":
            taken = [{**one.resource(), "callback": one.callback} for one in self.twilio.taken]
            self._say(200, {"asked": self.twilio.asked, "taken": taken})
        elif urlsplit(self.path).path == self._messages:
            self._say(200, listed(self.twilio.taken, self.path))
        else:
            found = self.twilio.find(self.path.rpartition("/")[2].removesuffix(".json"))
            self._say(200, found.resource()) if found else self._say(404, error(404, 20404))

    def do_POST(self) -> None:
        """A message to send, or an order of whoever runs this server."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        if not self._signed_in():
            self._say(401, error(401, 20003))
        elif self.path == self._messages:
            self._message(fields)
        elif self.path == "/local/script":
            self._script(fields)
        elif self.path == "/local/inbound":
            answers = self.twilio.hear(
                fields["from"], fields["body"], fields.get("sid", ""), int(fields.get("times", 1))
            )
            self._say(200, {"answers": answers})
        else:
            self._say(404, error(404, 20404))

    @property
    def _messages(self) -> str:
        return f"/2010-04-01/Accounts/{self.twilio.account.sid}/Messages.json"

    def _script(self, fields: dict[str, str]) -> None:
        if fields.get("clear"):
            self.twilio.script.clear()
        else:
            behaviour = Behaviour(fields["behaviour"])
            self.twilio.script.add(Rule(fields.get("ending", ""), behaviour, int(fields.get("times", 0))))
        self._say(200, {"rules": len(self.twilio.script.rules)})

    def _message(self, fields: dict[str, str]) -> None:
        self.twilio.count()
        if wrong := _wrong(fields, self.twilio.contents):
            self._say(400, error(400, wrong))
            return
        behaviour = self.twilio.script.behaviour(fields["To"])
        if behaviour in TAKES:
            self._taken(self.twilio.take(fields, behaviour), behaviour)
        elif behaviour is Behaviour.HANG:
            self._hang()
        else:
            self._turned_down(behaviour)

    def _taken(self, taken: Taken, behaviour: Behaviour) -> None:
        if behaviour is Behaviour.ACCEPT_THEN_HANG:
            self._hang()
        elif behaviour is Behaviour.ACCEPT_THEN_DROP:
            self.close_connection = True
        else:
            self._say(201, taken.resource())

    def _turned_down(self, behaviour: Behaviour) -> None:
        match behaviour:
            case Behaviour.TOO_MANY:
                self._say(429, error(429, 20429))
            case Behaviour.PROBLEM:
                self._say(429, problem(429, 20429), "application/problem+json")
            case Behaviour.OPTED_OUT:
                self._say(400, error(400, 21610))
            case Behaviour.REFUSED:
                self._say(400, error(400, 21211))
            case Behaviour.AWAY_HTML:
                self._send(503, b"<html><body><h1>503 Service Unavailable</h1></body></html>", "text/html")
            case _:
                self._send(500, b"<html><body><h1>500 Internal Error</h1></body></html>", "text/html")

    def _hang(self) -> None:
        self.twilio.ending.wait(HANG_SECONDS)
        self.close_connection = True

    def _signed_in(self) -> bool:
        known = f"{self.twilio.account.sid}:{self.twilio.account.token}".encode()
        return self.headers.get("Authorization") == f"Basic {base64.b64encode(known).decode()}"

    def _say(self, status: int, body: dict[str, Any], kind: str = "application/json") -> None:
        self._send(status, json.dumps(body).encode(), kind)

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _wrong(fields: dict[str, str], contents: dict[str, str]) -> int:
    """The code of what is wrong with a request to send, or 0."""
    content = fields.get("ContentSid", "")
    if not fields.get("To"):
        return 21604
    if not fields.get("From") and not fields.get("MessagingServiceSid"):
        return 21603
    if content and content not in contents:
        return 21655
    if content and not readable(fields.get("ContentVariables", "{}")):
        return 21656
    if not (fields.get("Body") or content):
        return 21602
    if len(fields.get("Body", "")) > LONGEST_BODY:
        return 21617
    return 0 if fields["To"].startswith("+") and fields["To"][1:].isdigit() else 21211


class Server(ThreadingHTTPServer):
    """A thread a connection; none is waited for at the end."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error here."""


def make_server(twilio: LocalTwilio, port: int = 0) -> Server:
    """A server on this machine only."""
    handler = type("BoundHandler", (Handler,), {"twilio": twilio})
    return Server(("127.0.0.1", port), handler)


@contextmanager
def serving(twilio: LocalTwilio, port: int = 0) -> Iterator[str]:
    """Serve in a thread for the length of a block; the address."""
    server = make_server(twilio, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        twilio.ending.set()
        server.shutdown()
        server.server_close()
        thread.join()
        twilio.caller.close()
