"""Every fact the system knows, grouped by the thing it is about. Read this page first.

A fact is one event. It says what happened (past tense), when (`at`, naive local time of the branch), who
did it (`by`: "holder", "staff:<login>", "employer:<id>", "api:<key>", "system") and through which channel
(`via`: "sms", "web", "phone", "counter", "paper", "employer", "system").

`TOPIC` is the stored name: it never changes, so modules and classes may. `ABOUT` names the fields whose
values become tags (`card:…`, `slot:…`, `employer:…`, `wave:…`); "slot:old_slot" reads "tag prefix slot,
value of field old_slot". Every event also carries `branch:…`. Tags and fields hold opaque ids only, never a
name, a phone or an ID number.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all facts share. Times are naive local branch time. `request` names the request of another
    system that led here, so that the same request is not answered by a second decision."""

    TOPIC: ClassVar[str] = ""
    ABOUT: ClassVar[tuple[str, ...]] = ()

    branch: str
    at: datetime
    by: str
    via: str
    request: str = ""

    def tags(self) -> list[str]:
        """The tags of everything this fact is about, e.g. ["branch:kunlun", "card:c1",
        "slot:20180605-0900"]."""
        tags = ["branch:" + self.branch]
        for about in self.ABOUT:
            prefix, _, field = about.partition(":")
            value = getattr(self, field or prefix)
            if isinstance(value, str):
                if value:
                    tags.append(f"{prefix}:{value}")
            elif value is not None:
                tags.extend(f"{prefix}:{one}" for one in value)
        if self.request:
            tags.append("request:" + self.request)
        return tags


# --- the season and its slots -------------------------------------------------------------------------------


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers decisions depend on. They travel in the log, so a replay decides as the day did.

    Minutes unless said otherwise; `hold_share` is the part of a slot (0-1) that offers may keep;
    `phone_list_after` is a count of no-shows; from `later_from` people waiting on, a walk-in's ticket is for
    a calmer time (0: never); `walk_in_control`: a full hall and the rumour alarm decide what a walk-in gets;
    `calm_first`: offers are the calmest places, not the earliest; `day_weight` is the score a day's distance
    adds to a slot (crowding counts as booked/capacity).
    """

    grace: int = 15
    no_show_after: int = 30
    hold_minutes: int = 30
    hold_share: float = 0.3
    offered: int = 3
    told_step: int = 5
    phone_list_after: int = 2
    undo_minutes: int = 30
    day_weight: float = 0.15
    roster_due_days: int = 30
    recall_after_days: int = 180
    sweep_every_days: int = 10
    slot_minutes: int = 15
    service_minutes: float = 4.0
    walk_in_quota: int = 0
    later_from: int = 4
    walk_in_control: bool = True
    calm_first: bool = True


class WavePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A wave as planned: from `opens` its cohorts may book."""

    wave: str
    opens: date
    cohorts: tuple[str, ...]


class SeasonOpened(Event, kw_only=True, frozen=True):
    """The season may run: its days, waves and the numbers its rules use."""

    TOPIC = "season-opened"
    ABOUT = ()
    season: str
    first_day: date
    last_day: date
    sweep_day: date
    last_call: date | None = None
    waves: tuple[WavePlan, ...]
    rules: Rules
    windows: int


class SeasonClosed(Event, kw_only=True, frozen=True):
    """The last day is over; `uncollected` cards go on the closing list for staff."""

    TOPIC = "season-closed"
    uncollected: int


class SlotOpened(Event, kw_only=True, frozen=True):
    """People may come between `start` and `end`. `capacity` is the limit of live bookings (`plain`: windows
    x minutes / service time; the difference is the explicit overbooking or the share left to walk-ins);
    `walk_in_room` is the room for tickets; `reserved` keeps places for pools ("channel:sms",
    "cohort:getihu") until `overflow_at`."""

    TOPIC = "slot-opened"
    ABOUT = ("slot",)
    slot: str
    start: datetime
    end: datetime
    plain: int
    capacity: int
    walk_in_room: int
    reserved: dict[str, int] = {}
    overflow_at: datetime


class SlotCapacityChanged(Event, kw_only=True, frozen=True):
    """The limit of a slot is another one now. `plain` is what the windows can serve now; absent, it stays."""

    TOPIC = "slot-capacity-changed"
    ABOUT = ("slot",)
    slot: str
    plain: int | None = None
    capacity: int
    walk_in_room: int
    was_capacity: int
    was_walk_in_room: int
    reason: str


class SlotClosed(Event, kw_only=True, frozen=True):
    """Nobody is served in this slot; those booked are moved or told in the same decision."""

    TOPIC = "slot-closed"
    ABOUT = ("slot",)
    slot: str
    reason: str


class SlotReopened(Event, kw_only=True, frozen=True):
    """A closure is taken back."""

    TOPIC = "slot-reopened"
    ABOUT = ("slot",)
    slot: str
    reason: str


class WindowsChanged(Event, kw_only=True, frozen=True):
    """From now on this day, so many windows are open."""

    TOPIC = "windows-changed"
    day: date
    windows: int


class LimitsPinned(Event, kw_only=True, frozen=True):
    """The manager keeps the limits of these slots as they are: the evening's computation passes them over."""

    TOPIC = "limits-pinned"
    ABOUT = ("slot:slots",)
    slots: tuple[str, ...]
    reason: str


class LimitsReleased(Event, kw_only=True, frozen=True):
    """The limits of these slots are computed again."""

    TOPIC = "limits-released"
    ABOUT = ("slot:slots",)
    slots: tuple[str, ...]
    reason: str


class OverbookingSwitched(Event, kw_only=True, frozen=True):
    """Whether limits may count on people who don't come (`on`), or not."""

    TOPIC = "overbooking-switched"
    on: bool
    reason: str


class WalkInQuotaSet(Event, kw_only=True, frozen=True):
    """On this day so many same-day tickets are given; beyond them, walk-ins are offered other days."""

    TOPIC = "walk-in-quota-set"
    day: date
    quota: int
    reason: str


class RumourAlarmRaised(Event, kw_only=True, frozen=True):
    """Many more people come unasked than usual: `seen` since the opening, where `expected` were usual."""

    TOPIC = "rumour-alarm-raised"
    day: date
    seen: int
    expected: float


class WalkInControlSwitched(Event, kw_only=True, frozen=True):
    """From now on the hall's state and the alarm decide what a walk-in gets by themselves, or don't."""

    TOPIC = "walk-in-control-switched"
    on: bool
    reason: str


class HallWatched(Event, kw_only=True, frozen=True):
    """How full the hall will be changed: `hall` is its state by the most people expected to wait within half
    an hour (`ahead`, with so many `windows`); `better_since` says from when the forecast has been calmer than
    that state, which is left after some minutes of it."""

    TOPIC = "hall-watched"
    day: date
    hall: str
    ahead: float
    windows: int
    better_since: datetime | None = None


class SlotBefore(msgspec.Struct, frozen=True):
    """A slot as it was before a change (not open: it was closed, or was not there)."""

    slot: str
    open: bool
    plain: int
    capacity: int
    walk_in_room: int


class DayWindows(msgspec.Struct, frozen=True):
    """The windows of a day before a change."""

    day: date
    windows: int


class PlanMoved(msgspec.Struct, frozen=True):
    """A card, the slot a change took it from, and the version its booking got in the slot `to` (0 and "": it
    lost its place)."""

    card: str
    slot: str
    version: int
    to: str = ""


class PlanChanged(Event, kw_only=True, frozen=True):
    """The plan of some days was changed in one step; its other facts stand before it. Remembers what was
    before, for an undo: slots, windows, who was moved, and which slots were not `pinned` yet. `opens`,
    `limits` and `pins` are the slots whose opening, limit and pin it decides about, were they as it wants
    them already or not."""

    TOPIC = "plan-changed"
    ABOUT = ("plan:change",)
    change: str
    reason: str
    before: tuple[SlotBefore, ...] = ()
    windows: tuple[DayWindows, ...] = ()
    moved: tuple[PlanMoved, ...] = ()
    pinned: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()


class PlanUndone(Event, kw_only=True, frozen=True):
    """A change of the plan was taken back; the facts of that stand before it."""

    TOPIC = "plan-undone"
    ABOUT = ("plan:change",)
    change: str
    reason: str


# --- cards and their holders --------------------------------------------------------------------------------


class CardRegistered(Event, kw_only=True, frozen=True):
    """A new card lies at the bank for a holder. `band` is the age band ("60", "70", "80", "90"), `reach`
    tells whether an SMS can reach the holder, `priority` that they are served with priority (90+,
    disabled)."""

    TOPIC = "card-registered"
    ABOUT = ("card", "employer")
    card: str
    cohort: str
    channel: str
    employer: str = ""
    band: str = ""
    priority: bool = False
    reach: bool = True


class CardReassigned(Event, kw_only=True, frozen=True):
    """A corrected import put the card into another cohort, channel or employer. `was_employer` is the one
    that no longer hands it out."""

    TOPIC = "card-reassigned"
    ABOUT = ("card", "employer", "employer:was_employer")
    card: str
    cohort: str
    channel: str
    employer: str = ""
    was_employer: str = ""


class ContactChanged(Event, kw_only=True, frozen=True):
    """The vault holds a new contact; `reach` tells whether an SMS can reach it."""

    TOPIC = "contact-changed"
    ABOUT = ("card",)
    card: str
    reach: bool


class HolderOptedOut(Event, kw_only=True, frozen=True):
    """The holder wants no more messages; staff phone instead. `answered`: the phone was told so already, for
    all the cards it asked for at once."""

    TOPIC = "holder-opted-out"
    ABOUT = ("card",)
    card: str
    answered: bool = False


class HolderOptedIn(Event, kw_only=True, frozen=True):
    """The holder wants messages again. `answered` as in `HolderOptedOut`."""

    TOPIC = "holder-opted-in"
    ABOUT = ("card",)
    card: str
    answered: bool = False


class HolderUnreachable(Event, kw_only=True, frozen=True):
    """The gateway says that this number can't be reached."""

    TOPIC = "holder-unreachable"
    ABOUT = ("card",)
    card: str
    reason: str


class PhoneListed(Event, kw_only=True, frozen=True):
    """Staff should phone this holder (`reason`: "no_phone", "opted_out", "unreachable", "no_shows",
    "asked", "not_understood", "says_collected", "displaced", "wrong_number", "no_place"); `batch` as in
    `HolderInvited`."""

    TOPIC = "phone-listed"
    ABOUT = ("card",)
    card: str
    reason: str
    sweep_round: int = 0
    batch: int = 0


class PhoneCallDone(Event, kw_only=True, frozen=True):
    """Staff phoned; `outcome` is "booked", "told", "no_answer" or "wrong_number"."""

    TOPIC = "phone-call-done"
    ABOUT = ("card",)
    card: str
    outcome: str


class HomeVisitRequested(Event, kw_only=True, frozen=True):
    """The holder can't travel and asks for a visit."""

    TOPIC = "home-visit-requested"
    ABOUT = ("card",)
    card: str


class HolderErased(Event, kw_only=True, frozen=True):
    """The holder's personal data are destroyed; the card's facts stay, about nobody."""

    TOPIC = "holder-erased"
    ABOUT = ("card",)
    card: str


# --- waves and the sweep ------------------------------------------------------------------------------------


class WaveOpened(Event, kw_only=True, frozen=True):
    """The turn of these cohorts has come."""

    TOPIC = "wave-opened"
    ABOUT = ("wave",)
    wave: str
    cohorts: tuple[str, ...]


class WaveClosed(Event, kw_only=True, frozen=True):
    """All of the wave's holders were invited."""

    TOPIC = "wave-closed"
    ABOUT = ("wave",)
    wave: str
    invited: int


class HolderInvited(Event, kw_only=True, frozen=True):
    """A holder is told it is their turn (`reason`: "wave", "again", "sweep", "sweep_employer";
    `sweep_round` from 1; `batch` is the batch of notices they are in, 0 for none)."""

    TOPIC = "holder-invited"
    ABOUT = ("card", "wave")
    card: str
    wave: str
    reason: str
    sweep_round: int = 0
    batch: int = 0


class BatchPlanned(Event, kw_only=True, frozen=True):
    """The next batch of notices (`kind`: "wave", "sweep"): `planned` of `pending` people, because `free`
    places are free in the coming days, earlier notices will still bring `coming` bookings, a notice brings
    `response` bookings and `theta` of the places shall be filled. `why` says what decided its size: "room",
    "most", "round", "all"."""

    TOPIC = "batch-planned"
    batch: int
    kind: str
    planned: int
    pending: int
    free: int
    coming: float
    response: float
    theta: float
    why: str


class InvitationsPaused(Event, kw_only=True, frozen=True):
    """No notices of waves and of the sweep go out until they are resumed."""

    TOPIC = "invitations-paused"
    reason: str


class InvitationsResumed(Event, kw_only=True, frozen=True):
    """Notices go out again."""

    TOPIC = "invitations-resumed"
    reason: str


class PaceChanged(Event, kw_only=True, frozen=True):
    """Fill `theta` (0-1) of the free places of the coming days, with at most `most` notices in a batch; 0
    stands for the season's own number."""

    TOPIC = "pace-changed"
    theta: float
    most: int
    reason: str


class HolderReassured(Event, kw_only=True, frozen=True):
    """A holder gets the calm notice against a rumour: there is time, and no need to queue."""

    TOPIC = "holder-reassured"
    ABOUT = ("card",)
    card: str


class AnotherTimeSuggested(Event, kw_only=True, frozen=True):
    """A crowd is there: a holder booked for later today is asked whether another time would suit as well. The
    booking (its `booking`, `version` and `told`) stays as it is. Places in `slots`, with the times to come in
    `places`, are kept for the answer until `until`."""

    TOPIC = "another-time-suggested"
    ABOUT = ("card", "slot:slots")
    card: str
    booking: int
    version: int
    told: datetime
    slots: tuple[str, ...] = ()
    places: tuple[datetime, ...] = ()
    until: datetime | None = None


class SweepStarted(Event, kw_only=True, frozen=True):
    """From now on everybody whose card is not collected is notified (again: `round` counts from 1)."""

    TOPIC = "sweep-started"
    round: int
    uncollected: int


class CardReleased(Event, kw_only=True, frozen=True):
    """An employer's card that still lies at the bank may be collected by its holder."""

    TOPIC = "card-released"
    ABOUT = ("card", "employer")
    card: str
    employer: str
    reason: str


# --- offers and bookings ------------------------------------------------------------------------------------


class SlotsOffered(Event, kw_only=True, frozen=True):
    """Places in these slots are kept for the holder until `until`. `told` are the times to come, one a slot.
    `reason`: "asked", "more", "other_day" (the day asked for can't be), "today_full", "gone", "closed".
    `token` is a digest that names the message it answers. `note` says what is wrong with the day asked for:
    "short" (its month ends before it, on `noted`), "no_day", "lunar", "past", "shut", "full" or "today" (no
    place on `noted`), "shut_days", "full_days", "over" (the season ends on `noted`). `why`
    a walk-in is not served today as in `WalkInTicketed`, or "full"."""

    TOPIC = "slots-offered"
    ABOUT = ("card", "slot:slots")
    card: str
    slots: tuple[str, ...]
    told: tuple[datetime, ...]
    until: datetime
    reason: str = "asked"
    token: str = ""
    note: str = ""
    noted: date | None = None
    why: str = ""


class SlotBooked(Event, kw_only=True, frozen=True):
    """A holder has a place. `booking` numbers the branch's bookings, `told` is the time to come."""

    TOPIC = "slot-booked"
    ABOUT = ("card", "slot")
    card: str
    slot: str
    booking: int
    told: datetime


class BookingMoved(Event, kw_only=True, frozen=True):
    """One step from the old place to the new: nobody holds two, or none. `version` counts the moves, from 2.
    `reason`: "asked", "closed", "capacity"."""

    TOPIC = "booking-moved"
    ABOUT = ("card", "slot:old_slot", "slot:new_slot")
    card: str
    booking: int
    version: int
    old_slot: str
    new_slot: str
    told: datetime
    reason: str = "asked"


class BookingCancelled(Event, kw_only=True, frozen=True):
    """A live booking ended (`reason`: "asked", "closed", "left", "defective", "erased")."""

    TOPIC = "booking-cancelled"
    ABOUT = ("card", "slot")
    card: str
    slot: str
    booking: int
    reason: str


class NoShowRecorded(Event, kw_only=True, frozen=True):
    """The holder did not come; `count` is their how manieth no-show."""

    TOPIC = "no-show-recorded"
    ABOUT = ("card", "slot")
    card: str
    slot: str
    booking: int
    count: int


class NoShowUndone(Event, kw_only=True, frozen=True):
    """The no-show was a slip at the counter."""

    TOPIC = "no-show-undone"
    ABOUT = ("card", "slot")
    card: str
    slot: str
    booking: int
    reason: str


# --- the counter --------------------------------------------------------------------------------------------


class HolderArrived(Event, kw_only=True, frozen=True):
    """A booked holder is in the hall; after the grace (`late`) they wait among the walk-ins. `wait_low` and
    `wait_high` are the wait they were told, in minutes from when they are due."""

    TOPIC = "holder-arrived"
    ABOUT = ("card", "slot")
    card: str
    slot: str
    booking: int
    told: datetime
    late: bool = False
    wait_low: int | None = None
    wait_high: int | None = None


class ArrivalUndone(Event, kw_only=True, frozen=True):
    """The arrival was a slip at the counter: the holder is not in the hall, and the booking stands. `late` as
    in the `HolderArrived` it takes back."""

    TOPIC = "arrival-undone"
    ABOUT = ("card", "slot")
    card: str
    slot: str
    booking: int
    reason: str
    late: bool = False


class WalkInTicketed(Event, kw_only=True, frozen=True):
    """Somebody without a booking for now got a ticket for today; `ticket` numbers the day's tickets. The
    wait they were told as in `HolderArrived`. `why` it is for later: "busy" (many wait), "amber" or "red"
    (how full the hall will be), "rumour", "quota" or "near" (no slot nearer has room); `override`: staff's
    reason to serve them now all the same."""

    TOPIC = "walk-in-ticketed"
    ABOUT = ("card", "slot")
    card: str
    slot: str
    ticket: int
    told: datetime
    late: bool = False
    wait_low: int | None = None
    wait_high: int | None = None
    why: str = ""
    override: str = ""


class TicketBroughtForward(Event, kw_only=True, frozen=True):
    """Who has a ticket for later today is served now, for a reason that staff state; the wait they were told
    as in `HolderArrived`."""

    TOPIC = "ticket-brought-forward"
    ABOUT = ("card", "slot:old_slot", "slot:new_slot")
    card: str
    ticket: int
    old_slot: str
    new_slot: str
    told: datetime
    reason: str
    wait_low: int | None = None
    wait_high: int | None = None


class WaitTold(Event, kw_only=True, frozen=True):
    """A holder asked how long the wait is, and was told from `low` to `high` minutes: from the told time of
    today's `booking`, or (0) for coming now."""

    TOPIC = "wait-told"
    ABOUT = ("card",)
    card: str
    booking: int
    low: int
    high: int


class HolderCalled(Event, kw_only=True, frozen=True):
    """A window calls the holder; the card is taken to it."""

    TOPIC = "holder-called"
    ABOUT = ("card",)
    card: str
    window: str


class CallWithdrawn(Event, kw_only=True, frozen=True):
    """The holder did not come to the window; they wait on."""

    TOPIC = "call-withdrawn"
    ABOUT = ("card",)
    card: str
    window: str


class CardCollected(Event, kw_only=True, frozen=True):
    """The card is in the hands of its holder (`how`="self" or "home") or a proxy ("proxy"), the IDs were
    seen. `happened` is the original time when it was entered later (an outage); `slot`, `booking`, `ticket`
    tell which visit ended. `freed` is the slot whose live booking ended with it, if it is another one: they
    came with a ticket, or on another day."""

    TOPIC = "card-collected"
    ABOUT = ("card", "slot", "slot:freed")
    card: str
    how: str
    window: str = ""
    slot: str = ""
    booking: int = 0
    ticket: int = 0
    freed: str = ""
    arrived: datetime | None = None
    happened: datetime | None = None


class CollectionUndone(Event, kw_only=True, frozen=True):
    """The hand-over was a slip at the counter: the card is back at the bank."""

    TOPIC = "collection-undone"
    ABOUT = ("card", "slot")
    card: str
    reason: str
    slot: str = ""
    booking: int = 0
    ticket: int = 0


class HolderLeft(Event, kw_only=True, frozen=True):
    """A visit ended without a card: the person left, or the day did."""

    TOPIC = "holder-left"
    ABOUT = ("card", "slot")
    card: str
    slot: str
    ticket: int = 0


class HandOverDisputed(Event, kw_only=True, frozen=True):
    """Paper of an outage says that the card was handed over (`how`, at `happened`), and the books say
    otherwise (`why`: "collected", "employer", "elsewhere", "not_here", "erased"). Staff have to find out."""

    TOPIC = "hand-over-disputed"
    ABOUT = ("card",)
    card: str
    how: str
    happened: datetime
    why: str


class DisputeSettled(Event, kw_only=True, frozen=True):
    """Staff found out what happened to a card that paper and books disagreed about."""

    TOPIC = "dispute-settled"
    ABOUT = ("card",)
    card: str
    reason: str


class CardActivated(Event, kw_only=True, frozen=True):
    """The new card's medical function is on, the old card's is off, its balance moved over."""

    TOPIC = "card-activated"
    ABOUT = ("card",)
    card: str


class CardFoundDefective(Event, kw_only=True, frozen=True):
    """The card can't be handed out."""

    TOPIC = "card-found-defective"
    ABOUT = ("card",)
    card: str


class CardReplaced(Event, kw_only=True, frozen=True):
    """A new card came in the place of a defective one."""

    TOPIC = "card-replaced"
    ABOUT = ("card",)
    card: str


# --- employers ----------------------------------------------------------------------------------------------


class EmployerRegistered(Event, kw_only=True, frozen=True):
    """An employer hands out the cards of its retirees. The name is that of a public body or a company."""

    TOPIC = "employer-registered"
    ABOUT = ("employer",)
    employer: str
    name: str


class EmployerCalled(Event, kw_only=True, frozen=True):
    """The bank phoned (`outcome`: "answered", "no_answer", "wrong_number"). What comes next: `next_step`
    ("call": phone again, "come": they come for the cards, "roster": they bring the roster, "fetch": we fetch
    the cards) by `next_on`."""

    TOPIC = "employer-called"
    ABOUT = ("employer",)
    employer: str
    outcome: str
    next_step: str = ""
    next_on: date | None = None


class EmployerAppointed(Event, kw_only=True, frozen=True):
    """The employer's clerk comes at `when`."""

    TOPIC = "employer-appointed"
    ABOUT = ("employer",)
    employer: str
    when: datetime


class CardsHandedToEmployer(Event, kw_only=True, frozen=True):
    """The clerk showed an ID and the `seal` ("company" or "finance") and took these cards."""

    TOPIC = "cards-handed-to-employer"
    ABOUT = ("employer", "card:cards")
    employer: str
    cards: tuple[str, ...]
    seal: str


class EmployerRosterReturned(Event, kw_only=True, frozen=True):
    """The employer's list: who got a card, and the cards that came back. Together they are what was handed
    over."""

    TOPIC = "employer-roster-returned"
    ABOUT = ("employer", "card:issued", "card:returned")
    employer: str
    issued: tuple[str, ...]
    returned: tuple[str, ...]


class EmployerReconciled(Event, kw_only=True, frozen=True):
    """Nothing of this employer is open: handed = issued + returned."""

    TOPIC = "employer-reconciled"
    ABOUT = ("employer",)
    employer: str
    handed: int
    issued: int
    returned: int


class EmployerReminded(Event, kw_only=True, frozen=True):
    """The employer was asked to collect ("collect"), to hand the cards on ("deliver") or to return its
    roster ("roster")."""

    TOPIC = "employer-reminded"
    ABOUT = ("employer",)
    employer: str
    what: str


class RecallProposed(Event, kw_only=True, frozen=True):
    """An employer keeps cards longer than the season allows; staff decide whether to fetch them back."""

    TOPIC = "recall-proposed"
    ABOUT = ("employer",)
    employer: str
    held: int


class CardsRecalled(Event, kw_only=True, frozen=True):
    """Cards an employer kept too long were fetched back."""

    TOPIC = "cards-recalled"
    ABOUT = ("employer", "card:cards")
    employer: str
    cards: tuple[str, ...]


def all_events() -> tuple[type[Event], ...]:
    """Every event class, in the order of this page."""
    return tuple(Event.__subclasses__())
