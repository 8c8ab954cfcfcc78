"""The same season moved around another day, so that it can be shown and tried whenever it is wanted."""

from datetime import date, timedelta

from msgspec.structs import replace

from queueing.season.calendar import next_open_day, year_is_known
from queueing.season.errors import Problem, SeasonError
from queueing.season.faq import day_in_words
from queueing.season.model import HolidayYear, Season

_SETTLED_DAYS = 21  # a demonstration has some weeks behind it


def shift(season: Season, today: date) -> Season:
    """The season with all its dates moved by whole weeks so that `today` lies in the wave before the sweep.

    The season then opened three to four weeks ago and goes on for weeks. Weekdays and the distances between
    dates stay as they are. A year whose holidays nobody knows gets weekends and the fixed public holidays
    only; `notes` says so, and what was moved.
    """
    try:
        moved = _moved(season, _whole_weeks(season, today))
        moved = _with_known_years(moved)
    except OverflowError:
        reason = f"{today.isoformat()} 离日历的尽头太近，排不出一个完整的发放季，请换一天。"
        raise SeasonError([Problem("season.toml", "first_day", reason)]) from None
    return replace(moved, notes=(*moved.notes, *_today_notes(moved, today)))


def fixed_holidays(year: int) -> HolidayYear:
    """The public holidays that fall on the same dates each year: 1 January, 1-2 May, 1-3 October."""
    fixed = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
    return HolidayYear(holidays=tuple(date(year, month, day) for month, day in fixed))


def _whole_weeks(season: Season, today: date) -> timedelta:
    turns = sorted(wave.opens for wave in season.waves if not wave.everyone) or [season.first_day]
    since_opening = max(_SETTLED_DAYS, (turns[-1] - season.first_day).days)
    return timedelta(weeks=((today - season.first_day).days - since_opening) // 7)


def _moved(season: Season, by: timedelta) -> Season:
    exceptions = tuple(replace(one, date=one.date + by) for one in season.hours.exceptions)
    sweep, facts = season.sweep, season.facts
    first, last = season.first_day + by, season.last_day + by
    note = f"演示：全部日期整体移动了 {by.days // 7} 周，发放季为{_long(first)}至{_long(last)}。"
    return replace(
        season,
        first_day=first,
        last_day=last,
        hours=replace(season.hours, exceptions=exceptions),
        sweep=replace(sweep, date=sweep.date + by, last_call=sweep.last_call + by),
        facts=replace(facts, certify_by=facts.certify_by + by, both_cards_until=facts.both_cards_until + by),
        waves=tuple(replace(wave, opens=wave.opens + by) for wave in season.waves),
        notes=(*season.notes, note),
    )


def _with_known_years(season: Season) -> Season:
    # Deadlines of employers run past the last day, so the year they end in counts too.
    last = season.last_day + timedelta(days=season.employers.deliver_within_working_days * 2 + 30)
    unknown = [
        year for year in range(season.first_day.year, last.year + 1) if not year_is_known(year, season)
    ]
    if not unknown:
        return season
    named = "、".join(f"{year} 年" for year in unknown)
    note = (
        f"{named}的放假安排还不知道：演示按周末和固定日期的法定节日（元旦、劳动节、国庆节）休息，"
        "没有春节等农历节日和调休。"
    )
    return replace(
        season,
        holidays=season.holidays | {year: fixed_holidays(year) for year in unknown},
        notes=(*season.notes, note),
    )


def _today_notes(season: Season, today: date) -> tuple[str, ...]:
    open_on = next_open_day(today, season)
    if open_on is None or open_on == today:
        return ()
    return (f"今天（{_long(today)}）网点不办理，下一个办理日是{day_in_words(open_on)}。",)


def _long(day: date) -> str:
    return f"{day.year}年{day_in_words(day)}"
