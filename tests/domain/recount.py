"""Who of the booked came, counted anew from the events alone: the long way round, to compare with what is
counted while they are folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from queueing.domain import Event
from queueing.domain import events as e
from queueing.domain.tallies import LONGEST_LEAD


@dataclass
class Told:
    """A booking: whose, when it was made or moved, for when, and what came of it ("": not known)."""

    card: str
    made: datetime
    told: datetime
    outcome: str = ""


class Recount:
    """All bookings of a log, with what came of each."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.cohort: dict[str, str] = {}
        self.bookings: dict[int, Told] = {}
        self.live: dict[str, int] = {}
        self.missed: dict[str, int] = {}
        self.before: dict[str, tuple[int, str] | None] = {}
        for event in events:
            self._read(event)

    def shown(self) -> dict[str, tuple[int, int]]:
        """Kind of booking -> (due, came)."""
        due, came = Counter[str](), Counter[str]()
        for one in self.bookings.values():
            kind = f"{self.cohort[one.card]}|{min(LONGEST_LEAD, (one.told.date() - one.made.date()).days)}"
            due[kind] += one.outcome in ("came", "missed")
            came[kind] += one.outcome == "came"
        return {kind: (due[kind], came[kind]) for kind in due if due[kind]}

    def _read(self, event: Event) -> None:  # noqa: C901  (one case an event)
        match event:
            case e.CardRegistered() | e.CardReassigned():
                self.cohort[event.card] = event.cohort
            case e.SlotBooked():
                self.bookings[event.booking] = Told(event.card, event.at, event.told)
                self.live[event.card] = event.booking
            case e.BookingMoved():
                self.bookings[event.booking] = Told(event.card, event.at, event.told)
            case e.BookingCancelled():
                self.live.pop(event.card, None)
            case e.HolderArrived():
                self.bookings[event.booking].outcome = "came"
            case e.ArrivalUndone():
                self.bookings[event.booking].outcome = ""
            case e.NoShowRecorded():
                self.live.pop(event.card, None)
                self.missed[event.card] = event.booking
                self.bookings[event.booking].outcome = "missed"
            case e.NoShowUndone():
                if self.bookings[event.booking].outcome == "missed":
                    self.bookings[event.booking].outcome = "slip"
            case e.WalkInTicketed() if event.late:
                self.bookings[self._missed(event.card, event.at.date())].outcome = "came"
            case e.CardCollected():
                self._collected(event)
            case e.CollectionUndone():
                back = self.before.pop(event.card, None)
                if back:
                    self.bookings[back[0]].outcome = back[1]
            case _:
                pass

    def _collected(self, event: e.CardCollected) -> None:
        """Handed over at the counter without an arrival: whoever was booked for that day came for it."""
        day = (event.happened or event.at).date()
        live = self.live.pop(event.card, 0)
        booked = live if live and self.bookings[live].told.date() == day else self._missed(event.card, day)
        self.before[event.card] = None
        if event.arrived is None and event.how != "home" and booked:
            self.before[event.card] = (booked, self.bookings[booked].outcome)
            self.bookings[booked].outcome = "came"

    def _missed(self, card: str, day: date) -> int:
        """The last booking that a card missed, if it was for this day; else 0."""
        last = self.missed.get(card, 0)
        return last if last and self.bookings[last].told.date() == day else 0
