"""The sweep: by itself on its day, everybody uncollected, again for those who did not react, a last call."""

from collections import Counter
from datetime import timedelta

import pytest

from queueing.domain import events as e
from queueing.domain.booking import BookSlot, CancelBooking
from queueing.domain.employers import HandToEmployer, ReturnRoster
from queueing.domain.handover import HandOver, SetAside
from queueing.domain.holders import EraseHolder, OptOut
from queueing.policies.rules import POLICIES
from tests.support import LI, LIU, QIAN, SUN, WANG, ZHANG, ZHAO, ZHOU, Branch, Somebody, crowd, moment

START, GO_ON = "start_the_sweep_on_its_day", "sweep_everybody_uncollected"


def told(branch: Branch, sweep_round: int) -> Counter[str]:
    """Who was told in a round, by message or by a place on the phone list."""
    return Counter(
        event.card
        for event in branch.facts(e.HolderInvited, e.PhoneListed)
        if event.sweep_round == sweep_round
    )


def notices(branch: Branch, who: Somebody) -> list[str]:
    return [template for template in branch.sent(who) if template.startswith("sweep")]


@pytest.fixture
def late(branch: Branch) -> Branch:
    """The eve of the sweep: Wang has collected, Zhang is booked; Zhao's card came back from the employer,
    Zhou's employer holds hers, and the card of one more was never fetched."""
    branch.ask(HandOver(WANG.card, "self", holder_id_seen=True))
    branch.ask(HandToEmployer("e001", clerk_id_seen=True, seal="company"))
    branch.ask(ReturnRoster("e001", (), (ZHAO.card,)))
    branch.ask(HandToEmployer("e002", clerk_id_seen=True, seal="company"))
    crowd(branch, 1, "danwei", "c-never", "e001")
    branch.book(ZHANG, "20180621-1000")
    branch.clock.at("06-19 18:00")
    branch.run()
    branch.pump()
    return branch


NEVER = Somebody("c-never000", "")


def test_it_starts_by_itself_on_its_day_and_not_before(late: Branch) -> None:
    late.day("06-19")
    assert not late.facts(e.SweepStarted)
    late.day("06-20")
    (started,) = late.facts(e.SweepStarted)
    assert (started.round, started.at.date().isoformat()) == (1, "2018-06-20")
    assert started.uncollected == 8


def test_everybody_uncollected_is_told_once(late: Branch) -> None:
    for day in ("06-20", "06-21", "06-22"):
        late.day(day)
    uncollected = [LI, LIU, QIAN, SUN, ZHAO, ZHOU, NEVER]
    assert told(late, 1) == Counter([one.card for one in uncollected] + [ZHANG.card])
    assert told(late, 1)[WANG.card] == 0, "collected: never"
    assert notices(late, WANG) == []
    for one in (LI, LIU, SUN, ZHAO):
        assert notices(late, one) == ["sweep_first"]
    assert notices(late, ZHOU) == ["sweep_employer"]
    assert "文登机械厂" in late.inbox(ZHOU.card)[-1]


def test_who_has_a_booking_is_not_told_until_it_is_over(late: Branch) -> None:
    late.day("06-20")
    assert told(late, 1)[ZHANG.card] == 0
    late.clock.at("06-21 10:20")
    late.ask(CancelBooking(ZHANG.card))
    late.run()
    assert told(late, 1)[ZHANG.card] == 1


def test_a_card_its_employer_never_fetched_is_released_to_its_holder(late: Branch) -> None:
    assert late.card(NEVER).channel == "employer"
    late.day("06-20")
    assert (late.card(NEVER).channel, late.card(NEVER).released) == ("self", True)
    assert notices(late, NEVER) == ["sweep_first"]
    late.ask(BookSlot(NEVER.card, "20180622-1000"))
    assert late.card(NEVER).booking is not None


def test_a_returned_card_is_swept_like_any_other(late: Branch) -> None:
    late.day("06-20")
    assert notices(late, ZHAO) == ["sweep_first"]
    assert late.card(ZHAO).place == "returned"


def test_the_next_round_comes_after_three_days_for_those_who_did_not_react(late: Branch) -> None:
    for day in ("06-20", "06-21", "06-22"):
        late.day(day)
    late.ask(HandOver(LIU.card, "self", holder_id_seen=True))
    late.ask(BookSlot(SUN.card, "20180627-1000"))
    for day in ("06-23", "06-24", "06-25"):
        late.day(day)
    assert [event.round for event in late.facts(e.SweepStarted)] == [1, 2]
    second = told(late, 2)
    assert second == Counter([one.card for one in (LI, QIAN, ZHANG, ZHAO, ZHOU, NEVER)])
    assert notices(late, LI) == ["sweep_first", "sweep_repeat"]


def test_the_last_call_comes_on_its_day_whatever_the_rounds(late: Branch) -> None:
    for day in range(20, 29):
        late.day(f"06-{day}")
    rounds = [(event.round, f"{event.at:%m-%d}") for event in late.facts(e.SweepStarted)]
    assert rounds == [(1, "06-20"), (2, "06-23"), (3, "06-26"), (4, "06-28")]
    assert notices(late, LI)[-1] == "sweep_last"
    assert "到6月29日星期五为止" in late.inbox(LI.card)[-1]


@pytest.mark.parametrize("downtime", [1, 3, 6])
def test_after_a_downtime_it_starts_late_and_forgets_nobody(late: Branch, downtime: int) -> None:
    late.clock.now = moment("06-20 00:00") + timedelta(days=downtime)
    for _ in range(2):
        late.day(f"{late.now:%m-%d}")
        late.clock.forward(days=1)
    assert len(late.facts(e.SweepStarted)) == 1
    assert set(told(late, 1)) >= {one.card for one in (LI, LIU, QIAN, SUN, ZHAO, ZHOU, NEVER)}
    assert set(told(late, 1).values()) == {1}
    assert all(len(notices(late, one)) == 1 for one in (LI, LIU, SUN, ZHAO, ZHOU))


def test_a_downtime_over_the_last_call_is_made_up_for(late: Branch) -> None:
    late.day("06-20")
    for when in ("06-29 08:00", "06-29 09:00"):
        late.clock.at(when)
        late.run()
        late.pump()
    assert [event.round for event in late.facts(e.SweepStarted)] == [1, 2]
    assert notices(late, LI) == ["sweep_first", "sweep_last"]


def test_two_workers_at_once_tell_nobody_twice(late: Branch) -> None:
    late.clock.at("06-20 09:00")
    with late.system.desk.view() as state:
        assert POLICIES[START](state, late.system.season, late.now)
    late.run(START, START)
    assert len(late.facts(e.SweepStarted)) == 1
    with late.system.desk.view() as state:
        commands = POLICIES[GO_ON](state, late.system.season, late.now)
    for command in (*commands, *commands):
        late.ask(command, via="system", by="system")
    late.run(GO_ON)
    assert set(told(late, 1).values()) == {1}


def test_a_round_is_spread_over_its_hours_and_ends_before_the_next(late: Branch) -> None:
    people = crowd(late, 60, prefix="c-s")
    late.clock.at("06-20 08:00")
    late.run()
    at_once = len(told(late, 1))
    for day in ("06-20", "06-21", "06-22"):
        late.day(day)
    assert at_once >= 1
    assert all(told(late, 1)[one.card] == 1 for one in people)
    assert len(late.facts(e.SweepStarted)) == 1


def test_no_notice_in_the_quiet_hours(late: Branch) -> None:
    late.clock.at("06-20 00:05")
    late.run()
    assert not late.facts(e.SweepStarted)
    late.clock.at("06-20 20:30")
    late.run()
    assert not late.facts(e.SweepStarted)


def test_who_opted_out_is_listed_for_a_call_and_the_erased_and_the_defective_are_left_alone(
    late: Branch,
) -> None:
    late.ask(OptOut(LI.card))
    late.ask(EraseHolder(LIU.card))
    late.ask(SetAside(SUN.card))
    late.day("06-20")
    assert late.card(LI).phone_list == "opted_out"
    assert notices(late, LI) == notices(late, LIU) == notices(late, SUN) == []
    assert told(late, 1)[LIU.card] == told(late, 1)[SUN.card] == 0
    assert told(late, 1)[LI.card] == 1


def test_who_collects_while_the_notice_waits_does_not_get_it(late: Branch) -> None:
    late.clock.at("06-20 19:59")
    late.run()
    late.projector.catch_up()
    late.ask(HandOver(LI.card, "self", holder_id_seen=True))
    late.clock.at("06-21 08:30")
    late.pump()
    assert notices(late, LI) == []


def test_a_holder_invited_yesterday_by_wave_is_swept_all_the_same(late: Branch) -> None:
    (one,) = crowd(late, 1, "jumin", "c-new")
    late.clock.at("06-19 09:00")
    late.run()
    late.day("06-20")
    assert told(late, 1)[one.card] == 1
