"""The season moved around any day stays the same season."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from queueing.season import calendar
from queueing.season.consistency import problems_of
from queueing.season.errors import SeasonError
from queueing.season.faq import answer, sms_faults
from queueing.season.load import load_season
from queueing.season.model import DayException, Season
from queueing.season.shift import fixed_holidays, shift
from tests.season.conftest import CONFIG

SEASON = load_season(CONFIG)


@given(st.dates(date(1000, 1, 1), date(9998, 12, 31)))
@example(date(2024, 2, 29))
@example(date(2026, 10, 1))
@example(date(2026, 12, 31))
@example(date(2030, 1, 1))
def test_any_day_of_any_year_lies_in_the_second_wave_of_a_sound_season(today: date) -> None:
    moved = shift(SEASON, today)
    assert 21 <= (today - moved.first_day).days <= 27
    assert moved.wave("june").opens <= today < moved.wave("july").opens
    assert (moved.first_day - SEASON.first_day).days % 7 == 0
    assert problems_of(moved) == []
    assert calendar.slots(moved)
    assert (open_on := calendar.next_open_day(today, moved)) is not None
    assert open_on - today <= timedelta(days=10)
    calendar.add_working_days(moved.last_day, 5, moved)


@given(st.dates(date(2004, 3, 1), date(2090, 1, 1)))
def test_distances_between_dates_stay(today: date) -> None:
    def distances(season: Season) -> list[int]:
        days = [
            season.last_day,
            season.sweep.date,
            season.sweep.last_call,
            *(wave.opens for wave in season.waves),
        ]
        days += [season.facts.certify_by, season.facts.both_cards_until]
        return [(day - season.first_day).days for day in days]

    assert distances(shift(SEASON, today)) == distances(SEASON)


@given(st.dates(date(2004, 3, 1), date(2090, 1, 1)))
def test_answers_still_fit_into_one_message(today: date) -> None:
    moved = shift(SEASON, today)
    faults = [sms_faults(answer(moved, key).sms, moved.branch.sms_signature) for key in moved.faq]
    assert not any(faults)


def test_a_known_year_keeps_its_holidays_and_says_only_what_was_moved() -> None:
    moved = shift(SEASON, date(2025, 10, 9))
    assert moved.holidays == SEASON.holidays
    assert moved.notes == ("演示：全部日期整体移动了 383 周，发放季为2025年9月17日至2025年12月2日。",)
    assert calendar.sessions(date(2025, 10, 7), moved) == []
    assert calendar.sessions(date(2025, 9, 28), moved)


def test_an_unknown_year_rests_on_weekends_and_fixed_holidays_and_says_so() -> None:
    moved = shift(SEASON, date(2041, 5, 1))
    assert moved.holidays[2041] == fixed_holidays(2041)
    assert [calendar.is_working_day(date(2041, 5, day), moved) for day in (1, 2, 3)] == [False, False, True]
    assert "2041 年的放假安排还不知道" in moved.notes[1]
    assert moved.notes[2] == "今天（2041年5月1日）网点不办理，下一个办理日是5月3日。"


def test_only_the_unknown_half_of_a_season_over_new_year_is_filled_in() -> None:
    last = max(year for year in range(2020, 2100) if calendar.year_is_known(year, SEASON))
    moved = shift(SEASON, date(last, 12, 20))
    assert set(moved.holidays) == {last + 1}


def test_exceptions_move_along() -> None:
    closed = DayException(date=date(2018, 6, 20), reason="停电检修", sessions=())
    season = replace(SEASON, hours=replace(SEASON.hours, exceptions=(closed,)))
    moved = shift(season, date(2025, 10, 9))
    assert moved.hours.exceptions[0].date - moved.first_day == closed.date - season.first_day
    assert calendar.sessions(moved.hours.exceptions[0].date, moved) == []


def test_the_ends_of_the_calendar_are_refused_kindly() -> None:
    for today in (date.max, date.min):
        with pytest.raises(SeasonError, match="离日历的尽头太近"):
            shift(SEASON, today)
