"""What is done about the crowd during a simulated day: the alarm, tickets for later, other days, spare
windows. The decisions are in `control`; here they meet the simulated people, who may refuse."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from queueing.crowd.control import OTHER_DAY, STAY, Controls, walk_in_offer
from queueing.crowd.draws import TICKET
from queueing.crowd.rebooking import rebook
from queueing.crowd.walkins import Alarm

if TYPE_CHECKING:
    from queueing.crowd.floor import Floor

TICK = 5
_NOTICE = 30
"""Minutes until the earliest slot of a ticket."""
_TICKET_FULL = 0.92
"""A slot expected to use so much of its windows' time takes no tickets."""
_REBOOK_EVERY = 15


class Measures:
    """The measures of one day. `seen` walk-ins came, of whom `taken` stayed or took a ticket; `written_to`
    are booked people offered another day."""

    def __init__(self, hall: Floor, controls: Controls) -> None:
        self.hall, self.controls = hall, controls
        self.seen = self.taken = self.tickets = self.other_day = 0
        self.written_to: set[int] = set()
        self.alarm_at: float | None = None
        self._alarm = Alarm()
        self._spare_at = inf
        self._load = dict(hall.tally.load)
        self._calm: int | None = -1

    def look(self, now: int) -> None:
        """Every five minutes: the alarm, spare windows, messages to the booked."""
        controls, hall = self.controls, self.hall
        if self.alarm_at is None:
            self._listen(now)
        if controls.spare_windows and hall.target:
            self._spare(now)
        short = hall.tally.short_of_windows or self.alarm_at is not None
        if short and controls.rebook and now % _REBOOK_EVERY == 0:
            rebook(hall, self, now)

    def sent_on(self, index: int, at: float) -> bool:
        """Whether a walk-in took a ticket for later or a place on another day."""
        self.seen += 1
        slot = self._calm_slot(at)
        offer = walk_in_offer(
            self.controls,
            waiting=self.hall.waiting,
            taken_today=self.taken,
            alarm=self.alarm_at is not None,
            room_today=slot is not None,
            priority=self.hall.people.priority[index],
        ).offer
        if offer == STAY or not self._accepted(offer, index, slot):
            self.taken += 1
            return False
        return True

    def _accepted(self, offer: str, index: int, slot: int | None) -> bool:
        controls, chance = self.controls, self.hall.people.chance.random
        if offer == OTHER_DAY:
            if chance() < controls.accept_other_day:
                self.other_day += 1
                return True
            if slot is None or chance() >= controls.accept_today_then:
                return False
        elif chance() >= controls.accept_today:
            return False
        self._ticket(index, slot)
        return True

    def _listen(self, now: int) -> None:
        new, usual = self.seen - self._alarm.seen, self.hall.tally.usual_per_tick.get(now - TICK, 0.0)
        if new or usual:
            self._alarm.hear(new, usual)
            if self._alarm.ringing:
                self.alarm_at = now

    def _spare(self, now: int) -> None:
        waiting = self.hall.waiting
        if self.controls.amber is not None and waiting >= self.controls.amber:
            self._spare_at = min(self._spare_at, now + self.controls.spare_after)
        elif waiting == 0:
            self._spare_at = inf
        if now >= self._spare_at:
            self.hall.target += self.controls.spare_windows

    def _calm_slot(self, at: float) -> int | None:
        """The slot with the fewest people expected that is far enough away and has room. Only a ticket
        changes what is expected, so the last answer holds until its slot is too near or took one."""
        if self._calm is not None and self._calm < at + _NOTICE:
            best, least = None, _TICKET_FULL * self.hall.tally.slot_capacity
            for slot, people in self._load.items():
                if people < least and slot >= at + _NOTICE:
                    best, least = slot, people
            self._calm = best
        return self._calm

    def _ticket(self, index: int, slot: int | None) -> None:
        """The walk-in comes back as one booked for a told time of the calm slot."""
        assert slot is not None  # noqa: S101 - offered only with a slot
        hall, people = self.hall, self.hall.people
        self._load[slot] += 1
        self._calm = -1
        self.taken += 1
        self.tickets += 1
        told = slot + TICK * people.chance.randrange(max(1, hall.plan.slot_minutes // TICK))
        people.told[index], people.kind[index] = told, TICKET
        hall.come_back(index, max(hall.arrived[index], told + people.chance.choice(hall.tally.offsets)))
