"""Conversations nobody wrote down before: whatever is written, nothing breaks, and nothing is booked, moved
or given back without an explicit choice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queueing.domain import events as e
from queueing.domain.handover import HandOver
from queueing.sms.grammar import Intent, read
from tests.sms import golden, page
from tests.support import LI, LIU, WANG, ZHANG, Branch, database, opened

TEXTS = [row.text for row in golden.load()]


def test_the_page_of_conversations_is_current(pg_server_url: str, prepared: str, tmp_path: Path) -> None:
    stories = page.all_stories(pg_server_url, prepared, tmp_path)
    assert page.PAGE.read_text(encoding="utf-8") == page.conversation_page(stories)


@pytest.fixture(scope="module")
def talking(pg_server_url: str, prepared: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Branch]:
    """One branch for all examples of this module: what was said before is part of the conversation."""
    directory = tmp_path_factory.mktemp("talking")
    with database(pg_server_url, prepared) as url, opened(url, directory) as branch:
        branch.projector.catch_up()
        yield branch


def may_choose(text: str, branch: Branch) -> bool:
    """The message names one of the things asked: by its number, or by its time."""
    reading = read(text, branch.now.date())
    return reading.choice is not None or reading.clock is not None or reading.pointing


def may_give_back(text: str, branch: Branch) -> bool:
    """The message gives something up."""
    reading = read(text, branch.now.date())
    return reading.intent is Intent.CANCEL or reading.choice == 0


SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(
    texts=st.lists(
        st.one_of(
            st.sampled_from(TEXTS),
            st.sampled_from(["1", "2", "3", "预约", "改", "取消", "换", "好的"]),
            st.text(max_size=20),
        ),
        min_size=1,
        max_size=8,
    ),
    phone=st.sampled_from([WANG.phone, ZHANG.phone]),
)
@settings(deadline=None, max_examples=40, suppress_health_check=SLOW)
def test_whatever_is_written_nothing_breaks_and_nothing_is_decided_unasked(
    talking: Branch, texts: list[str], phone: str
) -> None:
    cards = talking.system.vault.find_by_phone(phone)
    for text in texts:
        talking.clock.forward(seconds=10)
        offered = {card: talking.state().cards[card].offer for card in cards}
        asked_whose = _open_question(talking, phone) == "whose"
        new = _facts_of(talking, phone, text)
        booked = [one for one in new if isinstance(one, e.SlotBooked | e.BookingMoved)]
        assert {one.card for one in new} <= set(cards)
        assert len(booked) <= 1
        for event in booked:
            slot = event.slot if isinstance(event, e.SlotBooked) else event.new_slot
            assert may_choose(text, talking), text
            assert slot in offered[event.card].slots, "only what was offered, while it was kept"
        if any(isinstance(one, e.BookingCancelled) for one in new):
            assert may_give_back(text, talking) or asked_whose, text


def _facts_of(branch: Branch, phone: str, text: str) -> list:
    """What followed from a message."""
    head = branch.system.log.head()
    branch.hears(phone, text)
    return [event for position, event in branch.system.log.read_all() if position > head]


def _open_question(branch: Branch, phone: str) -> str:
    rows = branch.rows(
        "SELECT state->>'question' FROM threads WHERE thread = %s", branch.system.vault.phone_index(phone)
    )
    return str(rows[0][0]) if rows else ""


@given(digit=st.integers(0, 9), text=st.sampled_from(["{}", "选{}", "第{}个", "{}吧", "（{}）"]))
@settings(deadline=None, max_examples=25, suppress_health_check=SLOW)
def test_a_digit_answers_the_open_question_only(talking: Branch, digit: int, text: str) -> None:
    talking.clock.forward(minutes=31)  # whatever was offered has lapsed
    talking.run_sql("DELETE FROM threads")
    booked = talking.card(WANG).booking
    new = _facts_of(talking, WANG.phone, text.format(digit))
    assert not [one for one in new if isinstance(one, e.SlotBooked | e.BookingMoved)]
    assert talking.card(WANG).booking == booked or digit == 0


def test_the_guards_above_tell_a_choice_from_what_is_none(branch: Branch) -> None:
    """The negative control."""
    assert not may_choose("好的，谢谢", branch)
    assert not may_choose("明天上午", branch)
    assert may_choose("第二个吧", branch)
    assert not may_give_back("能不能改天", branch)
    assert may_give_back("不去了", branch)


def test_a_place_named_by_its_time_is_chosen_when_it_can_be_no_other(branch: Branch) -> None:
    branch.sms(WANG.phone, "后天上午")
    (second,) = [told for told in branch.card(WANG).offer.told if (told.hour, told.minute) == (9, 0)]
    branch.sms(WANG.phone, "9点那个")
    assert branch.card(WANG).booking.told == second


@pytest.mark.parametrize("text", ["上午那个", "9点不行", "9点行吗", "10点半", "明天那个", "9点以前"])
def test_a_time_that_could_be_several_or_none_of_the_places_books_nothing(branch: Branch, text: str) -> None:
    branch.sms(WANG.phone, "后天上午")
    branch.sms(WANG.phone, text)
    assert branch.card(WANG).booking is None


def test_a_move_by_days_is_counted_from_the_booked_day(branch: Branch) -> None:
    branch.book(WANG, "20180606-1000")
    branch.sms(WANG.phone, "推迟一周")
    assert {slot[:8] for slot in branch.facts(e.SlotsOffered)[-1].slots} == {"20180613"}
    branch.clock.forward(minutes=31)
    branch.sms(WANG.phone, "能不能晚一天")
    assert {slot[:8] for slot in branch.facts(e.SlotsOffered)[-1].slots} == {"20180607"}


def test_another_time_of_day_is_meant_on_the_booked_day(branch: Branch) -> None:
    branch.book(WANG, "20180607-1000")
    branch.sms(WANG.phone, "改下午行吗")
    assert {slot[:8] for slot in branch.facts(e.SlotsOffered)[-1].slots} == {"20180607"}


def test_whoever_says_it_is_collected_is_called_to_check(branch: Branch) -> None:
    branch.sms(WANG.phone, "我已经领了")
    assert branch.facts(e.PhoneListed)[-1].reason == "says_collected"


def test_nobody_is_told_the_same_three_times_nor_left_without_a_word(branch: Branch) -> None:
    answers = [branch.sms(WANG.phone, "带什么") for _ in range(3)]
    assert answers[0] == answers[1]
    assert answers[2][0].startswith("好的，工作人员上班时会给您打电话")
    assert branch.facts(e.PhoneListed)[-1].reason == "asked"
    branch.clock.now += timedelta(hours=25)
    assert branch.sms(WANG.phone, "带什么") == answers[0], "the next day it may be said again"


def test_asking_for_places_again_and_again_always_brings_an_answer(branch: Branch) -> None:
    for _ in range(5):
        assert branch.sms(WANG.phone, "预约"), "never silence"
        branch.clock.forward(minutes=7)
    assert branch.card(WANG).booking is None


def test_on_a_shared_phone_every_message_says_whom_it_is_about(branch: Branch) -> None:
    branch.book(LIU, "20180606-1000")
    branch.pump()
    assert branch.inbox(LIU.card)[-1].startswith("刘*英：已为您约好")
    branch.book(WANG, "20180606-1000")
    branch.pump()
    assert branch.inbox(WANG.card)[-1].startswith("已为您约好")


def test_whose_turn_has_not_come_is_told_from_when_whatever_they_ask(branch: Branch) -> None:
    for text in ("查询", "现在去要等多久"):
        assert branch.sms(LI.phone, text)[0].startswith("您这一批从6月11日星期一开始领")


def test_asked_whose_a_name_is_an_answer(branch: Branch) -> None:
    branch.sms(ZHANG.phone, "周五上午")
    branch.sms(ZHANG.phone, "刘桂英的")
    offer = branch.facts(e.SlotsOffered)[-1]
    assert offer.card == LIU.card
    assert {slot[:8] for slot in offer.slots} == {"20180608"}, "what was asked first is not forgotten"


def test_a_name_nobody_has_chooses_nobody(branch: Branch) -> None:
    branch.sms(ZHANG.phone, "周五上午")
    assert branch.sms(ZHANG.phone, "王老五")[0].startswith("抱歉，没看懂")
    assert not branch.facts(e.SlotsOffered)


def test_asking_for_a_person_keeps_the_places_that_were_offered(branch: Branch) -> None:
    branch.sms(WANG.phone, "预约")
    branch.sms(WANG.phone, "9")
    branch.sms(WANG.phone, "2")
    assert branch.card(WANG).booking is not None


def test_a_child_who_comes_on_a_day_is_told_what_to_bring(branch: Branch) -> None:
    answers = branch.sms(WANG.phone, "女儿周五下午三点替我去领")
    assert any("双方的身份证原件" in text for text in answers)
    assert any("6月8日星期五" in text for text in answers)


def test_nobody_is_asked_whose_when_nothing_is_booked(branch: Branch) -> None:
    (text,) = branch.sms(ZHANG.phone, "取消")
    assert text.startswith("您现在没有预约")


def test_whoever_collected_and_cancels_is_told_that_it_is_collected(branch: Branch) -> None:
    branch.ask(HandOver(WANG.card, "self", holder_id_seen=True))
    (text,) = branch.sms(WANG.phone, "取消")
    assert text.startswith("您的新社保卡已经领过了")
