"""Days simulated beside the pages: when they are simulated again, in what order, and what becomes of it."""

from datetime import date, datetime, timedelta

from queueing.domain.counter import ArriveHolder
from queueing.domain.season import ChangeCapacity, ChangeWindows, CloseSlots
from queueing.policies.foresight import days_ahead, foresee
from queueing.projections.foreseen import by_slot, foreseen, stored
from tests.support import WANG, ZHANG, Branch, moment

DAY, NEXT = date(2018, 6, 5), date(2018, 6, 6)
FIRST, LAST = date(2018, 6, 1), date(2018, 7, 31)
PLENTY = 600.0


def known(branch: Branch) -> dict[date, str]:
    """Every day that was simulated, with the digest of its plan."""
    with branch.system.pool.connection() as connection:
        return {day: one.plan for day, one in stored(connection, FIRST, LAST).items()}


def shown(branch: Branch) -> set[date]:
    """The days whose simulation is shown now."""
    with branch.system.pool.connection() as connection:
        return set(foreseen(connection, FIRST, LAST, branch.now))


def look(branch: Branch, seconds: float = PLENTY) -> int:
    return foresee(branch.system, branch.now, seconds, days=10)


def test_today_and_the_days_ahead_are_simulated_and_only_what_changed_again(branch: Branch) -> None:
    branch.clock.at("06-05 08:00")
    days = days_ahead(branch.state(), branch.now)
    assert days[0] == DAY and NEXT in days and all(day.isoweekday() < 6 for day in days)
    assert look(branch) == len(days) and set(known(branch)) == set(days)
    assert look(branch) == 0, "nothing changed"
    before = known(branch)
    branch.book(WANG, "20180607-1000")
    assert look(branch) == 1
    changed = {day for day, plan in known(branch).items() if plan != before[day]}
    assert changed == {date(2018, 6, 7)}


def test_a_closure_and_other_windows_are_looked_at_anew(branch: Branch) -> None:
    branch.clock.at("06-05 08:00")
    look(branch)
    branch.ask(CloseSlots(("20180606-0900",), "停电"))
    assert look(branch) == 1
    branch.ask(ChangeWindows(4))
    assert look(branch) == 1


def test_a_limit_alone_changes_nobody_s_day(branch: Branch) -> None:
    """Who comes is who is booked: a limit shows in the places left, at once."""
    branch.clock.at("06-05 08:00")
    look(branch)
    branch.ask(ChangeCapacity({"20180606-0900": (3, 0)}, "少一个人手"))
    assert look(branch) == 0


def test_today_is_simulated_from_who_is_here_now(branch: Branch) -> None:
    branch.book(WANG, "20180605-0930")
    branch.book(ZHANG, "20180605-1000")
    branch.clock.at("06-05 09:20")
    look(branch)
    before = known(branch)[DAY]
    assert look(branch) == 0, "the same minute, the same day"
    branch.ask(ArriveHolder(WANG.card))
    assert look(branch) == 1 and known(branch)[DAY] != before
    branch.clock.forward(minutes=1)
    assert look(branch) == 1, "a minute later the rest of the day is another one"


def test_slots_that_are_over_stay_as_they_were_expected_last(branch: Branch) -> None:
    branch.clock.at("06-05 08:50")
    look(branch)
    branch.clock.at("06-05 10:05")
    look(branch)
    with branch.system.pool.connection() as connection:
        slots = by_slot(foreseen(connection, DAY, DAY, branch.now))[DAY]
    assert set(slots) == set(branch.state().days[DAY])


def test_with_little_time_the_near_days_come_first_and_no_day_is_left_out_for_ever(branch: Branch) -> None:
    branch.clock.at("06-05 08:00")
    days = days_ahead(branch.state(), branch.now)
    for number, day in enumerate(days):
        assert look(branch, 0.0) == 1
        assert sorted(known(branch)) == days[: number + 1], day


def test_an_old_forecast_is_not_shown(branch: Branch) -> None:
    branch.clock.at("06-05 08:00")
    look(branch)
    assert {DAY, NEXT} <= shown(branch)
    branch.clock.forward(minutes=6)
    assert DAY not in shown(branch) and NEXT in shown(branch)
    branch.clock.forward(minutes=30)
    assert not shown(branch)
    branch.clock.now = datetime(2018, 6, 5, 7, 0)
    assert not shown(branch), "made in what is the future now"
    branch.clock.now = moment("06-05 08:40") + timedelta(minutes=0)
    look(branch)
    assert {DAY, NEXT} <= shown(branch), "looked at again, and still so"
