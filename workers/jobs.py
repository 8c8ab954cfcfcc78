"""The jobs: thin, idempotent, without arguments that could hold anything personal. Each may run twice,
late, or beside itself."""

from __future__ import annotations

import os
from functools import cache
from time import monotonic

from queueing.policies import closing, foresight, runner
from queueing.projections.keeping import keep_mornings
from queueing.settings import Settings
from queueing.sms.gateways.choice import gateway
from queueing.sms.outbox import send_due
from queueing.system import System, open_system
from queueing.webhooks.delivery import Office, deliver_due
from queueing.webhooks.office import open_office

SEND_FOR_SECONDS = 20.0
SNAPSHOT_EVERY = 5000
KEEP_FOR_SECONDS = 30.0
"""So long a job keeps mornings; the policies wait for it."""


@cache
def system() -> System:
    """This worker's system, opened with its first job; a worker is one long-lived process."""
    return open_system(Settings.from_env())


@cache
def office() -> Office:
    """What the worker of the webhooks needs: it decides nothing, so it has no desk."""
    return open_office(Settings.from_env())


def webhooks() -> int:
    """Tell other systems what happened, for a while; how many messages were taken."""
    return deliver_due(office(), SEND_FOR_SECONDS)


def send() -> int:
    """Send what is due, for a while; how many messages were dealt with."""
    opened, sent, started = system(), 0, monotonic()
    worker = f"{os.uname().nodename}:{os.getpid()}"
    while monotonic() - started < SEND_FOR_SECONDS:
        counts = send_due(opened, gateway(opened), opened.clock(), worker=worker)
        if not counts:
            break
        sent += sum(counts.values())
    return sent


def policy(name: str) -> int:
    """Run one policy; how many events followed."""
    return runner.run(system(), name, system().clock())


def follow_up_refused() -> int:
    """Put people whose number is refused on the staff's phone list."""
    return runner.mark_unreachable_when_a_number_is_refused(system(), system().clock())


def write_closing_list() -> bool:
    """Once the season is closed, write the list of uncollected cards for staff; whether it was written
    now."""
    return closing.write_once(system())


def foresee() -> int:
    """Simulate today and the coming days for the pages; how many were."""
    return foresight.foresee(system(), system().clock())


def forget_erased() -> int:
    """Leave nothing of those who were erased; how many rows went."""
    return runner.forget_everywhere_who_was_erased(system(), system().clock())


def snapshot() -> bool:
    """Keep a desk's start quick."""
    return system().desk.save_snapshot(SNAPSHOT_EVERY)


def mornings() -> int:
    """Keep a look at the board of any past day quick; how many mornings were kept."""
    opened = system()
    return keep_mornings(opened.url, opened.log, opened.season.branch.id, KEEP_FOR_SECONDS)
