"""Which fact leads to which message: pure functions from an event to intents, named as sentences.

An intent says what to send to whom and when it may and must leave. Its `ref` is a uuid5 of the event's
position and the template: the same fact asked twice is one message. Texts are rendered when a message is
sent; nothing personal is in an intent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid5

import msgspec

from queueing.domain import events as e
from queueing.season.model import Season

NAMESPACE = UUID("8d9d7f0e-3a0c-5f3e-9a55-6c1f1f5b7a10")
FOREVER = timedelta(days=365)


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """A message to write into the outbox. `booking` and `version` bind a reminder to one version of a
    booking."""

    ref: UUID
    position: int
    template: str
    kind: str
    params: dict[str, Any]
    card: str = ""
    employer: str = ""
    booking: int = 0
    version: int = 0
    created: datetime
    due_at: datetime
    expires_at: datetime


class Void(msgspec.Struct, frozen=True, kw_only=True):
    """Messages of a card that must not leave any more: those written before `position` and not sent.
    `booking` limits it to those that speak of that booking."""

    card: str
    position: int
    booking: int = 0


def reference(position: int, template: str, number: int = 0) -> UUID:
    """The ref of the message that follows from the event at a position."""
    return uuid5(NAMESPACE, f"{position}/{template}/{number}")


class Times:
    """When messages may leave, from the season's numbers."""

    def __init__(self, season: Season) -> None:
        self.quiet_from = season.messages.quiet_from
        self.quiet_until = season.messages.quiet_until
        self.quiet_at = season.messages.quiet_at
        self.day_before_at = season.reminders.day_before_at
        self.minutes_before = season.reminders.minutes_before

    def awake(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours it falls into."""
        if not self.quiet_at(moment.time()):
            return moment
        wake = datetime.combine(moment.date(), self.quiet_until)
        return wake if wake >= moment else wake + timedelta(days=1)

    def day_before(self, told: datetime) -> datetime:
        """When the reminder of the day before leaves."""
        return datetime.combine(told.date() - timedelta(days=1), self.day_before_at)

    def soon(self, told: datetime) -> datetime:
        """When the last reminder leaves: a while before, but not in the quiet hours."""
        return self.awake(told - timedelta(minutes=self.minutes_before))


Rule = Callable[["Rules", int, Any], list[Intent]]
_rules: dict[type[e.Event], Rule] = {}
R = TypeVar("R", bound=Rule)


def when(event: type[e.Event]) -> Callable[[R], R]:
    """Register the rule for an event."""

    def register(rule: R) -> R:
        _rules[event] = rule
        return rule

    return register


class Rules:
    """The rules with the season's numbers."""

    def __init__(self, season: Season) -> None:
        self.season = season
        self.times = Times(season)
        self.employers: dict[str, str] = {}

    def intents(self, position: int, event: e.Event) -> list[Intent]:
        """The messages that follow from a fact."""
        if isinstance(event, e.EmployerRegistered):
            self.employers[event.employer] = event.name
        rule = _rules.get(type(event))
        return rule(self, position, event) if rule else []

    def message(
        self,
        position: int,
        event: e.Event,
        template: str,
        kind: str,
        params: dict[str, Any] | None = None,
        *,
        expires: datetime | None = None,
        due: datetime | None = None,
        at_once: bool = False,
        booking: tuple[int, int] = (0, 0),
    ) -> Intent:
        """An intent; it waits for the end of the quiet hours unless it answers the person `at_once`."""
        due = due or event.at
        return Intent(
            ref=reference(position, template),
            position=position,
            template=template,
            kind=kind,
            params=params or {},
            card=getattr(event, "card", ""),
            employer=getattr(event, "employer", "") if not getattr(event, "card", "") else "",
            booking=booking[0],
            version=booking[1],
            created=event.at,
            due_at=due if at_once else self.times.awake(due),
            expires_at=expires or event.at + FOREVER,
        )

    def urgent(self, at: datetime, told: datetime) -> bool:
        """A change by the branch wakes nobody, unless they would otherwise set out before they read it."""
        return told <= self.times.awake(at) + timedelta(hours=2)

    def reminders(self, position: int, event: e.SlotBooked | e.BookingMoved, version: int) -> list[Intent]:
        """The day before (it says "tomorrow", so not later) and a while before, when there is enough time
        between booking and reminder to make it useful."""
        bound = (event.booking, version)
        params = {"when": event.told.isoformat()}
        found = []
        day_before = self.times.day_before(event.told)
        if event.at + timedelta(hours=3) < day_before:
            found.append(
                self.message(
                    position,
                    event,
                    "reminder_day",
                    "reminder",
                    params,
                    due=day_before,
                    expires=datetime.combine(event.told.date(), time()),
                    booking=bound,
                )
            )
        soon = self.times.soon(event.told)
        if event.at + timedelta(minutes=30) < soon < event.told - timedelta(minutes=15):
            late = event.told - timedelta(minutes=10)
            found.append(
                self.message(
                    position,
                    event,
                    "reminder_soon",
                    "reminder",
                    params,
                    due=soon,
                    expires=late,
                    booking=bound,
                )
            )
        return found


@when(e.HolderInvited)
def invite_when_their_turn_comes(rules: Rules, position: int, event: e.HolderInvited) -> list[Intent]:
    """An invitation of a wave, or a notice of the sweep."""
    season = rules.season
    end = datetime.combine(season.last_day, time(18))
    if event.reason == "sweep_employer":
        return [rules.message(position, event, "sweep_employer", "sweep", {}, expires=end)]
    if event.reason == "sweep":
        return [
            rules.message(
                position,
                event,
                sweep_template(season, event.sweep_round, event.at.date()),
                "sweep",
                {"until": season.last_day.isoformat()},
                expires=min(end, event.at + timedelta(days=7)),
            )
        ]
    expires = min(end, event.at + timedelta(days=5))
    return [
        rules.message(
            position,
            event,
            "invitation",
            "invitation",
            {"until": season.last_day.isoformat()},
            expires=expires,
        )
    ]


def sweep_template(season: Season, sweep_round: int, day: date) -> str:
    """The first notice, the last call, or one between."""
    if day >= season.sweep.last_call:
        return "sweep_last"
    return "sweep_first" if sweep_round <= 1 else "sweep_repeat"


@when(e.SlotsOffered)
def tell_the_offer_when_asked_by_sms(rules: Rules, position: int, event: e.SlotsOffered) -> list[Intent]:
    """On the web and at the counter the person sees the offer."""
    if event.via != "sms":
        return []
    params: dict[str, Any] = {"slots": [told.isoformat() for told in event.told]}
    template = "offer_gone" if event.reason == "gone" else "offers"
    if event.note:
        template = "offer_other_day"
        params |= {"note": event.note, "noted": event.noted.isoformat() if event.noted else ""}
    return [rules.message(position, event, template, "reply", params, expires=event.until, at_once=True)]


@when(e.SlotBooked)
def confirm_and_remind_when_booked(rules: Rules, position: int, event: e.SlotBooked) -> list[Intent]:
    """The confirmation at once; the reminders belong to this version of the booking."""
    params = {"when": event.told.isoformat()}
    booked = rules.message(
        position,
        event,
        "booked",
        "confirmation",
        params,
        expires=event.told,
        at_once=True,
        booking=(event.booking, 1),
    )
    return [booked, *rules.reminders(position, event, 1)]


@when(e.BookingMoved)
def tell_when_a_booking_moved(rules: Rules, position: int, event: e.BookingMoved) -> list[Intent]:
    """Moved by the person, or by the branch (which is said with regret and sent again until it arrives)."""
    params = {"when": event.told.isoformat()}
    asked = event.reason == "asked"
    told = rules.message(
        position,
        event,
        "moved" if asked else "slot_moved",
        "confirmation" if asked else "change",
        params,
        expires=event.told,
        at_once=asked or rules.urgent(event.at, event.told),
        booking=(event.booking, event.version),
    )
    return [told, *rules.reminders(position, event, event.version)]


@when(e.BookingCancelled)
def tell_when_a_booking_ended(rules: Rules, position: int, event: e.BookingCancelled) -> list[Intent]:
    """Cancelled by the person, or lost because the branch closed; the other endings are known to whoever
    stands at the counter."""
    if event.reason == "asked":
        bound = (event.booking, 0)
        return [rules.message(position, event, "cancelled", "confirmation", {}, at_once=True, booking=bound)]
    if event.reason == "closed":
        start = datetime.strptime(event.slot, "%Y%m%d-%H%M")
        return [
            rules.message(
                position,
                event,
                "slot_closed",
                "change",
                {"when": start.isoformat()},
                expires=max(start, event.at) + timedelta(hours=2),
                at_once=rules.urgent(event.at, start),
                booking=(event.booking, 0),
            )
        ]
    return []


@when(e.NoShowRecorded)
def invite_again_after_a_no_show(rules: Rules, position: int, event: e.NoShowRecorded) -> list[Intent]:
    """No blame: choose another time."""
    end = datetime.combine(rules.season.last_day, time(16))
    expires = min(event.at + timedelta(days=3), end)
    if expires <= event.at:
        return []
    return [rules.message(position, event, "no_show", "invitation", {}, expires=expires)]


@when(e.CardCollected)
def tell_the_holder_when_a_proxy_collected(
    rules: Rules, position: int, event: e.CardCollected
) -> list[Intent]:
    """So that nobody collects without the holder's knowledge."""
    if event.how != "proxy":
        return []
    when_ = (event.happened or event.at).isoformat()
    return [rules.message(position, event, "collected_proxy", "notice", {"when": when_})]


@when(e.HolderReassured)
def calm_those_a_rumour_concerns(rules: Rules, position: int, event: e.HolderReassured) -> list[Intent]:
    """While the rumour is fresh; never at night."""
    end = datetime.combine(rules.season.last_day, time(18))
    expires = min(end, rules.times.awake(event.at) + timedelta(hours=12))
    params = {"until": rules.season.last_day.isoformat()}
    return [rules.message(position, event, "rumour", "calm", params, expires=expires)]


@when(e.AnotherTimeSuggested)
def ask_who_is_booked_later_today(rules: Rules, position: int, event: e.AnotherTimeSuggested) -> list[Intent]:
    """While the places are kept; not once they moved or gave theirs back."""
    if event.until is None:
        return []
    bound = (event.booking, event.version)
    params = {"when": event.told.isoformat(), "slots": [told.isoformat() for told in event.places]}
    return [
        rules.message(position, event, "another_time", "calm", params, expires=event.until, booking=bound)
    ]


@when(e.CardActivated)
def explain_the_card_when_it_is_on(rules: Rules, position: int, event: e.CardActivated) -> list[Intent]:
    """The after-care (new password, bank account, the old card)."""
    return [rules.message(position, event, "activated", "notice", {}, expires=event.at + timedelta(days=7))]


@when(e.EmployerReminded)
def write_to_the_employer(rules: Rules, position: int, event: e.EmployerReminded) -> list[Intent]:
    """Please collect, hand the cards on, or: the roster is due."""
    template = {"collect": "employer_collect", "deliver": "employer_deliver"}.get(
        event.what, "employer_overdue"
    )
    return [rules.message(position, event, template, "employer", {}, expires=event.at + timedelta(days=3))]


@when(e.HolderOptedOut)
def confirm_opting_out(rules: Rules, position: int, event: e.HolderOptedOut) -> list[Intent]:
    """With the way back in."""
    return (
        [rules.message(position, event, "opted_out", "reply", {}, at_once=True)]
        if event.via == "sms" and not event.answered
        else []
    )


@when(e.HolderOptedIn)
def confirm_opting_in(rules: Rules, position: int, event: e.HolderOptedIn) -> list[Intent]:
    """Welcome back."""
    return (
        [rules.message(position, event, "opted_in", "reply", {}, at_once=True)]
        if event.via == "sms" and not event.answered
        else []
    )


@when(e.HomeVisitRequested)
def confirm_a_home_visit_request(rules: Rules, position: int, event: e.HomeVisitRequested) -> list[Intent]:
    """Staff will phone."""
    return (
        [rules.message(position, event, "home_visit", "reply", {}, at_once=True)]
        if event.via == "sms"
        else []
    )


CALL_TEMPLATES = {
    "asked": "staff_will_call",
    "not_understood": "staff_will_call",
    "says_collected": "staff_will_check",
}
"""What somebody who wrote is told about the call they will get, by why they are listed."""


@when(e.PhoneListed)
def say_that_somebody_will_call(rules: Rules, position: int, event: e.PhoneListed) -> list[Intent]:
    """Only to those who wrote."""
    template = CALL_TEMPLATES.get(event.reason)
    if event.via == "sms" and template:
        return [rules.message(position, event, template, "reply", {}, at_once=True)]
    return []


def voids(position: int, event: e.Event) -> list[Void]:
    """What must not leave any more after a fact: reminders of a booking that ended or moved; everything
    once the card is collected (or that was a slip), the person erased."""
    match event:
        case e.BookingMoved() | e.BookingCancelled() | e.NoShowRecorded():
            return [Void(card=event.card, position=position, booking=event.booking)]
        case e.CardCollected() | e.CollectionUndone() | e.HolderErased():
            return [Void(card=event.card, position=position)]
        case e.EmployerRosterReturned():
            return [Void(card=card, position=position) for card in event.issued]
        case _:
            return []
