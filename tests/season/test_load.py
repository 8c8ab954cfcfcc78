"""A season is read strictly, and every problem is named by file, key and reason."""
# ruff: noqa: E501  (tables of Chinese sentences are easier to read unwrapped)

from datetime import date, time
from pathlib import Path

import pytest

from queueing.season.errors import Problem, SeasonError
from queueing.season.load import default_directory, load_season
from queueing.season.model import Season, Session
from tests.season.conftest import CONFIG, Spoil


def problems(directory: Path) -> list[Problem]:
    with pytest.raises(SeasonError) as refused:
        load_season(directory)
    return refused.value.problems


def test_the_shipped_season_says_what_the_newspaper_said(season: Season) -> None:
    assert (season.first_day, season.last_day) == (date(2018, 5, 16), date(2018, 7, 31))
    assert season.branch.name == "工商银行昆崙所"
    assert season.branch.address == "文登城区昆崙路37-4号"
    assert season.branch.landmark == "老百大凯德商务酒店南门口西侧"
    assert season.hours.weekly.mon == (
        Session(start=time(8, 30), end=time(11, 30)),
        season.hours.weekly.fri[1],
    )
    assert season.capacity.walk_in_profile[8] == 5
    assert season.reminders.day_before_at == time(10)


def test_each_cohort_has_its_turn_in_the_wave_of_the_article(season: Season) -> None:
    turns = {cohort.id: season.wave_of(cohort.id).id for cohort in season.cohorts}
    assert turns == {
        "danwei": "may",
        "getihu": "may",
        "xiaowei": "may",
        "daobi": "may",
        "tuoguan": "june",
        "jumin": "june",
    }
    assert [wave.opens for wave in season.waves] == [date(2018, 5, 16), date(2018, 6, 1), date(2018, 7, 1)]
    assert season.wave("july").everyone
    assert [cohort.id for cohort in season.cohorts if cohort.channel == "employer"] == ["danwei"]


def test_a_cohort_that_no_wave_names_waits_for_the_wave_for_everyone(spoil: Spoil) -> None:
    season = load_season(spoil("waves.toml", '["tuoguan", "jumin"]', '["tuoguan"]'))
    assert season.wave_of("jumin").id == "july"
    assert season.cohort("jumin").name == "老城镇居民医保退休人员"


def test_a_season_can_not_be_changed_by_accident(season: Season) -> None:
    with pytest.raises(AttributeError):
        season.branch.name = "别处"  # type: ignore[misc]


def test_bad_toml_names_the_file_and_the_line(spoil: Spoil) -> None:
    [problem] = problems(spoil("season.toml", "windows = 4", "windows = = 4"))
    assert problem.file == "season.toml"
    line = (CONFIG / "season.toml").read_text(encoding="utf-8").splitlines().index("windows = 4") + 1
    assert problem.key == f"第 {line} 行"
    assert "TOML" in problem.reason


def test_an_unknown_key_is_refused_with_the_likely_one(spoil: Spoil) -> None:
    found = problems(spoil("season.toml", "service_minutes = 4", "service_minuts = 4"))
    assert (
        Problem("season.toml", "capacity.service_minuts", "没有这个设置，是不是 service_minutes？") in found
    )
    assert Problem("season.toml", "capacity.service_minutes", "缺少这个设置，请补上。") in found


def test_an_unknown_key_like_nothing_else_is_refused_too(spoil: Spoil) -> None:
    [problem] = problems(spoil("faq.toml", '["旧卡"]', '["旧卡"]\n"颜色" = 1'))
    assert problem == Problem("faq.toml", "旧卡.颜色", "没有这个设置，请删去。")


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "reason"),
    [
        ("season.toml", "windows = 4", 'windows = "4"', "capacity.windows", '应为整数（1 到 50）；现在是 "4"。'),
        ("season.toml", "windows = 4", "windows = 0", "capacity.windows", "应为整数（1 到 50）；现在是 0。"),
        ("season.toml", "windows = 4", "windows = true", "capacity.windows", "应为整数（1 到 50）；现在是 true。"),
        ("season.toml", "load = 0.80", "load = 80", "capacity.load", "应为数字（大于 0，最多 1）；现在是 80。"),
        ("season.toml", "held_share = 0.3", "held_share = -1", "offers.held_share", "应为数字（0 到 1）；现在是 -1。"),
        ("season.toml", 'name = "文登', 'name = ""#', "name", '应为引号里的文字，1 到 400 个字；现在是 ""。'),
        ("season.toml", '"10:00"', '"25:00"', "reminders.day_before_at", '应为时间，如 "08:30"；现在是 "25:00"。'),
        ("season.toml", "first_day = 2018-05-16", "first_day = 516", "first_day", "应为日期，如 2018-05-16；现在是 516。"),
        ("season.toml", "last_day = 2018-07-31", "last_day = 08:30:00", "last_day", "应为日期，如 2018-05-16；现在是 08:30:00。"),
        ("season.toml", "sat = []", 'sat = ["8:30"]', "hours.weekly.sat[1]", '应写成 "08:30-11:30" 这样的起止时间；现在是 "8:30"。'),
        ("season.toml", "sat = []", 'sat = ["11:30-8:30"]', "hours.weekly.sat[1]", "开始时间要早于结束时间；现在是 11:30-8:30。"),
        ("season.toml", "sat = []", "sat = 8", "hours.weekly.sat", "应为方括号里的一列。"),
        ("season.toml", "sat = []", "sat = [[]]", "hours.weekly.sat[1]", "应为一个表（[方括号标题] 下的若干设置）。"),
        ("season.toml", "\n8 = 5\n", "\n24 = 5\n", "capacity.walk_in_profile.24", "应为整数（0 到 23）；现在是 24。"),
        ("season.toml", "\n8 = 5\n", "\nopening = 5\n", "capacity.walk_in_profile.opening", '应为整数（0 到 23）；现在是 "opening"。'),
        ("waves.toml", 'channel = "self"', 'channel = "own"', "cohorts[2].channel", '应为"employer" 或 "self"；现在是 "own"。'),
        ("waves.toml", "everyone = true", "everyone = []", "waves[3].everyone", "应为 true 或 false；现在是 一列。"),
        ("holidays.toml", "# Public", "years = 2018\n#", "years", "应为一个表（[方括号标题] 下的若干设置）。"),
    ],
)  # fmt: skip
def test_a_wrong_value_says_what_is_expected_and_what_is_there(
    spoil: Spoil, file: str, old: str, new: str, key: str, reason: str
) -> None:
    assert problems(spoil(file, old, new)) == [Problem(file, key, reason)]


def test_a_pattern_is_shown_when_text_does_not_match_it(spoil: Spoil) -> None:
    [problem] = problems(spoil("season.toml", '"channel:sms"', '"channel:fax"'))
    assert problem.key == "reserves.pools[1].pool"
    assert "channel:(sms|web|phone|walkin)" in problem.reason


def test_everything_wrong_in_all_files_is_reported_at_once(spoil: Spoil) -> None:
    spoil("season.toml", "windows = 4", "windows = -1")
    spoil("season.toml", "places = 3", "places = 9")
    spoil("waves.toml", 'id = "getihu"', 'id = "个体"')
    directory = spoil("faq.toml", "keywords = [", "keywords = 5 #[")
    assert [(problem.file, problem.key) for problem in problems(directory)] == [
        ("season.toml", "capacity.windows"),
        ("season.toml", "offers.places"),
        ("waves.toml", "cohorts[2].id"),
        ("faq.toml", "旧卡.keywords"),
    ]


def test_missing_and_unreadable_files_are_named(spoil: Spoil) -> None:
    directory = spoil("holidays.toml", "#", "#")
    (directory / "waves.toml").unlink()
    (directory / "holidays.toml").write_bytes("# 节假日".encode("gbk"))
    found = problems(directory)
    assert [problem.file for problem in found] == ["waves.toml", "holidays.toml"]
    assert "找不到这个文件" in str(found[0])
    assert "UTF-8" in str(found[1])


def test_a_file_saved_with_a_byte_order_mark_is_read(spoil: Spoil, season: Season) -> None:
    directory = spoil("season.toml", "#", "\ufeff#")
    assert load_season(directory) == season


def test_the_configuration_beside_the_command_is_the_default(
    spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert default_directory().resolve() == CONFIG.resolve()
    monkeypatch.chdir(spoil("season.toml", "#", "#").parent)
    assert default_directory() == Path("config")


def test_the_codes_of_providers_may_be_given_or_left_out(spoil: Spoil) -> None:
    directory = spoil("sms.toml", '# booked = "SMS_123456789"', 'booked = "SMS_987654321"')
    assert load_season(directory).sms.aliyun == {"booked": "SMS_987654321"}
    (directory / "sms.toml").unlink()
    assert load_season(directory).sms.aliyun == {}


@pytest.mark.parametrize("line", ['booked = "SMS-1"', 'booked = ""', "booked = 5"])
def test_a_code_no_provider_gives_is_refused(spoil: Spoil, line: str) -> None:
    [problem] = problems(spoil("sms.toml", '# booked = "SMS_123456789"', line))
    assert (problem.file, problem.key) == ("sms.toml", "aliyun.booked")
