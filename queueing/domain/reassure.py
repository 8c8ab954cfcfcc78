"""Words to holders when a crowd is there: the calm notice against rumours, and to those booked for later
today that another time would be calmer. Whom they concern, and that nobody gets either twice a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from queueing.domain import events as e
from queueing.domain.booking import check_season, opens_for
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.offers import Wish, choose, keep
from queueing.domain.places import told_times
from queueing.domain.state import Card, Offer, State
from queueing.domain.waves import unreached

ONCE_IN = timedelta(hours=24)
"""A second calm word within a day says that something is wrong after all."""


@dataclass(frozen=True, slots=True)
class ReassureHolders(Command):
    """Send these holders the calm notice. Those it does not concern, whom no message reaches or who had it
    within a day are passed over."""

    cards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuggestAnotherTime(Command):
    """Ask a holder, who is booked for later today, whether one of two calm places would suit instead. Others,
    those whom no message reaches, those asked within a day and those for whom there is no place are passed
    over. `leaves` is when the message can leave (none: now)."""

    card: str
    leaves: datetime | None = None


PLACES = 2
"""As many fit into one message beside the question."""
ANSWERED_IN = timedelta(hours=2)
"""A notice is read later than an answer to one's own message."""
SET_OUT = timedelta(minutes=30)
"""So long before the booked time its holder is on the way."""
SOON = timedelta(minutes=60)
"""Whoever is due within this is on the way."""


def _waiting(state: State, card: Card, now: datetime) -> bool:
    return True


def _later(state: State, card: Card, now: datetime) -> bool:
    opens = opens_for(state, card)
    return opens is not None and now.date() < opens


def _unbooked(state: State, card: Card, now: datetime) -> bool:
    return not card.booking and not _later(state, card, now)


def _booked(state: State, card: Card, now: datetime) -> bool:
    return card.booking is not None


GROUPS: dict[str, Callable[[State, Card, datetime], bool]] = {
    "waiting": _waiting,
    "later": _later,
    "unbooked": _unbooked,
    "booked": _booked,
}
"""Whom the notice may be for: everybody who has not collected, those whose turn has not come, those whose
turn it is and who have no booking, those who have one."""


def concerned(state: State, group: str, now: datetime) -> list[str]:
    """The cards of a group whose holders collect in person and have not yet."""
    fits = GROUPS[group]
    return [card_id for card_id, card in state.cards.items() if waits(card) and fits(state, card, now)]


def waits(card: Card) -> bool:
    """The holder will come to the branch for the card."""
    with_employer = card.channel == "employer" and not card.released
    return not (card.done or card.erased or card.visit or with_employer or card.place == "defective")


def reassured_lately(card: Card, now: datetime) -> bool:
    """Had the calm notice within a day."""
    return card.reassured is not None and now - card.reassured < ONCE_IN


def booked_later_today(state: State, now: datetime) -> list[str]:
    """The cards whose holders are booked for later today and will not have set out yet."""
    names = state.days.get(now.date(), ())
    seats = [seat.card for name in names for seat in state.slots[name].seats]
    return [card_id for card_id in seats if _later_today(state.cards[card_id], now)]


def _later_today(card: Card, now: datetime) -> bool:
    booking = card.booking
    later = booking is not None and booking.told.date() == now.date() and booking.told > now + SOON
    return later and waits(card)


def suggested_lately(card: Card, now: datetime) -> bool:
    """Was asked within a day."""
    return card.suggested is not None and now - card.suggested < ONCE_IN


@decides(ReassureHolders)
def reassure(command: ReassureHolders, state: State, context: Context) -> list[e.Event]:
    """One notice a holder."""
    check_season(state, context.now)
    facts: list[e.Event] = []
    for card_id in dict.fromkeys(command.cards):
        card = state.cards.get(card_id)
        if card is None or not waits(card) or unreached(card) or reassured_lately(card, context.now):
            continue
        facts.append(context.fact(e.HolderReassured, card=card_id))
    return facts


@evolves(e.HolderReassured)
def _reassured(state: State, event: e.HolderReassured) -> None:
    state.change_card(event.card, reassured=event.at)


@decides(SuggestAnotherTime)
def suggest(command: SuggestAnotherTime, state: State, context: Context) -> list[e.Event]:
    """A question with its answers: two calm places on other days, kept until the answer is due. The booking
    stays. Who is choosing right now is not interrupted, and where there is no other place nobody is asked."""
    check_season(state, context.now)
    card = state.cards.get(command.card)
    if card is None or not _later_today(card, context.now) or unreached(card):
        return []
    choosing = card.offer is not None and card.offer.until > context.now
    booking = card.booking
    if booking is None or choosing or suggested_lately(card, context.now):
        return []
    leaves = max(command.leaves or context.now, context.now)
    until = min(leaves + ANSWERED_IN, booking.told - SET_OUT)
    wish = Wish(not_days=(context.now.date(),))
    by_message = replace(context, via="sms")
    slots = choose(state, command.card, card, wish, by_message, PLACES) if until > leaves else []
    if not slots:
        return []
    return [
        context.fact(
            e.AnotherTimeSuggested,
            card=command.card,
            booking=booking.number,
            version=booking.version,
            told=booking.told,
            slots=tuple(slots),
            places=tuple(told_times(state.slots[s], state.facts.rules, 1)[0] for s in slots),
            until=until,
        )
    ]


@evolves(e.AnotherTimeSuggested)
def _suggested(state: State, event: e.AnotherTimeSuggested) -> None:
    state.change_card(event.card, suggested=event.at)
    if event.until is not None:
        offer = Offer(slots=event.slots, told=event.places, until=event.until, notice=True)
        keep(state, event.card, offer, "sms", event.at)
