"""What asks for a decision is answerable with the shortest reply: notices with places, days that can't be."""

import re
from datetime import date

import pytest

from queueing.domain import events as e
from queueing.domain.holders import OptOut
from queueing.domain.reassure import SuggestAnotherTime
from queueing.sms.grammar import Intent, read
from queueing.sms.manifest import load_manifest
from queueing.sms.render import TEMPLATES
from tests.sms.test_conversation import said
from tests.support import LI, LIU, WANG, ZHANG, Branch, Somebody

AFTERNOON, LATER = "20180605-1500", "20180605-1530"


def crowded(branch: Branch, *people: Somebody) -> list[str]:
    """These are booked for the afternoon and asked whether another time would suit: what they get."""
    branch.clock.at("06-05 10:00")
    for who, slot in zip(people, (AFTERNOON, LATER), strict=False):
        branch.book(who, slot)
    branch.pump()
    before = len(branch.inbox(*(who.card for who in people)))
    for who in people:
        branch.ask(SuggestAnotherTime(who.card))
    branch.pump()
    return branch.inbox(*(who.card for who in people))[before:]


def slot_of(branch: Branch, who: Somebody) -> str:
    booking = branch.card(who).booking
    assert booking is not None
    return booking.slot


def test_the_question_has_numbered_places_of_other_days_and_its_number_moves(branch: Branch) -> None:
    (text,) = crowded(branch, WANG)
    (asked,) = branch.facts(e.AnotherTimeSuggested)
    assert "\n1、" in text and "\n2、" in text and "\n3、" not in text
    assert all(not slot.startswith("20180605") for slot in asked.slots)
    (moved,) = branch.sms(WANG.phone, "2")
    assert slot_of(branch, WANG) == asked.slots[1]
    assert moved.startswith(f"已改到{said(asked.places[1])}")


def test_who_says_no_keeps_the_time_and_hears_it(branch: Branch) -> None:
    crowded(branch, WANG)
    for text in ("不换", "不用", "不改了，按时去", "照旧", "不", "我准时到"):
        branch.clock.forward(minutes=1)
        branch.hears(WANG.phone, text)
        assert slot_of(branch, WANG) == AFTERNOON, text
    branch.pump()
    told = [text for text in branch.inbox(WANG.card) if "您约的是6月5日星期二下午3:00" in text]
    assert len(told) == 2, "the third time somebody calls"
    assert not branch.facts(e.SlotsOffered)


@pytest.mark.parametrize("text", ["改", "好的", "换个时间"])
def test_who_says_yes_but_not_to_which_is_shown_the_places_again(branch: Branch, text: str) -> None:
    crowded(branch, WANG)
    (answer,) = branch.sms(WANG.phone, text)
    assert answer.startswith("您原来的时间没有变。想换请回复数字")
    branch.sms(WANG.phone, "1")
    assert slot_of(branch, WANG) == branch.facts(e.AnotherTimeSuggested)[0].slots[0]


def test_other_places_than_those_of_the_question_can_be_asked_for(branch: Branch) -> None:
    crowded(branch, WANG)
    (answer,) = branch.sms(WANG.phone, "都不行，有下周的吗")
    offered = branch.facts(e.SlotsOffered)[-1]
    assert "1、" in answer
    assert not set(offered.slots) & set(branch.facts(e.AnotherTimeSuggested)[0].slots)
    branch.sms(WANG.phone, "1")
    assert slot_of(branch, WANG) == offered.slots[0]


def test_a_number_after_the_places_lapsed_brings_new_ones_to_move_to(branch: Branch) -> None:
    crowded(branch, WANG)
    branch.clock.at("06-05 12:30")
    branch.sms(WANG.phone, "1")
    assert slot_of(branch, WANG) == AFTERNOON
    branch.sms(WANG.phone, "1")
    assert slot_of(branch, WANG) == branch.facts(e.SlotsOffered)[-1].slots[0]


def test_a_couple_asked_at_once_is_asked_whose_number_it_is(branch: Branch) -> None:
    texts = crowded(branch, ZHANG, LIU)
    assert sorted(text[:4] for text in texts) == ["刘*英：", "张*海："]
    (whose,) = branch.sms(ZHANG.phone, "2")
    assert "1、刘*英\n2、张*海" in whose
    branch.sms(ZHANG.phone, "1")
    places = {asked.card: asked.slots for asked in branch.facts(e.AnotherTimeSuggested)}
    assert slot_of(branch, LIU) == places[LIU.card][1]
    assert slot_of(branch, ZHANG) == AFTERNOON


def test_the_last_question_counts(branch: Branch) -> None:
    crowded(branch, WANG)
    branch.sms(WANG.phone, "改到后天上午")
    branch.sms(WANG.phone, "1")
    assert slot_of(branch, WANG) == branch.facts(e.SlotsOffered)[-1].slots[0]


@pytest.mark.parametrize(
    ("text", "answer", "near"),
    [
        ("6月31号", "6月只有30天。", "20180629"),
        ("2月30号行不行", "2月只有28天。", ""),
        ("农历五月初六去", "请说阳历（公历）日期。", ""),
        ("6月1号", "6月1日星期五已经过了。", ""),
        ("6月18号上午", "6月18日端午节放假。", "20180619"),
        ("这周日", "6月10日星期日不办理。", "20180611"),
        ("八月五号", "领卡到6月29日为止。", "20180629"),
    ],
)
def test_a_day_that_cannot_be_is_named_and_places_near_it_are_offered(
    branch: Branch, text: str, answer: str, near: str
) -> None:
    (got,) = branch.sms(WANG.phone, text)
    assert got.startswith(answer)
    assert "1、" in got and "2、" in got
    (offered,) = branch.facts(e.SlotsOffered)
    assert any(slot.startswith(near) for slot in offered.slots)
    branch.sms(WANG.phone, "1")
    assert slot_of(branch, WANG) == offered.slots[0]


ASKED = re.compile("回复(预约|改|取消|查询|换|恢复|退订|上门|9)")


@pytest.mark.parametrize("template", sorted(load_manifest(TEMPLATES / "manifest.toml").templates))
def test_whatever_a_message_says_can_be_replied_is_understood_also_in_a_few_words_more(template: str) -> None:
    text = (TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")
    if "数字" in text or "{{ slots }}" in text:
        assert "{{ slots }}" in text or "{{ names }}" in text, "a number answers what is numbered"
    for word in ASKED.findall(text):
        for reply in (word, f"{word}。", f"“{word}”", f"回复{word}", f"{word}谢谢", f"我{word}"):
            reading = read(reply, date(2018, 6, 5))
            assert reading.intent not in (Intent.UNKNOWN, Intent.HELP), reply


def test_who_comes_late_is_told_that_it_does_not_matter_and_can_choose_again(branch: Branch) -> None:
    branch.book(WANG, "20180605-1000")
    branch.clock.at("06-05 10:20")
    branch.pump()
    assert branch.sms(WANG.phone, "我约的几点")[-1].startswith("晚到一会儿没关系")
    branch.sms(WANG.phone, "再约一个")
    branch.sms(WANG.phone, "1")
    assert slot_of(branch, WANG) == branch.facts(e.SlotsOffered)[-1].slots[0]


def test_who_was_told_and_says_yes_again_is_left_in_peace(branch: Branch) -> None:
    branch.sms(LI.phone, "预约")
    assert branch.sms(LI.phone, "好的") == []


def test_who_says_yes_to_an_invitation_twice_is_offered_places(branch: Branch) -> None:
    assert branch.sms(WANG.phone, "好")[0].startswith("您现在没有预约")
    assert "1、" in branch.sms(WANG.phone, "好的")[0]


def test_a_wait_that_was_told_is_kept(branch: Branch) -> None:
    branch.clock.at("06-05 09:30")
    (text,) = branch.sms(WANG.phone, "现在去要等多久")
    (told,) = branch.facts(e.WaitTold)
    assert (told.card, told.booking) == (WANG.card, 0)
    assert f"{told.high}分钟" in text


def test_a_number_moves_nothing_after_a_confirmation_that_was_not_said_a_third_time(branch: Branch) -> None:
    """Whoever opted out is only answered; the third time the same answer is a call instead."""
    branch.clock.at("06-05 08:00")
    branch.ask(OptOut(WANG.card))
    for _ in range(3):
        branch.hears(WANG.phone, "6月12日上午9点")
        branch.hears(WANG.phone, "1")
        booked = slot_of(branch, WANG)
        branch.hears(WANG.phone, "2")
        assert slot_of(branch, WANG) == booked
        branch.hears(WANG.phone, "取消")
    assert not branch.facts(e.BookingMoved)
