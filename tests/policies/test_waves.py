"""Waves and invitations: on their day or later, as many as there is room for, each person once."""

from collections import Counter
from datetime import date, timedelta

import pytest

from queueing.domain import events as e
from queueing.domain.handover import HandOver, SetAside
from queueing.domain.holders import EraseHolder, ListForPhone, OptOut
from queueing.domain.season import ChangeCapacity, CloseSlots
from queueing.policies.rules import POLICIES
from tests.support import LI, LIU, QIAN, SUN, WANG, ZHANG, ZHAO, Branch, crowd, moment

OPEN = "open_waves_when_their_day_comes"
INVITE = "invite_while_places_are_free"
CLOSE = "close_waves_when_all_are_invited"


def invited(branch: Branch, *reasons: str) -> Counter[str]:
    """How often each card was told (by message or by being put on the phone list)."""
    return Counter(
        event.card
        for event in branch.facts(e.HolderInvited, e.PhoneListed)
        if not reasons or event.reason in reasons
    )


@pytest.mark.parametrize("downtime", [0, 1, 3])
def test_a_wave_opens_on_its_day_or_when_somebody_is_there_again(branch: Branch, downtime: int) -> None:
    branch.clock.at("06-10 23:00")
    branch.run(OPEN)
    assert [event.wave for event in branch.facts(e.WaveOpened)] == ["may"]
    branch.clock.now = moment("06-11 00:05") + timedelta(days=downtime)
    branch.run(OPEN)
    assert [event.wave for event in branch.facts(e.WaveOpened)] == ["may", "june"]


def test_nothing_happens_before_the_season(branch: Branch) -> None:
    branch.clock.at("06-03 09:00")
    branch.run()
    assert not branch.facts(e.WaveOpened, e.HolderInvited, e.SweepStarted, e.EmployerReminded)


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_no_policy_does_anything_twice(branch: Branch, name: str) -> None:
    """Wherever the season stands, a second run at the same moment finds nothing left to do."""
    crowd(branch, 12)
    branch.book(WANG, "20180606-1000")
    for when in ("06-05 09:00", "06-06 11:00", "06-12 18:30", "06-20 09:00", "06-25 09:00", "06-30 07:00"):
        branch.clock.at(when)
        branch.run(OPEN, "start_the_sweep_on_its_day")
        branch.run(name)
        while name == "sweep_everybody_uncollected" and branch.run(name):
            pass  # it is paced: the next run goes on with the next ones
        head = branch.system.log.head()
        assert branch.run(name) == 0
        assert branch.system.log.head() == head


def test_only_those_whose_turn_it_is_are_invited_once(branch: Branch) -> None:
    people = crowd(branch, 20)
    branch.run()
    branch.run()
    told = invited(branch)
    assert told == Counter([one.card for one in (*people, WANG, ZHANG, LIU, SUN, QIAN)])
    assert told[LI.card] == told[ZHAO.card] == 0


def test_who_has_no_phone_is_listed_for_a_call_instead(branch: Branch) -> None:
    branch.run()
    assert invited(branch, "no_phone") == {QIAN.card: 1}


def test_no_invitation_in_the_quiet_hours(branch: Branch) -> None:
    for when in ("06-05 20:00", "06-06 07:59"):
        branch.clock.at(when)
        branch.run()
    assert not branch.facts(e.HolderInvited)
    branch.clock.at("06-06 08:00")
    branch.run()
    assert branch.facts(e.HolderInvited)


def test_not_invited_who_has_a_place_a_card_or_an_erased_record(branch: Branch) -> None:
    branch.book(WANG, "20180606-1000")
    branch.ask(HandOver(LIU.card, "self", holder_id_seen=True))
    branch.ask(EraseHolder(ZHANG.card))
    branch.ask(SetAside(SUN.card))
    branch.ask(ListForPhone(QIAN.card, "asked"))
    branch.run()
    assert not branch.facts(e.HolderInvited)


def test_no_more_are_invited_than_there_are_places_for(branch: Branch) -> None:
    """With few places the batches follow the answers, and in the end everybody was told."""
    people = crowd(branch, 40)
    branch.ask(ListForPhone(QIAN.card, "no_phone"))
    with branch.system.desk.view() as state:
        slots = {slot: (1, 0) for slot, one in state.slots.items() if one.start > branch.now}
        closed = tuple(slot for slot in slots if not slot.endswith(("-1000", "-1400")))
    branch.ask(CloseSlots(closed, "停电"))
    branch.ask(ChangeCapacity({slot: (1, 0) for slot in slots if slot not in closed}, "一个窗口"))
    branch.run(OPEN, INVITE)
    first = len(branch.facts(e.HolderInvited))
    assert 0 < first < 40
    branch.run(INVITE)
    assert len(branch.facts(e.HolderInvited)) == first, "those just invited are expected to answer"
    for _ in range(10):
        branch.clock.forward(days=1)
        branch.run(INVITE)
    told = invited(branch, "wave")
    assert first < len(told) <= len(people) + 5
    assert set(told.values()) == {1}


@pytest.mark.parametrize("downtime", [1, 3])
def test_after_a_downtime_nobody_is_invited_twice_and_nobody_is_forgotten(
    branch: Branch, downtime: int
) -> None:
    first, second = crowd(branch, 30), crowd(branch, 20, "jumin", "c-j")
    branch.day("06-05")
    branch.clock.now = moment("06-10 12:00") + timedelta(days=downtime)
    for _ in range(2):
        branch.day(f"{branch.now:%m-%d}")
        branch.clock.forward(days=1)
    told = invited(branch, "wave")
    reached = [one.card for one in (*first, *second, WANG, ZHANG, LIU, SUN, LI)]
    assert told == Counter(reached)
    assert all(branch.sent(one).count("invitation") == 1 for one in (*first, *second, WANG, LI))


def test_who_stays_silent_is_asked_again_after_ten_days_and_not_before(branch: Branch) -> None:
    branch.run(OPEN, INVITE)
    branch.clock.forward(days=9)
    branch.run(INVITE)
    assert not invited(branch, "again")
    branch.clock.forward(days=1)
    branch.run(INVITE)
    branch.run(INVITE)
    assert invited(branch, "again") == Counter([one.card for one in (WANG, ZHANG, LIU, SUN)])


def test_who_opted_out_is_called_and_gets_no_message(branch: Branch) -> None:
    branch.ask(OptOut(WANG.card))
    branch.run()
    branch.pump()
    assert branch.sent(WANG) == []
    assert branch.card(WANG).phone_list == "opted_out"


def test_a_wave_closes_when_all_were_invited_and_late_comers_are_invited_all_the_same(branch: Branch) -> None:
    branch.run()
    assert [event.wave for event in branch.facts(e.WaveClosed)] == ["may"]
    assert branch.run(CLOSE) == 0
    late = crowd(branch, 3)
    branch.clock.forward(hours=1)
    branch.run()
    assert all(invited(branch)[one.card] == 1 for one in late)
    assert len(branch.facts(e.WaveClosed)) == 1


def test_the_season_runs_by_dates_alone(branch: Branch) -> None:
    """The waves of the whole season, by nothing but the passing of days."""
    opened = {}
    for day in range(4, 30):
        branch.clock.now = moment(f"06-{day:02} 08:00")
        branch.run(OPEN)
        for event in branch.facts(e.WaveOpened):
            opened.setdefault(event.wave, event.at.date())
    assert opened == {"may": date(2018, 6, 4), "june": date(2018, 6, 11), "july": date(2018, 6, 20)}
