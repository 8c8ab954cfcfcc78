"""From when to deliver again: a moment as a position in the log."""

from __future__ import annotations

from datetime import datetime

from queueing.log.store import EventLog


def position_before(log: EventLog, moment: datetime) -> int:
    """After this position comes what happened from a moment on (naive branch time). The log is in order of
    time but for what two processes stored at once; a few reads find the place."""
    low, high = 0, log.head()
    while low < high:
        middle = (low + high) // 2
        page = log.read(middle, 1)
        if page and page[0].event.at < moment:
            low = page[0].position
        else:
            high = middle
    return low
