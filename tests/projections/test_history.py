"""The history of a card in plain Chinese: no fact without a sentence."""

import re

import pytest

from queueing.domain import events as e
from queueing.domain.events import Event, all_events
from queueing.log import EventLog
from queueing.projections.history import (
    employer_history,
    history,
    sentence,
    slot_history,
    told_events,
    who,
)
from tests.domain.harness import S9, S10, card, happened, slot, t
from tests.domain.tour import tour_events
from tests.projections.conftest import Append


def test_every_event_has_a_sentence() -> None:
    assert told_events() == set(all_events())


@pytest.mark.parametrize("event", tour_events(), ids=lambda event: type(event).__name__)
def test_a_sentence_is_chinese_and_shows_no_code_words(event: Event) -> None:
    said = sentence(event)
    ours = re.sub(r"批次 \w+|\d{1,2}:\d{2}", "", said)
    assert re.search(r"[一-鿿]", said)
    assert not re.search(r"[A-Za-z_]", ours), said


def test_the_history_of_a_card_tells_when_who_how_and_what(log: EventLog, append: Append) -> None:
    append(
        [
            slot(S9),
            slot(S10),
            card("c1"),
            card("c2"),
            happened(
                e.SlotBooked,
                at="06-01 10:05",
                by="holder",
                via="sms",
                card="c1",
                slot=S9,
                booking=7,
                told=t("06-05 09:05"),
            ),
            happened(
                e.BookingMoved,
                at="06-04 16:00",
                by="staff:li",
                via="phone",
                card="c1",
                booking=7,
                version=2,
                old_slot=S9,
                new_slot=S10,
                told=t("06-05 10:00"),
            ),
            happened(
                e.CardCollected,
                at="06-05 10:04",
                by="staff:wang",
                via="counter",
                card="c1",
                how="proxy",
                window="2",
                slot=S10,
                booking=7,
            ),
        ]
    )
    assert [str(line) for line in history(log, "c1")] == [
        "5月1日 星期二 上午8:00 系统：卡已登记，由本人领取",
        "6月1日 星期五 上午10:05 本人或家属（短信）：预约6月5日 星期二 上午9:05（预约号7）",
        "6月4日 星期一 下午4:00 工作人员 li（电话）：改约：由6月5日 星期二 上午9:00"
        "改到6月5日 星期二 上午10:00",
        "6月5日 星期二 上午10:04 工作人员 wang（柜台）：卡已领走（家人代领），2号窗口",
    ]


def test_a_roster_is_told_differently_to_each_of_its_cards() -> None:
    roster = happened(e.EmployerRosterReturned, employer="e1", issued=("d1", "d2"), returned=("d3",))
    assert sentence(roster, "d1") == "单位交回名单：卡已由单位发给本人"
    assert sentence(roster, "d3") == "单位交回名单：卡没有发出，退回银行，本人可以来领"
    assert sentence(roster) == "单位交回名单：已发2张，退回1张"


def test_a_hand_over_entered_later_tells_when_it_happened() -> None:
    collected = happened(e.CardCollected, at="06-06 08:40", card="c1", how="self", happened=t("06-05 15:10"))
    assert sentence(collected, "c1") == "卡已领走（本人领取）；补录，实际时间6月5日 星期二 下午3:10"


def test_the_history_of_an_employer_leaves_single_cards_out(log: EventLog, append: Append) -> None:
    append(tour_events())
    said = [line.text for line in employer_history(log, "e1")]
    assert said[0] == "登记单位：文登纺织厂"
    assert "2张卡交给单位经办人，已核对身份证和公章" in said
    assert not any(text.startswith("卡已登记") for text in said)


def test_the_history_of_a_slot(log: EventLog, append: Append) -> None:
    append([slot(S9), card("c1"), happened(e.SlotClosed, slot=S9, reason="停电")])
    assert [line.text for line in slot_history(log, S9)] == [
        "开放时间段6月5日 星期二 上午9:00，可约2人",
        "时间段6月5日 星期二 上午9:00停办（停电）",
    ]


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("holder", "本人或家属"),
        ("staff:li", "工作人员 li"),
        ("employer:e001", "单位经办人 e001"),
        ("system", "系统"),
    ],
)
def test_who_did_it_in_words(by: str, said: str) -> None:
    assert who(by) == said
