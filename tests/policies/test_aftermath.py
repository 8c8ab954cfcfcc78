"""No-shows, the end of a day, activation, employers who are late, numbers that are refused."""

import logging
from collections import Counter
from datetime import datetime, timedelta

import pytest

from queueing.domain import events as e
from queueing.domain.booking import CancelBooking
from queueing.domain.counter import ArriveHolder, CallNext, TicketWalkIn
from queueing.domain.employers import HandToEmployer, ReturnRoster
from queueing.domain.handover import HandOver, UndoCollection
from queueing.domain.holders import ChangeContact, EraseHolder
from queueing.policies import rules
from queueing.policies.runner import forget_everywhere_who_was_erased as forget
from queueing.policies.runner import mark_unreachable_when_a_number_is_refused as follow_up
from queueing.sms.gateways.port import Result, Verdict
from queueing.sms.outbox import send_all
from tests.sms.carriers import Fickle
from tests.support import LIU, SUN, WANG, ZHANG, ZHAO, ZHOU, Branch, moment

NO_SHOWS = "record_no_shows_after_the_grace"
VISITS = "end_visits_when_the_day_is_over"
ACTIVATE = "activate_what_was_handed_over"
EMPLOYERS = "write_to_employers_in_time"


def test_a_no_show_is_recorded_after_the_grace_and_not_before(branch: Branch) -> None:
    branch.book(WANG, "20180605-1000")
    branch.clock.at("06-05 10:29")
    branch.run(NO_SHOWS)
    assert not branch.facts(e.NoShowRecorded)
    branch.clock.at("06-05 10:30")
    branch.run(NO_SHOWS)
    (missed,) = branch.facts(e.NoShowRecorded)
    assert (missed.card, missed.slot, missed.count) == (WANG.card, "20180605-1000", 1)
    assert branch.run(NO_SHOWS) == 0


@pytest.mark.parametrize("downtime", [1, 3])
def test_no_shows_of_a_downtime_are_recorded_after_it(branch: Branch, downtime: int) -> None:
    branch.book(WANG, "20180605-1000")
    branch.book(SUN, "20180606-1000")
    branch.clock.now = moment("06-06 20:00") + timedelta(days=downtime)
    branch.run(NO_SHOWS)
    branch.run(NO_SHOWS)
    assert Counter(event.card for event in branch.facts(e.NoShowRecorded)) == {WANG.card: 1, SUN.card: 1}


def test_after_an_outage_staff_may_first_enter_whom_they_served_on_paper(branch: Branch) -> None:
    branch.book(WANG, "20180605-1000")
    branch.book(SUN, "20180605-1000")
    branch.clock.at("06-05 15:00")
    assert branch.run(NO_SHOWS) == 0
    branch.ask(HandOver(SUN.card, "self", holder_id_seen=True, happened=moment("06-05 10:05")))
    branch.clock.at("06-06 12:00")
    branch.run(NO_SHOWS)
    assert [event.card for event in branch.facts(e.NoShowRecorded)] == [WANG.card]


def test_who_is_in_the_hall_or_came_or_cancelled_is_no_no_show(branch: Branch) -> None:
    for who in (WANG, ZHANG, LIU):
        branch.book(who, "20180605-1000")
    branch.clock.at("06-05 09:55")
    branch.ask(ArriveHolder(WANG.card))
    branch.ask(CancelBooking(ZHANG.card))
    branch.ask(HandOver(LIU.card, "self", holder_id_seen=True))
    branch.clock.at("06-05 11:00")
    branch.run(NO_SHOWS)
    assert not branch.facts(e.NoShowRecorded)


def test_after_the_first_no_show_a_kind_word_and_an_invitation_days_later(branch: Branch) -> None:
    branch.day("06-05")
    branch.book(WANG, "20180606-1000")
    branch.day("06-06")
    assert "no_show" in branch.sent(WANG)
    assert branch.facts(e.NoShowRecorded)[0].card == WANG.card
    for day in ("06-07", "06-08", "06-09"):
        branch.day(day)
    assert branch.sent(WANG).count("invitation") == 1
    branch.day("06-10")
    assert branch.sent(WANG).count("invitation") == 2
    branch.day("06-11")
    assert branch.sent(WANG).count("invitation") == 2


def test_the_second_no_show_puts_somebody_on_the_phone_list_and_ends_invitations(branch: Branch) -> None:
    for day in ("06", "07"):
        branch.book(WANG, f"201806{day}-1000")
        branch.clock.at(f"06-{day} 12:00")
        branch.run(NO_SHOWS)
    assert branch.card(WANG).phone_list == "no_shows"
    for day in range(8, 15):
        branch.day(f"06-{day:02}")
    assert "invitation" not in branch.sent(WANG)


def test_the_day_ends_for_those_still_in_the_books_as_waiting(branch: Branch) -> None:
    branch.book(WANG, "20180605-1000")
    branch.clock.at("06-05 09:50")
    branch.ask(ArriveHolder(WANG.card))
    branch.ask(TicketWalkIn(SUN.card))
    branch.clock.at("06-05 17:50")
    assert branch.run(VISITS) == 0
    branch.clock.at("06-05 18:05")
    branch.run(VISITS)
    assert {event.card for event in branch.facts(e.HolderLeft)} == {WANG.card, SUN.card}
    assert [event.reason for event in branch.facts(e.BookingCancelled)] == ["left"]
    assert branch.run(VISITS) == 0


def test_a_day_nobody_ended_is_ended_after_the_downtime(branch: Branch) -> None:
    branch.book(WANG, "20180605-1000")
    branch.clock.at("06-05 09:50")
    branch.ask(ArriveHolder(WANG.card))
    branch.ask(CallNext("1"))
    branch.clock.at("06-08 09:00")
    branch.run(VISITS)
    assert branch.card(WANG).visit is None
    assert branch.card(WANG).booking is None


def test_a_card_is_switched_on_when_the_slip_can_no_longer_be_undone(branch: Branch) -> None:
    branch.ask(HandOver(WANG.card, "self", holder_id_seen=True))
    branch.clock.forward(minutes=30)
    assert branch.run(ACTIVATE) == 0
    branch.clock.forward(minutes=1)
    branch.run(ACTIVATE)
    branch.run(ACTIVATE)
    assert [event.card for event in branch.facts(e.CardActivated)] == [WANG.card]
    branch.pump()
    assert branch.sent(WANG) == ["activated"]


def test_a_hand_over_that_was_undone_is_not_switched_on(branch: Branch) -> None:
    branch.ask(HandOver(WANG.card, "self", holder_id_seen=True))
    branch.clock.forward(minutes=5)
    branch.ask(UndoCollection(WANG.card, "点错了人"))
    branch.clock.forward(hours=2)
    branch.run(ACTIVATE)
    assert not branch.facts(e.CardActivated)


def test_what_an_employer_issued_is_switched_on_by_its_roster(branch: Branch) -> None:
    branch.ask(HandToEmployer("e001", clerk_id_seen=True, seal="company"))
    branch.ask(ReturnRoster("e001", (ZHAO.card,), ()))
    branch.clock.forward(hours=1)
    branch.run(ACTIVATE)
    assert [event.card for event in branch.facts(e.CardActivated)] == [ZHAO.card]


# --- employers ----------------------------------------------------------------------------------------------


def test_employers_are_asked_once_to_collect_on_a_working_day(branch: Branch) -> None:
    for when in ("06-05 07:30", "06-05 20:30", "06-09 09:00"):
        branch.clock.at(when)
        assert branch.run(EMPLOYERS) == 0, "not early, not late, not on a Saturday"
    branch.clock.at("06-11 09:00")
    branch.run(EMPLOYERS)
    branch.run(EMPLOYERS)
    branch.pump()
    assert branch.sent("e001") == branch.sent("e002") == ["employer_collect"]
    for day in range(12, 20):
        branch.day(f"06-{day}")
    assert branch.sent("e001") == ["employer_collect"]


def test_an_employer_that_fetched_is_not_asked_to(branch: Branch) -> None:
    branch.ask(HandToEmployer("e001", clerk_id_seen=True, seal="company"))
    branch.run(EMPLOYERS)
    branch.pump()
    assert branch.sent("e001") == []
    assert branch.sent("e002") == ["employer_collect"]


def test_what_should_be_with_its_holders_is_asked_for_once_then_the_roster_weekly(branch: Branch) -> None:
    branch.clock.at("06-04 10:00")
    branch.ask(HandToEmployer("e001", clerk_id_seen=True, seal="company"))
    asked: list[datetime] = []
    for day in range(5, 30):
        branch.clock.at(f"06-{day:02} 10:30")
        branch.run(EMPLOYERS)
        asked = [event.at for event in branch.facts(e.EmployerReminded) if event.employer == "e001"]
    assert [f"{when:%m-%d}" for when in asked] == ["06-12", "06-19", "06-26"], "after five working days"
    branch.pump()
    assert {template for template, _, _ in branch.outbox("e001")} == {"employer_deliver", "employer_overdue"}


def test_a_recall_is_proposed_once_even_after_the_season_and_never_done_by_itself(branch: Branch) -> None:
    branch.clock.at("06-04 10:00")
    branch.ask(HandToEmployer("e001", clerk_id_seen=True, seal="company"))
    for when in ("11-30 10:00", "12-01 09:59", "12-01 10:00", "12-02 10:00"):
        branch.clock.at(when)
        branch.run("propose_to_recall_what_was_kept_too_long")
    proposed = branch.facts(e.RecallProposed)
    assert [(one.employer, f"{one.at:%m-%d %H:%M}") for one in proposed] == [("e001", "12-01 10:00")]
    assert branch.facts(e.CardsRecalled) == []


def test_a_roster_that_came_back_ends_the_reminders(branch: Branch) -> None:
    branch.clock.at("06-04 10:00")
    branch.ask(HandToEmployer("e002", clerk_id_seen=True, seal="company"))
    branch.ask(ReturnRoster("e002", (ZHOU.card,), ()))
    branch.clock.at("06-25 10:00")
    branch.run(EMPLOYERS)
    assert "e002" not in {event.employer for event in branch.facts(e.EmployerReminded)}


# --- numbers that are refused -------------------------------------------------------------------------------


def test_a_refused_number_goes_on_the_phone_list_once(branch: Branch) -> None:
    branch.book(WANG, "20180608-1000")
    branch.book(SUN, "20180608-1000")
    branch.projector.catch_up()
    wrong = Fickle(
        lambda message: Result(
            message.ref,
            Verdict.REFUSED if message.card == WANG.card else Verdict.ACCEPTED,
            reason="no such number 15400000001",
        )
    )
    send_all(branch.system, wrong, branch.now)

    assert follow_up(branch.system, branch.now) == 2
    assert follow_up(branch.system, branch.now) == 0

    (unreachable,) = branch.facts(e.HolderUnreachable)
    assert (unreachable.card, unreachable.reason) == (WANG.card, "no such number …")
    assert branch.card(WANG).phone_list == "unreachable"
    assert not branch.card(SUN).unreachable


def test_a_new_number_makes_somebody_reachable_and_an_old_refusal_does_not_count(branch: Branch) -> None:
    branch.book(WANG, "20180608-1000")
    branch.projector.catch_up()
    refusing = Fickle(lambda message: Result(message.ref, Verdict.REFUSED))
    send_all(branch.system, refusing, branch.now)
    follow_up(branch.system, branch.now)
    branch.ask(ChangeContact(WANG.card, reach=True))
    follow_up(branch.system, branch.now)
    assert not branch.card(WANG).unreachable


# --- erasure ------------------------------------------------------------------------------------------------


def test_what_the_erased_wrote_and_got_is_forgotten_and_nobody_elses(branch: Branch) -> None:
    branch.sms(WANG.phone, "我是王小兰，要预约")
    branch.sms(SUN.phone, "预约")
    branch.ask(EraseHolder(WANG.card))
    branch.system.vault.erase(WANG.card, branch.now)

    assert forget(branch.system, branch.now) == 3
    assert forget(branch.system, branch.now) == 0

    assert branch.rows("SELECT DISTINCT card FROM inbound") == [(SUN.card,)]
    assert branch.rows("SELECT DISTINCT card FROM local_messages") == [(SUN.card,)]
    assert branch.system.vault.get(SUN.card) is not None


def test_an_erasure_that_was_interrupted_before_the_vault_is_finished(branch: Branch) -> None:
    branch.ask(EraseHolder(WANG.card))
    assert branch.system.vault.get(WANG.card) is not None
    forget(branch.system, branch.now)
    assert branch.system.vault.get(WANG.card) is None
    assert branch.system.vault.erased_at(WANG.card) == branch.now


def test_a_policy_overtaken_by_somebody_elses_decision_goes_on(
    branch: Branch, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two no-shows one holder arrives between the policy's look and its word."""
    caplog.set_level(logging.INFO)
    branch.book(WANG, "20180605-1000")
    branch.book(SUN, "20180605-1000")
    branch.clock.at("06-05 10:40")
    with branch.system.desk.view() as state:
        stale = rules.POLICIES[NO_SHOWS](state, branch.system.season, branch.now)
    branch.ask(ArriveHolder(WANG.card))
    monkeypatch.setitem(rules.POLICIES, NO_SHOWS, lambda state, season, now: stale)
    branch.run(NO_SHOWS)
    assert [event.card for event in branch.facts(e.NoShowRecorded)] == [SUN.card]
    assert "NotYetNoShow" in caplog.text
