"""`day_progress`: what every day brought, one row a day; `wave_turn` and `cohort_plan`: the waves, planned,
opened and closed, and the cohorts they name.

How far each wave and cohort is needs no counters of its own: `queries.wave_progress` counts cards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from psycopg import Cursor

from queueing.domain import events as e
from queueing.log.store import Recorded
from queueing.projections.base import Folding, subjects
from queueing.projections.folded import Folded
from queueing.projections.tables import Row, Rows, Table


class DayCounts(Row, frozen=True, gc=False):
    """A day. `bookings` made for slots of this day, and of those `moved` (to another slot), `cancelled` and
    `no_shows`; on this day `arrivals` of booked people, `walk_ins` (tickets), cards `collected` at the
    counter or at home (by the time it happened), holders `invited`, cards handed to employers, issued by
    them, and returned by or recalled from them."""

    day: date
    bookings: int = 0
    moved: int = 0
    cancelled: int = 0
    no_shows: int = 0
    arrivals: int = 0
    walk_ins: int = 0
    collected: int = 0
    invited: int = 0
    employer_handed: int = 0
    employer_issued: int = 0
    employer_returned: int = 0


class HandOver(Row, frozen=True, gc=False):
    """The day a card's hand-over was counted for, in case it is undone."""

    card: str
    day: date | None = None


class WaveTurn(Row, frozen=True, gc=False):
    """A wave: the day it is planned for, when it was opened and closed, how many were invited by then."""

    wave: str
    opens: date | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    invited: int = 0


class CohortPlan(Row, frozen=True, gc=False):
    """The first wave of the season's plan that names a cohort."""

    cohort: str
    wave: str = ""


DAYS = Table("day_progress", DayCounts)
HAND_OVERS = Table("day_hand_over", HandOver)
WAVES = Table("wave_turn", WaveTurn)
PLANS = Table("cohort_plan", CohortPlan)
folding: Folding[Batch] = Folding()


class Batch:
    """The rows a batch touches."""

    def __init__(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str) -> None:
        handed = [r for r in events if isinstance(r.event, e.CardCollected | e.CollectionUndone)]
        self.hand_overs: Rows[HandOver] = HAND_OVERS.rows(cursor, subjects(handed, "card"), suffix)
        days = {row.day for _, row in self.hand_overs.known() if row.day} | _days(events)
        self.days: Rows[DayCounts] = DAYS.rows(cursor, days, suffix)
        self.waves: Rows[WaveTurn] = WAVES.everything(cursor, suffix)
        self.plans: Rows[CohortPlan] = PLANS.everything(cursor, suffix)

    def save(self, cursor: Cursor[Any], suffix: str) -> None:
        """Write everything."""
        for rows in (self.days, self.hand_overs, self.waves, self.plans):
            rows.save(cursor, suffix)


class Progress(Folded[Batch]):
    """The progress of every day and wave."""

    name = "progress"
    stored = (DAYS, HAND_OVERS, WAVES, PLANS)
    folding = folding

    def batch(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str) -> Batch:
        """The rows that these events touch."""
        return Batch(cursor, events, suffix)


def slot_day(slot: str) -> date:
    """The day of a slot, from its id (the start, YYYYMMDD-HHMM)."""
    return date.fromisoformat(slot[:8])


def _days(events: Iterable[Recorded]) -> set[date]:
    days = {slot_day(slot) for slot in subjects(events, "slot")}
    for _, event in events:
        days.add(event.at.date())
        if isinstance(event, e.CardCollected) and event.happened:
            days.add(event.happened.date())
    return days


@folding.on(e.SeasonOpened)
def _season_opened(batch: Batch, event: e.SeasonOpened) -> None:
    """The plan of an earlier season is forgotten; the first wave that names a cohort counts."""
    for cohort, _ in batch.plans.known():
        batch.plans.change(cohort, wave="")
    for plan in reversed(event.waves):
        batch.waves.change(plan.wave, opens=plan.opens, opened_at=None, closed_at=None, invited=0)
        for cohort in plan.cohorts:
            batch.plans.change(cohort, wave=plan.wave)


@folding.on(e.WaveOpened)
def _wave_opened(batch: Batch, event: e.WaveOpened) -> None:
    batch.waves.change(event.wave, opened_at=event.at)


@folding.on(e.WaveClosed)
def _wave_closed(batch: Batch, event: e.WaveClosed) -> None:
    batch.waves.change(event.wave, closed_at=event.at, invited=event.invited)


@folding.on(e.HolderInvited)
def _invited(batch: Batch, event: e.HolderInvited) -> None:
    batch.days.add(event.at.date(), invited=1)


@folding.on(e.SlotBooked)
def _booked(batch: Batch, event: e.SlotBooked) -> None:
    batch.days.add(slot_day(event.slot), bookings=1)


@folding.on(e.BookingMoved)
def _moved(batch: Batch, event: e.BookingMoved) -> None:
    batch.days.add(slot_day(event.old_slot), moved=1)


@folding.on(e.BookingCancelled)
def _cancelled(batch: Batch, event: e.BookingCancelled) -> None:
    batch.days.add(slot_day(event.slot), cancelled=1)


@folding.on(e.NoShowRecorded)
def _no_show(batch: Batch, event: e.NoShowRecorded) -> None:
    batch.days.add(slot_day(event.slot), no_shows=1)


@folding.on(e.NoShowUndone)
def _no_show_undone(batch: Batch, event: e.NoShowUndone) -> None:
    batch.days.add(slot_day(event.slot), no_shows=-1)


@folding.on(e.HolderArrived)
def _arrived(batch: Batch, event: e.HolderArrived) -> None:
    batch.days.add(event.at.date(), arrivals=1)


@folding.on(e.ArrivalUndone)
def _arrival_undone(batch: Batch, event: e.ArrivalUndone) -> None:
    batch.days.add(slot_day(event.slot), arrivals=-1)


@folding.on(e.WalkInTicketed)
def _ticketed(batch: Batch, event: e.WalkInTicketed) -> None:
    batch.days.add(event.at.date(), walk_ins=1)


@folding.on(e.CardCollected)
def _collected(batch: Batch, event: e.CardCollected) -> None:
    day = (event.happened or event.at).date()
    batch.days.add(day, collected=1)
    batch.hand_overs.change(event.card, day=day)


@folding.on(e.CollectionUndone)
def _undone(batch: Batch, event: e.CollectionUndone) -> None:
    day = batch.hand_overs[event.card].day
    if day:
        batch.days.add(day, collected=-1)
        batch.hand_overs.change(event.card, day=None)


@folding.on(e.CardsHandedToEmployer)
def _handed(batch: Batch, event: e.CardsHandedToEmployer) -> None:
    batch.days.add(event.at.date(), employer_handed=len(event.cards))


@folding.on(e.EmployerRosterReturned)
def _roster(batch: Batch, event: e.EmployerRosterReturned) -> None:
    batch.days.add(event.at.date(), employer_issued=len(event.issued), employer_returned=len(event.returned))


@folding.on(e.CardsRecalled)
def _recalled(batch: Batch, event: e.CardsRecalled) -> None:
    batch.days.add(event.at.date(), employer_returned=len(event.cards))
