"""The read models there are, in one place."""

from queueing.projections.acts import Acts
from queueing.projections.base import Projection
from queueing.projections.cards import Cards
from queueing.projections.employers import Employers
from queueing.projections.load import Load
from queueing.projections.messages import Messages
from queueing.projections.notices import Notices
from queueing.projections.progress import Progress
from queueing.projections.visits import Visits
from queueing.season.model import Season


def all_projections(season: Season | None = None) -> list[Projection]:
    """One of each. Without the season they can only create their tables: messages depend on its times."""
    return [Load(), Cards(), Progress(), Employers(), Notices(), Visits(), Acts(), Messages(season)]
