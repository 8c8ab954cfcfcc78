"""The manager's board as it is now, drawn once or again and again for those who watch."""

from __future__ import annotations

import time
from collections.abc import Hashable
from datetime import date, datetime, timedelta
from typing import Any

from queueing.policies.learned import as_seen
from queueing.projections.foreseen import foreseen
from queueing.projections.foreseen import stamp as foreseen_stamp
from queueing.projections.tracking import tracked
from queueing.sms.reasons import STATES
from queueing.sms.status import counts as message_counts
from queueing.sms.status import settled
from queueing.web.alerts import stopped_webhooks
from queueing.web.boarding import finished, of_state, of_tables
from queueing.web.site import Site
from queueing.webhooks import subscriptions

OUTBOX_SECONDS = 2.0
"""How old the numbers of messages may be on a live board."""


def board(site: Site, outbox: dict[str, Any] | None = None) -> dict[str, Any]:
    """Everything on the board, now. `outbox` are the numbers of `outbox_numbers`, if they are known."""
    now, season = site.now(), site.system.season
    outbox = outbox or outbox_numbers(site, now)
    with site.system.desk.view() as state:
        standing, seen = of_state(state, season, now), as_seen(season, state)
    with site.db() as conn:
        known = foreseen(conn, now.date(), date.max, now)
        shown = of_tables(conn, seen, now, known) | standing | outbox
    found = finished(shown, season)
    said = [*found["alerts"], *stopped_webhooks(outbox["stopped"])]
    return found | {"past": False, "alerts": said, "message_states": STATES}


def outbox_numbers(site: Site, now: datetime) -> dict[str, Any]:
    """What became of messages, to other systems too: every message is counted."""
    with site.db() as conn:
        return {
            "messages": message_counts(conn),
            "lately": settled(conn, now - timedelta(days=1)),
            "stopped": subscriptions.stopped(conn),
        }


class Wall:
    """The board drawn again and again for those who watch. Messages, of which there may be hundreds of
    thousands, are counted anew every few seconds; what they do wakes nobody anyway."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._outbox: dict[str, Any] = {}
        self._counted = float("-inf")

    def stamp(self) -> Hashable:
        """Changes when something happened."""
        return stamp(self._site)

    def shown(self) -> dict[str, Any]:
        """Everything on the board."""
        if time.monotonic() - self._counted > OUTBOX_SECONDS:
            self._outbox = outbox_numbers(self._site, self._site.now())
            self._counted = time.monotonic()
        return board(self._site, self._outbox)


def stamp(site: Site) -> Hashable:
    """Changes when anything on the board may have, but for messages: the read models follow every fact, and
    days are simulated anew."""
    with site.db() as conn:
        return tuple(sorted(tracked(conn).items())), foreseen_stamp(conn)
