"""Waves, invitations and the July sweep: whose turn it is, who is told, and that nobody uncollected is
forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import check_season, checked_reason, opens_for
from queueing.domain.custody import place_card
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.pacing import check_pace
from queueing.domain.state import Card, State
from queueing.domain.tallies import count_told

SWEEP = "sweep"


@dataclass(frozen=True, slots=True)
class OpenWave(Command):
    """The wave's turn has come."""

    wave: str


@dataclass(frozen=True, slots=True)
class CloseWave(Command):
    """All of the wave's holders were invited."""

    wave: str


@dataclass(frozen=True, slots=True)
class InviteHolders(Command):
    """Invite these holders of a wave now (`again`: they did not react to an earlier invitation)."""

    wave: str
    cards: tuple[str, ...]
    again: bool = False
    batch: int = 0


@dataclass(frozen=True, slots=True)
class StartSweep(Command):
    """Start the next round of the sweep, if it is due."""


@dataclass(frozen=True, slots=True)
class SweepHolders(Command):
    """Notify these holders in the running round of the sweep."""

    round: int
    cards: tuple[str, ...]
    batch: int = 0


@dataclass(frozen=True, slots=True)
class ReleaseCards(Command):
    """Let the holders collect cards that their employers did not fetch."""

    cards: tuple[str, ...]
    reason: str


def unreached(card: Card) -> str:
    """Why no message reaches this holder ("opted_out", "unreachable", "no_phone"), or ""."""
    if card.opted_out:
        return "opted_out"
    if card.unreachable:
        return "unreachable"
    return "" if card.reach else "no_phone"


def wave_of(state: State, card: Card) -> str:
    """The wave that names the card's cohort, or ""."""
    return next((name for name, wave in state.waves.items() if card.cohort in wave.cohorts), "")


def invitable(card: Card) -> bool:
    """The holder collects in person and has neither card nor booking."""
    return not (
        card.done
        or card.erased
        or card.booking
        or card.visit
        or card.channel == "employer"
        or card.place == "defective"
    )


def _tell(
    state: State, card_id: str, wave: str, reason: str, context: Context, batch: int, sweep_round: int = 0
) -> e.Event:
    """An invitation by message, or a place on the staff's phone list for those no message reaches."""
    why = unreached(state.cards[card_id])
    if why:
        return context.fact(e.PhoneListed, card=card_id, reason=why, sweep_round=sweep_round, batch=batch)
    return context.fact(
        e.HolderInvited, card=card_id, wave=wave, reason=reason, sweep_round=sweep_round, batch=batch
    )


@decides(OpenWave)
def open_wave(command: OpenWave, state: State, context: Context) -> list[e.Event]:
    """Once."""
    check_season(state, context.now)
    wave = state.waves.get(command.wave)
    if wave is None:
        raise r.BadValue("wave")
    if wave.opened:
        return []
    return [context.fact(e.WaveOpened, wave=command.wave, cohorts=wave.cohorts)]


@decides(CloseWave)
def close_wave(command: CloseWave, state: State, context: Context) -> list[e.Event]:
    """Once, after it was opened."""
    wave = state.waves.get(command.wave)
    if wave is None or not wave.opened:
        raise r.BadValue("wave")
    if wave.closed:
        return []
    invited = sum(1 for c in state.cards.values() if c.cohort in wave.cohorts and c.invites)
    return [context.fact(e.WaveClosed, wave=command.wave, invited=invited)]


@decides(InviteHolders)
def invite(command: InviteHolders, state: State, context: Context) -> list[e.Event]:
    """Only holders whose turn it is, who have neither card nor booking, once a wave unless `again` (then at
    most once a day, and once after a no-show). Others are passed over."""
    check_season(state, context.now)
    check_pace(state)
    facts: list[e.Event] = []
    for card_id in dict.fromkeys(command.cards):
        card = state.cards.get(card_id)
        if card is None or not invitable(card) or _told_already(card, command.again, context.now):
            continue
        opens = opens_for(state, card)
        if opens is None or context.now.date() < opens:
            continue
        reason = "again" if command.again else "wave"
        facts.append(_tell(state, card_id, command.wave, reason, context, command.batch))
    return facts


def sweep_due(state: State, today: date) -> bool:
    """The first round from the sweep's day, the next ones `sweep_every_days` after the one before, and one
    on the last call's day."""
    facts = state.facts
    if facts.sweep_day is None or today < facts.sweep_day:
        return False
    if facts.sweep_started is None:
        return True
    started = facts.sweep_started.date()
    if facts.last_call and started < facts.last_call <= today:
        return True
    return (today - started).days >= facts.rules.sweep_every_days


def _told_already(card: Card, again: bool, now: datetime) -> bool:
    if not again or card.invited is None:
        return bool(card.invites)
    missed = card.no_show is not None and card.no_show.at >= card.invited
    return card.invited.date() == now.date() and not missed


@decides(StartSweep)
def start_sweep(command: StartSweep, state: State, context: Context) -> list[e.Event]:
    """A round that is not due starts nothing."""
    check_season(state, context.now)
    if not sweep_due(state, context.now.date()):
        return []
    uncollected = len(state.cards) - state.custody["handed"]
    return [context.fact(e.SweepStarted, round=state.facts.sweep_round + 1, uncollected=uncollected)]


@decides(SweepHolders)
def sweep(command: SweepHolders, state: State, context: Context) -> list[e.Event]:
    """Everybody whose card is not collected, once a round. Cards still with an employer: their holders are
    told to ask there. Employers' cards that still lie at the bank are released to their holders. Those with
    a booking need no notice."""
    check_season(state, context.now)
    check_pace(state)
    facts: list[e.Event] = []
    if command.round != state.facts.sweep_round:
        return facts
    for card_id in dict.fromkeys(command.cards):
        card = state.cards.get(card_id)
        if (
            card is None
            or card.done
            or card.erased
            or card.sweep_round >= command.round
            or card.place == "defective"
        ):
            continue
        facts.extend(_sweep_one(card_id, card, state, context, command))
    return facts


def _sweep_one(
    card_id: str, card: Card, state: State, context: Context, command: SweepHolders
) -> list[e.Event]:
    sweep_round, batch = command.round, command.batch
    if card.booking or card.visit:
        return []
    if card.place == "employer":
        return [_tell(state, card_id, SWEEP, "sweep_employer", context, batch, sweep_round)]
    told = _tell(state, card_id, SWEEP, "sweep", context, batch, sweep_round)
    if card.channel == "employer" and card.place == "bank":
        released = context.fact(e.CardReleased, card=card_id, employer=card.employer, reason="sweep")
        return [released, told]
    return [told]


@decides(ReleaseCards)
def release(command: ReleaseCards, state: State, context: Context) -> list[e.Event]:
    """Only cards of employers that lie at the bank, with a reason."""
    checked_reason(command.reason)
    facts: list[e.Event] = []
    for card_id in dict.fromkeys(command.cards):
        card = state.cards.get(card_id)
        if card is None:
            raise r.UnknownCard(card_id)
        if card.channel == "employer" and card.place == "bank":
            facts.append(
                context.fact(e.CardReleased, card=card_id, employer=card.employer, reason=command.reason)
            )
    return facts


@evolves(e.WaveOpened)
def _wave_opened(state: State, event: e.WaveOpened) -> None:
    wave = state.waves[event.wave]
    state.put(state.waves, event.wave, type(wave)(opens=wave.opens, cohorts=wave.cohorts, opened=event.at))


@evolves(e.WaveClosed)
def _wave_closed(state: State, event: e.WaveClosed) -> None:
    wave = state.waves[event.wave]
    closed = type(wave)(opens=wave.opens, cohorts=wave.cohorts, opened=wave.opened, closed=event.at)
    state.put(state.waves, event.wave, closed)


@evolves(e.HolderInvited)
def _invited(state: State, event: e.HolderInvited) -> None:
    card = state.cards[event.card]
    count_told(state, event.batch)
    state.change_card(
        event.card,
        invites=card.invites + 1,
        invited=event.at,
        batch=event.batch,
        responded=False,
        sweep_round=max(card.sweep_round, event.sweep_round),
    )


@evolves(e.SweepStarted)
def _sweep_started(state: State, event: e.SweepStarted) -> None:
    state.set_facts(sweep_round=event.round, sweep_started=event.at)


@evolves(e.CardReleased)
def _released(state: State, event: e.CardReleased) -> None:
    place_card(state, event.card, "bank", channel="self", released=True)
    employer = state.employers[event.employer]
    state.change_employer(event.employer, cards=tuple(c for c in employer.cards if c != event.card))
