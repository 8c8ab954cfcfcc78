"""Waves and the sweep: whose turn it is, who is told how often, and that nobody uncollected is forgotten."""

from datetime import date

import pytest

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot, RecordNoShow
from queueing.domain.counter import TicketWalkIn
from queueing.domain.employers import HandToEmployer, RecallCards, ReturnRoster
from queueing.domain.handover import HandOver, SetAside
from queueing.domain.holders import EraseHolder, ListForPhone, OptOut
from queueing.domain.season import OpenSeason
from queueing.domain.waves import (
    CloseWave,
    InviteHolders,
    OpenWave,
    ReleaseCards,
    StartSweep,
    SweepHolders,
)
from tests.domain.harness import S9, SEASON, Fact, card, did, employer, fact, given, happened, slot

STAFF = {"by": "staff:li", "via": "counter"}


def invited(name: str, wave: str, reason: str = "wave", **fields: int) -> Fact:
    return fact(e.HolderInvited, f"card:{name} wave:{wave}", card=name, wave=wave, reason=reason, **fields)


def listed(name: str, reason: str, **fields: int) -> Fact:
    return fact(e.PhoneListed, f"card:{name}", card=name, reason=reason, **fields)


def test_a_wave_opens_once() -> None:
    story = given(SEASON)
    story.when(OpenWave("june"), at="06-01 08:00").then(
        fact(e.WaveOpened, "wave:june", wave="june", cohorts=("jumin",))
    )
    story.when(OpenWave("june"), at="06-01 08:00").then()
    story.when(OpenWave("august"), at="06-01 08:00").then(r.BadValue("wave"))


def test_a_wave_closes_once_after_it_opened() -> None:
    story = given(SEASON, card("c1", "jumin"), card("c2", "jumin"), card("c3"))
    story.when(CloseWave("june"), at="06-02 08:00").then(r.BadValue("wave"))
    story.fold(did(OpenWave("june"), "06-01 08:00"))
    story.fold(did(InviteHolders("june", ("c1",)), "06-01 08:00"))
    story.when(CloseWave("june"), at="06-02 08:00").then(
        fact(e.WaveClosed, "wave:june", wave="june", invited=1)
    )
    story.when(CloseWave("june"), at="06-02 08:00").then()


def test_a_holder_is_invited_once_a_wave() -> None:
    story = given(SEASON, card("c1", "jumin"), card("c2", "jumin"))
    story.when(InviteHolders("june", ("c1", "c1", "c2", "nobody")), at="06-01 08:00").then(
        invited("c1", "june"), invited("c2", "june")
    )
    story.when(InviteHolders("june", ("c1", "c2")), at="06-01 09:00").then()


def test_nobody_is_invited_before_their_turn() -> None:
    story = given(SEASON, card("c1", "jumin"))
    story.when(InviteHolders("june", ("c1",)), at="05-31 23:59").then()
    story.when(InviteHolders("june", ("c1",)), at="06-01 00:00").then(invited("c1", "june"))


def test_again_is_said_once_a_day_at_most() -> None:
    story = given(SEASON, card("c1", "jumin"), did(InviteHolders("june", ("c1",)), "06-01 08:00"))
    again = InviteHolders("june", ("c1",), again=True)
    story.when(again, at="06-01 12:00").then()
    story.when(again, at="06-04 08:00").then(invited("c1", "june", "again"))
    story.when(again, at="06-04 08:00").then()


def test_a_no_show_is_invited_again_even_on_the_day_of_the_first_invitation() -> None:
    story = given(
        SEASON,
        slot(S9),
        card("c1"),
        did(InviteHolders("may", ("c1",)), "06-05 08:00"),
        did(BookSlot("c1", S9), "06-05 08:30"),
        did(RecordNoShow("c1", 1), "06-05 09:30"),
    )
    again = InviteHolders("may", ("c1",), again=True)
    story.when(again, at="06-05 09:31").then(invited("c1", "may", "again"))
    story.when(again, at="06-05 09:32").then()


@pytest.mark.parametrize("reason", ["no_phone", "opted_out", "unreachable"])
def test_whom_no_message_reaches_goes_on_the_phone_list(reason: str) -> None:
    story = given(SEASON, card("c1", "jumin", reach=reason != "no_phone"))
    if reason == "opted_out":
        story.fold(_fact_of_past(e.HolderOptedOut))
    if reason == "unreachable":
        story.fold(_fact_of_past(e.HolderUnreachable, reason="空号"))
    story.when(InviteHolders("june", ("c1",)), at="06-01 08:00").then(listed("c1", reason))
    story.when(InviteHolders("june", ("c1",)), at="06-01 08:00").then()


def _fact_of_past(event: type[e.Event], **fields: str) -> e.Event:
    return happened(event, card="c1", **fields)


def test_who_has_a_booking_a_card_or_stands_in_the_hall_is_not_invited() -> None:
    story = given(
        SEASON,
        slot(S9, 5),
        *(card(f"c{n}") for n in range(5)),
        did(BookSlot("c0", S9), "06-04 08:00"),
        did(HandOver("c1", "self", True), "06-04 08:00"),
        did(EraseHolder("c2"), "06-04 08:00"),
        did(SetAside("c3"), "06-04 08:00"),
        did(TicketWalkIn("c4"), "06-05 09:00"),
    )
    story.when(InviteHolders("may", tuple(f"c{n}" for n in range(5))), at="06-05 09:01").then()


# --- the sweep ---


def test_the_sweep_starts_on_its_day_and_not_before() -> None:
    story = given(SEASON, card("c1"), card("c2"), did(HandOver("c1", "self", True), "06-04 08:00"))
    story.when(StartSweep(), at="06-30 23:59").then()
    story.when(StartSweep(), at="07-01 08:00").then(fact(e.SweepStarted, "", round=1, uncollected=1))
    story.when(StartSweep(), at="07-01 08:01").then()


def test_the_next_round_comes_ten_days_later_and_one_on_the_last_call() -> None:
    story = given(SEASON, did(StartSweep(), "07-01 08:00"))
    story.when(StartSweep(), at="07-10 23:59").then()
    story.when(StartSweep(), at="07-11 00:00").then(fact(e.SweepStarted, "", round=2, uncollected=0))
    story.fold(did(StartSweep(), "07-21 08:00"))
    story.when(StartSweep(), at="07-24 08:00").then()
    story.when(StartSweep(), at="07-25 08:00").then(fact(e.SweepStarted, "", round=4, uncollected=0))
    story.when(StartSweep(), at="07-26 08:00").then()
    story.when(StartSweep(), at="08-01 08:00").then(r.SeasonOver(date(2018, 7, 31)))


def swept(name: str, reason: str = "sweep", sweep_round: int = 1) -> Fact:
    return invited(name, "sweep", reason, sweep_round=sweep_round)


def test_everybody_uncollected_is_told_once_a_round() -> None:
    story = given(
        SEASON, card("c1"), card("c2", "jumin"), card("c3", "nowhere"), did(StartSweep(), "07-01 08:00")
    )
    all_three = ("c1", "c2", "c3", "c1", "nobody")
    story.when(SweepHolders(1, all_three), at="07-01 08:00").then(swept("c1"), swept("c2"), swept("c3"))
    story.when(SweepHolders(1, all_three), at="07-01 08:05").then()
    story.fold(did(StartSweep(), "07-11 08:00"))
    story.when(SweepHolders(1, all_three), at="07-11 08:00").then()
    story.when(SweepHolders(2, ("c1",)), at="07-11 08:00").then(swept("c1", sweep_round=2))


def test_the_collected_are_never_swept() -> None:
    story = given(
        SEASON,
        card("c1"),
        did(HandOver("c1", "proxy", True, True), "06-04 08:00"),
        did(StartSweep(), "07-01 08:00"),
    )
    story.when(SweepHolders(1, ("c1",)), at="07-01 08:00").then()


def test_cards_that_came_back_from_an_employer_are_swept() -> None:
    story = given(
        SEASON,
        employer(),
        card("c1", "danwei", "employer", employer="e1"),
        card("c2", "danwei", "employer", employer="e1"),
        did(HandToEmployer("e1", True, "finance"), "05-20 09:00"),
        did(ReturnRoster("e1", ("c1",), ("c2",)), "06-10 09:00"),
        did(StartSweep(), "07-01 08:00"),
    )
    story.when(SweepHolders(1, ("c1", "c2")), at="07-01 08:00").then(swept("c2"))


def test_recalled_cards_are_swept() -> None:
    story = given(
        SEASON,
        employer(),
        card("c1", "danwei", "employer", employer="e1"),
        did(HandToEmployer("e1", True, "finance"), "05-20 09:00"),
        did(RecallCards("e1"), "06-10 09:00"),
        did(StartSweep(), "07-01 08:00"),
    )
    story.when(SweepHolders(1, ("c1",)), at="07-01 08:00").then(swept("c1"))


def test_holders_whose_card_an_employer_has_are_told_to_ask_there() -> None:
    story = given(
        SEASON,
        employer(),
        card("c1", "danwei", "employer", employer="e1"),
        card("c2", "danwei", "employer", employer="e1", reach=False),
        did(HandToEmployer("e1", True, "company"), "05-20 09:00"),
        did(StartSweep(), "07-01 08:00"),
    )
    story.when(SweepHolders(1, ("c1", "c2")), at="07-01 08:00").then(
        swept("c1", "sweep_employer"), listed("c2", "no_phone", sweep_round=1)
    )
    story.when(SweepHolders(1, ("c1", "c2")), at="07-01 08:00").then()


def test_the_sweep_releases_employers_cards_that_still_lie_at_the_bank() -> None:
    story = given(
        SEASON,
        slot("20180702-0900"),
        employer(),
        card("c1", "danwei", "employer", employer="e1"),
        did(StartSweep(), "07-01 08:00"),
    )
    story.when(SweepHolders(1, ("c1",)), at="07-01 08:00").then(
        fact(e.CardReleased, "card:c1 employer:e1", card="c1", employer="e1", reason="sweep"), swept("c1")
    )
    story.when(HandToEmployer("e1", True, "company"), at="07-01 09:00").then(r.NothingHanded("e1"))
    assert story.state.employers["e1"].cards == ()
    story.when(BookSlot("c1", "20180702-0900"), at="07-01 09:00").then_kinds(e.SlotBooked)


def test_who_has_a_booking_is_swept_in_the_same_round_once_it_ended() -> None:
    story = given(
        SEASON,
        slot("20180702-0900"),
        card("c1"),
        did(BookSlot("c1", "20180702-0900"), "06-29 08:00"),
        did(StartSweep(), "07-01 08:00"),
    )
    story.when(SweepHolders(1, ("c1",)), at="07-01 08:00").then()
    story.fold(did(RecordNoShow("c1", 1), "07-02 09:30"))
    story.when(SweepHolders(1, ("c1",)), at="07-03 08:00").then(swept("c1"))


def test_the_opted_out_are_phoned_and_the_erased_and_defective_left_alone() -> None:
    story = given(
        SEASON,
        *(card(f"c{n}") for n in range(3)),
        did(OptOut("c0"), "06-04 08:00"),
        did(EraseHolder("c1"), "06-04 08:00"),
        did(SetAside("c2"), "06-04 08:00"),
        did(StartSweep(), "07-01 08:00"),
    )
    story.when(SweepHolders(1, ("c0", "c1", "c2")), at="07-01 08:00").then(
        listed("c0", "opted_out", sweep_round=1)
    )


def test_a_release_needs_a_reason() -> None:
    given(SEASON).when(ReleaseCards(("c1",), ""), at="06-04 08:00").then(r.ReasonMissing)


def test_staff_release_only_employers_cards_that_lie_at_the_bank() -> None:
    story = given(SEASON, employer(), card("c1", "danwei", "employer", employer="e1"), card("c2"))
    released = fact(e.CardReleased, "card:c1 employer:e1", card="c1", employer="e1", reason="单位已注销")
    story.when(ReleaseCards(("c1", "c2", "c1"), "单位已注销"), at="06-04 08:00", **STAFF).then(released)
    story.when(ReleaseCards(("c1",), "单位已注销"), at="06-04 08:00", **STAFF).then()
    story.when(ReleaseCards(("c9",), "单位已注销"), at="06-04 08:00", **STAFF).then(r.UnknownCard("c9"))


def test_the_waves_of_an_earlier_season_open_nothing() -> None:
    story = given(SEASON, slot("20190520-0900"), card("c1", "jumin"))
    story.fold(_close())
    story.fold(
        did(
            OpenSeason(
                season="2019",
                first_day=date(2019, 5, 1),
                last_day=date(2019, 7, 31),
                sweep_day=date(2019, 7, 1),
                waves=(e.WavePlan(wave="july", opens=date(2019, 6, 1), cohorts=("getihu",)),),
                rules=e.Rules(),
                windows=1,
                slots=(),
            ),
            "08-01 08:00",
        )
    )
    assert list(story.state.waves) == ["july"]


def _close() -> e.Event:
    return happened(e.SeasonClosed, uncollected=1)


def test_a_wave_counts_those_of_its_own_cohorts_that_were_invited() -> None:
    story = given(SEASON, card("c1", "jumin"), card("c2"), did(OpenWave("june"), "06-01 08:00"))
    story.fold(did(InviteHolders("june", ("c1", "c2")), "06-01 08:00"))
    story.when(CloseWave("june"), at="06-02 08:00").then(
        fact(e.WaveClosed, "wave:june", wave="june", invited=1)
    )


def test_no_wave_opens_without_a_season_or_after_it() -> None:
    given().when(OpenWave("june"), at="06-01 08:00").then(r.SeasonNotOpen)
    given(SEASON).when(OpenWave("june"), at="08-01 08:00").then(r.SeasonOver(date(2018, 7, 31)))


def test_a_call_asked_for_today_is_no_invitation() -> None:
    story = given(SEASON, card("c1", "jumin"), did(ListForPhone("c1", "asked"), "06-01 07:00"))
    story.when(InviteHolders("june", ("c1",)), at="06-01 08:00").then(invited("c1", "june"))


def test_again_to_somebody_never_invited_is_the_first_time() -> None:
    story = given(SEASON, card("c1", "jumin"))
    story.when(InviteHolders("june", ("c1",), again=True), at="06-01 08:00").then(
        invited("c1", "june", "again")
    )
    story.when(InviteHolders("june", ("c1",), again=True), at="06-01 09:00").then()


def test_a_second_no_show_is_invited_again_on_that_day_too() -> None:
    story = given(
        SEASON,
        slot(S9),
        slot("20180606-0900"),
        card("c1"),
        did(BookSlot("c1", S9), "06-04 08:00"),
        did(RecordNoShow("c1", 1), "06-05 09:30"),
        did(BookSlot("c1", "20180606-0900"), "06-05 10:00"),
        did(RecordNoShow("c1", 2), "06-06 09:30"),
    )
    assert story.state.cards["c1"].phone_list == "no_shows"
    story.when(InviteHolders("may", ("c1",), again=True), at="06-06 09:31").then(
        invited("c1", "may", "again")
    )


def test_who_stands_in_the_hall_is_not_swept() -> None:
    story = given(SEASON, slot("20180702-0900"), card("c1"), did(StartSweep(), "07-01 08:00"))
    story.fold(did(TicketWalkIn("c1"), "07-02 09:00"))
    story.when(SweepHolders(1, ("c1",)), at="07-02 09:01").then()
