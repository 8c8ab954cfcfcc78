"""The event log (PostgreSQL, through `eventsourcing`'s DCB recorder) and the desk that commits decisions to
it."""

from queueing.log.answers import DeskClosed, Outcome
from queueing.log.desk import Desk
from queueing.log.store import Conflict, EventLog, LogUnavailable, Recorded

__all__ = ["Conflict", "Desk", "DeskClosed", "EventLog", "LogUnavailable", "Outcome", "Recorded"]
