"""A message comes in once, however often it is delivered and whatever breaks in the middle."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from queueing.domain import events as e
from queueing.log import LogUnavailable
from queueing.log.desk import RETRY_SECONDS
from queueing.sms.inbound import Inbound, receive_many
from tests.patience import PATIENCE
from tests.support import LI, LIU, SUN, WANG, ZHANG, Branch, opened


@contextmanager
def storing_fails(branch: Branch) -> Iterator[None]:
    """The desk decides, and then PostgreSQL refuses to store the answer."""
    branch.run_sql(
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$"
    )
    branch.run_sql("CREATE TRIGGER broken BEFORE UPDATE ON threads FOR EACH ROW EXECUTE FUNCTION broken()")
    try:
        yield
    finally:
        branch.run_sql("DROP TRIGGER broken ON threads")
        branch.run_sql("DROP FUNCTION broken")


@contextmanager
def log_away(branch: Branch) -> Iterator[None]:
    """The table of the log can't be reached."""
    branch.run_sql("ALTER TABLE queueing_tt_main RENAME TO away")
    try:
        yield
    finally:
        branch.run_sql("ALTER TABLE away RENAME TO queueing_tt_main")
        time.sleep(RETRY_SECONDS)


def test_the_same_message_delivered_twice_is_handled_once(branch: Branch) -> None:
    branch.sms(WANG.phone, "预约")
    branch.sms(WANG.phone, "1", sid="s1")
    head = branch.system.log.head()

    assert branch.sms(WANG.phone, "1", sid="s1") == []

    assert branch.system.log.head() == head
    assert branch.rows("SELECT count(*) FROM inbound WHERE sid = 's1'") == [(1,)]


def test_the_same_message_twice_in_one_batch_is_handled_once(branch: Branch) -> None:
    spellings = (WANG.phone, "+86 154 0000 0001", WANG.phone)
    receive_many(branch.system, [Inbound(phone, "预约", "s1") for phone in spellings], branch.now)
    assert len(branch.facts(e.SlotsOffered)) == 1


def test_the_messages_of_one_phone_are_handled_in_order_however_it_is_spelled(branch: Branch) -> None:
    texts = [(WANG.phone, "预约"), (ZHANG.phone, "预约"), ("+86" + WANG.phone, "2"), (ZHANG.phone, "1")]
    messages = [Inbound(phone, text, f"s{n}") for n, (phone, text) in enumerate(texts)]
    receive_many(branch.system, messages, branch.now)
    assert branch.card(WANG).booking is not None
    assert branch.facts(e.SlotsOffered)[-1].card == LIU.card


def test_delivered_at_the_same_time_it_is_handled_once(
    branch: Branch, branch_url: str, tmp_path: Path
) -> None:
    branch.sms(WANG.phone, "预约")
    barrier = threading.Barrier(4)
    failed: list[BaseException] = []

    def deliver(system: Branch) -> None:
        barrier.wait()
        try:
            system.hears(WANG.phone, "改到后天", sid="s1")
            system.hears(WANG.phone, "下周三", sid="s2")
        except BaseException as error:
            failed.append(error)

    with opened(branch_url, tmp_path, branch.clock) as other:
        threads = [threading.Thread(target=deliver, args=(one,)) for one in (branch, other, branch, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert failed == []
    assert len(branch.facts(e.SlotsOffered)) == 3


def test_two_phones_at_the_same_time_do_not_wait_for_each_other_for_ever(branch: Branch) -> None:
    barrier = threading.Barrier(2)
    order = [(WANG.phone, ZHANG.phone, LI.phone, SUN.phone)]
    order.append(order[0][::-1])

    def deliver(number: int) -> None:
        barrier.wait()
        messages = [Inbound(phone, "查询", f"{number}-{phone}") for phone in order[number]]
        receive_many(branch.system, messages, branch.now)

    threads = [threading.Thread(target=deliver, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert branch.rows("SELECT count(*) FROM inbound") == [(8,)]


@pytest.mark.parametrize("text", ["1", "取消", "改", "预约", "退订", "上门", "9"])
def test_after_a_crash_between_decision_and_answer_the_message_is_finished(branch: Branch, text: str) -> None:
    branch.sms(WANG.phone, "预约")
    if text in ("取消", "改"):
        branch.sms(WANG.phone, "1")
        branch.clock.forward(minutes=1)
    with storing_fails(branch), pytest.raises(psycopg.errors.RaiseException):
        branch.hears(WANG.phone, text, sid="s1")
    assert branch.rows("SELECT count(*) FROM inbound WHERE sid = 's1'") == [(0,)], "so it is delivered again"

    offers = len(branch.facts(e.SlotsOffered))
    assert branch.sms(WANG.phone, text, sid="s1"), "and answered"
    assert len(branch.facts(e.SlotsOffered)) == offers, "no place is kept a second time"
    assert branch.sms(WANG.phone, text, sid="s1") == []

    kinds = (e.SlotBooked, e.BookingCancelled, e.HolderOptedOut, e.HomeVisitRequested, e.PhoneListed)
    for kind in kinds:
        assert len(branch.facts(kind)) <= 1, "once is enough"
    card = branch.card(WANG)
    became = {
        "1": card.booking is not None,
        "取消": card.booking is None,
        "改": card.booking is not None and card.offer is not None,
        "预约": card.offer is not None,
        "退订": card.opted_out,
        "上门": card.home_visit,
        "9": card.phone_list == "asked",
    }
    assert became[text]


def test_after_a_crash_the_number_still_means_the_place_that_was_offered(branch: Branch) -> None:
    branch.sms(WANG.phone, "预约")
    with storing_fails(branch), pytest.raises(psycopg.errors.RaiseException):
        branch.hears(WANG.phone, "改天，下周再说", sid="s1")
    branch.sms(WANG.phone, "改天，下周再说", sid="s1")
    branch.sms(WANG.phone, "1")
    last = branch.facts(e.SlotsOffered)[-1]
    assert len(branch.facts(e.SlotsOffered)) == 2, "one for each message"
    assert branch.card(WANG).booking.slot == last.slots[0]


def test_when_the_log_is_away_nothing_is_acknowledged_and_the_next_delivery_works(branch: Branch) -> None:
    branch.sms(WANG.phone, "预约")
    branch.clock.forward(minutes=1)
    with log_away(branch), pytest.raises(LogUnavailable):
        branch.hears(WANG.phone, "1", sid="s1")
    assert branch.rows("SELECT count(*) FROM inbound WHERE sid = 's1'") == [(0,)]

    assert branch.sms(WANG.phone, "1", sid="s1")[0].startswith("已为您约好")
    assert branch.card(WANG).booking is not None


def test_one_message_that_fails_takes_its_batch_with_it_and_the_batch_can_come_again(branch: Branch) -> None:
    batch = [Inbound(WANG.phone, "预约", "s1"), Inbound(SUN.phone, "预约", "s2")]
    with storing_fails(branch), pytest.raises(psycopg.errors.RaiseException):
        receive_many(branch.system, batch, branch.now)
    receive_many(branch.system, batch, branch.now)
    branch.pump()
    assert {offer.card for offer in branch.facts(e.SlotsOffered)} == {WANG.card, SUN.card}
    assert branch.rows("SELECT count(*) FROM inbound") == [(2,)]


def test_what_was_written_is_sealed_and_opens_again(branch: Branch) -> None:
    branch.hears(WANG.phone, "我是王小兰，15400000001", sid="s1")
    ((thread, card, intent, key, text),) = branch.rows(
        "SELECT thread, card, intent, sealed_key, sealed_text FROM inbound"
    )
    assert card == WANG.card
    assert "154" not in thread + intent
    assert "王小兰".encode() not in key + text
    assert branch.system.notes.open("s1", key, text) == "我是王小兰，15400000001"


def test_a_message_printed_shows_neither_number_nor_words() -> None:
    printed = f"{Inbound(WANG.phone, '我是王小兰', 's1')!r} {Inbound(WANG.phone, '我是王小兰', 's1')}"
    assert WANG.phone not in printed
    assert "王小兰" not in printed


def test_a_whose_question_waits_a_day_and_no_longer(branch: Branch) -> None:
    branch.sms(ZHANG.phone, "预约")
    branch.clock.now += timedelta(hours=25)
    branch.sms(ZHANG.phone, "1")
    assert not branch.facts(e.SlotsOffered), "asked again instead"
    assert branch.inbox(LIU.card, ZHANG.card)[-1].startswith("请问是哪位")


def test_two_messages_of_one_phone_at_the_same_time_see_each_other(
    branch: Branch, branch_url: str, tmp_path: Path
) -> None:
    """Two that nobody understands, in two processes: the second one knows that it is the second."""
    branch.hears(WANG.phone, "帮助")
    barrier = threading.Barrier(2)

    def deliver(system: Branch, text: str) -> None:
        barrier.wait()
        system.hears(WANG.phone, text, sid=text)

    with opened(branch_url, tmp_path, branch.clock) as other:
        told = ((branch, "嗯呐老张说的那个啥"), (other, "那个啥呀到底"))
        threads = [threading.Thread(target=deliver, args=one) for one in told]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert [event.reason for event in branch.facts(e.PhoneListed)] == ["not_understood"]
