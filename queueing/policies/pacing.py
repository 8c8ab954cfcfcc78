"""The next batch of notices: how many, to whom, and why. One function for the policies that send it and the
page that shows it beforehand."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from queueing.crowd.pacing import Batch, Response, next_batch, response, still_expected
from queueing.domain import Command, State
from queueing.domain.pacing import PlanBatch
from queueing.domain.state import Card
from queueing.domain.waves import InviteHolders, SweepHolders, invitable
from queueing.season.model import Season

CHUNK = 200
WAVE, SWEEP = "wave", "sweep"
SENDING = frozenset({"room", "most", "round", "all"})
"""The reasons for which somebody is told; the others say why nobody is."""


@dataclass(frozen=True, slots=True)
class Group:
    """Holders told together: their wave, and whether they were told before."""

    wave: str
    again: bool
    cards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NextBatch:
    """The batch that would go out now. `pending` people are waiting for a notice; `sum` is the arithmetic of
    the order-up-to rule; `learned` the response it rests on; `theta` and `most` the pace. `why`: "room" (the
    places decide), "most" (the largest batch), "round" (the sweep's round must reach everybody in time),
    "all" (nobody else is left); or nobody is told: "closed", "paused", "quiet", "turn" (nobody's turn),
    "done" (everybody was told), "full" (no place is missing)."""

    kind: str
    why: str
    groups: tuple[Group, ...] = ()
    pending: int = 0
    sum: Batch | None = None
    learned: Response | None = None
    theta: float = 0.0
    most: int = 0

    @property
    def size(self) -> int:
        """People told."""
        return sum(len(group.cards) for group in self.groups)

    def commands(self, state: State) -> list[Command]:
        """The plan and the notices, for the desk; nothing when nobody is told."""
        if not self.size or self.sum is None:
            return []
        number = state.facts.batches + 1
        plan = PlanBatch(
            number,
            self.kind,
            self.size,
            self.pending,
            self.sum.free_places,
            round(self.sum.in_pipeline, 1),
            round(self.sum.response, 3),
            self.theta,
            self.why,
        )
        sweep = state.facts.sweep_round
        return [
            plan,
            *(
                SweepHolders(sweep, part, number)
                if self.kind == SWEEP
                else InviteHolders(group.wave, part, group.again, number)
                for group in self.groups
                for part in chunks(group.cards)
            ),
        ]


@dataclass(slots=True)
class _Waiting:
    """Who is waiting for a notice: never told, and told before, by wave."""

    fresh: dict[str, list[str]] = field(default_factory=dict)
    again: dict[str, list[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(len(cards) for part in (self.fresh, self.again) for cards in part.values())

    def first(self, count: int) -> Iterator[Group]:
        """The first ones, those never told before the others."""
        for part, again in ((self.fresh, False), (self.again, True)):
            for wave, cards in part.items():
                if chosen := tuple(cards[:count]):
                    count -= len(chosen)
                    yield Group(wave, again, chosen)


def running(state: State, now: datetime) -> bool:
    """A season is open and not over."""
    facts = state.facts
    return bool(facts.season and not facts.closed and facts.last_day and now.date() <= facts.last_day)


def next_notices(state: State, season: Season, now: datetime) -> NextBatch:
    """The batch of the sweep once it runs (it tells everybody), else of the waves."""
    kind = SWEEP if state.facts.sweep_round else WAVE
    if not running(state, now):
        return NextBatch(kind, "closed")
    if state.facts.paused:
        return NextBatch(kind, "paused")
    if season.messages.quiet_at(now.time()):
        return NextBatch(kind, "quiet")
    return _sweep(state, season, now) if kind == SWEEP else _waves(state, season, now)


def _waves(state: State, season: Season, now: datetime) -> NextBatch:
    opened = {name for name, wave in state.waves.items() if wave.opened}
    waiting = _waiting(state, season, now, opened)
    pace = Pace.of(state, season, now, season.invitations.theta)
    if not waiting:
        return pace.nobody(WAVE, "done" if opened else "turn", 0)
    size = min(pace.sum.size, len(waiting))
    if not size:
        return pace.nobody(WAVE, "full", len(waiting))
    why = "all" if size == len(waiting) else "most" if pace.sum.capped else "room"
    return pace.batch(WAVE, why, tuple(waiting.first(size)), len(waiting))


def _sweep(state: State, season: Season, now: datetime) -> NextBatch:
    """Paced like the waves, but fast enough that the round reaches everybody before the next one (unless the
    manager set a largest batch)."""
    pending = [c for c, card in state.cards.items() if to_sweep(card, state.facts.sweep_round)]
    pace = Pace.of(state, season, now, 1.0)
    if not pending:
        return pace.nobody(SWEEP, "done", 0)
    least = math.ceil(len(pending) / max(1, _runs_left(state, now)))
    wanted = max(pace.sum.size, least)
    size = min(wanted, state.facts.most or wanted, len(pending))
    why = "round" if wanted > pace.sum.size else "room"
    if size < min(wanted, len(pending)) or (why == "room" and pace.sum.capped):
        why = "most"
    why = "all" if size == len(pending) else why
    return pace.batch(SWEEP, why, (Group("", False, tuple(pending[:size])),), len(pending))


def tell_everybody(state: State, season: Season, now: datetime) -> list[Command]:
    """What would be sent without pacing: a notice to everybody whose turn it is, at once. A rehearsal asks
    for it, to show what the pace gives."""
    if not running(state, now) or state.facts.paused or season.messages.quiet_at(now.time()):
        return []
    sweep = state.facts.sweep_round
    if sweep:
        pending = tuple(c for c, card in state.cards.items() if to_sweep(card, sweep))
        return [SweepHolders(sweep, part) for part in chunks(pending)]
    waiting = _waiting(state, season, now, {name for name, wave in state.waves.items() if wave.opened})
    return [
        InviteHolders(group.wave, part, group.again)
        for group in waiting.first(len(state.cards))
        for part in chunks(group.cards)
    ]


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace of this moment: the rule's arithmetic, the response it rests on, and the manager's numbers."""

    sum: Batch
    learned: Response
    theta: float
    most: int

    @classmethod
    def of(cls, state: State, season: Season, now: datetime, theta: float) -> Pace:
        """The order-up-to rule over the coming days: free places, less what earlier notices still bring.

        A notice that was not answered for `age` days still brings r (1 - G) / (1 - r G) bookings.
        """
        facts, rule = state.facts, season.invitations
        theta, most = facts.theta or theta, facts.most or rule.max_batch
        learned = learned_response(state, rule.response_prior, now.date())

        def later(age: int) -> float:
            still = still_expected(age)
            return still / (1 - learned.rate * (1 - still))

        free = free_places_ahead(state, now.date(), rule.horizon_days)
        batch = next_batch(
            free, _unanswered(state, now.date()), theta=theta, response=learned.rate, most=most, later=later
        )
        return cls(batch, learned, theta, most)

    def batch(self, kind: str, why: str, groups: tuple[Group, ...], pending: int) -> NextBatch:
        """A batch at this pace."""
        return NextBatch(kind, why, groups, pending, self.sum, self.learned, self.theta, self.most)

    def nobody(self, kind: str, why: str, pending: int) -> NextBatch:
        """Nobody is told."""
        return self.batch(kind, why, (), pending)


def learned_response(state: State, prior: float, today: date) -> Response:
    """The share of those told who book, from the batches the log has seen."""
    return response(
        (((today - batch.at.date()).days, batch.told, batch.responded) for batch in state.batches.values()),
        prior,
    )


def free_places_ahead(state: State, today: date, days: int) -> int:
    """Free places of the coming open days, counted now."""
    ahead = [day for day in sorted(state.days) if day > today][:days]
    slots = (state.slots[slot] for day in ahead for slot in state.days[day])
    return sum(max(0, slot.capacity - len(slot.seats)) for slot in slots if slot.open)


def _unanswered(state: State, today: date) -> Counter[int]:
    """People told and not booked since, by days."""
    return Counter(
        (today - card.invited.date()).days
        for card in state.cards.values()
        if card.invited and card.invites and not card.booking and not card.done and not card.phone_list
    )


def _waiting(state: State, season: Season, now: datetime, opened: set[str]) -> _Waiting:
    waves = {cohort: name for name, wave in state.waves.items() for cohort in wave.cohorts}
    waiting = _Waiting()
    for card_id, card in state.cards.items():
        wave = waves.get(card.cohort, "")
        if wave in opened and invitable(card) and _may_invite(card, season, now):
            (waiting.again if card.invites else waiting.fresh).setdefault(wave, []).append(card_id)
    return waiting


def _may_invite(card: Card, season: Season, now: datetime) -> bool:
    if card.phone_list or (card.offer and card.offer.until > now):
        return False
    if card.invited is None or card.invites == 0:
        return True
    last = max(card.invited, card.no_show.at) if card.no_show else card.invited
    rules = season.invitations
    wait = rules.again_after_no_show_days if card.no_show else rules.again_after_silence_days
    return (now - last).days >= wait


def to_sweep(card: Card, sweep_round: int) -> bool:
    """Whom this round has not told yet and should."""
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


def chunks(cards: tuple[str, ...] | list[str]) -> Iterator[tuple[str, ...]]:
    """Parts of a size that one decision may have."""
    for start in range(0, len(cards), CHUNK):
        yield tuple(cards[start : start + CHUNK])
