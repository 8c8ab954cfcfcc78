"""Live control: what to do with a walk-in, and with the day, from what is seen now.

What a walk-in is offered, the domain decides (`queueing.domain.walkin_offer`), for the live counter and for
the simulator alike; here the simulator's numbers are put into its words.
"""

from __future__ import annotations

from dataclasses import dataclass

from queueing.domain import walkin_offer as rule
from queueing.domain.walkin_offer import OTHER_DAY, STAY, TODAY, WalkInOffer

__all__ = ["ALL_ON", "OTHER_DAY", "STAY", "TICKETS_ONLY", "TODAY", "Controls", "to_rebook", "walk_in_offer"]


@dataclass(frozen=True, slots=True)
class Controls:
    """Which measures are on, and their numbers.

    `tickets_from`: people waiting from which a walk-in is offered a calm slot later today (None: never);
    `quota`: walk-ins a day who may stay or come back today, from when on another day is offered (None: no
    quota); `alarm`: a rumour alarm offers another day at once, whatever the quota; `amber` and `red`: people
    waiting from which the hall is in that state (a live branch has them from its hall and a forecast);
    `spare_windows`: opened in amber, after `spare_after` minutes; `rebook`: when a window is lost or the
    alarm rings, and the windows can't serve those still expected, booked people at least
    `rebook_ahead` minutes away are offered another day.

    The accept_* are assumed shares of people who agree: to a ticket, to another day, to a ticket after they
    refused another day, to a message that offers another day.
    """

    tickets_from: int | None = 4
    quota: int | None = 45
    alarm: bool = True
    amber: int | None = 11
    red: int | None = 22
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
TICKETS_ONLY = Controls(quota=None, alarm=False, amber=None, red=None, rebook=False)


def walk_in_offer(
    controls: Controls, *, waiting: int, taken_today: int, alarm: bool, room_today: bool, priority: bool
) -> WalkInOffer:
    """What to offer a walk-in of a simulated day. `taken_today` counts walk-ins who stayed or took a ticket;
    `room_today`: a later slot has room. Who refuses an offer stays."""
    return rule.walk_in_offer(
        waiting=waiting,
        hall=_hall(controls, waiting),
        alarm=alarm and controls.alarm,
        quota_left=None if controls.quota is None else max(0, controls.quota - taken_today),
        tickets_from=controls.tickets_from,
        room_later=room_today,
        priority=priority,
    )


def _hall(controls: Controls, waiting: int) -> str:
    if controls.red is not None and waiting >= controls.red:
        return rule.RED
    return rule.AMBER if controls.amber is not None and waiting >= controls.amber else rule.GREEN


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
