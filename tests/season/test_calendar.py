"""Opening hours, lunch, holidays, swapped working days, and the slots they make."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from queueing.season import calendar
from queueing.season.errors import UnknownYearError
from queueing.season.load import load_season
from queueing.season.model import DayException, HolidayYear, Reserve, Reserves, Season, Session
from tests.season.conftest import CONFIG

DAY = date(2018, 5, 16)
FULL_DAY = 26
SHIPPED = load_season(CONFIG)


def spring(season: Season) -> Season:
    """The season begun earlier, so that the holidays of April and May lie in it."""
    return replace(season, first_day=date(2018, 4, 2))


def with_exception(season: Season, **changes: object) -> Season:
    exception = DayException(date=date(2018, 6, 20), reason="停电检修", **changes)  # type: ignore[arg-type]
    return replace(season, hours=replace(season.hours, exceptions=(exception,)))


def test_a_day_is_open_before_and_after_lunch(season: Season) -> None:
    def at(hour: int, minute: int) -> datetime:
        return datetime.combine(DAY, time(hour, minute))

    assert calendar.sessions(DAY, season) == [(at(8, 30), at(11, 30)), (at(13, 30), at(17, 0))]


def test_no_slot_touches_lunch_or_closing_time(season: Season) -> None:
    planned = calendar.day_slots(DAY, season)
    assert len(planned) == FULL_DAY
    assert [slot.id for slot in planned][11:13] == ["20180516-1115", "20180516-1330"]
    assert max(slot.end for slot in planned) == datetime(2018, 5, 16, 17)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2018, 4, 28), True),  # a Saturday worked in exchange for 30 April
        (date(2018, 4, 29), False),
        (date(2018, 4, 30), False),
        (date(2018, 5, 1), False),
        (date(2018, 5, 2), True),
        (date(2018, 6, 18), False),  # Dragon Boat Festival, a Monday
        (date(2018, 6, 16), False),
        (date(2018, 7, 1), False),
        (date(2018, 7, 2), True),
    ],
)
def test_public_holidays_and_swapped_working_days_are_followed(
    season: Season, day: date, works: bool
) -> None:
    assert calendar.is_working_day(day, season) is works
    assert bool(calendar.sessions(day, spring(season))) is works


def test_a_branch_open_on_saturdays_is_still_closed_on_a_public_holiday(season: Season) -> None:
    morning = (Session(start=time(9), end=time(12)),)
    saturdays = replace(season.hours, weekly=replace(season.hours.weekly, sat=morning, sun=morning))
    busy = replace(spring(season), hours=saturdays)
    assert len(calendar.sessions(date(2018, 5, 19), busy)) == 1
    assert calendar.sessions(date(2018, 4, 29), busy) == []
    assert len(calendar.sessions(date(2018, 4, 28), busy)) == 2


def test_nothing_is_open_outside_the_season(season: Season) -> None:
    assert calendar.sessions(date(2018, 5, 15), season) == []
    assert calendar.sessions(date(2018, 8, 1), season) == []


def test_the_file_wins_over_the_library(season: Season) -> None:
    local = HolidayYear(holidays=(date(2018, 5, 17),), working_days=(date(2018, 6, 18),))
    local_season = replace(season, holidays={2018: local})
    assert not calendar.is_working_day(date(2018, 5, 17), local_season)
    assert calendar.is_public_holiday(date(2018, 5, 17), local_season)
    assert calendar.is_working_day(date(2018, 6, 18), local_season)


@pytest.mark.parametrize("year", [2003, 2035])
def test_an_unknown_year_names_the_year_and_the_file_to_edit(season: Season, year: int) -> None:
    with pytest.raises(
        UnknownYearError, match=rf"holidays\.toml 的 years\.{year}：还不知道 {year} 年的节假日"
    ) as refused:
        calendar.is_working_day(date(year, 3, 1), season)
    assert refused.value.year == year


def test_a_year_written_in_the_file_is_known(season: Season) -> None:
    told = replace(
        season, holidays={2035: HolidayYear(holidays=(date(2035, 1, 1),), working_days=(date(2035, 1, 6),))}
    )
    assert not calendar.is_working_day(date(2035, 1, 1), told)
    assert calendar.is_working_day(date(2035, 1, 2), told)
    assert calendar.is_swapped_working_day(date(2035, 1, 6), told)
    assert not calendar.is_working_day(date(2035, 1, 7), told)


def test_working_days_are_counted_over_weekends_and_holidays(season: Season) -> None:
    assert len(calendar.working_days(date(2018, 6, 11), date(2018, 6, 22), season)) == 9
    assert calendar.add_working_days(date(2018, 6, 13), 5, season) == date(2018, 6, 21)
    assert calendar.add_working_days(date(2018, 6, 15), 0, season) == date(2018, 6, 15)


def test_the_next_open_day_is_found_within_the_season(season: Season) -> None:
    assert calendar.next_open_day(date(2018, 6, 16), season) == date(2018, 6, 19)
    assert calendar.next_open_day(date(2018, 1, 1), season) == DAY
    assert calendar.next_open_day(date(2018, 8, 1), season) is None


def test_a_date_can_be_closed_shortened_or_short_of_windows(season: Season) -> None:
    day, usual = date(2018, 6, 20), calendar.day_slots(date(2018, 6, 20), season)
    assert calendar.day_slots(day, with_exception(season, sessions=())) == []
    morning = with_exception(season, sessions=(Session(start=time(8, 30), end=time(11, 30)),))
    assert len(calendar.day_slots(day, morning)) == 12
    half = calendar.day_slots(day, with_exception(season, windows=2))
    assert [slot.id for slot in half] == [slot.id for slot in usual]
    assert {slot.plain_capacity for slot in half} == {7}
    assert sum(slot.capacity for slot in half) < sum(slot.capacity for slot in usual) / 2


def test_the_season_of_2018_has_54_days_of_26_slots_and_351_places(season: Season) -> None:
    planned = calendar.slots(season)
    assert len(calendar.open_days(season)) == 54
    assert len(planned) == 54 * FULL_DAY
    assert sum(slot.capacity for slot in planned) == 54 * 351
    assert len({slot.id for slot in planned}) == len(planned)
    assert [slot.start for slot in planned] == sorted(slot.start for slot in planned)


def test_the_expected_people_of_a_day_fill_the_planned_load(season: Season) -> None:
    rule, planned = season.capacity, calendar.day_slots(DAY, season)
    come = (
        rule.show_rate * sum(slot.capacity for slot in planned) + rule.walk_ins_stay * rule.walk_ins_per_day
    )
    full = rule.load * 15 * (FULL_DAY - 2 + 2 * rule.first_slot_factor)
    assert come == pytest.approx(full, abs=1)


def test_the_first_slot_of_each_session_is_smaller(season: Season) -> None:
    places = [slot.capacity for slot in calendar.day_slots(DAY, season)]
    assert places[0] < 0.6 * min(places[1:12])
    assert places[12] < 0.65 * min(places[13:])


def test_the_walk_in_room_adds_up_to_the_day_and_is_larger_in_the_morning(season: Season) -> None:
    room = [slot.walk_in_room for slot in calendar.day_slots(DAY, season)]
    assert sum(room) == season.capacity.walk_in_places_per_day
    assert sum(room[:12]) > sum(room[12:])


def test_reserved_places_are_a_share_of_the_slot_until_a_day_before(season: Season) -> None:
    slot = calendar.day_slots(DAY, season)[3]
    assert slot.capacity == 14
    assert slot.reserved == {"channel:sms": 4, "channel:phone": 2}
    assert slot.overflow_at == slot.start - timedelta(hours=24)


@given(st.integers(0, 60), st.lists(st.integers(0, 100), min_size=1, max_size=6))
def test_reserved_places_never_exceed_the_slot(capacity: int, parts: list[int]) -> None:
    whole = max(sum(parts), 1)
    pools = tuple(Reserve(pool=f"cohort:c{number}", share=part / whole) for number, part in enumerate(parts))
    kept = calendar.reserved_places(
        capacity, replace(SHIPPED, reserves=Reserves(overflow_hours_before=24, pools=pools))
    )
    assert all(count >= 0 for count in kept.values())
    assert sum(kept.values()) == (capacity if sum(parts) else 0)


def test_a_piece_shorter_than_a_slot_is_left_free(season: Season) -> None:
    short = with_exception(season, sessions=(Session(start=time(8, 30), end=time(9, 10)),))
    assert [slot.id[-4:] for slot in calendar.day_slots(date(2018, 6, 20), short)] == ["0830", "0845"]


def test_a_slot_id_and_its_start_are_the_same_thing(season: Season) -> None:
    assert all(calendar.slot_start(slot.id) == slot.start for slot in calendar.day_slots(DAY, season))


def test_people_of_one_slot_are_told_times_in_steps_of_five_minutes() -> None:
    start = datetime(2018, 5, 16, 9)
    told = [calendar.told_time(start, index, 14).minute for index in range(14)]
    assert [told.count(minute) for minute in (0, 5, 10)] == [5, 5, 4]
    assert told[:6] == [0, 5, 10, 0, 5, 10]


def test_a_half_full_slot_is_spread_as_evenly_and_an_overfull_one_stays_inside() -> None:
    start = datetime(2018, 5, 16, 9)
    assert [calendar.told_time(start, index, 2).minute for index in range(3)] == [0, 5, 0]
    assert calendar.told_time(start, 0, 0) == start
    assert calendar.told_time(start, 50, 14) < start + timedelta(minutes=15)
    assert calendar.told_time(start, 5, 20, slot_minutes=30, step_minutes=10) == start + timedelta(minutes=20)


def test_the_whole_season_is_planned_fast(season: Season) -> None:
    from time import perf_counter

    def seconds() -> float:
        began = perf_counter()
        calendar.slots(season)
        return perf_counter() - began

    assert min(seconds() for _ in range(5)) < 0.05
