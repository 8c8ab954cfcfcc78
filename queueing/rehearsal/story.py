"""What happened in a season, told from the log alone by a small model of its own (not the domain's state),
so that the checks are independent of what they check."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from queueing.domain import events as e
from queueing.log import Recorded

COMES_BACK = timedelta(minutes=15)


@dataclass(slots=True)
class Live:
    """A live booking and since when."""

    slot: str
    booking: int
    version: int


@dataclass(slots=True)
class Wait:
    """A visit's wait: from arrival, and from when the person was due."""

    day: date
    hall: float
    after_due: float
    booked: bool


@dataclass(slots=True)
class Story:
    """Tallies of a season."""

    registered: int = 0
    places: dict[str, str] = field(default_factory=dict)
    cohort: dict[str, str] = field(default_factory=dict)
    collected: dict[str, datetime] = field(default_factory=dict)
    how: Counter[str] = field(default_factory=Counter)
    handed: dict[str, tuple[str, tuple[datetime, datetime, bool] | None]] = field(default_factory=dict)
    """How each card left the counter, and the visit that ended with it: for slips."""
    capacity: dict[str, int] = field(default_factory=dict)
    live: dict[str, Live] = field(default_factory=dict)
    in_slot: Counter[str] = field(default_factory=Counter)
    most_in_slot: Counter[str] = field(default_factory=Counter)
    over_capacity: set[str] = field(default_factory=set)
    double_bookings: int = 0
    booking_spans: dict[str, list[tuple[datetime, datetime, int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    since: dict[str, datetime] = field(default_factory=dict)
    arrived: dict[str, tuple[datetime, datetime, bool]] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    waits: list[Wait] = field(default_factory=list)
    peak: Counter[date] = field(default_factory=Counter)
    by_day: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    booked_by: Counter[str] = field(default_factory=Counter)
    sweep_rounds: list[tuple[int, datetime, int]] = field(default_factory=list)
    swept: set[str] = field(default_factory=set)
    employers: Counter[str] = field(default_factory=Counter)


def tell(log: Iterable[Recorded]) -> Story:
    """Go through the log once."""
    story = Story()
    for _, event in log:
        teller = _TELLERS.get(type(event))
        if teller is not None:
            teller(story, event)
    return story


def _registered(story: Story, event: e.CardRegistered) -> None:
    story.registered += 1
    story.places[event.card] = "bank"
    story.cohort[event.card] = event.cohort


def _opened(story: Story, event: e.SlotOpened) -> None:
    story.capacity[event.slot] = event.capacity


def _capacity(story: Story, event: e.SlotCapacityChanged) -> None:
    story.capacity[event.slot] = event.capacity
    _look_at(story, event.slot)


def _look_at(story: Story, slot: str) -> None:
    story.most_in_slot[slot] = max(story.most_in_slot[slot], story.in_slot[slot])
    if story.in_slot[slot] > story.capacity[slot]:
        story.over_capacity.add(slot)


def _take(story: Story, card: str, slot: str, booking: int, version: int, at: datetime) -> None:
    story.live[card] = Live(slot, booking, version)
    story.since[card] = at
    story.in_slot[slot] += 1
    _look_at(story, slot)


def _leave(story: Story, card: str, at: datetime) -> None:
    live = story.live.pop(card, None)
    if live is not None:
        story.in_slot[live.slot] -= 1
        story.booking_spans[card].append((story.since[card], at, live.booking, live.version))


def _booked(story: Story, event: e.SlotBooked) -> None:
    story.double_bookings += event.card in story.live
    story.booked_by[event.via] += 1
    story.by_day[event.told.date()]["booked"] += 1
    _take(story, event.card, event.slot, event.booking, 1, event.at)


def _moved(story: Story, event: e.BookingMoved) -> None:
    _leave(story, event.card, event.at)
    _take(story, event.card, event.new_slot, event.booking, event.version, event.at)


def _ended(story: Story, event: e.BookingCancelled | e.NoShowRecorded) -> None:
    _leave(story, event.card, event.at)
    if isinstance(event, e.NoShowRecorded):
        story.by_day[event.at.date()]["no_shows"] += 1


def _arrived(story: Story, event: e.HolderArrived | e.WalkInTicketed) -> None:
    walk_in = isinstance(event, e.WalkInTicketed)
    if isinstance(event, e.WalkInTicketed):
        story.by_day[event.at.date()]["sent_later"] += bool(event.why)
        story.by_day[event.at.date()]["overridden"] += bool(event.override)
    booked = not walk_in and not event.late
    came = event.at
    if walk_in and not event.late and event.told - event.at >= COMES_BACK:
        came = event.told  # a ticket for later today: they go, and come back
    story.arrived[event.card] = (came, event.told if booked else came, booked)
    story.by_day[event.at.date()]["walk_ins" if walk_in else "arrived"] += 1
    _look_at_hall(story, event.at)


def _brought_forward(story: Story, event: e.TicketBroughtForward) -> None:
    """They wait in the hall after all."""
    story.by_day[event.at.date()]["overridden"] += 1
    story.arrived[event.card] = (event.at, event.at, False)
    _look_at_hall(story, event.at)


def _offered(story: Story, event: e.SlotsOffered) -> None:
    story.by_day[event.at.date()]["sent_to_another_day"] += event.reason == "today_full"


def _look_at_hall(story: Story, at: datetime) -> None:
    waiting = sum(1 for card, (came, *_) in story.arrived.items() if came <= at and card not in story.called)
    story.peak[at.date()] = max(story.peak[at.date()], waiting)


def _called(story: Story, event: e.HolderCalled) -> None:
    story.called.add(event.card)
    came, due, booked = story.arrived.get(event.card, (event.at, event.at, False))
    hall = max(0.0, (event.at - came).total_seconds() / 60)
    after = max(0.0, (event.at - max(came, due)).total_seconds() / 60)
    story.waits.append(Wait(event.at.date(), hall, after, booked))


def _withdrawn(story: Story, event: e.CallWithdrawn) -> None:
    story.called.discard(event.card)


def _collected(story: Story, event: e.CardCollected) -> None:
    _leave(story, event.card, event.at)
    story.handed[event.card] = event.how, story.arrived.get(event.card)
    _gone(story, event.card)
    story.places[event.card] = "handed"
    story.collected[event.card] = event.at
    story.how[event.how] += 1
    story.by_day[event.at.date()]["collected"] += 1


def _gone(story: Story, card: str) -> None:
    story.arrived.pop(card, None)
    story.called.discard(card)


def _undone(story: Story, event: e.CollectionUndone) -> None:
    story.places[event.card] = "bank"
    story.collected.pop(event.card, None)
    story.by_day[event.at.date()]["collected"] -= 1
    how, visit = story.handed.pop(event.card)
    story.how[how] -= 1
    if visit is not None:
        story.arrived[event.card] = visit


def _left(story: Story, event: e.HolderLeft | e.ArrivalUndone) -> None:
    _gone(story, event.card)


def _handed(story: Story, event: e.CardsHandedToEmployer) -> None:
    story.places.update(dict.fromkeys(event.cards, "employer"))
    story.employers["handed"] += len(event.cards)
    story.by_day[event.at.date()]["handed_to_employers"] += len(event.cards)


def _roster(story: Story, event: e.EmployerRosterReturned) -> None:
    story.places.update(dict.fromkeys(event.issued, "handed"))
    story.places.update(dict.fromkeys(event.returned, "returned"))
    story.collected.update(dict.fromkeys(event.issued, event.at))
    story.how["employer"] += len(event.issued)
    story.employers["issued"] += len(event.issued)
    story.employers["returned"] += len(event.returned)
    story.by_day[event.at.date()]["collected_at_employers"] += len(event.issued)


def _recalled(story: Story, event: e.CardsRecalled) -> None:
    story.places.update(dict.fromkeys(event.cards, "recalled"))


def _defective(story: Story, event: e.CardFoundDefective) -> None:
    story.places[event.card] = "defective"


def _replaced(story: Story, event: e.CardReplaced) -> None:
    story.places[event.card] = "bank"


def _swept(story: Story, event: e.SweepStarted) -> None:
    story.sweep_rounds.append((event.round, event.at, event.uncollected))


def _invited(story: Story, event: e.HolderInvited) -> None:
    story.by_day[event.at.date()]["invited"] += 1
    if event.sweep_round:
        story.swept.add(event.card)


def _listed(story: Story, event: e.PhoneListed) -> None:
    if event.sweep_round:
        story.swept.add(event.card)


def _reconciled(story: Story, event: e.EmployerReconciled) -> None:
    story.employers["reconciled"] += 1


_TELLERS: dict[type[e.Event], Callable[[Story, Any], None]] = {
    e.CardRegistered: _registered,
    e.SlotOpened: _opened,
    e.SlotCapacityChanged: _capacity,
    e.SlotsOffered: _offered,
    e.SlotBooked: _booked,
    e.BookingMoved: _moved,
    e.BookingCancelled: _ended,
    e.NoShowRecorded: _ended,
    e.HolderArrived: _arrived,
    e.WalkInTicketed: _arrived,
    e.TicketBroughtForward: _brought_forward,
    e.HolderCalled: _called,
    e.CallWithdrawn: _withdrawn,
    e.CardCollected: _collected,
    e.CollectionUndone: _undone,
    e.HolderLeft: _left,
    e.ArrivalUndone: _left,
    e.CardsHandedToEmployer: _handed,
    e.EmployerRosterReturned: _roster,
    e.CardsRecalled: _recalled,
    e.CardFoundDefective: _defective,
    e.CardReplaced: _replaced,
    e.SweepStarted: _swept,
    e.HolderInvited: _invited,
    e.PhoneListed: _listed,
    e.EmployerReconciled: _reconciled,
}
"""Facts that change no tally are left out on purpose."""
