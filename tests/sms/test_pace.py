"""How fast messages are handed over: a gateway's limit holds over all processes together."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest

from queueing.sms.gateways.port import Verdict
from queueing.sms.outbox import send_all, send_due
from queueing.sms.pace import may_claim, may_hand_over, reserve
from tests.patience import PATIENCE
from tests.sms.carriers import always
from tests.sms.test_outbox import put
from tests.support import Branch

RATE = 50


@dataclass(frozen=True, order=True)
class Turn:
    """When a turn begins, how long it lasts, and between which moments it was said to begin; by the clock of
    the database."""

    begins: datetime
    lasts: timedelta
    earliest: datetime
    latest: datetime


def turns_of(url: str, start: threading.Barrier, taken: list[Turn], sizes: list[int]) -> None:
    """One process' turns."""
    carrier = always(Verdict.ACCEPTED)
    carrier.per_second = RATE
    with psycopg.connect(url, autocommit=True) as connection:
        start.wait()
        for size in sizes:
            with connection.transaction():
                before: Any = connection.execute("SELECT clock_timestamp()").fetchone()
                until = timedelta(seconds=reserve(connection, carrier, size))
                ends: Any = connection.execute("SELECT free_at FROM gateway_pace").fetchone()
                after: Any = connection.execute("SELECT clock_timestamp()").fetchone()
                lasts = timedelta(seconds=size / RATE)
                taken.append(Turn(ends[0] - lasts, lasts, before[0] + until, after[0] + until))


def test_turns_of_several_connections_never_overlap(branch: Branch, branch_url: str) -> None:
    taken: list[Turn] = []
    barrier = threading.Barrier(4)
    threads = [
        threading.Thread(target=turns_of, args=(branch_url, barrier, taken, [7, 50, 1, 20])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(taken) == 16
    taken.sort()
    assert all(turn.begins + turn.lasts <= later.begins for turn, later in pairwise(taken))
    assert all(turn.earliest <= turn.begins <= turn.latest for turn in taken)


def test_without_a_limit_nobody_waits_and_nothing_is_reserved(branch: Branch) -> None:
    put(branch, "help", "reply")
    assert send_all(branch.system, branch.gateway, branch.now) == {"accepted": 1}
    assert branch.rows("SELECT gateway FROM gateway_pace") == []


@pytest.mark.parametrize(
    ("per_second", "at_once", "claimed", "handed"), [(0, 16, 200, 16), (10, 16, 50, 10), (100, 16, 200, 16)]
)
def test_no_more_is_claimed_than_may_leave_soon(
    per_second: int, at_once: int, claimed: int, handed: int
) -> None:
    carrier = always(Verdict.ACCEPTED)
    carrier.per_second, carrier.at_once = per_second, at_once
    assert (may_claim(carrier, 200), may_hand_over(carrier)) == (claimed, handed)


def test_a_limited_carrier_gets_everything_in_small_parts(branch: Branch) -> None:
    carrier = always(Verdict.ACCEPTED)
    carrier.per_second, carrier.at_once = 500, 3
    refs = {
        put(branch, "too_early", "reply", number=n, params={"opens": f"2018-06-{n + 10}"}) for n in range(8)
    }
    assert send_due(branch.system, carrier, branch.now) == {"accepted": 8}
    assert {message.ref for message in carrier.given} == refs
    assert branch.rows("SELECT gateway FROM gateway_pace") == [("fickle",)]
