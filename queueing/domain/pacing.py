"""The pace of notices: batches, as planned and as they went, and the manager's pause, resumption and change
of pace."""

from __future__ import annotations

from dataclasses import dataclass

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import checked_reason
from queueing.domain.kernel import Command, Context, decides, evolves
from queueing.domain.state import Batch, State

MOST = 100_000


@dataclass(frozen=True, slots=True)
class PauseInvitations(Command):
    """Send no notices of waves and of the sweep until they are resumed."""

    reason: str


@dataclass(frozen=True, slots=True)
class ResumeInvitations(Command):
    """Send notices again."""

    reason: str


@dataclass(frozen=True, slots=True)
class ChangePace(Command):
    """Fill another part of the coming days' places (`theta`, 0-1), with at most `most` notices a batch; 0
    goes back to the season's own number."""

    theta: float
    most: int
    reason: str


@dataclass(frozen=True, slots=True)
class PlanBatch(Command):
    """Note the batch that is about to go out. Fields as in `BatchPlanned`."""

    batch: int
    kind: str
    planned: int
    pending: int
    free: int
    coming: float
    response: float
    theta: float
    why: str


def check_pace(state: State) -> None:
    """Nothing is sent while the manager has paused."""
    if state.facts.paused:
        raise r.InvitationsArePaused(state.facts.paused)


@decides(PauseInvitations)
def pause(command: PauseInvitations, state: State, context: Context) -> list[e.Event]:
    """Paused twice is paused once."""
    checked_reason(command.reason)
    if state.facts.paused:
        return []
    return [context.fact(e.InvitationsPaused, reason=command.reason)]


@decides(ResumeInvitations)
def resume(command: ResumeInvitations, state: State, context: Context) -> list[e.Event]:
    """Only what is paused."""
    checked_reason(command.reason)
    if not state.facts.paused:
        return []
    return [context.fact(e.InvitationsResumed, reason=command.reason)]


@decides(ChangePace)
def change_pace(command: ChangePace, state: State, context: Context) -> list[e.Event]:
    """A share of the places, and a number of people; the same again changes nothing."""
    checked_reason(command.reason)
    if not 0 <= command.theta <= 1:
        raise r.BadValue("theta")
    if not 0 <= command.most <= MOST:
        raise r.BadValue("most")
    if (state.facts.theta, state.facts.most) == (command.theta, command.most):
        return []
    return [context.fact(e.PaceChanged, theta=command.theta, most=command.most, reason=command.reason)]


@decides(PlanBatch)
def plan_batch(command: PlanBatch, state: State, context: Context) -> list[e.Event]:
    """The next number only: two schedules that plan the same batch plan it once."""
    check_pace(state)
    if command.batch != state.facts.batches + 1:
        return []
    return [
        context.fact(
            e.BatchPlanned,
            batch=command.batch,
            kind=command.kind,
            planned=command.planned,
            pending=command.pending,
            free=command.free,
            coming=command.coming,
            response=command.response,
            theta=command.theta,
            why=command.why,
        )
    ]


@evolves(e.BatchPlanned)
def _planned(state: State, event: e.BatchPlanned) -> None:
    batch = Batch(at=event.at, kind=event.kind, planned=event.planned)
    state.put(state.batches, str(event.batch), batch)
    state.set_facts(batches=event.batch)


@evolves(e.InvitationsPaused)
def _paused(state: State, event: e.InvitationsPaused) -> None:
    state.set_facts(paused=event.reason)


@evolves(e.InvitationsResumed)
def _resumed(state: State, event: e.InvitationsResumed) -> None:
    state.set_facts(paused="")


@evolves(e.PaceChanged)
def _pace_changed(state: State, event: e.PaceChanged) -> None:
    state.set_facts(theta=event.theta, most=event.most)
