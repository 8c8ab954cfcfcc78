"""Notices in batches: sized by the free places and what the log learned, the manager's pace, and that two
schedules, restarts and a day of downtime tell nobody twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from queueing.domain import events as e
from queueing.domain.booking import BookSlot
from queueing.domain.holders import ListForPhone
from queueing.domain.pacing import ChangePace, PauseInvitations, ResumeInvitations
from queueing.domain.season import ChangeCapacity
from queueing.policies.pacing import learned_response, next_notices
from queueing.projections import queries
from queueing.projections.queries import BatchRow
from tests.support import QIAN, SWEEP_DAY, Branch, crowd, moment, opened

OPEN, INVITE, SWEEP = (
    "open_waves_when_their_day_comes",
    "invite_while_places_are_free",
    "sweep_everybody_uncollected",
)


def few_places(branch: Branch, places: int) -> None:
    """So many places in two slots of each day ahead, and whoever has no phone is listed already."""
    branch.ask(ListForPhone(QIAN.card, "no_phone"))
    ahead = {
        name: (places if name.endswith(("-1000", "-1400")) else 0, 0)
        for name, slot in branch.state().slots.items()
        if slot.start > branch.now
    }
    branch.ask(ChangeCapacity(ahead, "一个窗口"))


def batches(branch: Branch) -> list[BatchRow]:
    """The read model, the first batch first."""
    branch.projector.catch_up()
    with branch.system.pool.connection() as connection:
        return queries.notice_batches(connection)[::-1]


def told(branch: Branch) -> Counter[str]:
    return Counter(event.card for event in branch.facts(e.HolderInvited, e.PhoneListed))


def test_a_batch_is_what_the_coming_days_have_room_for(branch: Branch) -> None:
    crowd(branch, 80)
    few_places(branch, 1)
    state = branch.state()
    batch = next_notices(state, branch.system.season, branch.now)
    assert batch.why == "turn", "no wave is open yet"
    branch.run(OPEN)
    batch = next_notices(branch.state(), branch.system.season, branch.now)
    rule = branch.system.season.invitations
    assert batch.sum is not None
    assert batch.size == int(rule.theta * batch.sum.free_places / rule.response_prior)
    branch.run(INVITE)
    planned = branch.facts(e.BatchPlanned)
    assert [(event.batch, event.planned, event.free) for event in planned] == [
        (1, batch.size, batch.sum.free_places)
    ]
    assert len(branch.facts(e.HolderInvited)) == batch.size
    assert branch.run(INVITE) == 0, "those told are expected to answer"


def test_bookings_and_free_places_count_at_once(branch: Branch) -> None:
    people = crowd(branch, 80)
    few_places(branch, 1)
    branch.run(OPEN, INVITE)
    before = next_notices(branch.state(), branch.system.season, branch.now)
    assert before.why == "full"
    few_places(branch, 3)
    after = next_notices(branch.state(), branch.system.season, branch.now)
    assert after.size > 0
    asked = {event.card for event in branch.facts(e.HolderInvited)}
    first = next(one for one in people if one.card in asked)
    branch.ask(BookSlot(first.card, "20180606-1000"))
    booked = next_notices(branch.state(), branch.system.season, branch.now)
    assert booked.sum is not None and after.sum is not None
    assert booked.sum.free_places == after.sum.free_places - 1
    assert booked.sum.in_pipeline < after.sum.in_pipeline


def test_the_response_is_learned_from_batches_old_enough(branch: Branch) -> None:
    people = crowd(branch, 60)
    branch.run(OPEN, INVITE)
    prior = branch.system.season.invitations.response_prior
    slots = [name for name, slot in branch.state().slots.items() if slot.start > branch.now]
    for number, one in enumerate(people):
        branch.book(one, slots[number])
    today = branch.now.date()
    assert learned_response(branch.state(), prior, today).rate == prior, "their answers are still coming"
    later = learned_response(branch.state(), prior, today + timedelta(days=5))
    assert later.rate > prior + 0.1
    assert later.invited > 50


def test_the_read_model_shows_planned_sent_answered_and_booked(branch: Branch) -> None:
    people = crowd(branch, 10)
    branch.run(OPEN, INVITE)
    branch.pump()
    branch.sms(people[0].phone, "预约")
    branch.sms(people[1].phone, "预约")
    branch.sms(people[1].phone, "1")
    (row,) = batches(branch)
    assert row.planned == 10 + 5, "with the branch's own people of the first wave"
    assert (row.told, row.listed, row.sent) == (14, 1, 14)
    assert (row.answered, row.booked) == (2, 1)
    assert row.why == "all"


def test_paused_nobody_is_told_until_it_is_resumed(branch: Branch) -> None:
    crowd(branch, 20)
    branch.ask(PauseInvitations("等补卡"))
    for day in ("06-05", "06-06"):
        branch.day(day)
    assert not told(branch)
    branch.ask(ResumeInvitations("卡到了"))
    branch.day("06-07")
    assert set(told(branch).values()) == {1}
    assert len(told(branch)) == 25


def test_paused_the_sweep_waits_too(branch: Branch) -> None:
    crowd(branch, 5)
    branch.clock.now = moment(f"{SWEEP_DAY:%m-%d} 08:00")
    branch.ask(PauseInvitations("网点停电"))
    branch.day(f"{SWEEP_DAY:%m-%d}")
    assert branch.facts(e.SweepStarted)
    assert not told(branch)


def test_a_slower_pace_makes_smaller_batches(branch: Branch) -> None:
    crowd(branch, 80)
    few_places(branch, 1)
    branch.run(OPEN)
    usual = next_notices(branch.state(), branch.system.season, branch.now).size
    branch.ask(ChangePace(0.4, 0, "先慢一点"))
    slow = next_notices(branch.state(), branch.system.season, branch.now)
    assert 0 < slow.size < usual
    branch.ask(ChangePace(0.0, 7, "每批七人"))
    capped = next_notices(branch.state(), branch.system.season, branch.now)
    assert (capped.size, capped.why) == (7, "most")
    branch.run(INVITE)
    assert len(branch.facts(e.HolderInvited)) == 7


def test_the_sweep_goes_in_batches_no_larger_than_the_manager_allows(branch: Branch) -> None:
    crowd(branch, 30)
    branch.clock.now = moment(f"{SWEEP_DAY:%m-%d} 09:00")
    branch.ask(ChangePace(0.0, 4, "慢一点"))
    branch.run("start_the_sweep_on_its_day", SWEEP)
    assert [(event.kind, event.planned) for event in branch.facts(e.BatchPlanned)] == [("sweep", 4)]
    assert len(told(branch)) == 4


def test_two_schedules_at_once_plan_a_batch_once_and_tell_nobody_twice(
    branch: Branch, tmp_path: Path
) -> None:
    crowd(branch, 60)
    few_places(branch, 1)
    branch.run(OPEN)
    with (
        opened(branch.system.url, tmp_path / "b", branch.clock) as second,
        ThreadPoolExecutor(2) as both,
    ):
        for _ in range(3):
            runs = [both.submit(one.run, INVITE) for one in (branch, second)]
            for run in runs:
                run.result(30)
            branch.clock.forward(days=1)
    numbers = [event.batch for event in branch.facts(e.BatchPlanned)]
    assert numbers == sorted(set(numbers))
    assert set(told(branch).values()) == {1}


def test_after_a_restart_and_a_day_of_downtime_the_batches_go_on(branch: Branch, tmp_path: Path) -> None:
    people = crowd(branch, 50)
    few_places(branch, 1)
    branch.run(OPEN, INVITE)
    first = told(branch)
    branch.clock.forward(days=1)
    with opened(branch.system.url, tmp_path / "b", branch.clock) as again:
        for _ in range(9):
            again.run(INVITE)
            again.clock.forward(days=1)
    assert set(told(branch).values()) == {1}
    assert len(first) < len(told(branch)) == len(people) + 5
