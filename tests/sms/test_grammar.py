import unicodedata
from datetime import date, time, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queueing.season.load import default_directory, load_season
from queueing.sms.grammar import FAQ_KEYS, FAQ_TEMPLATE_KEYS, LAST, Intent, Part, Reading, Relative, read
from queueing.sms.render import TEMPLATES, Renderer

from . import golden
from .golden import TUESDAY
from .shorthand import shorthand

GOLDEN = golden.load()
TEXTS = [row.text for row in GOLDEN]


@pytest.mark.parametrize("row", GOLDEN, ids=TEXTS)
def test_messages_as_people_write_them(row: golden.Golden) -> None:
    assert shorthand(read(row.text, TUESDAY)) == row.known


def test_what_is_read_otherwise_than_meant_stays_rare_and_changes_no_booking() -> None:
    wrong = [row for row in GOLDEN if row.known != row.meant]
    assert len(wrong) <= len(GOLDEN) // 40
    assert not {"CANCEL", "CHOOSE", "STOP", "COLLECTED"} & {row.known.split()[0] for row in wrong}


def test_the_golden_messages_cover_every_intent_and_every_question() -> None:
    readings = [read(text, TUESDAY) for text in TEXTS]
    assert len(TEXTS) == len(set(TEXTS)) >= 1800
    assert {reading.intent for reading in readings} == set(Intent)
    assert {reading.relative for reading in readings} == {*Relative, None}
    assert {reading.faq for reading in readings} == {*FAQ_KEYS, None}


def test_every_question_has_an_answer() -> None:
    answers = load_season(default_directory()).faq.keys()
    templates = Renderer(TEMPLATES, "昆崙所").manifest.templates.keys()
    assert answers | FAQ_TEMPLATE_KEYS.keys() >= FAQ_KEYS
    assert set(FAQ_TEMPLATE_KEYS.values()) <= templates


# Days


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("周三", date(2018, 6, 6), date(2018, 6, 13)),  # a Wednesday: today would be called 今天
        ("周三", date(2018, 6, 8), date(2018, 6, 13)),
        ("这周三", date(2018, 6, 8), date(2018, 6, 6)),
        ("下周三", date(2018, 6, 10), date(2018, 6, 13)),  # weeks begin on Monday, also on a Sunday
        ("星期天", date(2018, 6, 10), date(2018, 6, 17)),
        ("5号", date(2018, 6, 20), date(2018, 7, 5)),
        ("31号", date(2018, 6, 20), date(2018, 7, 31)),
        ("5号", date(2018, 12, 20), date(2019, 1, 5)),
        ("明天", date(2018, 12, 31), date(2019, 1, 1)),
        ("6月20日", date(2018, 7, 1), date(2018, 6, 20)),  # kept as said, though past
        ("后天", date(2020, 2, 27), date(2020, 2, 29)),
        ("2月29日", date(2020, 2, 1), date(2020, 2, 29)),
    ],
)
def test_a_day_is_understood_from_the_day_it_is_written(text: str, today: date, expected: date) -> None:
    reading = read(text, today)
    assert reading.dates == (expected,)
    assert reading.past is (expected < today)


@given(
    day=st.dates(date(2018, 1, 1), date(2030, 12, 31)), today=st.dates(date(2018, 1, 1), date(2030, 12, 31))
)
@settings(deadline=None, max_examples=200)
def test_a_day_written_in_full_is_that_day(day: date, today: date) -> None:
    for text in (
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}-{day.month}-{day.day}",
        f"{day:%Y%m%d}",
    ):
        assert read(text, today).dates == (day,)


@given(hour=st.integers(7, 17), minute=st.integers(0, 59))
@settings(deadline=None)
def test_an_hour_of_the_branch_is_that_hour(hour: int, minute: int) -> None:
    assert read(f"{hour}:{minute:02}", TUESDAY).clock == time(hour, minute)
    spoken = f"下午{hour - 12}点{minute}分" if hour > 12 else f"{hour}点{minute}分"
    assert read(spoken, TUESDAY).clock == time(hour, minute)


def test_our_own_option_copied_back_chooses_it() -> None:
    reading = read("3、6月13日星期三下午2:30", TUESDAY)
    assert (reading.intent, reading.choice) == (Intent.CHOOSE, 3)
    assert (reading.dates, reading.clock) == ((date(2018, 6, 13),), time(14, 30))


def test_a_stretch_of_days_is_listed_day_by_day() -> None:
    assert read("5号到8号", TUESDAY).dates == tuple(TUESDAY + timedelta(days=n) for n in range(4))


# What must never happen


@pytest.mark.parametrize(
    "text", ["13800001234", "138-0000-1234", "370632194501010019", "我的号是13800001234"]
)
def test_numbers_of_people_are_marked_and_choose_nothing(text: str) -> None:
    reading = read(text, TUESDAY)
    assert reading.sensitive
    assert (reading.choice, reading.dates) == (None, ())


def test_a_reading_does_not_hold_the_message() -> None:
    told = msgspec.json.encode(read("我叫王桂英，13800001234，明天上午9点", TUESDAY)).decode()
    assert "王" not in told
    assert "1380000" not in told


@pytest.mark.parametrize("text", ["1 2", "12", "1和2", "3张卡", "1-2", "37-4号", "我家3口人", "2个人"])
def test_more_or_less_than_one_number_chooses_nothing(text: str) -> None:
    assert read(text, TUESDAY).choice is None


@pytest.mark.parametrize("text", ["别取消", "不取消", "不要给我取消", "取消了吗", "怎么取消", "不是不去"])
def test_what_only_speaks_of_cancelling_cancels_nothing(text: str) -> None:
    assert read(text, TUESDAY).intent is not Intent.CANCEL


@pytest.mark.parametrize("text", ["不退订", "别发错了", "退休了", "订个时间"])
def test_what_only_sounds_like_opting_out_does_not(text: str) -> None:
    assert read(text, TUESDAY).intent is not Intent.STOP


@pytest.mark.parametrize("text", ["能领了吗", "还没领", "什么时候领", "我去领卡", "可以领了吗", "领不了"])
def test_a_card_is_not_collected_because_collecting_is_spoken_of(text: str) -> None:
    assert read(text, TUESDAY).intent is not Intent.COLLECTED


# Any text at all

NUMERALS = set("0123456789零〇一二三四五六七八九十两壹贰叁①②③头最末中间前后上下面")
FRAGMENTS = st.lists(
    st.sampled_from([*TEXTS, *"1290点号月日周三上下午不没别去来改取消约领了吗，。 "]), max_size=6
)
ANY_TEXT = st.one_of(st.text(max_size=80), FRAGMENTS.map("".join))


@given(text=ANY_TEXT, today=st.dates(date(2018, 1, 1), date(2100, 1, 1)))
@settings(deadline=None, max_examples=400)
def test_any_text_is_read(text: str, today: date) -> None:
    reading = read(text, today)
    assert reading == msgspec.json.decode(msgspec.json.encode(reading), type=Reading)
    assert (reading.faq is not None) is (reading.intent is Intent.FAQ)
    assert reading.choice is None or LAST <= reading.choice <= 9
    assert not set(reading.dates) & set(reading.excluded)


@given(text=st.one_of(st.text(max_size=40), st.lists(st.sampled_from(TEXTS), max_size=3).map("".join)))
@settings(deadline=None, max_examples=300)
def test_without_a_number_nothing_is_chosen(text: str) -> None:
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if c not in NUMERALS and not c.isnumeric())
    assert read(plain, TUESDAY).choice is None


@given(text=ANY_TEXT)
@settings(deadline=None, max_examples=300)
def test_compatible_characters_mean_the_same(text: str) -> None:
    assert read(unicodedata.normalize("NFKC", text), TUESDAY) == read(text, TUESDAY)


FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.mark.parametrize("text", TEXTS)
def test_full_width_letters_and_digits_mean_the_same(text: str) -> None:
    assert read(text.translate(FULL_WIDTH), TUESDAY) == read(text, TUESDAY)


PADDING = ["。", "！！", "~", "，", "…", " ", "　", "\n", "🐟", "🎋🎋", "\u200d", "\ufe0f"]


@given(
    text=st.sampled_from([text for text in TEXTS if not text.startswith("【")]),
    before=st.sampled_from(PADDING),
    after=st.lists(st.sampled_from(PADDING), max_size=3).map("".join),
)
@settings(deadline=None, max_examples=400)
def test_stray_punctuation_and_emoji_around_a_message_mean_nothing(
    text: str, before: str, after: str
) -> None:
    assert read(before + text + after, TUESDAY) == read(text, TUESDAY)


@pytest.mark.parametrize(
    "text", ["就要", "了", "不", "好的", "谢谢你了", "明天", "5-", "周三", "领到过", "没有", "1或"]
)
def test_a_message_of_endless_repetition_is_read_all_the_same(text: str) -> None:
    assert isinstance(read(text * 2000, TUESDAY), Reading)


def test_a_refused_part_of_the_day_asks_for_the_other() -> None:
    assert read("不要上午", TUESDAY).part is Part.AFTERNOON
    assert read("下午没空", TUESDAY).part is Part.MORNING
