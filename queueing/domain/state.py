"""What decisions are made from: the state of one branch, folded from its events.

Entities are frozen; every change goes through `State.put`, which keeps a journal, so that a batch of
decisions that could not be stored is taken back without a trace (`State.rollback`). The state has no clock
and does no I/O.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar

import msgspec

from queueing.domain.events import DayWindows, PlanMoved, Rules, SlotBefore

PLACES = ("bank", "window", "employer", "returned", "recalled", "handed", "defective")
"""Where a card can be: in the bank's box, at a window, with an employer, back from an employer (returned or
recalled), handed to its holder or proxy, or set aside as defective."""

HERE = frozenset({"bank", "window", "returned", "recalled"})
"""The places from which a card can be handed out at the counter."""


class Entity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of the things kept in the state."""


class Booking(Entity, frozen=True, kw_only=True):
    """A live booking: its number, version (1 = never moved), slot, told time, channel it was made through,
    when the place was taken, and whether its holder came (counted as `Shown`)."""

    number: int
    version: int
    slot: str
    told: datetime
    via: str
    made: datetime | None = None
    kept: bool = False


class Offer(Entity, frozen=True, kw_only=True):
    """Places kept for a holder until `until`; `token` and `why` as in `SlotsOffered`. `notice`: the branch
    asked, and not the holder. `seen`: slots offered before these, since the holder began to ask for
    others."""

    slots: tuple[str, ...]
    told: tuple[datetime, ...]
    until: datetime
    token: str = ""
    notice: bool = False
    seen: tuple[str, ...] = ()
    why: str = ""


class Visit(Entity, frozen=True, kw_only=True):
    """A holder in the hall: booked (ticket 0) or with a ticket; `why` it is for later as in
    `WalkInTicketed`. `lay`: where the card lay before it was taken to the window."""

    slot: str
    told: datetime
    arrived: datetime
    booking: int = 0
    ticket: int = 0
    late: bool = False
    window: str = ""
    called: datetime | None = None
    lay: str = "bank"
    why: str = ""
    wait_low: int | None = None
    wait_high: int | None = None


class Collected(Entity, frozen=True, kw_only=True):
    """A hand-over: when, how ("self", "proxy", "home", "employer"), and, for an undo, what it ended and what
    was counted for it: the kind of booking it showed to be kept, whether as one who came late after a
    no-show, the slot it used a place of, whether it answered a notice, and the minutes of the service."""

    at: datetime
    how: str
    by: str
    was: str
    visit: Visit | None = None
    booking: Booking | None = None
    phone_list: str = ""
    home_visit: bool = False
    kept: str = ""
    late: bool = False
    served: str = ""
    answered: bool = False
    minutes: float | None = None


class Dispute(Entity, frozen=True, kw_only=True):
    """A hand-over that paper tells of and the books don't allow (`why`)."""

    how: str
    happened: datetime
    why: str
    by: str


class NoShow(Entity, frozen=True, kw_only=True):
    """The last no-show, for an undo (which keeps the right to be served as one who came late). `kind` is
    the kind of booking it was counted for; `came`: after all they did, that day."""

    slot: str
    booking: int
    at: datetime
    undone: bool = False
    kind: str = ""
    came: bool = False


class Card(Entity, frozen=True, kw_only=True):
    """A card and what is known of its holder (nothing personal). `released`: an employer's card that came
    back or was never fetched, so that its holder collects it. `batch` is the last batch of notices they were
    in, `responded` that they booked or came since."""

    cohort: str
    channel: str
    employer: str = ""
    released: bool = False
    band: str = ""
    priority: bool = False
    reach: bool = True
    place: str = "bank"
    registered: datetime
    invites: int = 0
    invited: datetime | None = None
    batch: int = 0
    responded: bool = False
    sweep_round: int = 0
    booking: Booking | None = None
    offer: Offer | None = None
    visit: Visit | None = None
    no_shows: int = 0
    no_show: NoShow | None = None
    collected: Collected | None = None
    activated: bool = False
    reassured: datetime | None = None
    suggested: datetime | None = None
    opted_out: bool = False
    unreachable: bool = False
    phone_list: str = ""
    home_visit: bool = False
    erased: bool = False
    disputes: tuple[Dispute, ...] = ()

    @property
    def done(self) -> bool:
        """The card was handed to its holder or a proxy."""
        return self.place == "handed"


class Seat(Entity, frozen=True, kw_only=True):
    """A live booking as its slot sees it. `told` counts minutes after the slot's start."""

    card: str
    via: str
    cohort: str
    told: int


class Hold(Entity, frozen=True, kw_only=True):
    """A place an offer keeps until `until`."""

    card: str
    via: str
    cohort: str
    until: datetime
    told: int


class Slot(Entity, frozen=True, kw_only=True):
    """A slot, who is booked in it, which places offers keep, how many tickets were given for it, how many of
    the booked were served since it began, and whether the manager keeps its limit as it is."""

    start: datetime
    end: datetime
    plain: int
    capacity: int
    walk_in_room: int
    reserved: dict[str, int] = {}
    overflow_at: datetime
    open: bool = True
    seats: tuple[Seat, ...] = ()
    holds: tuple[Hold, ...] = ()
    tickets: int = 0
    served: int = 0
    pinned: bool = False


class Wave(Entity, frozen=True, kw_only=True):
    """A wave: planned, perhaps opened, perhaps closed."""

    opens: date
    cohorts: tuple[str, ...]
    opened: datetime | None = None
    closed: datetime | None = None


class Setting(Entity, frozen=True, kw_only=True):
    """One thing that a change of the plan decided about: `what` ("open": 1 or 0; "limit": plain, capacity,
    walk_in_room; "windows") of `key` (a slot, or a day in ISO form), as it `was` before and as it was `set`.
    """

    what: str
    key: str
    was: tuple[int, ...]
    set: tuple[int, ...]


class Plan(Entity, frozen=True, kw_only=True):
    """A change of the plan, with what was before; fields as in `PlanChanged`. What an undone change had set
    is not what was before the next one: that takes over its `settings`, `moved` and `pinned`."""

    at: datetime
    by: str
    reason: str
    before: tuple[SlotBefore, ...] = ()
    windows: tuple[DayWindows, ...] = ()
    moved: tuple[PlanMoved, ...] = ()
    pinned: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    undone: bool = False


class Employer(Entity, frozen=True, kw_only=True):
    """An employer: the cards of its retirees, those it holds now, and how far it is."""

    name: str
    cards: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    calls: int = 0
    answered: bool = False
    next_step: str = ""
    next_on: date | None = None
    appointed: datetime | None = None
    handed_at: datetime | None = None
    handed: int = 0
    issued: int = 0
    returned: int = 0
    reconciled: bool = False
    reminded: datetime | None = None
    recall_proposed: datetime | None = None


class Batch(Entity, frozen=True, kw_only=True):
    """A batch of notices: when it was planned, how many it told, and how many of them booked or came."""

    at: datetime
    kind: str
    planned: int
    told: int = 0
    responded: int = 0


class Shown(Entity, frozen=True, kw_only=True):
    """Bookings of a kind whose outcome is known: how many people were `due`, and how many of them `came` (in
    time, late, or after the no-show on the same day). Each booking counts once; one that was cancelled, moved
    or served on another day or at home doesn't."""

    due: int = 0
    came: int = 0


class HallNote(Entity, frozen=True, kw_only=True):
    """The hall's state of a day; fields as in `HallWatched`."""

    day: date
    hall: str
    better_since: datetime | None = None


class SentOn(Entity, frozen=True, kw_only=True):
    """Walk-ins of a day who were not served at once: sent to later that day, to other days, and those of them
    whom staff served all the same."""

    day: date
    later: int = 0
    other: int = 0
    overridden: int = 0


class Facts(Entity, frozen=True, kw_only=True):
    """What holds for the whole branch: the season, running numbers, the sweep, the pace of notices (`paused`
    is the reason; `theta` and `most` are 0 for the season's own), a day's quota of tickets, the day of the
    last rumour alarm, whether walk-ins are controlled (None: as the season says), the hall's state, walk-ins
    sent on, whether limits count on no-shows, when they were last computed, and the minutes of the day's last
    services."""

    season: str = ""
    first_day: date | None = None
    last_day: date | None = None
    sweep_day: date | None = None
    last_call: date | None = None
    rules: Rules = Rules()
    windows: int = 0
    windows_today: tuple[date, int] | None = None
    windows_days: tuple[tuple[date, int], ...] = ()
    closed: bool = False
    bookings: int = 0
    tickets: int = 0
    tickets_day: date | None = None
    sweep_round: int = 0
    sweep_started: datetime | None = None
    batches: int = 0
    paused: str = ""
    theta: float = 0.0
    most: int = 0
    quota: tuple[date, int] | None = None
    rumour_day: date | None = None
    control: bool | None = None
    hall: HallNote | None = None
    sent: SentOn | None = None
    overbooking: bool = True
    limits_day: date | None = None
    services: tuple[float, ...] = ()
    services_day: date | None = None


class Tables(msgspec.Struct, kw_only=True):
    """All of the state, as stored in a snapshot."""

    facts: dict[str, Facts]
    cards: dict[str, Card]
    slots: dict[str, Slot]
    waves: dict[str, Wave]
    employers: dict[str, Employer]
    custody: dict[str, int]
    batches: dict[str, Batch] = {}
    shown: dict[str, Shown] = {}
    walk_ins: dict[str, int] = {}
    plans: dict[str, Plan] = {}


V = TypeVar("V")
_ABSENT: Any = object()


class State:
    """The tables, a few indexes derived from them, and the journal of changes since the last `commit`."""

    def __init__(self, tables: Tables | None = None) -> None:
        self._tables = tables or Tables(
            facts={"": Facts()}, cards={}, slots={}, waves={}, employers={}, custody=dict.fromkeys(PLACES, 0)
        )
        self.cards = self._tables.cards
        self.slots = self._tables.slots
        self.waves = self._tables.waves
        self.employers = self._tables.employers
        self.custody = self._tables.custody
        self.batches = self._tables.batches
        self.shown = self._tables.shown
        self.walk_ins = self._tables.walk_ins
        self.plans = self._tables.plans
        self.days: dict[date, tuple[str, ...]] = {}
        self.visits: dict[str, Visit] = {}
        self._journal: list[tuple[dict[Any, Any], Any, Any]] = []
        self._index()

    def _index(self) -> None:
        for slot_id in sorted(self.slots):
            day = self.slots[slot_id].start.date()
            self.days[day] = (*self.days.get(day, ()), slot_id)
        self.visits.update((card, c.visit) for card, c in self.cards.items() if c.visit)

    @property
    def facts(self) -> Facts:
        """What holds for the whole branch."""
        return self._tables.facts[""]

    @property
    def tables(self) -> Tables:
        """The whole state, for a snapshot. Don't change it."""
        return self._tables

    def set_facts(self, **changes: Any) -> None:
        """Change some of what holds for the whole branch."""
        self.put(self._tables.facts, "", msgspec.structs.replace(self.facts, **changes))

    def put(self, table: dict[str, V] | dict[date, V], key: Any, value: V) -> None:
        """Set `table[key]`, remembering what was there."""
        untyped: dict[Any, Any] = table
        self._journal.append((untyped, key, untyped.get(key, _ABSENT)))
        untyped[key] = value

    def drop(self, table: dict[str, V], key: str) -> None:
        """Remove `table[key]` if it is there, remembering what was there."""
        if key in table:
            self._journal.append((table, key, table[key]))
            del table[key]

    def change_card(self, card: str, **changes: Any) -> Card:
        """Replace some fields of a card."""
        new = msgspec.structs.replace(self.cards[card], **changes)
        self.put(self.cards, card, new)
        return new

    def change_slot(self, slot: str, **changes: Any) -> Slot:
        """Replace some fields of a slot."""
        new = msgspec.structs.replace(self.slots[slot], **changes)
        self.put(self.slots, slot, new)
        return new

    def change_employer(self, employer: str, **changes: Any) -> Employer:
        """Replace some fields of an employer."""
        new = msgspec.structs.replace(self.employers[employer], **changes)
        self.put(self.employers, employer, new)
        return new

    def touched(self) -> dict[str, set[Any]]:
        """The keys of each stored table that changed since the last `commit`."""
        names = {id(getattr(self._tables, name)): name for name in self._tables.__struct_fields__}
        found: dict[str, set[Any]] = {}
        for table, key, _ in self._journal:
            if name := names.get(id(table)):
                found.setdefault(name, set()).add(key)
        return found

    def commit(self) -> None:
        """Forget the journal: what happened is durable."""
        self._journal.clear()

    def mark(self) -> int:
        """A point to roll back to."""
        return len(self._journal)

    def rollback(self, mark: int = 0) -> None:
        """Take back everything since the mark (since the last `commit` when none is given)."""
        while len(self._journal) > mark:
            table, key, old = self._journal.pop()
            if old is _ABSENT:
                table.pop(key, None)
            else:
                table[key] = old
