"""How full the hall will be within half an hour, what is noted of it, and that the counter goes by it."""

from datetime import timedelta

import pytest

from queueing.crowd.hall import Hall, Watch, most_waiting, step
from queueing.domain import events as e
from queueing.domain.counter import TicketWalkIn
from queueing.domain.waits import in_hall
from queueing.domain.walkin_offer import Seen
from queueing.policies.hallwatch import alarm_rings, hall_ahead, hall_watch, seen
from queueing.policies.outlook import hall_of
from tests.support import Branch, Somebody, crowd

WATCH = "watch_how_full_the_hall_will_be"
HERE = "有难处"


def came(branch: Branch, people: list[Somebody]) -> None:
    for one in people:
        branch.ask(TicketWalkIn(one.card, override=HERE))


def ahead(branch: Branch) -> float:
    return hall_ahead(branch.state(), branch.system.season, branch.now)


def test_the_most_waiting_is_at_the_fullest_step_and_never_below_nobody() -> None:
    assert most_waiting(3, [4, 0, 0], [1, 5, 5]) == 6
    assert most_waiting(3, [0, 0, 8], [9, 9, 2]) == 6
    assert most_waiting(3, [0, 0], [5, 5]) == 3


def test_nobody_in_the_hall_and_nobody_due_is_calm(branch: Branch) -> None:
    branch.clock.at("06-05 06:00")
    assert ahead(branch) == 0
    assert hall_watch(branch.state(), branch.system.season, branch.now).state == "green"
    assert branch.run(WATCH) == 0


def test_who_waits_counts(branch: Branch) -> None:
    branch.clock.at("06-05 08:05")
    nobody = ahead(branch)
    came(branch, crowd(branch, 6))
    assert ahead(branch) >= nobody + 5


def test_who_is_told_to_come_back_later_is_not_in_the_hall(branch: Branch) -> None:
    branch.clock.at("06-05 09:00")
    (one,) = crowd(branch, 1)
    branch.ask(TicketWalkIn(one.card, seen=Seen("amber")))
    told = branch.state().visits[one.card].told
    assert told - branch.now >= timedelta(minutes=30)
    assert in_hall(branch.state(), branch.now) == []
    assert in_hall(branch.state(), told) == [one.card]


def test_a_filling_hall_is_noted_once_and_the_counter_goes_by_it(branch: Branch) -> None:
    branch.clock.at("06-05 09:00")
    limit = hall_of(branch.system.season).limit(branch.state().facts.windows)
    people = crowd(branch, limit + 40)
    came(branch, people[: limit + 30])
    now = seen(branch.state(), branch.system.season, branch.now)
    assert now.hall in ("red", "stop")
    assert branch.run(WATCH) == 1
    assert branch.run(WATCH) == 0
    (noted,) = branch.facts(e.HallWatched)
    assert noted.hall == now.hall and noted.ahead > limit
    branch.ask(TicketWalkIn(people[-1].card, seen=now))
    offered = branch.facts(e.SlotsOffered)[-1]
    assert offered.why == "red" and all(told.date() > branch.now.date() for told in offered.told)


@pytest.mark.parametrize(("minutes", "state"), [(9, "amber"), (10, "green")])
def test_a_state_is_left_only_after_ten_better_minutes(minutes: int, state: str) -> None:
    hall, windows = Hall(36, 20, 0.5), 4
    fuller = step(Watch(), hall, hall.limit(windows) + 1, windows, 540)
    assert fuller.state == "amber"
    better = step(fuller, hall, 0, windows, 541)
    assert better == Watch("amber", 541)
    assert step(better, hall, 0, windows, 541 + minutes).state == state


def test_better_is_noted_once_and_then_calm(branch: Branch) -> None:
    branch.clock.at("06-05 16:00")
    people = crowd(branch, 60)
    came(branch, people)
    assert branch.run(WATCH) == 1
    branch.clock.at("06-06 08:00")
    assert hall_watch(branch.state(), branch.system.season, branch.now).state == "green", "another day"


def test_the_alarm_rings_for_the_rest_of_the_day(branch: Branch) -> None:
    branch.clock.at("06-05 08:40")
    came(branch, crowd(branch, 40))
    assert alarm_rings(branch.state(), branch.system.season, branch.now)
    branch.run("raise_the_alarm_when_many_come_unasked")
    branch.clock.at("06-05 16:30")
    assert seen(branch.state(), branch.system.season, branch.now).alarm
    branch.clock.at("06-06 08:40")
    assert not seen(branch.state(), branch.system.season, branch.now).alarm
