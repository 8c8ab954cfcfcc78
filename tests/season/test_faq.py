"""Answers are complete, factual and fit into one message."""

import re
from datetime import date, time

import pytest
from msgspec.structs import replace

from queueing.season.faq import (
    REQUIRED,
    answer,
    find,
    hours_in_words,
    placeholders,
    sms_faults,
    sms_length,
    unknown_placeholders,
)
from queueing.season.model import Season, Session


def longest_dates(season: Season) -> Season:
    """Every date as long as dates get."""
    late = date(2018, 12, 31)
    return replace(
        season,
        last_day=late,
        facts=replace(season.facts, certify_by=date(2018, 11, 30), both_cards_until=date(2019, 12, 31)),
        waves=tuple(replace(wave, opens=late) for wave in season.waves),
    )


@pytest.mark.parametrize("key", REQUIRED)
def test_each_answer_is_one_plain_message_even_with_the_longest_dates(season: Season, key: str) -> None:
    body = answer(longest_dates(season), key).sms
    assert sms_faults(body, season.branch.sms_signature) == []
    assert "{" not in body


@pytest.mark.parametrize("key", REQUIRED)
def test_each_answer_on_the_web_is_plain_text(season: Season, key: str) -> None:
    assert not re.search(r"[<>{}&]", answer(season, key).web)


@pytest.mark.parametrize(
    ("key", "facts"),
    [
        ("旧卡", ["医保功能", "停用", "普通卡", "95588"]),
        ("余额", ["自动转到新卡"]),
        ("密码", ["医院", "诊所", "药店", "自助终端"]),
        ("激活", ["本人", "身份证", "任一工行网点"]),
        ("代领", ["代领人", "身份证原件"]),
        ("过渡期", ["12月31日"]),
        ("资格认证", ["6月30日", "燕喜堂药店", "威海人社", "7月起停发"]),
        ("家属认证", ["威海人社", "家属"]),
        ("上门", ["90岁", "镇办上门"]),
        ("去世", ["次月", "退回"]),
        ("地址", ["文登城区昆仑路37-4号", "老百大凯德商务酒店南门口西侧"]),
        ("时间", ["上午8点半到11点半，下午1点半到5点", "7月31日"]),
        ("批次", ["5月16日", "6月1日", "7月1日"]),
    ],
)
def test_the_facts_of_the_article_are_in_the_answers(season: Season, key: str, facts: list[str]) -> None:
    assert [fact for fact in facts if fact not in answer(season, key).sms] == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("详见 www.example.org", "网址"),
        ("点开 https://a.b", "网址"),
        ("登录abc.com办理", "网址"),
        ("请打13812345678", "手机号码"),
        ("昆崙路", "崙"),
        ("①预约", "①"),
        ("预约→回复", "→"),
        ("请「预约」", "「 」"),
        ("領卡", "領"),
        ("好" * 70, "一条短信最多 70"),
    ],
)
def test_a_text_unfit_for_a_message_is_told_why(body: str, fault: str) -> None:
    [said] = sms_faults(body, "工行昆仑所")
    assert fault in said


def test_a_landline_and_the_service_number_are_fine() -> None:
    assert sms_faults("电话0631-8451234，或95588。", "工行昆仑所") == []


def test_length_counts_the_signature_with_its_brackets_in_utf16_units() -> None:
    assert sms_length("好", "工行") == 5
    assert sms_length("\N{CJK UNIFIED IDEOGRAPH-20000}", "工行") == 6
    assert sms_faults("好" * 63, "工行昆仑所") == []
    assert sms_faults("好" * 64, "工行昆仑所")


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("旧卡还能用么", "旧卡"),
        ("怎么改密码啊", "密码"),
        ("女儿能代领吗", "代领"),
        ("你们在哪", "地址"),
        ("资格认证怎么办", "资格认证"),
        ("异地 怎么 认证", "家属认证"),
        ("老伴９０岁了", "上门"),
        ("老人过世了", "去世"),
        ("什么时候领卡", "批次"),
        ("今天天气好", None),
    ],
)
def test_a_question_finds_its_answer_by_keyword(season: Season, question: str, key: str | None) -> None:
    assert find(season, question) == key


def test_every_keyword_leads_to_its_own_answer(season: Season) -> None:
    led = {word: find(season, word) for entry in season.faq.values() for word in entry.keywords}
    assert led == {word: key for key, entry in season.faq.items() for word in entry.keywords}


def test_the_month_after_december_is_january(season: Season) -> None:
    december = replace(season, facts=replace(season.facts, certify_by=date(2018, 12, 31)))
    assert placeholders(december)["stop_month"] == "1月"


def test_hours_are_said_as_people_say_them() -> None:
    sessions = (
        Session(start=time(9), end=time(12)),
        Session(start=time(13, 45), end=time(15)),
        Session(start=time(15, 30), end=time(17)),
        Session(start=time(18), end=time(20)),
    )
    assert hours_in_words(sessions) == "上午9点到12点，下午1点45分到3点、3点半到5点，晚上6点到8点"


def test_unknown_names_and_stray_braces_are_found() -> None:
    assert unknown_placeholders("在{地方}，{phone}", {"phone": "95588"}) == ["地方"]
    assert unknown_placeholders("在}这里", {}) == ["{"]
    assert unknown_placeholders("没有花括号", {}) == []
