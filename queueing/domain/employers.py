"""Employers collect for their retirees: called, appointed, handed over (ID and seal seen), roster returned,
reconciled. Handed is issued plus returned, or the roster is refused with the cards that differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.custody import place_card
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.state import Collected, Employer, State

SEALS = ("company", "finance")
NEXT_STEPS = ("", "call", "come", "roster", "fetch")


@dataclass(frozen=True, slots=True)
class RegisterEmployers(Command):
    """Register employers by id and name; known ones are passed over."""

    employers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CallEmployer(Command):
    """The bank phoned the employer; `next_step` (see EmployerCalled) is due on `next_on`."""

    employer: str
    outcome: str
    next_step: str = ""
    next_on: date | None = None


@dataclass(frozen=True, slots=True)
class AppointEmployer(Command):
    """The employer's clerk will come."""

    employer: str
    when: datetime


@dataclass(frozen=True, slots=True)
class HandToEmployer(Command):
    """Give the clerk the cards (all that lie here, unless named)."""

    employer: str
    clerk_id_seen: bool
    seal: str
    cards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnRoster(Command):
    """The employer's list comes back."""

    employer: str
    issued: tuple[str, ...]
    returned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemindEmployer(Command):
    """Ask the employer to collect ("collect"), to hand the cards on ("deliver") or to return its roster
    ("roster")."""

    employer: str
    what: str


@dataclass(frozen=True, slots=True)
class ProposeRecall(Command):
    """The employer keeps cards too long: staff should decide."""

    employer: str


@dataclass(frozen=True, slots=True)
class RecallCards(Command):
    """Fetch back what an employer kept too long."""

    employer: str


def known_employer(state: State, employer: str) -> Employer:
    """The employer, or UnknownEmployer."""
    try:
        return state.employers[employer]
    except KeyError:
        raise r.UnknownEmployer(employer) from None


def to_hand_over(state: State, employer: str) -> tuple[str, ...]:
    """The employer's cards that lie at the bank."""
    cards = known_employer(state, employer).cards
    return tuple(c for c in cards if state.cards[c].place == "bank" and state.cards[c].channel == "employer")


@decides(RegisterEmployers)
def register(command: RegisterEmployers, state: State, context: Context) -> list[e.Event]:
    """Importing twice changes nothing; a corrected name is a new registration of the same id."""
    return [
        context.fact(e.EmployerRegistered, employer=employer, name=name)
        for employer, name in command.employers
        if employer not in state.employers or state.employers[employer].name != name
    ]


@decides(CallEmployer)
def call(command: CallEmployer, state: State, context: Context) -> list[e.Event]:
    """Each call is a fact."""
    known_employer(state, command.employer)
    if command.outcome not in ("answered", "no_answer", "wrong_number"):
        raise r.BadValue("outcome")
    if command.next_step not in NEXT_STEPS:
        raise r.BadValue("next_step")
    if command.next_on and (not command.next_step or command.next_on < context.now.date()):
        raise r.BadValue("next_on")
    return [
        context.fact(
            e.EmployerCalled,
            employer=command.employer,
            outcome=command.outcome,
            next_step=command.next_step,
            next_on=command.next_on,
        )
    ]


@decides(AppointEmployer)
def appoint(command: AppointEmployer, state: State, context: Context) -> list[e.Event]:
    """A time ahead; the same time again changes nothing."""
    employer = known_employer(state, command.employer)
    if command.when <= context.now:
        raise r.BadValue("when")
    if employer.appointed == command.when:
        return []
    return [context.fact(e.EmployerAppointed, employer=command.employer, when=command.when)]


@decides(HandToEmployer)
def hand_over(command: HandToEmployer, state: State, context: Context) -> list[e.Event]:
    """Against the clerk's ID and a seal; only the employer's own cards that lie here."""
    known_employer(state, command.employer)
    if not command.clerk_id_seen or command.seal not in SEALS:
        raise r.SealNotSeen(command.employer)
    here = to_hand_over(state, command.employer)
    cards = tuple(dict.fromkeys(command.cards)) or here
    strange = tuple(c for c in cards if c not in set(here))
    if strange:
        raise r.NotThisEmployers(command.employer, strange)
    if not cards:
        raise r.NothingHanded(command.employer)
    return [context.fact(e.CardsHandedToEmployer, employer=command.employer, cards=cards, seal=command.seal)]


@decides(ReturnRoster)
def return_roster(command: ReturnRoster, state: State, context: Context) -> list[e.Event]:
    """Handed = issued + returned, or it is refused with the cards that differ. A roster that adds up is
    reconciled."""
    employer = known_employer(state, command.employer)
    if not employer.held:
        raise r.NothingHanded(command.employer)
    held, issued, returned = set(employer.held), set(command.issued), set(command.returned)
    missing = tuple(c for c in employer.held if c not in issued and c not in returned)
    unexpected = tuple(c for c in dict.fromkeys((*command.issued, *command.returned)) if c not in held)
    twice = tuple(c for c in dict.fromkeys(command.issued) if c in returned)
    if missing or unexpected or twice:
        raise r.RosterDiffers(command.employer, missing, unexpected, twice)
    roster = context.fact(
        e.EmployerRosterReturned,
        employer=command.employer,
        issued=tuple(dict.fromkeys(command.issued)),
        returned=tuple(dict.fromkeys(command.returned)),
    )
    reconciled = context.fact(
        e.EmployerReconciled,
        employer=command.employer,
        handed=employer.handed,
        issued=employer.issued + len(issued),
        returned=employer.returned + len(returned),
    )
    return [roster, reconciled]


@decides(RemindEmployer)
def remind(command: RemindEmployer, state: State, context: Context) -> list[e.Event]:
    """At most once a day."""
    employer = known_employer(state, command.employer)
    if command.what not in ("collect", "deliver", "roster"):
        raise r.BadValue("what")
    if employer.reminded and employer.reminded.date() == context.now.date():
        return []
    return [context.fact(e.EmployerReminded, employer=command.employer, what=command.what)]


@decides(ProposeRecall)
def propose_recall(command: ProposeRecall, state: State, context: Context) -> list[e.Event]:
    """Once a hand-over, when the season's time for it has passed."""
    employer = known_employer(state, command.employer)
    if not employer.held or employer.handed_at is None or employer.recall_proposed:
        return []
    if context.now < employer.handed_at + timedelta(days=state.facts.rules.recall_after_days):
        return []
    return [context.fact(e.RecallProposed, employer=command.employer, held=len(employer.held))]


@decides(RecallCards)
def recall(command: RecallCards, state: State, context: Context) -> list[e.Event]:
    """All that the employer still holds; their holders may then collect here, and nothing of the employer is
    open any more."""
    employer = known_employer(state, command.employer)
    if not employer.held:
        return []
    return [
        context.fact(e.CardsRecalled, employer=command.employer, cards=employer.held),
        context.fact(
            e.EmployerReconciled,
            employer=command.employer,
            handed=employer.handed,
            issued=employer.issued,
            returned=employer.returned + len(employer.held),
        ),
    ]


@evolves(e.EmployerRegistered)
def _registered(state: State, event: e.EmployerRegistered) -> None:
    if event.employer in state.employers:
        state.change_employer(event.employer, name=event.name)
    else:
        state.put(state.employers, event.employer, Employer(name=event.name))


@evolves(e.EmployerCalled)
def _called(state: State, event: e.EmployerCalled) -> None:
    employer = state.employers[event.employer]
    answered = employer.answered or event.outcome == "answered"
    state.change_employer(
        event.employer,
        calls=employer.calls + 1,
        answered=answered,
        next_step=event.next_step,
        next_on=event.next_on,
    )


@evolves(e.EmployerAppointed)
def _appointed(state: State, event: e.EmployerAppointed) -> None:
    state.change_employer(event.employer, appointed=event.when, next_step="", next_on=None)


@evolves(e.CardsHandedToEmployer)
def _handed(state: State, event: e.CardsHandedToEmployer) -> None:
    for card in event.cards:
        place_card(state, card, "employer")
    employer = state.employers[event.employer]
    state.change_employer(
        event.employer,
        held=(*employer.held, *event.cards),
        handed=employer.handed + len(event.cards),
        handed_at=event.at,
        reconciled=False,
        next_step="",
        next_on=None,
        recall_proposed=None,
    )


@evolves(e.EmployerRosterReturned)
def _roster_returned(state: State, event: e.EmployerRosterReturned) -> None:
    for card in event.issued:
        memo = Collected(at=event.at, how="employer", by=event.by, was="employer")
        place_card(state, card, "handed", collected=memo, phone_list="", home_visit=False)
    for card in event.returned:
        place_card(state, card, "returned", channel="self", released=True)
    _no_longer_held(state, event.employer, (*event.issued, *event.returned))
    employer = state.employers[event.employer]
    gone = set(event.returned)
    state.change_employer(
        event.employer,
        issued=employer.issued + len(event.issued),
        returned=employer.returned + len(event.returned),
        cards=tuple(c for c in employer.cards if c not in gone),
    )


def _no_longer_held(state: State, employer: str, cards: tuple[str, ...]) -> None:
    gone = set(cards)
    held = tuple(c for c in state.employers[employer].held if c not in gone)
    state.change_employer(employer, held=held)


@evolves(e.EmployerReconciled)
def _reconciled(state: State, event: e.EmployerReconciled) -> None:
    state.change_employer(event.employer, reconciled=True, next_step="", next_on=None)


@evolves(e.EmployerReminded)
def _reminded(state: State, event: e.EmployerReminded) -> None:
    state.change_employer(event.employer, reminded=event.at)


@evolves(e.RecallProposed)
def _recall_proposed(state: State, event: e.RecallProposed) -> None:
    state.change_employer(event.employer, recall_proposed=event.at)


@evolves(e.CardsRecalled)
def _recalled(state: State, event: e.CardsRecalled) -> None:
    for card in event.cards:
        place_card(state, card, "recalled", channel="self", released=True)
    _no_longer_held(state, event.employer, event.cards)
    employer = state.employers[event.employer]
    gone = set(event.cards)
    state.change_employer(
        event.employer,
        returned=employer.returned + len(event.cards),
        cards=tuple(c for c in employer.cards if c not in gone),
    )
