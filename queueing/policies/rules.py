"""What the system does by itself: pure functions from the state and the time to commands, named as sentences.

Each is idempotent: run twice, or after a day of downtime, it asks for what is still missing and nothing else.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta

from queueing.crowd.pacing import batch
from queueing.domain import Command, State
from queueing.domain.booking import RecordNoShow
from queueing.domain.counter import ActivateCards, EndVisit
from queueing.domain.employers import RemindEmployer, to_hand_over
from queueing.domain.season import CloseSeason
from queueing.domain.state import Card
from queueing.domain.waves import (
    CloseWave,
    InviteHolders,
    OpenWave,
    StartSweep,
    SweepHolders,
    invitable,
    sweep_due,
)
from queueing.season.calendar import is_working_day
from queueing.season.model import Season

Policy = Callable[[State, Season, datetime], list[Command]]

CHUNK = 200
OUTAGE = timedelta(hours=2)
"""A no-show that was not recorded for so long shows that the system was down."""
VISITS_END_AFTER = timedelta(minutes=60)
"""How long after the last slot of a day people in the hall are still being served."""


def running(state: State, now: datetime) -> bool:
    """A season is open and not over."""
    facts = state.facts
    return bool(facts.season and not facts.closed and facts.last_day and now.date() <= facts.last_day)


def open_waves_when_their_day_comes(state: State, season: Season, now: datetime) -> list[Command]:
    """On the wave's day, or later if nobody was there to do it."""
    if not running(state, now):
        return []
    return [OpenWave(w) for w, wave in state.waves.items() if not wave.opened and wave.opens <= now.date()]


def close_waves_when_all_are_invited(state: State, season: Season, now: datetime) -> list[Command]:
    """A wave with nobody left to invite has done its work."""
    if not running(state, now):
        return []
    return [
        CloseWave(name)
        for name, wave in state.waves.items()
        if wave.opened
        and not wave.closed
        and wave.cohorts
        and not any(
            c.cohort in wave.cohorts and c.invites == 0 and invitable(c) for c in state.cards.values()
        )
    ]


def invite_while_places_are_free(state: State, season: Season, now: datetime) -> list[Command]:
    """Holders whose turn it is, as many as the coming days have room for; first those never invited, then
    those who stayed silent or did not show up some days ago. Not in the quiet hours, and not once the sweep
    runs (it tells everybody)."""
    if not running(state, now) or season.messages.quiet_at(now.time()) or state.facts.sweep_round:
        return []
    opened = {name for name, wave in state.waves.items() if wave.opened}
    room = places_to_fill(state, season, now, season.invitations.theta)
    waves = {cohort: name for name, wave in state.waves.items() for cohort in wave.cohorts}
    fresh: dict[str, list[str]] = {}
    again: dict[str, list[str]] = {}
    for card_id, card in state.cards.items():
        if room <= 0:
            break
        wave = waves.get(card.cohort, "")
        if wave in opened and invitable(card) and _may_invite(card, season, now):
            (again if card.invites else fresh).setdefault(wave, []).append(card_id)
    commands: list[Command] = []
    for group, repeated in ((fresh, False), (again, True)):
        for wave, cards in group.items():
            chosen, room = cards[:room], room - min(room, len(cards))
            commands.extend(InviteHolders(wave, tuple(part), repeated) for part in chunks(chosen))
    return commands


def _may_invite(card: Card, season: Season, now: datetime) -> bool:
    if card.phone_list or (card.offer and card.offer.until > now):
        return False
    if card.invited is None or card.invites == 0:
        return True
    last = max(card.invited, card.no_show.at) if card.no_show else card.invited
    rules = season.invitations
    wait = rules.again_after_no_show_days if card.no_show else rules.again_after_silence_days
    return (now - last).days >= wait


def places_to_fill(state: State, season: Season, now: datetime, theta: float) -> int:
    """The order-up-to rule over the coming days: free places, less what earlier invitations will still
    bring."""
    invitations = season.invitations
    free = 0
    ahead = [d for d in sorted(state.days) if d > now.date()][: invitations.horizon_days]
    for day in ahead:
        free += sum(
            max(0, slot.capacity - len(slot.seats)) for s in state.days[day] if (slot := state.slots[s]).open
        )
    silent = Counter(
        (now.date() - card.invited.date()).days
        for card in state.cards.values()
        if card.invited and card.invites and not card.booking and not card.done and not card.phone_list
    )
    return batch(free, silent, theta=theta, response=invitations.response_prior, most=invitations.max_batch)


def start_the_sweep_on_its_day(state: State, season: Season, now: datetime) -> list[Command]:
    """By itself, on its date; the next rounds when they are due."""
    if not running(state, now) or season.messages.quiet_at(now.time()):
        return []
    return [StartSweep()] if sweep_due(state, now.date()) else []


def sweep_everybody_uncollected(state: State, season: Season, now: datetime) -> list[Command]:
    """Paced like invitations, but fast enough that the round reaches everybody before the next one."""
    if not running(state, now) or not state.facts.sweep_round or season.messages.quiet_at(now.time()):
        return []
    pending = [c for c, card in state.cards.items() if _to_sweep(card, state.facts.sweep_round)]
    if not pending:
        return []
    room = places_to_fill(state, season, now, 1.0)
    least = math.ceil(len(pending) / max(1, _runs_left(state, now)))
    chosen = pending[: max(room, least)]
    return [SweepHolders(state.facts.sweep_round, tuple(part)) for part in chunks(chosen)]


def _to_sweep(card: Card, sweep_round: int) -> bool:
    return not (
        card.done
        or card.erased
        or card.booking
        or card.visit
        or card.place == "defective"
        or card.sweep_round >= sweep_round
    )


def _runs_left(state: State, now: datetime) -> int:
    """Hours of sending that are left in this round: a round is spread over its first days only."""
    facts = state.facts
    started = facts.sweep_started or now
    days = min(3, max(1, facts.rules.sweep_every_days - 2))
    ends = datetime.combine(started.date() + timedelta(days=days), time(18))
    left = (ends - now).total_seconds() / 3600
    return max(1, int(left * 10 / 24))


def record_no_shows_after_the_grace(state: State, season: Season, now: datetime) -> list[Command]:
    """For every live booking whose time has passed and whose holder is not in the hall; yesterday's too, if
    nobody was there. After an outage staff first enter whom they served on paper: what is long overdue then
    waits until noon of the next day."""
    wait = timedelta(minutes=state.facts.rules.no_show_after)
    commands: list[Command] = []
    for day, slots in state.days.items():
        if day > now.date():
            continue
        for slot_id in slots:
            for seat in state.slots[slot_id].seats:
                card = state.cards[seat.card]
                if card.booking and card.visit is None and _overdue(card.booking.told + wait, now):
                    commands.append(RecordNoShow(seat.card, card.booking.number))
    return commands


def _overdue(since: datetime, now: datetime) -> bool:
    if now - since <= OUTAGE:
        return now >= since
    return now >= datetime.combine(since.date() + timedelta(days=1), time(12))


def end_visits_when_the_day_is_over(state: State, season: Season, now: datetime) -> list[Command]:
    """Whoever is still in the books as waiting has left."""
    return [EndVisit(card) for card, visit in state.visits.items() if now > _day_ends(state, visit.arrived)]


def _day_ends(state: State, arrived: datetime) -> datetime:
    slots = state.days.get(arrived.date(), ())
    last = max((state.slots[s].end for s in slots), default=datetime.combine(arrived.date(), time(18)))
    return max(last, arrived) + VISITS_END_AFTER


def activate_what_was_handed_over(state: State, season: Season, now: datetime) -> list[Command]:
    """When a slip at the counter can't be undone any more."""
    settled = now - timedelta(minutes=state.facts.rules.undo_minutes)
    cards = [
        card_id
        for card_id, card in state.cards.items()
        if card.done and not card.activated and card.collected and card.collected.at < settled
    ]
    return [ActivateCards(tuple(part)) for part in chunks(cards)]


def write_to_employers_in_time(state: State, season: Season, now: datetime) -> list[Command]:
    """Once to ask them to collect, when the season opens; weekly when a roster is overdue. On working days,
    in the morning."""
    if (
        not running(state, now)
        or season.messages.quiet_at(now.time())
        or not is_working_day(now.date(), season)
    ):
        return []
    due = timedelta(days=season.employers.roster_due_days)
    commands: list[Command] = []
    for employer_id, employer in state.employers.items():
        if employer.held and employer.handed_at and now - employer.handed_at > due:
            if employer.reminded is None or (now - employer.reminded).days >= 7:
                commands.append(RemindEmployer(employer_id, "roster"))
        elif employer.reminded is None and not employer.handed and to_hand_over(state, employer_id):
            commands.append(RemindEmployer(employer_id, "collect"))
    return commands


def close_the_season_after_its_last_day(state: State, season: Season, now: datetime) -> list[Command]:
    """The closing list is then complete."""
    facts = state.facts
    over = facts.season and not facts.closed and facts.last_day and now.date() > facts.last_day
    return [CloseSeason()] if over and not state.visits else []


def chunks(cards: list[str]) -> Iterator[list[str]]:
    """Parts of a size that one decision may have."""
    for start in range(0, len(cards), CHUNK):
        yield cards[start : start + CHUNK]


POLICIES: dict[str, Policy] = {
    rule.__name__: rule
    for rule in (
        open_waves_when_their_day_comes,
        invite_while_places_are_free,
        close_waves_when_all_are_invited,
        start_the_sweep_on_its_day,
        sweep_everybody_uncollected,
        record_no_shows_after_the_grace,
        end_visits_when_the_day_is_over,
        activate_what_was_handed_over,
        write_to_employers_in_time,
        close_the_season_after_its_last_day,
    )
}
"""Every policy by its name, in the order in which they are run."""

__all__ = ["POLICIES", "Policy"]
