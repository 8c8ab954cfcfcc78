"""The conversation by message, on the real stack: what comes in, the desk, the read models, the outbox, the
phone."""

import re
from datetime import date, datetime, timedelta

import pytest

from queueing.domain import events as e
from queueing.domain.booking import BookSlot, RecordNoShow
from queueing.domain.employers import HandToEmployer, ReturnRoster
from queueing.domain.handover import HandOver, SetAside
from queueing.domain.holders import EraseHolder, OptOut
from queueing.domain.season import ChangeCapacity, CloseSlots, ReopenSlots
from tests.support import LI, LIU, QIAN, SUN, WANG, ZHANG, ZHAO, ZHOU, Branch, moment

TUESDAY = "20180605"


def offered(branch: Branch) -> tuple[str, ...]:
    """The slots of the last offer."""
    return branch.facts(e.SlotsOffered)[-1].slots


def said(told: datetime) -> str:
    """A told time as a message says it."""
    half, hour = ("上午", told.hour) if told.hour < 12 else ("下午", told.hour - 12)
    return f"{told.month}月{told.day}日星期{'一二三四五六日'[told.weekday()]}{half}{hour}:{told.minute:02}"


def close_all_but(branch: Branch, *slots: str) -> None:
    with branch.system.desk.view() as state:
        others = tuple(
            slot for slot, one in state.slots.items() if slot not in slots and one.start > branch.now
        )
    branch.ask(CloseSlots(others, "停电"))


# --- asking for a place -------------------------------------------------------------------------------------


def test_a_wish_brings_three_numbered_places_that_are_kept(branch: Branch) -> None:
    (text,) = branch.sms(WANG.phone, "预约")

    assert [line[:2] for line in text.splitlines() if line[1:2] == "、"] == ["1、", "2、", "3、"]
    assert "6月5日星期二" in text
    until = branch.now + timedelta(minutes=30)
    state = branch.state()
    for slot in offered(branch):
        assert [(hold.card, hold.until) for hold in state.slots[slot].holds] == [(WANG.card, until)]
    assert branch.card(WANG).booking is None


def test_a_number_books_its_place_and_the_confirmation_says_date_weekday_and_time(branch: Branch) -> None:
    branch.sms(WANG.phone, "预约")
    second = offered(branch)[1]

    (text,) = branch.sms(WANG.phone, "2")

    booking = branch.card(WANG).booking
    assert booking is not None
    assert (booking.slot, booking.via) == (second, "sms")
    assert said(booking.told) in text
    assert re.search("6月5日星期二上午10:30", text)


def test_a_number_copied_in_words_is_a_choice_too(branch: Branch) -> None:
    branch.sms(WANG.phone, "预约")
    third = offered(branch)[2]
    branch.sms(WANG.phone, "选第三个，谢谢")
    assert branch.card(WANG).booking.slot == third


def test_the_named_day_is_offered(branch: Branch) -> None:
    (text,) = branch.sms(WANG.phone, "后天下午有空吗")
    assert {slot[:8] for slot in offered(branch)} == {"20180607"}
    assert text.count("6月7日星期四") == 1
    assert text.count("、下午") == 3


def test_places_are_sent_at_night_too_when_somebody_asks(branch: Branch) -> None:
    branch.clock.at("06-05 21:30")
    assert len(branch.sms(WANG.phone, "预约")) == 1


def test_other_places_when_none_suits(branch: Branch) -> None:
    branch.sms(WANG.phone, "预约")
    first = set(offered(branch))
    branch.sms(WANG.phone, "换")
    assert not first & set(offered(branch))
    branch.sms(WANG.phone, "都不方便")
    assert branch.card(WANG).booking is None
    assert len(branch.facts(e.SlotsOffered)) == 3


def test_too_early_says_from_when(branch: Branch) -> None:
    (text,) = branch.sms(LI.phone, "预约")
    assert "6月11日星期一" in text
    assert not branch.facts(e.SlotsOffered)


def test_whoever_is_booked_is_told_the_time_they_have(branch: Branch) -> None:
    branch.book(WANG, f"{TUESDAY}-1000")
    branch.pump()
    (text,) = branch.sms(WANG.phone, "预约")
    assert text.startswith("您已经约好了：6月5日星期二上午10:00")


def test_whoever_collected_is_told_so(branch: Branch) -> None:
    branch.ask(HandOver(WANG.card, "self", holder_id_seen=True))
    for words in ("预约", "改", "取消", "查询"):
        (text,) = branch.sms(WANG.phone, words)[:1] or [""]
        assert text.startswith("您的新社保卡已经领过了") or words in ("取消", "查询")
    assert branch.card(WANG).booking is None


def test_a_card_at_the_employer_is_answered_with_its_name(branch: Branch) -> None:
    (text,) = branch.sms(ZHAO.phone, "预约")
    assert "文登纺织厂" in text
    branch.ask(HandToEmployer("e002", clerk_id_seen=True, seal="company"))
    (text,) = branch.sms(ZHOU.phone, "我的卡在哪")[-1:]
    assert branch.card(ZHOU).place == "employer"
    assert "文登机械厂" in branch.sms(ZHOU.phone, "预约")[0]


def test_a_card_the_employer_returned_can_be_booked(branch: Branch) -> None:
    branch.ask(HandToEmployer("e001", clerk_id_seen=True, seal="finance"))
    branch.ask(ReturnRoster("e001", (), (ZHAO.card,)))
    branch.sms(ZHAO.phone, "预约")
    branch.sms(ZHAO.phone, "1")
    assert branch.card(ZHAO).booking is not None


def test_a_full_branch_says_what_to_do(branch: Branch) -> None:
    close_all_but(branch)
    (text,) = branch.sms(WANG.phone, "预约")
    assert text.startswith("您要的时间前后都约满了")


def test_a_day_that_is_past_is_not_taken_for_another(branch: Branch) -> None:
    (text,) = branch.sms(WANG.phone, "6月4日上午")
    assert text.startswith("6月4日星期一已经过了。这些时间可以")
    assert branch.card(WANG).booking is None


def others(branch: Branch, phone: str, how_often: int) -> list[tuple[str, ...]]:
    """What is offered, and then so many times instead; every message but the last says how to see others."""
    found = []
    for text in ("预约", *["换"] * how_often):
        (answer,) = branch.sms(phone, text)
        assert "回复换" in answer
        found.append(offered(branch))
    return found


def all_different(found: list[tuple[str, ...]]) -> bool:
    slots = [slot for offer in found for slot in offer]
    return len(slots) == len(set(slots)) == 3 * len(found)


def test_others_are_offered_again_and_again_and_never_the_same(branch: Branch) -> None:
    assert all_different(others(branch, WANG.phone, 6))


def test_whoever_did_not_show_up_is_offered_calm_places_and_others(branch: Branch) -> None:
    branch.book(WANG, f"{TUESDAY}-1000")
    branch.clock.at("06-05 10:45")
    branch.ask(RecordNoShow(WANG.card, branch.card(WANG).booking.number))
    branch.pump()
    assert any("再约请回复预约" in text for text in branch.inbox(WANG.card))
    assert all_different(others(branch, WANG.phone, 2))


def test_whoever_lost_a_place_to_a_closure_is_offered_calm_places_and_others(branch: Branch) -> None:
    branch.book(WANG, f"{TUESDAY}-1000")
    close_all_but(branch)
    branch.pump()
    assert any("另选一个时间" in text for text in branch.inbox(WANG.card))
    with branch.system.desk.view() as state:
        shut = tuple(name for name, slot in state.slots.items() if not slot.open)
    branch.ask(ReopenSlots(shut, "来电"))
    assert all_different(others(branch, WANG.phone, 2))


def test_a_card_the_employer_returned_is_offered_calm_places_and_others(branch: Branch) -> None:
    branch.ask(HandToEmployer("e001", clerk_id_seen=True, seal="finance"))
    branch.ask(ReturnRoster("e001", (), (ZHAO.card,)))
    assert all_different(others(branch, ZHAO.phone, 2))


@pytest.mark.parametrize("text", ["哪天人少", "什么时候人少", "这周哪天有空", "啥时候人不多", "哪天去合适"])
def test_asking_when_it_is_calm_brings_offers(branch: Branch, text: str) -> None:
    (answer,) = branch.sms(WANG.phone, text)
    assert answer.count("、") == 3 and len(offered(branch)) == 3
    if "这周" in text:
        assert all("20180605" <= slot[:8] <= "20180610" for slot in offered(branch))


# --- changing one's mind ------------------------------------------------------------------------------------


def test_cancelling_gives_the_place_back(branch: Branch) -> None:
    branch.book(WANG, f"{TUESDAY}-1000")
    branch.pump()
    assert branch.sms(WANG.phone, "取消")[0].startswith("您的预约已取消")
    assert branch.card(WANG).booking is None
    assert branch.state().slots[f"{TUESDAY}-1000"].seats == ()


def test_cancelling_nothing_is_said_and_does_nothing(branch: Branch) -> None:
    (text,) = branch.sms(WANG.phone, "取消")
    assert text.startswith("您现在没有预约")
    assert not branch.facts(e.BookingCancelled)


def test_asking_whether_one_can_cancel_cancels_nothing(branch: Branch) -> None:
    branch.book(WANG, f"{TUESDAY}-1000")
    branch.sms(WANG.phone, "能取消吗？")
    assert branch.card(WANG).booking is not None


def test_moving_offers_places_and_keeps_the_old_one_until_the_new_one_is_taken(branch: Branch) -> None:
    branch.book(WANG, f"{TUESDAY}-1000")
    branch.sms(WANG.phone, "改")
    assert branch.card(WANG).booking.slot == f"{TUESDAY}-1000"
    assert f"{TUESDAY}-1000" not in offered(branch)
    new = offered(branch)[0]

    (text,) = branch.sms(WANG.phone, "1")

    (moved,) = branch.facts(e.BookingMoved)
    assert (moved.old_slot, moved.new_slot, moved.version) == (f"{TUESDAY}-1000", new, 2)
    assert not branch.facts(e.BookingCancelled)
    assert text.startswith(f"已改到{said(moved.told)}")
    assert branch.state().slots[f"{TUESDAY}-1000"].seats == ()


def test_a_move_to_a_place_that_is_gone_loses_nothing(branch: Branch) -> None:
    branch.book(WANG, f"{TUESDAY}-1000")
    branch.sms(WANG.phone, "改")
    branch.ask(CloseSlots((offered(branch)[0],), "停电"))
    branch.sms(WANG.phone, "1")
    assert branch.card(WANG).booking.slot == f"{TUESDAY}-1000"
    assert not branch.facts(e.BookingMoved)


def test_status_tells_the_booking_or_that_there_is_none(branch: Branch) -> None:
    assert branch.sms(WANG.phone, "查询")[0].startswith("您现在没有预约")
    branch.book(WANG, f"{TUESDAY}-1000")
    branch.pump()
    assert branch.sms(WANG.phone, "查询")[-1].startswith("您约的是6月5日星期二上午10:00")


def test_help_says_the_words_that_work(branch: Branch) -> None:
    (text,) = branch.sms(WANG.phone, "帮助")
    for word in ("预约", "改", "取消", "查询", "9"):
        assert word in text


def test_a_standing_question_is_answered_from_the_configuration(branch: Branch) -> None:
    (text,) = branch.sms(WANG.phone, "老卡里的钱怎么办")
    assert "余额" in text


# --- a place that is gone -----------------------------------------------------------------------------------


def test_a_place_that_is_gone_all_the_same_brings_the_nearest_ones(branch: Branch) -> None:
    branch.sms(WANG.phone, "后天下午三点")
    gone = offered(branch)[1]
    branch.ask(CloseSlots((gone,), "停电"))

    (text,) = branch.sms(WANG.phone, "2")

    again = branch.facts(e.SlotsOffered)[-1]
    assert again.reason == "gone"
    assert gone not in again.slots
    assert {slot[:8] for slot in again.slots} == {"20180607"}, "the day that was wanted"
    assert all(slot[9:] >= "1330" for slot in again.slots)
    assert "约" in text
    branch.sms(WANG.phone, "1")
    assert branch.card(WANG).booking.slot == again.slots[0], "what is offered then can be had: no loop"


def test_when_the_last_place_is_gone_it_is_said_once(branch: Branch) -> None:
    close_all_but(branch, "20180607-1400")
    branch.sms(WANG.phone, "预约")
    branch.ask(ChangeCapacity({"20180607-1400": (0, 0)}, "停电"))
    assert [text[:10] for text in branch.sms(WANG.phone, "1")] == ["您要的时间前后都约满"]
    assert [text[:10] for text in branch.sms(WANG.phone, "1")] == ["您要的时间前后都约满"]
    assert branch.card(WANG).booking is None


def test_the_places_of_an_offer_cannot_be_taken_by_others_while_it_is_kept(branch: Branch) -> None:
    close_all_but(branch, "20180607-1400")
    branch.ask(ChangeCapacity({"20180607-1400": (1, 0)}, "少一个窗口"))
    branch.sms(WANG.phone, "预约")
    assert branch.sms(ZHANG.phone, "预约")[0].startswith("请问是哪位")
    assert branch.sms(ZHANG.phone, "1")[0].startswith("您要的时间前后都约满")
    branch.sms(WANG.phone, "1")
    assert branch.card(WANG).booking.slot == "20180607-1400"


# --- numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1", "2", "３", "第一个", "最后一个"])
def test_a_number_without_an_open_question_books_nothing(branch: Branch, text: str) -> None:
    branch.sms(WANG.phone, text)
    assert branch.card(WANG).booking is None
    assert not branch.facts(e.SlotBooked)


def test_an_expired_offer_books_nothing_and_brings_a_new_one(branch: Branch) -> None:
    branch.sms(WANG.phone, "预约")
    branch.clock.forward(minutes=31)

    branch.sms(WANG.phone, "2")

    assert branch.card(WANG).booking is None
    assert len(branch.facts(e.SlotsOffered)) == 2
    branch.sms(WANG.phone, "2")
    assert branch.card(WANG).booking.slot == offered(branch)[1]


def test_a_number_answers_one_question_once(branch: Branch) -> None:
    branch.sms(WANG.phone, "预约")
    branch.sms(WANG.phone, "2")
    branch.sms(WANG.phone, "1")
    assert len(branch.facts(e.SlotBooked)) == 1
    assert not branch.facts(e.BookingMoved)


def test_a_number_that_was_not_offered_books_nothing(branch: Branch) -> None:
    branch.sms(WANG.phone, "预约")
    branch.sms(WANG.phone, "7")
    assert branch.card(WANG).booking is None
    branch.sms(WANG.phone, "2")
    assert branch.card(WANG).booking is not None, "the question stays open"


def test_yes_names_no_place_and_the_places_are_asked_again(branch: Branch) -> None:
    (places,) = branch.sms(WANG.phone, "预约")
    (again,) = branch.sms(WANG.phone, "好的，可以")
    assert branch.card(WANG).booking is None
    assert again.startswith("还没给您约上"), "and it is said that a number is needed"
    assert again.splitlines()[1:] == places.splitlines()[1:-1]
    branch.sms(WANG.phone, "1")
    assert branch.card(WANG).booking is not None


def test_zero_cancels(branch: Branch) -> None:
    branch.book(WANG, f"{TUESDAY}-1000")
    branch.sms(WANG.phone, "0")
    assert branch.card(WANG).booking is None


# --- a shared phone -----------------------------------------------------------------------------------------


def test_with_two_cards_on_one_phone_it_is_asked_whose_and_goes_on(branch: Branch) -> None:
    (text,) = branch.sms(ZHANG.phone, "明天上午")
    assert text.splitlines() == ["请问是哪位约时间？回复数字", "1、刘*英", "2、张*海"]
    assert "桂" not in text

    branch.sms(ZHANG.phone, "2")
    assert {slot[:8] for slot in offered(branch)} == {"20180606"}, "what was asked first is not forgotten"
    branch.sms(ZHANG.phone, "1")

    assert branch.card(ZHANG).booking is not None
    assert branch.card(LIU).booking is None


def test_with_one_card_left_nobody_is_asked_whose(branch: Branch) -> None:
    branch.ask(HandOver(LIU.card, "self", holder_id_seen=True))
    branch.sms(ZHANG.phone, "预约")
    assert branch.facts(e.SlotsOffered)[-1].card == ZHANG.card


def test_only_the_booked_one_is_meant_by_cancelling(branch: Branch) -> None:
    branch.book(LIU, f"{TUESDAY}-1000")
    branch.sms(ZHANG.phone, "取消")
    assert branch.card(LIU).booking is None


def test_declining_an_offer_for_one_does_not_cancel_the_others_booking(branch: Branch) -> None:
    branch.book(LIU, f"{TUESDAY}-1000")
    branch.sms(ZHANG.phone, "预约")
    assert branch.facts(e.SlotsOffered)[-1].card == ZHANG.card

    branch.sms(ZHANG.phone, "0")

    assert branch.card(LIU).booking is not None


def test_a_child_who_helps_may_write(branch: Branch) -> None:
    branch.sms(SUN.contact_phone, "预约")
    branch.sms(SUN.contact_phone, "1")
    assert branch.card(SUN).booking is not None


# --- stopping, calling back ---------------------------------------------------------------------------------


def test_stop_ends_messages_and_says_the_way_back(branch: Branch) -> None:
    (text,) = branch.sms(WANG.phone, "退订")
    assert "恢复" in text
    assert branch.card(WANG).opted_out
    (text,) = branch.sms(WANG.phone, "恢复")
    assert not branch.card(WANG).opted_out
    assert text.startswith("好的，又可以给您发短信了")


def test_stop_said_twice_is_answered_twice(branch: Branch) -> None:
    branch.sms(WANG.phone, "退订")
    assert len(branch.sms(WANG.phone, "退订")) == 1
    assert len(branch.facts(e.HolderOptedOut)) == 1


def test_on_a_shared_phone_stop_asks_whose_once_and_answers_once(branch: Branch) -> None:
    (text,) = branch.sms(ZHANG.phone, "退订")
    assert text == "请问是哪位不再收短信？回复数字\n1、刘*英\n2、张*海\n3、都是"
    (text,) = branch.sms(ZHANG.phone, "2")
    assert text.startswith("张*海：好的，以后不再给您发短信")
    assert (branch.card(ZHANG).opted_out, branch.card(LIU).opted_out) == (True, False)
    (text,) = branch.sms(ZHANG.phone, "恢复")
    assert text.startswith("张*海：好的，又可以给您发短信了"), "only one of them had stopped"


@pytest.mark.parametrize(("first", "then"), [("退订", ["3"]), ("退订", ["都是"]), ("都退订", [])])
def test_all_who_share_a_phone_can_stop_at_once(branch: Branch, first: str, then: list[str]) -> None:
    for text in (first, *then):
        (answer,) = branch.sms(ZHANG.phone, text)
    assert answer.startswith("好的，以后不再给您发短信")
    assert branch.card(ZHANG).opted_out and branch.card(LIU).opted_out


def test_whoever_stopped_and_writes_all_the_same_is_answered(branch: Branch) -> None:
    branch.ask(OptOut(WANG.card))
    branch.sms(WANG.phone, "预约")
    assert branch.sms(WANG.phone, "1")[0].startswith("已为您约好6月5日星期二")
    branch.sms(WANG.phone, "改")
    assert branch.sms(WANG.phone, "1")[0].startswith("已改到6月5日星期二")
    assert branch.sms(WANG.phone, "取消")[0].startswith("您的预约已取消")
    assert branch.card(WANG).opted_out


def test_a_home_visit_is_noted_and_said_again_when_asked_again(branch: Branch) -> None:
    assert branch.sms(WANG.phone, "走不动了，能上门吗")[0].startswith("您要上门的事已经记下")
    assert branch.card(WANG).home_visit
    assert branch.sms(WANG.phone, "上门")[0].startswith("您要上门的事已经记下")
    assert len(branch.facts(e.HomeVisitRequested)) == 1


def test_two_misses_put_somebody_on_the_phone_list(branch: Branch) -> None:
    assert branch.sms(WANG.phone, "嗯呐老张说的那个啥")[0].startswith("抱歉，没看懂")
    assert not branch.facts(e.PhoneListed)
    assert branch.sms(WANG.phone, "那个啥呀到底")[0].startswith("好的，工作人员")
    (listed,) = branch.facts(e.PhoneListed)
    assert (listed.card, listed.reason) == (WANG.card, "not_understood")


def test_a_message_understood_between_two_misses_forgives_the_first(branch: Branch) -> None:
    branch.sms(WANG.phone, "嗯呐老张说的那个啥")
    branch.sms(WANG.phone, "帮助")
    branch.sms(WANG.phone, "那个啥呀到底")
    assert not branch.facts(e.PhoneListed)


def test_nine_asks_for_a_call(branch: Branch) -> None:
    branch.sms(WANG.phone, "9")
    assert branch.facts(e.PhoneListed)[-1].reason == "asked"


def test_an_unknown_number_is_told_what_to_do(branch: Branch) -> None:
    text = branch.hears("15499999999", "预约")
    assert text is not None
    assert "这个手机号没有登记" in text
    assert branch.hears("10086", "您的话费余额不足") is not None
    assert branch.rows("SELECT count(*) FROM inbound") == [(0,)]


@pytest.mark.parametrize("text", ["", "   ", "。。。", "🈚🈳", "\x00\x01", "\ud83d", "取" * 500])
def test_nothing_that_can_be_written_breaks_the_conversation(branch: Branch, text: str) -> None:
    branch.sms(WANG.phone, text)
    assert branch.card(WANG).booking is None
    assert branch.sms(WANG.phone, "查询")[0].startswith("您现在没有预约")


def test_whoever_has_no_phone_is_not_found_by_an_empty_one(branch: Branch) -> None:
    assert branch.hears("", "预约") is not None
    assert branch.card(QIAN).booking is None


def test_an_erased_holder_is_a_stranger(branch: Branch) -> None:
    branch.sms(WANG.phone, "预约")
    branch.ask(EraseHolder(WANG.card))
    branch.pump()
    before = len(branch.inbox(WANG.card))
    assert branch.hears(WANG.phone, "1") is None, "erased in the log, and not in the vault yet"
    branch.pump()
    assert len(branch.inbox(WANG.card)) == before
    branch.system.vault.erase(WANG.card, branch.now)
    assert "没有登记" in str(branch.hears(WANG.phone, "1"))
    assert not branch.facts(e.SlotBooked)


def test_after_the_season_a_person_calls_back(branch: Branch) -> None:
    branch.clock.at("06-30 10:00")
    assert branch.sms(WANG.phone, "预约")[0].startswith("好的，工作人员上班时会给您打电话")
    assert branch.card(WANG).phone_list == "asked"


def test_whoever_asks_for_a_card_that_is_set_aside_is_called_back(branch: Branch) -> None:
    branch.ask(SetAside(WANG.card))
    assert branch.sms(WANG.phone, "预约")[0].startswith("好的，工作人员上班时会给您打电话")
    assert branch.card(WANG).phone_list == "asked"


def test_every_booking_by_message_carries_who_and_how(branch: Branch) -> None:
    branch.sms(WANG.phone, "预约")
    branch.sms(WANG.phone, "1")
    (booked,) = branch.facts(e.SlotBooked)
    assert (booked.by, booked.via, booked.at) == ("holder", "sms", branch.now)


def test_a_place_taken_meanwhile_by_staff_is_not_booked_twice(branch: Branch) -> None:
    branch.sms(WANG.phone, "预约")
    branch.ask(BookSlot(WANG.card, "20180608-1000"))
    branch.sms(WANG.phone, "1")
    assert len(branch.facts(e.SlotBooked)) == 1
    assert branch.card(WANG).booking is not None
    assert sum(len(slot.seats) for slot in branch.state().slots.values()) == 1


def test_dates_are_read_on_the_day_of_the_message(branch: Branch) -> None:
    branch.clock.now = moment("06-08 23:50")
    branch.sms(WANG.phone, "下周一上午")
    assert {slot[:8] for slot in offered(branch)} == {f"{date(2018, 6, 11):%Y%m%d}"}


# --- how long the wait is now -------------------------------------------------------------------------------


def test_on_the_day_of_the_booking_the_wait_is_told_as_a_range(branch: Branch) -> None:
    branch.clock.at("06-05 09:00")
    branch.sms(WANG.phone, "预约")
    branch.sms(WANG.phone, "1")
    booking = branch.card(WANG).booking
    assert booking and booking.told.date() == date(2018, 6, 5)
    for words in ("查询", "现在人多吗"):
        (text,) = branch.sms(WANG.phone, words)
        assert f"您约的是{said(booking.told)}" in text
        assert re.search(r"大约(等\d+分钟以内|等\d+到\d+分钟|要等30分钟以上)", text)


def test_without_a_booking_the_wait_now_is_told_and_that_a_time_can_be_booked(branch: Branch) -> None:
    branch.clock.at("06-05 09:00")
    for words in ("现在人多吗", "要等多久"):
        (text,) = branch.sms(WANG.phone, words)
        assert "现在来大约等5分钟以内" in text and "回复预约" in text
    (text,) = branch.sms(WANG.phone, "明天人多吗")
    assert "大约等" not in text, "nobody knows tomorrow's wait"


def test_while_nobody_is_served_no_wait_is_told(branch: Branch) -> None:
    branch.clock.at("06-05 20:30")
    (text,) = branch.sms(WANG.phone, "现在人多吗")
    assert "大约等" not in text and text
