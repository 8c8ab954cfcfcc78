"""Settings that contradict each other are refused, with the file and the key to look at."""
# ruff: noqa: E501  (tables of Chinese sentences are easier to read unwrapped)

import pytest

from queueing.season.errors import Problem, SeasonError
from queueing.season.load import load_season
from tests.season.conftest import Spoil


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "reason"),
    [
        ("season.toml", "2018-07-25", "2018-06-25", "sweep.last_call", "不能早于扫尾日 2018-07-01"),
        ("season.toml", "date = 2018-07-01", "date = 2018-05-01", "sweep.date", "不在发放季 2018-05-16 至 2018-07-31 之内"),
        ("season.toml", "sat = []", 'sat = ["08:00-10:00", "09:00-11:00"]', "hours.weekly.sat", "不重叠"),
        ("season.toml", "told_step_minutes = 5", "told_step_minutes = 4", "capacity.told_step_minutes", "整除每段的 15 分钟"),
        ("season.toml", "share = 0.30", "share = 0.9", "reserves.pools", "合计为 105%，不能超过 100%"),
        ("season.toml", '"channel:phone"', '"channel:sms"', "reserves.pools", "channel:sms 写了两次"),
        ("season.toml", '"channel:phone"', '"cohort:nobody"', "reserves.pools[2].pool", "没有人群 nobody"),
        ("season.toml", "no_show_after_minutes = 30", "no_show_after_minutes = 10", "counter.no_show_after_minutes", "15 分钟"),
        ("season.toml", '"10:00"', '"20:00"', "reminders.day_before_at", "20:00 在免打扰时间"),
        ("season.toml", '"10:00"', '"07:59"', "reminders.day_before_at", "07:59 在免打扰时间"),
        ("season.toml", 'quiet_until = "08:00"', 'quiet_until = "20:00"', "messages.quiet_until", "不能相同"),
        ("waves.toml", 'id = "xiaowei"', 'id = "getihu"', "cohorts", "编号 getihu 用了两次"),
        ("waves.toml", '["小微", ', '["个体", ', "cohorts", "“个体”指向两个人群"),
        ("waves.toml", "everyone = true", 'cohorts = ["danwei"]', "waves", "danwei 写在了两批里"),
        ("waves.toml", "everyone = true", "", "waves[3].cohorts", "这一批没有人群"),
        ("waves.toml", '"jumin"]', '"jumin", "bunengling"]', "waves[2].cohorts", "没有定义这些人群：bunengling"),
        ("waves.toml", "opens = 2018-06-01", "opens = 2018-07-02", "waves[3].opens", "扫尾（2018-07-01）应晚于前一批第二批"),
        ("waves.toml", "opens = 2018-07-01", "opens = 2018-08-01", "waves[3].opens", "不在发放季"),
        ("faq.toml", "{sms_address}", "{sms_adress}", "地址.sms", "sms_adress 没有对应的内容"),
        ("faq.toml", "{sms_address}", "{sms_address", "地址.sms", "没有对应的内容"),
        ("faq.toml", "{sms_address}", "{sms_address.upper}", "地址.sms", "没有对应的内容"),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused(
    spoil: Spoil, file: str, old: str, new: str, key: str, reason: str
) -> None:
    directory = spoil(file, old, new)
    with pytest.raises(SeasonError) as refused:
        load_season(directory)
    said = [one.reason for one in refused.value.problems if (one.file, one.key) == (file, key)]
    assert any(reason in one for one in said)


def test_a_season_that_ends_before_it_begins_is_refused(spoil: Spoil) -> None:
    with pytest.raises(SeasonError) as refused:
        load_season(spoil("season.toml", "last_day = 2018-07-31", "last_day = 2018-05-15"))
    assert (
        Problem("season.toml", "last_day", "末日 2018-05-15 不能早于首日 2018-05-16。")
        in refused.value.problems
    )


def test_exceptions_must_lie_in_the_season_and_differ(spoil: Spoil) -> None:
    one = '[[hours.exceptions]]\ndate = 2018-06-20\nreason = "停电"\n'
    late = one.replace("2018-06-20", "2018-08-20")
    directory = spoil("season.toml", "[hours.weekly]", one + one + late + "[hours.weekly]")
    with pytest.raises(SeasonError) as refused:
        load_season(directory)
    assert [problem.key for problem in refused.value.problems] == [
        "hours.exceptions[3].date",
        "hours.exceptions",
    ]


def test_a_week_without_a_session_is_refused(spoil: Spoil) -> None:
    sessions = '["08:30-11:30", "13:30-17:00"]'
    for day in ("mon", "tue", "wed", "thu", "fri"):
        directory = spoil("season.toml", f"{day} = {sessions}", f"{day} = []")
    with pytest.raises(SeasonError) as refused:
        load_season(directory)
    assert [problem.key for problem in refused.value.problems] == ["hours.weekly"]


def test_a_profile_without_weight_is_refused(spoil: Spoil) -> None:
    text = "8 = 5\n9 = 4\n10 = 3\n11 = 2\n13 = 2\n14 = 2\n15 = 1\n16 = 1\n"
    with pytest.raises(SeasonError) as refused:
        load_season(spoil("season.toml", text, "8 = 0\n"))
    assert [problem.key for problem in refused.value.problems] == ["capacity.walk_in_profile"]


def test_a_cohort_nobody_calls_is_refused(spoil: Spoil) -> None:
    spoil("waves.toml", '["tuoguan", "jumin"]', '["tuoguan"]')
    with pytest.raises(SeasonError) as refused:
        load_season(spoil("waves.toml", "everyone = true", 'cohorts = ["getihu"]'))
    assert ("cohorts[6].id", "没有哪一批轮到老城镇居民医保退休人员（jumin），请写进某一批的 cohorts。") in [
        (problem.key, problem.reason) for problem in refused.value.problems
    ]
