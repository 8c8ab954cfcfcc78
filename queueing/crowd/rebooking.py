"""Offering booked people another day, when a session's windows can't serve all it expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queueing.crowd.control import to_rebook
from queueing.crowd.draws import WITH_PLACE
from queueing.crowd.walkins import SHAPE

if TYPE_CHECKING:
    from queueing.crowd.floor import Floor
    from queueing.crowd.measures import Measures

_STAY = 0.6
_BELIEF = 10.0
"""How many walk-ins the usual share of those who stay counts for."""


def rebook(hall: Floor, measures: Measures, now: int) -> None:
    """Write to as many of the booked of each session still ahead as `to_rebook` says, chosen by lot; those
    who accept stay away."""
    people, show, controls = hall.people, hall.plan.behaviour.show, measures.controls
    for start, end in hall.plan.sessions:
        begin = max(start, now)
        if begin >= end:
            continue
        later = _still_due(hall, begin, end)
        earliest, asked = now + controls.rebook_ahead, measures.written_to
        reachable = [index for index in later if people.told[index] >= earliest and index not in asked]
        if not reachable:
            continue
        walk_ins = walk_ins_to_come(hall, measures, now, begin, end)
        wanted = to_rebook(
            controls,
            expected=len(later) + walk_ins + hall.waiting * (start <= now),
            can_serve=hall.plan.windows_between(begin, end) / hall.plan.service,
            reachable=len(reachable) / show,
            show=show,
        )
        share = wanted * show / len(reachable)
        chosen = [index for index in reachable if people.chance.random() < share]
        asked.update(chosen)
        hall.gone.update(index for index in chosen if people.chance.random() < controls.accept_message)


def walk_ins_to_come(hall: Floor, measures: Measures, now: float, begin: float, end: float) -> float:
    """Walk-ins who will come and stay between two moments, by today's level and share who stay."""
    usual = hall.tally.usual_per_tick.items()
    so_far = sum(people for at, people in usual if at < now)
    level = (SHAPE + measures.seen) / (SHAPE + so_far)
    stay = (_BELIEF * _STAY + measures.taken) / (_BELIEF + measures.seen)
    return level * min(1.0, stay) * sum(people for at, people in usual if begin <= at < end)


def _still_due(hall: Floor, begin: float, end: float) -> list[int]:
    """Those with a place between two moments who have not come. It takes the people who will come for the
    show rate times those booked, which is what the branch would know."""
    people = hall.people
    return [
        index
        for _, index in hall.to_come
        if begin <= people.told[index] < end and people.kind[index] in WITH_PLACE and index not in hall.gone
    ]
