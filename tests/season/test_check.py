"""`queueing season check` says whether a season is complete, consistent and big enough."""

import re
from datetime import date, time
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from queueing.cli.season import season_app
from queueing.season.check import Finding, check
from queueing.season.employers import EmployerRow, read_employers
from queueing.season.feasibility import feasibility
from queueing.season.model import HolidayYear, Season, Session
from tests.season.conftest import CONFIG, Spoil

EMPLOYERS = read_employers(CONFIG / "employers.csv")


def found(season: Season, employers: list[EmployerRow] = EMPLOYERS) -> list[tuple[str, str, str]]:
    return [(one.level, one.file, one.key) for one in check(season, None, employers).findings]


def with_rule(season: Season, **changes: object) -> Season:
    return replace(season, capacity=replace(season.capacity, **changes))


def test_the_shipped_season_passes_without_a_warning(season: Season) -> None:
    report = check(season, 12_000, EMPLOYERS)
    assert report.ok
    assert {finding.level for finding in report.findings} == {"info"}
    assert report.render().endswith("检查通过。")


def test_what_falls_on_a_closed_day_or_into_quiet_hours_is_pointed_out(season: Season) -> None:
    texts = {one.key: one.text for one in check(season, None, EMPLOYERS).findings}
    assert texts["waves.july"] == "扫尾开始日 2018-07-01 网点不办理，之后第一个办理日是 2018-07-02。"
    assert texts["reminders.minutes_before"].startswith("08:30 到 09:15 的时段，提前 90 分钟正值免打扰时间")


def test_a_short_enough_reminder_has_nothing_to_point_out(season: Season) -> None:
    short = replace(season, reminders=replace(season.reminders, minutes_before=30))
    assert "reminders.minutes_before" not in [key for _, _, key in found(short)]


def test_a_missing_answer_is_an_error(season: Season) -> None:
    faq = {key: entry for key, entry in season.faq.items() if key != "代领"}
    assert ("error", "faq.toml", "代领") in found(replace(season, faq=faq))


def test_an_answer_too_long_for_a_message_is_an_error(season: Season) -> None:
    long = replace(season.faq["密码"], sms="请修改密码。" * 11)
    assert ("error", "faq.toml", "密码.sms") in found(replace(season, faq=season.faq | {"密码": long}))


def test_a_longer_signature_leaves_less_room(season: Season) -> None:
    branch = replace(season.branch, sms_signature="中国工商银行昆仑支行所")
    assert ("error", "faq.toml", "单位.sms") in found(replace(season, branch=branch))


def test_a_signature_carriers_would_refuse_is_an_error(season: Season) -> None:
    branch = replace(season.branch, sms_signature="工行昆崙所")
    assert ("error", "season.toml", "branch.sms_signature") in found(replace(season, branch=branch))


def test_a_keyword_of_two_answers_is_a_warning(season: Season) -> None:
    both = replace(season.faq["密码"], keywords=("旧卡",))
    assert ("warning", "faq.toml", "keywords") in found(replace(season, faq=season.faq | {"密码": both}))


def test_employers_must_be_named_once(season: Season) -> None:
    rows = [
        EmployerRow("e001", "甲厂"),
        EmployerRow("e001", "乙厂"),
        EmployerRow("e003", "甲厂"),
        EmployerRow("", ""),
    ]
    said = [(level, key) for level, file, key in found(season, rows) if file == "employers.csv"]
    assert said == [("error", "第 5 行"), ("error", "编号"), ("error", "单位名称")]
    assert ("warning", "employers.csv", "单位名称") in found(season, [])


def test_an_unknown_year_is_an_error_and_nothing_is_computed_from_it(season: Season) -> None:
    later = replace(season, last_day=date(2018, 7, 31).replace(year=2101), first_day=date(2101, 5, 16))
    report = check(later, 10_000, EMPLOYERS)
    assert not report.ok
    assert report.feasibility is None
    assert ("error", "holidays.toml", "years.2101") in [
        (one.level, one.file, one.key) for one in report.findings
    ]


def test_contradictions_are_found_in_a_season_made_in_memory_too(season: Season) -> None:
    wrong = replace(season, sweep=replace(season.sweep, last_call=date(2018, 6, 1)))
    assert ("error", "season.toml", "sweep.last_call") in found(wrong)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"load": 0.9}, "capacity.load"),
        ({"walk_ins_per_day": 400.0}, "capacity.windows"),
        ({"walk_in_places_per_day": 10}, "capacity.walk_in_places_per_day"),
        ({"slot_minutes": 25}, "capacity.slot_minutes"),
    ],
)
def test_a_plan_that_will_hurt_is_a_warning(season: Season, changes: dict[str, object], key: str) -> None:
    assert ("warning", "season.toml", key) in found(with_rule(season, **changes))


def test_a_sweep_apart_from_the_wave_for_everyone_is_a_warning(season: Season) -> None:
    apart = replace(season, sweep=replace(season.sweep, date=date(2018, 7, 3)))
    assert ("warning", "season.toml", "sweep.date") in found(apart)
    waves = tuple(replace(wave, everyone=False, cohorts=wave.cohorts or ("getihu",)) for wave in season.waves)
    assert ("warning", "waves.toml", "waves") in found(replace(season, waves=waves))


def test_notes_of_a_demonstration_are_shown(season: Season) -> None:
    noted = replace(season, notes=("演示用。",))
    assert Finding("info", "season.toml", "first_day", "演示用。") in check(noted, None, EMPLOYERS).findings


def test_days_needed_are_people_over_load_windows_and_minutes(season: Season) -> None:
    outlook = feasibility(season, 12_000)
    assert outlook.comfortable == 54 * 312  # 0.80 x 4 windows x 390 minutes / 4 minutes
    assert outlook.days_needed == 39  # 12000 / 312 = 38.5
    assert outlook.utilisation == pytest.approx(12_000 / (54 * 390))
    assert outlook.feasible
    assert outlook.advice == "可行：还有 15 个办理日的余地。"


@pytest.mark.parametrize(("holders", "feasible"), [(16_848, True), (16_849, False)])
def test_the_limit_of_comfort_is_the_limit(season: Season, holders: int, feasible: bool) -> None:
    assert feasibility(season, holders).feasible is feasible
    assert check(season, holders, EMPLOYERS).ok is feasible


def test_each_piece_of_advice_for_too_many_people_is_enough(season: Season) -> None:
    advice = feasibility(season, 20_000).advice
    assert advice.startswith("不可行：20000 人超过能从容接待的 16848 人。")
    windows, more_days, minutes = re.findall(r"到 (\d+) 个，|延长 (\d+) 个|到 ([\d.]+) 分钟", advice)
    assert feasibility(with_rule(season, windows=int(windows[0])), 20_000).feasible
    assert not feasibility(with_rule(season, windows=int(windows[0]) - 1), 20_000).feasible
    assert (54 + int(more_days[1])) * 312 >= 20_000
    assert feasibility(with_rule(season, service_minutes=float(minutes[2])), 20_000).feasible


def test_a_season_without_an_open_day_is_not_feasible(season: Season) -> None:
    weekend = replace(season, first_day=date(2018, 6, 16), last_day=date(2018, 6, 17))
    outlook = feasibility(weekend, 10)
    assert not outlook.feasible
    assert "没有一个办理日" in outlook.advice
    assert not feasibility(weekend, None).feasible


def test_half_days_count_as_half(season: Season) -> None:
    morning = (Session(start=time(8, 30), end=time(11, 45)),)
    week = replace(season.hours.weekly, mon=morning, tue=morning, wed=morning, thu=morning, fri=morning)
    half = replace(season, hours=replace(season.hours, weekly=week), holidays={2018: HolidayYear()})
    assert feasibility(half, None).comfortable == 54 * 312 // 2


def test_the_command_reports_and_succeeds() -> None:
    result = CliRunner().invoke(season_app, ["check", "--dir", str(CONFIG), "--holders", "12000"])
    assert result.exit_code == 0
    assert "办理日 54 天，时段 1404 个，可预约名额 18954 个" in result.output
    assert "到窗口领卡 12000 人：需要 39 个办理日，窗口利用率 57%。" in result.output


def test_the_command_fails_when_the_people_do_not_fit() -> None:
    result = CliRunner().invoke(season_app, ["check", "--dir", str(CONFIG), "--holders", "20000"])
    assert result.exit_code == 1
    assert result.output.count("不可行：") == 1


def test_the_command_lists_what_to_correct(spoil: Spoil) -> None:
    spoil("season.toml", "places = 3", "places = 9")
    directory = spoil("waves.toml", "everyone = true", "everyone = 1")
    result = CliRunner().invoke(season_app, ["check", "--dir", str(directory)])
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "配置有 2 处需要改正：",
        "- season.toml 的 offers.places：应为整数（1 到 3）；现在是 9。",
        "- waves.toml 的 waves[3].everyone：应为 true 或 false；现在是 1。",
    ]


def test_the_command_names_a_directory_without_files(tmp_path: Path) -> None:
    result = CliRunner().invoke(season_app, ["check", "--dir", str(tmp_path)])
    assert result.exit_code == 1
    assert "season.toml：找不到这个文件" in result.output
