"""Holders: registering their cards, how they can be reached, help they asked for, and forgetting them."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import end_booking, end_offer, known_card
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.state import Card, State

CHANNELS = ("self", "employer")


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card to register; fields as in `CardRegistered`."""

    card: str
    cohort: str
    channel: str
    employer: str = ""
    band: str = ""
    priority: bool = False
    reach: bool = True


@dataclass(frozen=True, slots=True)
class RegisterCards(Command):
    """Register new cards; cards that are known and the same are passed over, corrected ones are
    reassigned."""

    cards: tuple[NewCard, ...]


@dataclass(frozen=True, slots=True)
class ChangeContact(Command):
    """The vault has a new contact for a holder."""

    card: str
    reach: bool


@dataclass(frozen=True, slots=True)
class OptOut(Command):
    """No more messages. `answered`: as in `HolderOptedOut`."""

    card: str
    answered: bool = False


@dataclass(frozen=True, slots=True)
class OptIn(Command):
    """Messages again. `answered`: as in `HolderOptedOut`."""

    card: str
    answered: bool = False


@dataclass(frozen=True, slots=True)
class TellWait(Command):
    """A holder who asked is told this range of minutes."""

    card: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class MarkUnreachable(Command):
    """The gateway can't reach the number."""

    card: str
    reason: str


@dataclass(frozen=True, slots=True)
class ListForPhone(Command):
    """Staff should phone this holder."""

    card: str
    reason: str


@dataclass(frozen=True, slots=True)
class FinishPhoneCall(Command):
    """Staff phoned."""

    card: str
    outcome: str


@dataclass(frozen=True, slots=True)
class RequestHomeVisit(Command):
    """The holder can't travel."""

    card: str


@dataclass(frozen=True, slots=True)
class EraseHolder(Command):
    """Forget the person. What happened to the card stays."""

    card: str


@decides(RegisterCards)
def register(command: RegisterCards, state: State, context: Context) -> list[e.Event]:
    """Importing the same list twice changes nothing. A list never takes away what happened since: a phone
    given at the counter, a release to the holder, a place in the hall, an erasure."""
    facts: list[e.Event] = []
    seen: set[str] = set()
    for new in command.cards:
        if new.channel not in CHANNELS:
            raise r.BadValue("channel")
        if new.channel == "employer" and new.employer not in state.employers:
            raise r.UnknownEmployer(new.employer)
        if new.card in seen:
            continue
        seen.add(new.card)
        facts.extend(_register_one(new, state.cards.get(new.card), context))
    return facts


def _register_one(new: NewCard, known: Card | None, context: Context) -> list[e.Event]:
    if known is None:
        return [
            context.fact(
                e.CardRegistered,
                card=new.card,
                cohort=new.cohort,
                channel=new.channel,
                employer=new.employer,
                band=new.band,
                priority=new.priority,
                reach=new.reach,
            )
        ]
    if known.erased:
        return []
    facts: list[e.Event] = []
    if new.reach and not known.reach and not known.unreachable:
        facts.append(context.fact(e.ContactChanged, card=new.card, reach=True))
    moved = (known.cohort, known.channel, known.employer) != (new.cohort, new.channel, new.employer)
    if moved and _untouched(known):
        facts.append(
            context.fact(
                e.CardReassigned,
                card=new.card,
                cohort=new.cohort,
                channel=new.channel,
                employer=new.employer,
                was_employer=known.employer if known.employer != new.employer else "",
            )
        )
    return facts


def _untouched(card: Card) -> bool:
    """Nothing depends yet on the cohort, the channel or the employer of the card."""
    busy = card.invites or card.booking or card.offer or card.visit or card.released
    return card.place == "bank" and not busy


@decides(ChangeContact)
def change_contact(command: ChangeContact, state: State, context: Context) -> list[e.Event]:
    """A new number makes an unreachable holder reachable."""
    card = known_card(state, command.card)
    if card.erased:
        raise r.HolderIsErased(command.card)
    return [context.fact(e.ContactChanged, card=command.card, reach=command.reach)]


@decides(OptOut)
def opt_out(command: OptOut, state: State, context: Context) -> list[e.Event]:
    """Once; and staff phone instead, while the card is here."""
    card = known_card(state, command.card)
    if card.opted_out or card.erased:
        return []
    facts: list[e.Event] = [context.fact(e.HolderOptedOut, card=command.card, answered=command.answered)]
    if not card.done and not card.booking and not card.phone_list:
        facts.append(context.fact(e.PhoneListed, card=command.card, reason="opted_out"))
    return facts


@decides(OptIn)
def opt_in(command: OptIn, state: State, context: Context) -> list[e.Event]:
    """There is always a way back in."""
    card = known_card(state, command.card)
    return (
        [context.fact(e.HolderOptedIn, card=command.card, answered=command.answered)]
        if card.opted_out
        else []
    )


@decides(TellWait)
def tell_wait(command: TellWait, state: State, context: Context) -> list[e.Event]:
    """What was told is kept, so that it can be compared with the wait that comes of it."""
    if not 0 <= command.low <= command.high:
        raise r.BadValue("wait")
    card = known_card(state, command.card)
    booking = card.booking
    today = booking is not None and booking.told.date() == context.now.date()
    return [
        context.fact(
            e.WaitTold,
            card=command.card,
            booking=booking.number if booking and today else 0,
            low=command.low,
            high=command.high,
        )
    ]


@evolves(e.WaitTold)
def _wait_told(state: State, event: e.WaitTold) -> None:
    """Nothing is decided by it."""


@decides(MarkUnreachable)
def mark_unreachable(command: MarkUnreachable, state: State, context: Context) -> list[e.Event]:
    """Staff phone instead."""
    card = known_card(state, command.card)
    if card.unreachable or card.done or card.erased:
        return []
    facts: list[e.Event] = [context.fact(e.HolderUnreachable, card=command.card, reason=command.reason)]
    if not card.phone_list:
        facts.append(context.fact(e.PhoneListed, card=command.card, reason="unreachable"))
    return facts


@decides(ListForPhone)
def list_for_phone(command: ListForPhone, state: State, context: Context) -> list[e.Event]:
    """Once, until the call is done."""
    card = known_card(state, command.card)
    if card.erased:
        raise r.HolderIsErased(command.card)
    if card.phone_list:
        return []
    return [context.fact(e.PhoneListed, card=command.card, reason=command.reason)]


@decides(FinishPhoneCall)
def finish_phone_call(command: FinishPhoneCall, state: State, context: Context) -> list[e.Event]:
    """A call nobody answered stays on the list."""
    if command.outcome not in ("booked", "told", "no_answer", "wrong_number"):
        raise r.BadValue("outcome")
    known_card(state, command.card)
    return [context.fact(e.PhoneCallDone, card=command.card, outcome=command.outcome)]


@decides(RequestHomeVisit)
def request_home_visit(command: RequestHomeVisit, state: State, context: Context) -> list[e.Event]:
    """For the very old and those who can't travel."""
    card = known_card(state, command.card)
    if card.done and card.collected:
        raise r.AlreadyCollected(command.card, card.collected.at, card.collected.how)
    if card.erased:
        raise r.HolderIsErased(command.card)
    return [] if card.home_visit else [context.fact(e.HomeVisitRequested, card=command.card)]


@decides(EraseHolder)
def erase(command: EraseHolder, state: State, context: Context) -> list[e.Event]:
    """Ends what is live first."""
    card = known_card(state, command.card)
    if card.erased:
        return []
    facts: list[e.Event] = []
    if card.visit:
        facts.append(
            context.fact(e.HolderLeft, card=command.card, slot=card.visit.slot, ticket=card.visit.ticket)
        )
    if card.booking:
        facts.append(
            context.fact(
                e.BookingCancelled,
                card=command.card,
                slot=card.booking.slot,
                booking=card.booking.number,
                reason="erased",
            )
        )
    return [*facts, context.fact(e.HolderErased, card=command.card)]


@evolves(e.CardRegistered)
def _registered(state: State, event: e.CardRegistered) -> None:
    card = Card(
        cohort=event.cohort,
        channel=event.channel,
        employer=event.employer,
        band=event.band,
        priority=event.priority,
        reach=event.reach,
        registered=event.at,
    )
    state.put(state.cards, event.card, card)
    state.put(state.custody, "bank", state.custody["bank"] + 1)
    if event.channel == "employer":
        _join_employer(state, event.card, event.employer)


def _join_employer(state: State, card: str, employer: str) -> None:
    state.change_employer(employer, cards=(*state.employers[employer].cards, card))


@evolves(e.CardReassigned)
def _reassigned(state: State, event: e.CardReassigned) -> None:
    old = state.cards[event.card]
    if old.channel == "employer":
        cards = tuple(c for c in state.employers[old.employer].cards if c != event.card)
        state.change_employer(old.employer, cards=cards)
    state.change_card(event.card, cohort=event.cohort, channel=event.channel, employer=event.employer)
    if event.channel == "employer":
        _join_employer(state, event.card, event.employer)


@evolves(e.ContactChanged)
def _contact_changed(state: State, event: e.ContactChanged) -> None:
    listed = state.cards[event.card].phone_list
    cleared = "" if event.reach and listed in ("no_phone", "unreachable", "wrong_number") else listed
    state.change_card(event.card, reach=event.reach, unreachable=False, phone_list=cleared)


@evolves(e.HolderOptedOut)
def _opted_out(state: State, event: e.HolderOptedOut) -> None:
    state.change_card(event.card, opted_out=True)


@evolves(e.HolderOptedIn)
def _opted_in(state: State, event: e.HolderOptedIn) -> None:
    listed = state.cards[event.card].phone_list
    state.change_card(event.card, opted_out=False, phone_list="" if listed == "opted_out" else listed)


@evolves(e.HolderUnreachable)
def _unreachable(state: State, event: e.HolderUnreachable) -> None:
    state.change_card(event.card, unreachable=True)


@evolves(e.PhoneListed)
def _phone_listed(state: State, event: e.PhoneListed) -> None:
    card = state.cards[event.card]
    state.change_card(
        event.card,
        phone_list=event.reason,
        sweep_round=max(card.sweep_round, event.sweep_round),
        invites=card.invites + (event.reason in ("no_phone", "opted_out", "unreachable")),
        invited=event.at,
    )


@evolves(e.PhoneCallDone)
def _phone_call_done(state: State, event: e.PhoneCallDone) -> None:
    card = state.cards[event.card]
    if event.outcome == "wrong_number" and not card.done and not card.erased:
        state.change_card(event.card, phone_list="wrong_number")
    elif event.outcome != "no_answer":
        state.change_card(event.card, phone_list="")


@evolves(e.HomeVisitRequested)
def _home_visit_requested(state: State, event: e.HomeVisitRequested) -> None:
    state.change_card(event.card, home_visit=True)


@evolves(e.HolderErased)
def _erased(state: State, event: e.HolderErased) -> None:
    end_offer(state, event.card)
    end_booking(state, event.card)
    memo = state.cards[event.card].collected
    if memo:
        memo = msgspec.structs.replace(memo, booking=None, visit=None, phone_list="", home_visit=False)
    state.change_card(event.card, erased=True, reach=False, phone_list="", home_visit=False, collected=memo)
