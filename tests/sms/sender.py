"""A sender to be killed: run as a program, it sends what is due by the real Twilio client to the local
Twilio, stops at a moment, says so and waits for its end. That a message was taken the local Twilio says."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from queueing.sms import outbox
from queueing.sms.gateways.account import LOCAL_FROM, LOCAL_SID, Account
from queueing.sms.gateways.twilio import TwilioGateway
from tests.support import Clock, opened


def stop(where: str) -> None:
    """Say where we are, and wait to be killed."""
    sys.stdout.write(f"{where}\n")
    sys.stdout.flush()
    time.sleep(600)


def stopping_before(where: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, never reached."""

    def stopped(*args: Any, **more: Any) -> Any:
        stop(where)
        return function(*args, **more)

    return stopped


def stopping_after(where: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, never returned from."""

    def stopped(*args: Any, **more: Any) -> Any:
        result = function(*args, **more)
        stop(where)
        return result

    return stopped


def main(url: str, var_dir: str, now: str, twilio_url: str, moment: str) -> None:
    account = Account(
        LOCAL_SID, os.environ["TWILIO_AUTH_TOKEN"], LOCAL_FROM, twilio_url, "http://127.0.0.1:9"
    )
    gateway = TwilioGateway(account, timeout=60, per_second=1000)
    match moment:
        case "before the claim":
            outbox.claim = stopping_before(moment, outbox.claim)
        case "after the claim":
            outbox.claim = stopping_after(moment, outbox.claim)
        case "before handing over":
            gateway.send = stopping_before(moment, gateway.send)  # type: ignore[method-assign]
        case "before the outcome is recorded":
            outbox.record = stopping_before(moment, outbox.record)
    with opened(url, Path(var_dir), Clock(datetime.fromisoformat(now))) as branch:
        outbox.send_due(branch.system, gateway, branch.now, worker="the one to be killed")


if __name__ == "__main__":
    main(*sys.argv[1:])
