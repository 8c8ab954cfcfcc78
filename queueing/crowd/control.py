"""Live control: what to do with a walk-in, and with the day, from what is seen now.

The simulator asks these functions. The live counter (queueing.domain.counter) has the same quota, room and
tickets for later as rules of its own; what amber and the alarm ask for, the manager does, told by the board.
"""

from __future__ import annotations

from dataclasses import dataclass

STAY, TODAY, OTHER_DAY = "stay", "today", "other-day"


@dataclass(frozen=True, slots=True)
class Controls:
    """Which measures are on, and their numbers.

    `tickets_from`: people waiting from which a walk-in is offered a calm slot later today (None: never);
    `quota`: walk-ins a day who may stay or come back today, from when on another day is offered (None: no
    quota); `alarm`: a rumour alarm offers another day at once, whatever the quota; `amber`: people waiting
    from which walk-ins are offered another day; `spare_windows`: opened in amber, after `spare_after`
    minutes; `rebook`: when a window is lost or the alarm rings, and the
    windows can't serve those still expected, booked people at least
    `rebook_ahead` minutes away are offered another day.

    The accept_* are assumed shares of people who agree: to a ticket, to another day, to a ticket after they
    refused another day, to a message that offers another day.
    """

    tickets_from: int | None = 4
    quota: int | None = 45
    alarm: bool = True
    amber: int | None = 11
    spare_windows: int = 0
    spare_after: float = 15.0
    rebook: bool = True
    rebook_ahead: float = 45.0
    rebook_above: float = 0.95
    accept_today: float = 0.70
    accept_other_day: float = 0.80
    accept_today_then: float = 0.50
    accept_message: float = 0.40


ALL_ON = Controls()
TICKETS_ONLY = Controls(quota=None, alarm=False, amber=None, rebook=False)


def walk_in_offer(
    controls: Controls, *, waiting: int, taken_today: int, alarm: bool, room_today: bool
) -> str:
    """What to offer a walk-in: STAY (no offer needed), TODAY (a ticket for a calm slot) or OTHER_DAY.

    `taken_today` counts walk-ins who stayed or took a ticket; `room_today`: a later slot has room. Nobody is
    sent away: who refuses an offer stays.
    """
    over = controls.quota is not None and taken_today >= controls.quota
    full = controls.amber is not None and waiting >= controls.amber
    if over or full or (alarm and controls.alarm and waiting > 0):
        return OTHER_DAY
    if controls.tickets_from is None or waiting < controls.tickets_from:
        return STAY
    return TODAY if room_today else OTHER_DAY if controls.quota is not None else STAY


def to_rebook(
    controls: Controls, *, expected: float, can_serve: float, reachable: float, show: float
) -> float:
    """How many of the booked to write to (people), so that those expected for the rest of a session fit into
    `rebook_above` of what its windows can serve. `expected` includes those waiting; `reachable` are the
    booked far enough away to be told in time, of whom the share `show` would come."""
    surplus = expected - controls.rebook_above * can_serve
    if not controls.rebook or surplus < 1:
        return 0.0
    return min(reachable, surplus / (controls.accept_message * show))
