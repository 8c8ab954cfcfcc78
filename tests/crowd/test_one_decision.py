"""The simulator and the live counter give a walk-in the same answer to the same facts."""

from itertools import product

import pytest

from queueing.crowd.control import OTHER_DAY, STAY, TODAY, Controls, walk_in_offer
from queueing.domain import events as e
from queueing.domain.counter import TicketWalkIn
from queueing.domain.waits import LATER
from queueing.domain.walkin_offer import Seen
from queueing.domain.walkins import SetWalkInQuota
from tests.domain.harness import NEXT9, PM, S9, card, did, given, season, slot

QUOTA = 45
FACTS = list(
    product(
        (0, 1, 3, 4, 9), ("green", "amber", "red"), (False, True), (0, 5, None), (False, True), (False, True)
    )
)


def live(waiting: int, hall: str, alarm: bool, left: int | None, room_later: bool, priority: bool) -> str:
    """What the counter does."""
    people = [card(f"c{n}") for n in range(waiting)]
    rules = season(walk_in_quota=0)
    story = given(rules, slot(S9, 99, minutes=60), slot(PM, 9 * room_later), slot(NEXT9, 9), *people)
    if left is not None:
        story.fold(did(SetWalkInQuota(waiting + left, "试"), "06-05 08:30", "staff:lin"))
    for one in range(waiting):
        story.fold(did(TicketWalkIn(f"c{one}", override="试"), "06-05 09:00", "staff:li"))
    story.fold(card("new", priority=priority))
    seen = Seen(hall, alarm)
    story.when(TicketWalkIn("new", seen=seen), at="06-05 09:01", by="staff:li", via="counter")
    (event,) = story.events
    if isinstance(event, e.SlotsOffered):
        return OTHER_DAY
    assert isinstance(event, e.WalkInTicketed)
    return TODAY if event.told - event.at >= LATER else STAY


def simulated(
    waiting: int, hall: str, alarm: bool, left: int | None, room_later: bool, priority: bool
) -> str:
    """What the simulator does."""
    controls = Controls(
        tickets_from=4,
        quota=None if left is None else QUOTA,
        amber=waiting if hall == "amber" else None,
        red=waiting if hall == "red" else None,
    )
    return walk_in_offer(
        controls,
        waiting=waiting,
        taken_today=0 if left is None else QUOTA - left,
        alarm=alarm,
        room_today=room_later,
        priority=priority,
    ).offer


@pytest.mark.parametrize("hall", ["green", "amber", "red"])
def test_counter_and_simulator_decide_the_same(hall: str) -> None:
    facts = [one for one in FACTS if one[1] == hall and not (one[5] and one[0] > 3)]
    answers = {one: (live(*one), simulated(*one)) for one in facts}
    assert {one: both for one, both in answers.items() if both[0] != both[1]} == {}
    assert {both[0] for both in answers.values()} >= ({STAY, OTHER_DAY} if hall == "red" else {STAY, TODAY})
