"""What to offer somebody who comes unasked: one decision for the live counter and the simulator, from what
is seen now. It looks nothing up; whoever asks says how the hall is, whether the alarm rings, and what is
left."""

from __future__ import annotations

from dataclasses import dataclass

GREEN, AMBER, RED, STOP = "green", "amber", "red", "stop"
HALL_STATES = (GREEN, AMBER, RED, STOP)
"""How full the hall will be within half an hour, the calmest first (limits: `queueing.crowd.hall`)."""
STAY, TODAY, OTHER_DAY = "stay", "today", "other-day"
QUOTA, HALL_RED, RUMOUR, HALL_AMBER, BUSY = "quota", "red", "rumour", "amber", "busy"
FULL, NEAR = "full", "near"
"""No slot of today, or none nearer, takes a ticket: said where the slots are known, not here."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the branch sees when somebody comes unasked: the hall's state by forecast, and whether the rumour
    alarm rings today."""

    hall: str = GREEN
    alarm: bool = False


CALM = Seen()
"""Nothing out of the ordinary."""


@dataclass(frozen=True, slots=True)
class WalkInOffer:
    """What to offer: STAY (a ticket for now), TODAY (a ticket for a calm slot later) or OTHER_DAY; and `why`
    it is not for now."""

    offer: str
    why: str = ""


_STAY = WalkInOffer(STAY)


def walk_in_offer(
    *,
    waiting: int,
    hall: str,
    alarm: bool,
    quota_left: int | None,
    tickets_from: int | None,
    room_later: bool,
    priority: bool = False,
) -> WalkInOffer:
    """Nobody is sent away: whoever refuses an offer stays. People with priority (90+, disabled) are served
    the same day, whatever the hall, the alarm and the quota say.

    `waiting` are the people who would be called before the newcomer, `quota_left` the tickets still to give
    today (None: no quota), `room_later`: a later slot of today takes a ticket, `tickets_from`: so many
    waiting, from which a calm slot is offered (None: never). The alarm alone is no reason while nobody waits.
    """
    if not priority:
        if quota_left == 0:
            return WalkInOffer(OTHER_DAY, QUOTA)
        if hall in (RED, STOP):
            return WalkInOffer(OTHER_DAY, HALL_RED)
        if alarm and waiting > 0:
            return WalkInOffer(OTHER_DAY, RUMOUR)
        if hall == AMBER:
            return WalkInOffer(TODAY if room_later else OTHER_DAY, HALL_AMBER)
    if tickets_from is not None and waiting >= tickets_from and room_later:
        return WalkInOffer(TODAY, BUSY)
    return _STAY
