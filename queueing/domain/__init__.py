"""The rules of the product: pure functions from commands and state to events. Imports nothing of ours but
itself, does no I/O and reads no clock. Start reading at `events.py`; then one module a capability."""

from queueing.domain import (
    booking,
    counter,
    disputes,
    employers,
    handover,
    holders,
    limits,
    offers,
    pacing,
    plan_undo,
    plans,
    reassure,
    season,
    walkins,
    waves,
)
from queueing.domain.events import Event
from queueing.domain.kernel import Command, Context, decide, evolve
from queueing.domain.refusals import Refusal
from queueing.domain.state import State

__all__ = [
    "Command",
    "Context",
    "Event",
    "Refusal",
    "State",
    "booking",
    "counter",
    "decide",
    "disputes",
    "employers",
    "evolve",
    "handover",
    "holders",
    "limits",
    "offers",
    "pacing",
    "plan_undo",
    "plans",
    "reassure",
    "season",
    "walkins",
    "waves",
]
