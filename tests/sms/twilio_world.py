"""A branch whose messages go through the real Twilio client to the local Twilio, which calls the branch's
webhooks on a real web server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from queueing.sms.gateways.account import Account, account
from queueing.sms.gateways.twilio import TwilioGateway
from queueing.sms.localtwilio.answers import Taken
from queueing.sms.localtwilio.behaviours import Behaviour, Rule
from queueing.sms.localtwilio.server import LocalTwilio, serving
from queueing.web import tables
from queueing.web.app import create_app
from tests.patience import PATIENCE
from tests.support import Branch, opened
from tests.web.world import serving as serving_web

PUBLIC_URL = "https://queue.example.org"


@dataclass
class Line:
    """The branch, its local Twilio, and where the web listens."""

    branch: Branch
    twilio: LocalTwilio
    gateway: TwilioGateway
    account: Account
    web_url: str

    def script(self, behaviour: Behaviour, ending: str = "", times: int = 0) -> None:
        self.twilio.script.add(Rule(ending, behaviour, times))

    def taken(self, ref: object) -> list[Taken]:
        """The messages taken for a reference."""
        return [one for one in self.twilio.taken if str(ref) in one.callback]

    def until(self, state: str, ref: object) -> str:
        """Wait until reports have brought a message into a state; the state it has."""
        return eventually(lambda: self.state(ref), state)

    def state(self, ref: object) -> str:
        return str(self.branch.rows("SELECT state FROM messages WHERE ref = %s", ref)[0][0])


def eventually(look: Callable[[], str], wanted: str) -> str:
    """What is seen once it is what is wanted, or after a while."""
    deadline = time.monotonic() + PATIENCE
    while (seen := look()) != wanted and time.monotonic() < deadline:
        time.sleep(0.02)
    return seen


@contextmanager
def connected(url: str, var_dir: Path, timeout: float = PATIENCE) -> Iterator[Line]:
    """The line, for the length of a block."""
    tables.migrate(url)
    with opened(url, var_dir, SMS="twilio-local", PUBLIC_URL=PUBLIC_URL) as branch:
        known = account(branch.system.settings)
        with serving_web(create_app(branch.system)) as web_url:
            twilio = LocalTwilio(known, web_url)
            with serving(twilio) as address:
                gateway = TwilioGateway(
                    Account(known.sid, known.token, known.sender, address, PUBLIC_URL),
                    timeout=timeout,
                    per_second=1000,
                )
                branch.gateway = gateway
                branch.projector.catch_up()
                yield Line(branch, twilio, gateway, known, web_url)
                gateway.close()
