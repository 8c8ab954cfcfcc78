"""When the branch is open and which slots that makes: pure functions of a season and dates."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from chinese_calendar import constants as library
from msgspec import Struct

from queueing.crowd.capacity import net_capacity, spread, told_offset, whole_numbers
from queueing.season.errors import UnknownYearError
from queueing.season.model import DayException, HolidayYear, Season, Sessions

_LIBRARY_YEARS = frozenset(day.year for day in library.holidays)
_NOTHING_SPECIAL = HolidayYear()
_DAY = timedelta(days=1)


class PlannedSlot(Struct, frozen=True):
    """A slot as planned: `capacity` may be booked ahead, `walk_in_room` is for same-day tickets besides.

    `plain_capacity` is what the windows can serve; of `capacity`, `reserved[pool]` places are kept for a
    pool until `overflow_at`, from when everybody may have them.
    """

    id: str
    start: datetime
    end: datetime
    plain_capacity: int
    capacity: int
    walk_in_room: int
    reserved: dict[str, int]
    overflow_at: datetime


def year_is_known(year: int, season: Season) -> bool:
    """Whether the public holidays of this year are known from the library or from holidays.toml."""
    return year in _LIBRARY_YEARS or year in season.holidays


def is_working_day(day: date, season: Season) -> bool:
    """Whether people in China work on this day: holidays and swapped working days considered."""
    override = season.holidays.get(day.year, _NOTHING_SPECIAL)
    if day in override.holidays:
        return False
    if day in override.working_days:
        return True
    if not year_is_known(day.year, season):
        raise UnknownYearError(day.year)
    return day in library.workdays or (day.weekday() < 5 and day not in library.holidays)


def is_swapped_working_day(day: date, season: Season) -> bool:
    """A Saturday or Sunday worked in exchange for a holiday."""
    return day.weekday() >= 5 and is_working_day(day, season)


def is_public_holiday(day: date, season: Season) -> bool:
    """A day off by public notice, whatever the weekday; an ordinary weekend is none."""
    override = season.holidays.get(day.year, _NOTHING_SPECIAL)
    if day in override.holidays:
        return True
    return not is_working_day(day, season) and (day.weekday() < 5 or day in library.holidays)


def days(first: date, last: date) -> Iterator[date]:
    """Every date from first to last, both included."""
    return (first + n * _DAY for n in range((last - first).days + 1))


def working_days(first: date, last: date, season: Season) -> list[date]:
    """The working days from first to last, both included."""
    return [day for day in days(first, last) if is_working_day(day, season)]


def add_working_days(day: date, count: int, season: Season) -> date:
    """The count-th working day after `day` (an employer's deadline)."""
    while count > 0:
        day += _DAY
        count -= is_working_day(day, season)
    return day


def sessions(day: date, season: Season) -> list[tuple[datetime, datetime]]:
    """The stretches of opening on this date, in order; none when the branch is closed or out of season."""
    if not season.first_day <= day <= season.last_day:
        return []
    return [
        (datetime.combine(day, one.start), datetime.combine(day, one.end)) for one in _sessions(day, season)
    ]


def open_days(season: Season) -> list[date]:
    """The dates of the season on which the branch serves people."""
    return [day for day in days(season.first_day, season.last_day) if sessions(day, season)]


def next_open_day(day: date, season: Season) -> date | None:
    """The first open date on or after `day`, within the season."""
    first = max(day, season.first_day)
    return next((one for one in days(first, season.last_day) if sessions(one, season)), None)


def windows(day: date, season: Season) -> int:
    """How many windows are planned for this date."""
    exception = _exception(day, season)
    if exception is not None and exception.windows is not None:
        return exception.windows
    return season.capacity.windows


def slots(season: Season) -> list[PlannedSlot]:
    """Every slot of the season, in order."""
    return [slot for day in days(season.first_day, season.last_day) for slot in day_slots(day, season)]


def day_slots(day: date, season: Season) -> list[PlannedSlot]:
    """The slots of one date. A piece of a session shorter than a slot is left free."""
    rule = season.capacity
    length = timedelta(minutes=rule.slot_minutes)
    starts, first_of_session = _starts(sessions(day, season), length)
    if not starts:
        return []
    served = windows(day, season) * rule.slot_minutes / rule.service_minutes
    profile = [rule.walk_in_profile.get(start.hour, 0.0) for start in starts]
    room = whole_numbers(spread(rule.walk_in_places_per_day, profile))
    capacity = net_capacity(
        [served] * len(starts),
        first_of_session,
        spread(rule.walk_ins_per_day, profile),
        load=rule.load,
        show_rate=rule.show_rate,
        first_slot_factor=rule.first_slot_factor,
        walk_ins_stay=rule.walk_ins_stay,
    )
    overflow = timedelta(hours=season.reserves.overflow_hours_before)
    return [
        PlannedSlot(
            id=slot_id(start),
            start=start,
            end=start + length,
            plain_capacity=int(served),
            capacity=places,
            walk_in_room=tickets,
            reserved=reserved_places(places, season),
            overflow_at=start - overflow,
        )
        for start, places, tickets in zip(starts, capacity, room, strict=True)
    ]


def reserved_places(capacity: int, season: Season) -> dict[str, int]:
    """How many of a slot's places each pool keeps; together never more than there are."""
    pools = season.reserves.pools
    counts = whole_numbers(capacity * reserve.share for reserve in pools)
    return {reserve.pool: count for reserve, count in zip(pools, counts, strict=True)}


def slot_id(start: datetime) -> str:
    """The id of the slot that starts then, as YYYYMMDD-HHMM."""
    return f"{start.year:04}{start.month:02}{start.day:02}-{start.hour:02}{start.minute:02}"


def slot_start(slot: str) -> datetime:
    """The start of the slot with this id."""
    return datetime.strptime(slot, "%Y%m%d-%H%M")


def told_time(
    start: datetime, index_in_slot: int, places: int, slot_minutes: int = 15, step_minutes: int = 5
) -> datetime:
    """When the index-th person of a slot (from 0) is asked to come: the slot is spread over small steps."""
    return start + timedelta(minutes=told_offset(index_in_slot, places, slot_minutes, step_minutes))


def _starts(opening: list[tuple[datetime, datetime]], length: timedelta) -> tuple[list[datetime], list[bool]]:
    starts, firsts = [], []
    for begin, end in opening:
        for number in range((end - begin) // length):
            starts.append(begin + number * length)
            firsts.append(number == 0)
    return starts, firsts


def _sessions(day: date, season: Season) -> Sessions:
    exception = _exception(day, season)
    if exception is not None and exception.sessions is not None:
        return exception.sessions
    if is_swapped_working_day(day, season):
        return season.hours.swapped_working_day
    if is_public_holiday(day, season):
        return ()
    return _usual(day, season)


def _usual(day: date, season: Season) -> Sessions:
    week = season.hours.weekly
    return (week.mon, week.tue, week.wed, week.thu, week.fri, week.sat, week.sun)[day.weekday()]


def _exception(day: date, season: Season) -> DayException | None:
    return next((one for one in season.hours.exceptions if one.date == day), None)
