"""Every refusal is one Chinese sentence, for staff and for holders."""

import re
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import pytest

from queueing import words
from queueing.domain import events, refusals
from queueing.domain.refusals import Refusal
from queueing.log.store import LogUnavailable
from queueing.projections.history import _LISTED
from queueing.web import counter_words
from queueing.web.holder_refusals import _HELPS, _OTHERWISE
from queueing.web.panel import LISTED

EVERY = sorted(Refusal.__subclasses__(), key=lambda kind: kind.__name__)
SAMPLES: dict[str, Any] = {
    "date": date(2018, 6, 5),
    "datetime": datetime(2018, 6, 5, 9, 5),
    "bool": True,
    "int": 30,
    "tuple[str, ...]": ("c123", "c456"),
}
NAMED = {
    "how": "proxy",
    "place": "window",
    "window": "3",
    "field": "when",
    "season": "wendeng-2018",
    "reason": "等补卡",
    "change": "1",
    "other": "2",
}
ID = {"card": "c123", "slot": "20180605-0900", "employer": "e001"}


def sample(kind: type[Refusal]) -> Refusal:
    given = {**NAMED, **ID}
    return kind(*(given.get(field.name, SAMPLES.get(str(field.type))) for field in fields(kind)))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_sentence_that_names_no_id(kind: type[Refusal]) -> None:
    for say in (words.sentence, words.holder_sentence):
        text = say(sample(kind), {"e001": "高岛制盐有限公司"})
        assert re.search(r"[一-鿿]", text), text
        assert text.endswith("。")
        assert not [one for one in (*ID.values(), "c456", "None") if one in text]
        assert len(text) <= 70


def test_a_lost_log_is_a_sentence_too() -> None:
    assert words.sentence(LogUnavailable()) == words.holder_sentence(LogUnavailable()) == words.UNAVAILABLE


def test_a_holder_reads_the_employers_name() -> None:
    refusal = refusals.AtEmployer("c1", "e001", held=True)
    assert "高岛制盐有限公司" in words.holder_sentence(refusal, {"e001": "高岛制盐有限公司"})


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2018, 6, 5, 9, 0), "6月5日 星期二 上午9:00"),
        (datetime(2018, 6, 5, 8, 35), "6月5日 星期二 上午8:35"),
        (datetime(2018, 6, 10, 12, 5), "6月10日 星期日 中午12:05"),
        (datetime(2018, 12, 31, 13, 30), "12月31日 星期一 下午1:30"),
        (datetime(2018, 6, 5, 19, 0), "6月5日 星期二 晚上7:00"),
    ],
)
def test_a_moment_is_said_with_weekday_and_part_of_day(moment: datetime, said: str) -> None:
    assert words.moment(moment) == said


@pytest.mark.parametrize(
    ("wait", "said"),
    [(0, "基本不用等"), (2.4, "基本不用等"), (8, "约10分钟"), (62, "约1小时"), (85, "约1小时25分钟")],
)
def test_a_wait_is_said_in_round_minutes(wait: float, said: str) -> None:
    assert words.minutes(wait) == said


def test_today_and_the_next_days_have_names() -> None:
    today = date(2018, 6, 5)
    said = [words.relative_day(date(2018, 6, 5 + days), today) for days in range(4)]
    assert said == ["今天", "明天", "后天", ""]


def test_what_a_holder_may_meet_has_a_page_that_helps() -> None:
    met = {
        refusals.TooEarly, refusals.AlreadyCollected, refusals.AtEmployer, refusals.SeasonNotOpen,
        refusals.SeasonOver, refusals.UnknownCard, refusals.HolderIsErased, refusals.CardNotHere,
        refusals.NothingFree, refusals.SlotFull, refusals.SlotPast, refusals.SlotNotOpen,
        refusals.UnknownSlot, refusals.AlreadyBooked, refusals.NoBooking,
    }  # fmt: skip
    assert met <= set(_HELPS)
    for helping in (*_HELPS.values(), _OTHERWISE):
        assert helping.title and (helping.steps or helping.ways)


def test_every_reason_to_phone_somebody_has_words() -> None:
    assert set(LISTED) == set(_LISTED)


def test_what_the_counter_does_is_said_in_its_own_words() -> None:
    assert set(counter_words._SAYS) <= set(events.all_events())
    assert counter_words.done_words(()) == counter_words.NOTHING
