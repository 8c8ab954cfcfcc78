"""A log, the read models and a projector that feeds them, on a database of their own."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import psycopg
import pytest

from queueing.domain import Event
from queueing.log import EventLog
from queueing.log.codec import encode
from queueing.projections.base import Projection
from queueing.projections.cards import Cards
from queueing.projections.employers import Employers
from queueing.projections.load import Load
from queueing.projections.notices import Notices
from queueing.projections.progress import Progress
from queueing.projections.runner import Projector
from queueing.projections.visits import Visits
from tests.domain.harness import BRANCH

Append = Callable[[Sequence[Event]], int]


@pytest.fixture
def log(pg_url: str) -> Iterator[EventLog]:
    with closing(EventLog(pg_url)) as log:
        log.migrate()
        yield log


@pytest.fixture
def append(log: EventLog) -> Append:
    """Store events, whatever the rules say; the last position."""

    def store(events: Sequence[Event]) -> int:
        head = log.head()
        return log.append(BRANCH, [encode(event) for event in events], head) if events else head

    return store


@pytest.fixture
def projections() -> list[Projection]:
    """The read models of the branch itself: messages have tests of their own."""
    return [Load(), Cards(), Progress(), Employers(), Notices(), Visits()]


@pytest.fixture
def projector(pg_url: str, log: EventLog, projections: list[Projection]) -> Iterator[Projector]:
    with closing(Projector(pg_url, projections, log)) as projector:
        projector.migrate()
        yield projector


@pytest.fixture
def conn(pg_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(pg_url, autocommit=True) as connection:
        yield connection
