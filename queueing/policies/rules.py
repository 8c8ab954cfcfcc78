"""What the system does by itself: pure functions from the state and the time to commands, named as sentences.

Each is idempotent: run twice, or after a day of downtime, it asks for what is still missing and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from queueing.domain import Command, State
from queueing.domain.booking import RecordNoShow
from queueing.domain.counter import EndVisit
from queueing.domain.employers import ProposeRecall, RemindEmployer, to_hand_over
from queueing.domain.handover import ActivateCards
from queueing.domain.season import CloseSeason
from queueing.domain.state import Employer
from queueing.domain.waits import windows_open
from queueing.domain.walkin_offer import GREEN
from queueing.domain.walkins import NoteHall, RaiseRumourAlarm
from queueing.domain.waves import (
    CloseWave,
    OpenWave,
    StartSweep,
    invitable,
    sweep_due,
)
from queueing.policies.hallwatch import hall_ahead, hall_watch
from queueing.policies.learned import rumour_alarm, walk_in_quarters
from queueing.policies.limits import compute_limits_in_the_evening
from queueing.policies.pacing import SWEEP, WAVE, chunks, next_notices, running
from queueing.season.calendar import is_working_day
from queueing.season.deadlines import deadlines
from queueing.season.model import Season

Policy = Callable[[State, Season, datetime], list[Command]]

OUTAGE = timedelta(hours=2)
"""A no-show that was not recorded for so long shows that the system was down."""
VISITS_END_AFTER = timedelta(minutes=60)
"""How long after the last slot of a day people in the hall are still being served."""


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
    those who stayed silent or did not show up some days ago. Not in the quiet hours, not while the manager
    has paused, and not once the sweep runs (it tells everybody)."""
    batch = next_notices(state, season, now)
    return batch.commands(state) if batch.kind == WAVE else []


def start_the_sweep_on_its_day(state: State, season: Season, now: datetime) -> list[Command]:
    """By itself, on its date; the next rounds when they are due."""
    if not running(state, now) or season.messages.quiet_at(now.time()):
        return []
    return [StartSweep()] if sweep_due(state, now.date()) else []


def sweep_everybody_uncollected(state: State, season: Season, now: datetime) -> list[Command]:
    """In batches at the pace of invitations, but fast enough that the round reaches everybody before the next
    one. Not while the manager has paused."""
    batch = next_notices(state, season, now)
    return batch.commands(state) if batch.kind == SWEEP else []


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
    return [ActivateCards(part) for part in chunks(cards)]


def write_to_employers_in_time(state: State, season: Season, now: datetime) -> list[Command]:
    """Once to ask them to collect, when the season opens; once when the cards should be with their holders;
    weekly when a roster is overdue. On working days, outside the quiet hours."""
    if (
        not running(state, now)
        or season.messages.quiet_at(now.time())
        or not is_working_day(now.date(), season)
    ):
        return []
    return [
        RemindEmployer(employer_id, what)
        for employer_id, employer in state.employers.items()
        if (what := _owed(state, employer_id, employer, season, now))
    ]


def _owed(state: State, employer_id: str, employer: Employer, season: Season, now: datetime) -> str:
    """What an employer is to be reminded of now, if anything."""
    if employer.handed_at and employer.held:
        owes = deadlines(employer.handed_at, True, season)
        if owes and owes.roster_late(now):
            return "roster" if employer.reminded is None or (now - employer.reminded).days >= 7 else ""
        told = employer.reminded is not None and employer.reminded > employer.handed_at
        return "deliver" if owes and owes.deliver_late(now) and not told else ""
    fresh = employer.reminded is None and not employer.handed
    return "collect" if fresh and to_hand_over(state, employer_id) else ""


def propose_to_recall_what_was_kept_too_long(state: State, season: Season, now: datetime) -> list[Command]:
    """Staff decide; this puts the employer on their list. After the season too: the cards are still out."""
    return [
        ProposeRecall(employer_id)
        for employer_id, employer in state.employers.items()
        if employer.recall_proposed is None
        and (owes := deadlines(employer.handed_at, bool(employer.held), season))
        and owes.recall_due(now)
    ]


def raise_the_alarm_when_many_come_unasked(state: State, season: Season, now: datetime) -> list[Command]:
    """Once a day, as soon as the day's walk-ins run far ahead of the usual ones (CUSUM)."""
    if not running(state, now) or state.facts.rumour_day == now.date():
        return []
    if not rumour_alarm(state, season, now).ringing:
        return []
    so_far = [one for one in walk_in_quarters(state, season, now.date()) if one[0] <= now]
    return [RaiseRumourAlarm(sum(seen for _, seen, _ in so_far), sum(usual for *_, usual in so_far))]


def watch_how_full_the_hall_will_be(state: State, season: Season, now: datetime) -> list[Command]:
    """Noted whenever the hall's state by the forecast changes, or begins to be better."""
    if not running(state, now):
        return []
    watch, note = hall_watch(state, season, now), state.facts.hall
    known = note if note and note.day == now.date() else None
    since = None
    if watch.better_since is not None:
        again = known is not None and known.hall == watch.state and known.better_since is not None
        since = known.better_since if known and again else now
    if (watch.state, since) == (known.hall if known else GREEN, known.better_since if known else None):
        return []
    ahead = hall_ahead(state, season, now)
    return [NoteHall(watch.state, ahead, windows_open(state, now.date()), since)]


def close_the_season_after_its_last_day(state: State, season: Season, now: datetime) -> list[Command]:
    """The closing list is then complete."""
    facts = state.facts
    over = facts.season and not facts.closed and facts.last_day and now.date() > facts.last_day
    return [CloseSeason()] if over and not state.visits else []


POLICIES: dict[str, Policy] = {
    rule.__name__: rule
    for rule in (
        open_waves_when_their_day_comes,
        invite_while_places_are_free,
        close_waves_when_all_are_invited,
        start_the_sweep_on_its_day,
        sweep_everybody_uncollected,
        record_no_shows_after_the_grace,
        raise_the_alarm_when_many_come_unasked,
        watch_how_full_the_hall_will_be,
        compute_limits_in_the_evening,
        end_visits_when_the_day_is_over,
        activate_what_was_handed_over,
        write_to_employers_in_time,
        propose_to_recall_what_was_kept_too_long,
        close_the_season_after_its_last_day,
    )
}
"""Every policy by its name, in the order in which they are run."""

__all__ = ["POLICIES", "Policy"]
