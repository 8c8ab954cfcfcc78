"""What each fact changes in the status of a card. The same rules as the state's, kept apart from it: that the
two agree is checked (`compare.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Cursor
from psycopg.sql import SQL, Identifier

from queueing.domain import events as e
from queueing.log.store import Recorded
from queueing.projections.base import Folding, subjects
from queueing.projections.card_cells import recount
from queueing.projections.card_status import CARDS, RULES, WAVES, CardRules, CardStatus, CohortWave
from queueing.projections.tables import Rows

THE_SEASON = "season"
NO_BOOKING: dict[str, Any] = {"booking": 0, "version": 0, "slot": "", "told": None, "via": ""}
NO_VISIT: dict[str, Any] = {
    "visit": "",
    "visit_booking": 0,
    "visit_slot": "",
    "visit_told": None,
    "arrived_at": None,
    "ticket": 0,
    "late": False,
    "window_no": "",
    "called_at": None,
}
NOT_COLLECTED: dict[str, Any] = {
    "how": "",
    "collected_at": None,
    "collected_by": "",
    "served_via": "",
    "was": "",
    "was_listed": "",
    "was_home_visit": False,
}


class Batch:
    """The rows a batch touches, the wave of each cohort, and the rule of the phone list."""

    def __init__(self, cursor: Cursor[Any], events: Sequence[Recorded], suffix: str) -> None:
        self.position = 0
        self.cards: Rows[CardStatus] = CARDS.rows(cursor, subjects(events, "card"), suffix)
        self.waves: Rows[CohortWave] = WAVES.everything(cursor, suffix)
        self.rules: Rows[CardRules] = RULES.rows(cursor, [THE_SEASON], suffix)
        self._waves_changed = False

    def change(self, card: str, **changes: Any) -> None:
        """Replace some fields of a card."""
        self.cards.change(card, updated_position=self.position, **changes)

    def start_visit(self, event: e.HolderArrived | e.WalkInTicketed, *, booking: int, ticket: int) -> None:
        """Somebody is in the hall."""
        self.change(
            event.card,
            visit="hall",
            visit_booking=booking,
            visit_slot=event.slot,
            visit_told=event.told,
            arrived_at=event.at,
            ticket=ticket,
            late=event.late,
            window_no="",
            called_at=None,
        )

    def set_wave(self, cohort: str, wave: str) -> None:
        """The wave of all cards of a cohort: of those at hand now, of the others when saving."""
        self.waves.change(cohort, wave=wave)
        self._waves_changed = True
        for card, row in self.cards.known():
            if row.cohort == cohort:
                self.change(card, wave=wave)

    def save(self, cursor: Cursor[Any], suffix: str) -> None:
        """Write everything."""
        self.waves.save(cursor, suffix)
        self.rules.save(cursor, suffix)
        if self._waves_changed:
            cursor.execute(
                SQL(
                    "UPDATE {} AS c SET wave = w.wave FROM {} AS w"
                    " WHERE c.cohort = w.cohort AND c.wave <> w.wave"
                ).format(Identifier(CARDS.name + suffix), Identifier(WAVES.name + suffix))
            )
        self.cards.save(cursor, suffix)
        recount(cursor, self.cards.changes(), suffix)


folding: Folding[Batch] = Folding()


# --- registering, contact, waves ----------------------------------------------------------------------------


@folding.on(e.CardRegistered)
def _registered(batch: Batch, event: e.CardRegistered) -> None:
    batch.change(
        event.card,
        cohort=event.cohort,
        channel=event.channel,
        employer=event.employer,
        band=event.band,
        priority=event.priority,
        reach=event.reach,
        registered=event.at,
        wave=batch.waves[event.cohort].wave,
    )


@folding.on(e.CardReassigned)
def _reassigned(batch: Batch, event: e.CardReassigned) -> None:
    batch.change(
        event.card,
        cohort=event.cohort,
        channel=event.channel,
        employer=event.employer,
        wave=batch.waves[event.cohort].wave,
    )


@folding.on(e.SeasonOpened)
def _season_opened(batch: Batch, event: e.SeasonOpened) -> None:
    """The waves of an earlier season are over."""
    batch.rules.change(THE_SEASON, phone_list_after=event.rules.phone_list_after)
    for cohort, _ in batch.waves.known():
        batch.set_wave(cohort, "")


@folding.on(e.WaveOpened)
def _wave_opened(batch: Batch, event: e.WaveOpened) -> None:
    for cohort in event.cohorts:
        if not batch.waves[cohort].wave:
            batch.set_wave(cohort, event.wave)


@folding.on(e.HolderInvited)
def _invited(batch: Batch, event: e.HolderInvited) -> None:
    row = batch.cards[event.card]
    batch.change(
        event.card,
        invites=row.invites + 1,
        last_invited=event.at,
        sweep_round=max(row.sweep_round, event.sweep_round),
    )


@folding.on(e.ContactChanged)
def _contact_changed(batch: Batch, event: e.ContactChanged) -> None:
    listed = batch.cards[event.card].phone_list
    cleared = "" if event.reach and listed in ("no_phone", "unreachable", "wrong_number") else listed
    batch.change(event.card, reach=event.reach, unreachable=False, phone_list=cleared)


@folding.on(e.HolderOptedOut)
def _opted_out(batch: Batch, event: e.HolderOptedOut) -> None:
    batch.change(event.card, opted_out=True)


@folding.on(e.HolderOptedIn)
def _opted_in(batch: Batch, event: e.HolderOptedIn) -> None:
    listed = batch.cards[event.card].phone_list
    batch.change(event.card, opted_out=False, phone_list="" if listed == "opted_out" else listed)


@folding.on(e.HolderUnreachable)
def _unreachable(batch: Batch, event: e.HolderUnreachable) -> None:
    batch.change(event.card, unreachable=True)


@folding.on(e.PhoneListed)
def _phone_listed(batch: Batch, event: e.PhoneListed) -> None:
    """Being put on the list because no message reaches a holder counts as an invitation."""
    row = batch.cards[event.card]
    batch.change(
        event.card,
        phone_list=event.reason,
        sweep_round=max(row.sweep_round, event.sweep_round),
        invites=row.invites + (event.reason in ("no_phone", "opted_out", "unreachable")),
        last_invited=event.at,
    )


@folding.on(e.PhoneCallDone)
def _phone_call_done(batch: Batch, event: e.PhoneCallDone) -> None:
    row = batch.cards[event.card]
    if event.outcome == "wrong_number" and row.place != "handed" and not row.erased:
        batch.change(event.card, phone_list="wrong_number")
    elif event.outcome != "no_answer":
        batch.change(event.card, phone_list="")


@folding.on(e.HomeVisitRequested)
def _home_visit_requested(batch: Batch, event: e.HomeVisitRequested) -> None:
    batch.change(event.card, home_visit=True)


@folding.on(e.HolderErased)
def _erased(batch: Batch, event: e.HolderErased) -> None:
    batch.change(
        event.card,
        erased=True,
        reach=False,
        phone_list="",
        home_visit=False,
        was_listed="",
        was_home_visit=False,
        visit="" if batch.cards[event.card].visit == "done" else batch.cards[event.card].visit,
        **NO_BOOKING,
    )


# --- bookings -----------------------------------------------------------------------------------------------


@folding.on(e.SlotBooked)
def _booked(batch: Batch, event: e.SlotBooked) -> None:
    batch.change(
        event.card,
        booking=event.booking,
        version=1,
        slot=event.slot,
        told=event.told,
        via=event.via,
        booked_via=event.via,
        booked_at=batch.cards[event.card].booked_at or event.at,
    )


@folding.on(e.BookingMoved)
def _moved(batch: Batch, event: e.BookingMoved) -> None:
    """The booking keeps the channel it was made through."""
    batch.change(
        event.card, booking=event.booking, version=event.version, slot=event.new_slot, told=event.told
    )


@folding.on(e.BookingCancelled)
def _cancelled(batch: Batch, event: e.BookingCancelled) -> None:
    batch.change(event.card, **NO_BOOKING)


@folding.on(e.NoShowRecorded)
def _no_show(batch: Batch, event: e.NoShowRecorded) -> None:
    batch.change(
        event.card,
        no_shows=event.count,
        no_show_booking=event.booking,
        no_show_slot=event.slot,
        no_show_at=event.at,
        no_show_undone=False,
        **NO_BOOKING,
    )


@folding.on(e.NoShowUndone)
def _no_show_undone(batch: Batch, event: e.NoShowUndone) -> None:
    """The holder is still one who came late, and off the phone list if the others are too few for it."""
    row = batch.cards[event.card]
    count = max(0, row.no_shows - 1)
    off = row.phone_list == "no_shows" and count < batch.rules[THE_SEASON].phone_list_after
    batch.change(
        event.card,
        no_shows=count,
        no_show_undone=row.no_show_at is not None,
        phone_list="" if off else row.phone_list,
    )


# --- the counter --------------------------------------------------------------------------------------------


@folding.on(e.HolderArrived)
def _arrived(batch: Batch, event: e.HolderArrived) -> None:
    batch.start_visit(event, booking=event.booking, ticket=0)


@folding.on(e.WalkInTicketed)
def _ticketed(batch: Batch, event: e.WalkInTicketed) -> None:
    batch.start_visit(event, booking=0, ticket=event.ticket)


@folding.on(e.TicketBroughtForward)
def _brought_forward(batch: Batch, event: e.TicketBroughtForward) -> None:
    batch.change(event.card, visit_slot=event.new_slot, visit_told=event.told)


@folding.on(e.HolderCalled)
def _called(batch: Batch, event: e.HolderCalled) -> None:
    if batch.cards[event.card].visit:
        row = batch.cards[event.card]
        lay = row.was if row.place == "window" else row.place
        batch.change(
            event.card, visit="window", place="window", was=lay, window_no=event.window, called_at=event.at
        )


@folding.on(e.CallWithdrawn)
def _withdrawn(batch: Batch, event: e.CallWithdrawn) -> None:
    if batch.cards[event.card].visit:
        lay = batch.cards[event.card].was or "bank"
        batch.change(event.card, visit="hall", place=lay, was="", window_no="", called_at=None)


@folding.on(e.HolderLeft, e.ArrivalUndone)
def _left(batch: Batch, event: e.HolderLeft | e.ArrivalUndone) -> None:
    row = batch.cards[event.card]
    if row.place == "window":
        batch.change(event.card, place=row.was or "bank", was="")
    batch.change(event.card, **NO_VISIT)


@folding.on(e.CardCollected)
def _collected(batch: Batch, event: e.CardCollected) -> None:
    """What is known of the visit stays: the hand-over may be undone."""
    row = batch.cards[event.card]
    batch.change(
        event.card,
        was=(row.was or "bank") if row.place == "window" else row.place,
        visit="done" if row.visit else "",
        window_no=event.window,
        place="handed",
        how=event.how,
        collected_at=event.happened or event.at,
        collected_by=event.by,
        served_via="home" if event.how == "home" else row.via or "walk_in",
        was_listed=row.phone_list,
        was_home_visit=row.home_visit,
        phone_list="",
        home_visit=False,
        **NO_BOOKING,
    )


@folding.on(e.CollectionUndone)
def _undone(batch: Batch, event: e.CollectionUndone) -> None:
    """The visit goes on, the booking stays ended."""
    row = batch.cards[event.card]
    batch.change(
        event.card,
        place=row.was,
        visit="hall" if row.visit == "done" else "",
        window_no="",
        called_at=None,
        phone_list=row.was_listed,
        home_visit=row.was_home_visit,
        **NOT_COLLECTED,
    )


@folding.on(e.CardActivated)
def _activated(batch: Batch, event: e.CardActivated) -> None:
    batch.change(event.card, activated_at=event.at)


@folding.on(e.CardFoundDefective)
def _defective(batch: Batch, event: e.CardFoundDefective) -> None:
    batch.change(event.card, place="defective")


@folding.on(e.CardReplaced)
def _replaced(batch: Batch, event: e.CardReplaced) -> None:
    batch.change(event.card, place="bank")


# --- employers ----------------------------------------------------------------------------------------------


@folding.on(e.CardReleased)
def _released(batch: Batch, event: e.CardReleased) -> None:
    batch.change(event.card, place="bank", channel="self", released=True)


@folding.on(e.CardsHandedToEmployer)
def _handed(batch: Batch, event: e.CardsHandedToEmployer) -> None:
    for card in event.cards:
        batch.change(card, place="employer")


@folding.on(e.EmployerRosterReturned)
def _roster(batch: Batch, event: e.EmployerRosterReturned) -> None:
    for card in event.issued:
        batch.change(
            card,
            place="handed",
            was="employer",
            how="employer",
            collected_at=event.at,
            collected_by=event.by,
            served_via="employer",
            was_listed="",
            was_home_visit=False,
            phone_list="",
            home_visit=False,
        )
    for card in event.returned:
        batch.change(card, place="returned", channel="self", released=True)


@folding.on(e.CardsRecalled)
def _recalled(batch: Batch, event: e.CardsRecalled) -> None:
    for card in event.cards:
        batch.change(card, place="recalled", channel="self", released=True)
