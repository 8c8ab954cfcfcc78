"""A little model of the branch, kept from the events of the log alone, that says which rule an event breaks.

It shares no code with the state that decisions are made from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from queueing.domain import Event
from queueing.domain import events as e

AT_COUNTER = {"bank", "window", "returned", "recalled"}


@dataclass
class Place:
    """A slot: its limit, who is booked, and until when places are kept for whom."""

    start: datetime
    capacity: int
    open: bool = True
    booked: set[str] = field(default_factory=set)
    kept: dict[str, datetime] = field(default_factory=dict)

    def kept_for_others(self, card: str, now: datetime) -> int:
        return sum(1 for other, until in self.kept.items() if other != card and until > now)


@dataclass
class Live:
    """A live booking."""

    number: int
    version: int
    slot: str
    told: datetime


class Ledger:
    """What the events so far add up to."""

    def __init__(self) -> None:
        self.slots: dict[str, Place] = {}
        self.places: dict[str, str] = {}
        self.live: dict[str, Live] = {}
        self.hall: dict[str, int] = {}
        self.windows: dict[str, str] = {}
        self.erased: set[str] = set()
        self.rounds: Counter[tuple[str, int]] = Counter()
        self.accounts: dict[str, Counter[str]] = {}
        self.numbers: set[int] = set()
        self.rules = e.Rules()
        self.broken: list[str] = []

    def read(self, events: Iterable[Event]) -> None:
        """Add events, one after another."""
        for event in events:
            entry: Callable[[Any], None] | None = getattr(self, "_" + event.TOPIC.replace("-", "_"), None)
            if entry:
                entry(event)

    def rule(self, holds: bool, what: str, event: Event) -> None:
        """A rule that an event must keep."""
        if not holds:
            self.broken.append(f"{what}: {event}")

    def custody(self) -> dict[str, int]:
        """How many cards are where."""
        return dict(Counter(self.places.values()))

    # --- slots ---

    def _season_opened(self, event: e.SeasonOpened) -> None:
        self.rules = event.rules

    def _slot_opened(self, event: e.SlotOpened) -> None:
        self.slots[event.slot] = Place(event.start, event.capacity)

    def _slot_capacity_changed(self, event: e.SlotCapacityChanged) -> None:
        slot = self.slots[event.slot]
        slot.capacity = event.capacity
        here = {card for card in slot.booked if self._in_hall(card)}
        self.rule(
            len(slot.booked) <= max(event.capacity, len(here)), "those who lose a place are moved", event
        )

    def _slot_closed(self, event: e.SlotClosed) -> None:
        slot = self.slots[event.slot]
        slot.open, slot.kept = False, {}
        self.rule(all(self._in_hall(card) for card in slot.booked), "nobody finds a shut door", event)

    def _slot_reopened(self, event: e.SlotReopened) -> None:
        self.slots[event.slot].open = True

    def _in_hall(self, card: str) -> bool:
        return card in self.live and self.hall.get(card) == self.live[card].number

    # --- bookings ---

    def _slots_offered(self, event: e.SlotsOffered) -> None:
        self._offered(event, event.slots, event.until)

    def _offered(
        self, event: e.SlotsOffered | e.AnotherTimeSuggested, slots: Sequence[str], until: datetime
    ) -> None:
        self._give_back(event.card)
        for name in slots:
            slot = self.slots[name]
            kept = slot.kept_for_others(event.card, event.at)
            self.rule(slot.open and slot.start > event.at, "a slot ahead is offered", event)
            self.rule(len(slot.booked) + kept < slot.capacity, "what is offered is free", event)
            self.rule(
                kept < max(1, int(slot.capacity * self.rules.hold_share)), "a part is kept at most", event
            )
            slot.kept[event.card] = until

    def _give_back(self, card: str) -> None:
        for slot in self.slots.values():
            slot.kept.pop(card, None)

    def _take(self, card: str, name: str, event: Event) -> None:
        slot = self.slots[name]
        self._give_back(card)
        self.rule(card not in self.erased and self.places[card] in AT_COUNTER, "the card is here", event)
        self.rule(slot.open, "the slot is open", event)
        self.rule(slot.start > event.at, "the slot is ahead", event)
        slot.booked.add(card)
        taken = len(slot.booked) + slot.kept_for_others(card, event.at)
        self.rule(taken <= slot.capacity, "a slot never holds more than its capacity", event)

    def _slot_booked(self, event: e.SlotBooked) -> None:
        self.rule(event.card not in self.live, "a card has at most one live booking", event)
        self.rule(event.booking not in self.numbers, "a booking has a number of its own", event)
        self.numbers.add(event.booking)
        self._take(event.card, event.slot, event)
        self.live[event.card] = Live(event.booking, 1, event.slot, event.told)

    def _booking_moved(self, event: e.BookingMoved) -> None:
        old = self.live.get(event.card)
        if old is None:
            return self.rule(False, "what is moved is live", event)
        self.rule(
            (old.number, old.slot) == (event.booking, event.old_slot), "the live booking is moved", event
        )
        self.rule(event.version == old.version + 1, "each move is a version", event)
        self.rule(not self._in_hall(event.card), "who is in the hall for it is not moved", event)
        self.slots[event.old_slot].booked.discard(event.card)
        self._take(event.card, event.new_slot, event)
        self.live[event.card] = Live(event.booking, event.version, event.new_slot, event.told)
        return None

    def _end(self, card: str, slot: str, number: int, event: Event) -> None:
        live = self.live.pop(card, None)
        ended = live is not None and (live.slot, live.number) == (slot, number)
        self.rule(ended, "the live booking ends", event)
        self.slots[slot].booked.discard(card)

    def _booking_cancelled(self, event: e.BookingCancelled) -> None:
        self._end(event.card, event.slot, event.booking, event)

    def _no_show_recorded(self, event: e.NoShowRecorded) -> None:
        self.rule(event.card not in self.hall, "who is in the hall is no no-show", event)
        if live := self.live.get(event.card):
            due = live.told + timedelta(minutes=self.rules.no_show_after)
            self.rule(event.at >= due, "a no-show is recorded after some grace", event)
        self._end(event.card, event.slot, event.booking, event)

    # --- the counter ---

    def _holder_arrived(self, event: e.HolderArrived) -> None:
        self.rule(event.card not in self.hall, "one visit at a time", event)
        self.rule(self.live[event.card].number == event.booking, "who arrives is booked", event)
        self.hall[event.card] = event.booking

    def _walk_in_ticketed(self, event: e.WalkInTicketed) -> None:
        self.rule(event.card not in self.hall, "one visit at a time", event)
        self._give_back(event.card)
        self.hall[event.card] = 0

    def _holder_called(self, event: e.HolderCalled) -> None:
        self.rule(event.card in self.hall, "who is called is in the hall", event)
        self.rule(event.window not in self.windows.values(), "a window serves one holder", event)
        self.rule(event.card not in self.windows, "a holder is called to one window", event)
        self.windows[event.card] = event.window
        self._carry(event.card, AT_COUNTER, "window", event)

    def _call_withdrawn(self, event: e.CallWithdrawn) -> None:
        del self.windows[event.card]
        self._carry(event.card, {"window"}, "bank", event)

    def _holder_left(self, event: e.HolderLeft) -> None:
        del self.hall[event.card]
        if self.windows.pop(event.card, None):
            self._carry(event.card, {"window"}, "bank", event)

    def _arrival_undone(self, event: e.ArrivalUndone) -> None:
        self.rule(event.card not in self.windows, "the call is withdrawn first", event)
        self.rule(self.hall.get(event.card) == event.booking, "the arrival was for this booking", event)
        self.rule(event.card in self.live, "the booking stands", event)
        del self.hall[event.card]

    def _card_collected(self, event: e.CardCollected) -> None:
        self._give_back(event.card)
        live = self.live.pop(event.card, None)
        self.rule(event.booking == (live.number if live else 0), "collecting ends the live booking", event)
        if live:
            self.rule(f"slot:{live.slot}" in event.tags(), "the slot that is freed is a tag", event)
            self.slots[live.slot].booked.discard(event.card)
        self.hall.pop(event.card, None)
        self.windows.pop(event.card, None)
        self._carry(event.card, AT_COUNTER, "handed", event)

    def _collection_undone(self, event: e.CollectionUndone) -> None:
        self._carry(event.card, {"handed"}, "bank", event)
        if event.slot:
            self.hall[event.card] = event.booking

    def _card_found_defective(self, event: e.CardFoundDefective) -> None:
        self._give_back(event.card)
        self.rule(event.card not in self.live, "nobody comes for a defective card", event)
        self._carry(event.card, AT_COUNTER, "defective", event)

    def _card_replaced(self, event: e.CardReplaced) -> None:
        self._carry(event.card, {"defective"}, "bank", event)

    # --- custody ---

    def _carry(self, card: str, places: set[str], to: str, event: Event) -> None:
        self.rule(self.places[card] in places, f"a card goes from {places} to {to}", event)
        self.places[card] = to

    def _card_registered(self, event: e.CardRegistered) -> None:
        self.rule(event.card not in self.places, "a card is registered once", event)
        self.places[event.card] = "bank"

    def _holder_erased(self, event: e.HolderErased) -> None:
        self._give_back(event.card)
        self.rule(
            event.card not in self.live and event.card not in self.hall, "what is live ends first", event
        )
        self.erased.add(event.card)

    def _employer_registered(self, event: e.EmployerRegistered) -> None:
        self.accounts.setdefault(event.employer, Counter())

    def _cards_handed_to_employer(self, event: e.CardsHandedToEmployer) -> None:
        self.accounts[event.employer]["handed"] += len(event.cards)
        for card in event.cards:
            self.rule(
                card not in self.live and card not in self.hall, "an employer's card has no booking", event
            )
            self._carry(card, {"bank"}, "employer", event)

    def _employer_roster_returned(self, event: e.EmployerRosterReturned) -> None:
        self.accounts[event.employer]["issued"] += len(event.issued)
        self.accounts[event.employer]["returned"] += len(event.returned)
        for card in event.issued:
            self._carry(card, {"employer"}, "handed", event)
        for card in event.returned:
            self._carry(card, {"employer"}, "returned", event)

    def _cards_recalled(self, event: e.CardsRecalled) -> None:
        self.accounts[event.employer]["returned"] += len(event.cards)
        for card in event.cards:
            self._carry(card, {"employer"}, "recalled", event)

    def _employer_reconciled(self, event: e.EmployerReconciled) -> None:
        account = self.accounts[event.employer]
        self.rule(event.handed == event.issued + event.returned, "handed = issued + returned", event)
        told = {"handed": event.handed, "issued": event.issued, "returned": event.returned}
        self.rule(
            all(account[name] == value for name, value in told.items()), "the sums are the account's", event
        )

    # --- telling ---

    def _holder_reassured(self, event: e.HolderReassured) -> None:
        self.rule(
            self.places[event.card] not in ("handed", "defective"), "the collected are left alone", event
        )
        self.rule(event.card not in self.erased, "the erased are left alone", event)

    def _another_time_suggested(self, event: e.AnotherTimeSuggested) -> None:
        self.rule(event.card in self.live, "only who is booked is asked for another time", event)
        self.rule(bool(event.slots) and event.until is not None, "a question comes with its answers", event)
        self._offered(event, event.slots, event.until or event.at)

    def _holder_invited(self, event: e.HolderInvited) -> None:
        self.rule(
            self.places[event.card] not in ("handed", "defective"), "the collected are left alone", event
        )
        self.rule(event.card not in self.erased, "the erased are left alone", event)
        self.rule(event.card not in self.live, "who is booked needs no invitation", event)
        if event.sweep_round:
            self.rounds[event.card, event.sweep_round] += 1
            self.rule(self.rounds[event.card, event.sweep_round] == 1, "once a round", event)
