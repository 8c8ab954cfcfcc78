"""Hand-overs of an outage that paper tells of and the books don't allow: kept until staff have settled them,
never dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import checked_reason, known_card
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.state import Dispute, State

WHY = ("collected", "employer", "elsewhere", "not_here", "erased")


@dataclass(frozen=True, slots=True)
class DisputeHandOver(Command):
    """Paper says that this card was handed over at `happened`; the books say otherwise (`why`)."""

    card: str
    how: str
    happened: datetime
    why: str


@dataclass(frozen=True, slots=True)
class SettleDispute(Command):
    """Staff found out what happened."""

    card: str
    reason: str


@decides(DisputeHandOver)
def dispute(command: DisputeHandOver, state: State, context: Context) -> list[e.Event]:
    """The same line of paper entered twice is one dispute."""
    card = known_card(state, command.card)
    if command.how not in ("self", "proxy", "home"):
        raise r.BadValue("how")
    if command.happened > context.now:
        raise r.BadValue("happened")
    if command.why not in WHY:
        raise r.BadValue("why")
    if any((one.how, one.happened) == (command.how, command.happened) for one in card.disputes):
        return []
    return [
        context.fact(
            e.HandOverDisputed,
            card=command.card,
            how=command.how,
            happened=command.happened,
            why=command.why,
        )
    ]


@decides(SettleDispute)
def settle(command: SettleDispute, state: State, context: Context) -> list[e.Event]:
    """With a word on what was found out; settled twice is settled once."""
    card = known_card(state, command.card)
    checked_reason(command.reason)
    if not card.disputes:
        return []
    return [context.fact(e.DisputeSettled, card=command.card, reason=command.reason)]


def disputed(state: State) -> list[tuple[str, Dispute]]:
    """(card, dispute) of everything that is not settled, the earliest hand-over first."""
    found = [(name, one) for name, card in state.cards.items() for one in card.disputes]
    return sorted(found, key=lambda pair: (pair[1].happened, pair[0]))


@evolves(e.HandOverDisputed)
def _disputed(state: State, event: e.HandOverDisputed) -> None:
    memo = Dispute(how=event.how, happened=event.happened, why=event.why, by=event.by)
    state.change_card(event.card, disputes=(*state.cards[event.card].disputes, memo))


@evolves(e.DisputeSettled)
def _settled(state: State, event: e.DisputeSettled) -> None:
    state.change_card(event.card, disputes=())
