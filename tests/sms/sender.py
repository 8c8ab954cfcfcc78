"""A sender to be killed: run as a program, it claims what is due, hands it to a carrier that stops either
before it takes the messages or after it took them, says so and waits for its end."""

import sys
from datetime import datetime
from pathlib import Path

from queueing.sms.outbox import send_due
from tests.sms.carriers import Carrier
from tests.support import Clock, opened


def main(url: str, var_dir: str, now: str, stops: str) -> None:
    with opened(url, Path(var_dir), Clock(datetime.fromisoformat(now))) as branch:
        carrier = Carrier(branch.system.pool, branch.clock, stops)
        send_due(branch.system, carrier, branch.now, worker="the one to be killed")


if __name__ == "__main__":
    main(*sys.argv[1:])
