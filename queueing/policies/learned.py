"""What the log has taught so far: who of the booked comes, how many come unasked, and how fast the windows
work today. Functions of the state, the season and the time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from msgspec.structs import replace

from queueing.crowd.capacity import spread
from queueing.crowd.show import Cell, ShowRates, lead_bin, learn
from queueing.crowd.waits import rolling_mean
from queueing.crowd.walkins import Alarm, Remaining, remaining, share_over, usual_level, watched
from queueing.domain.state import Seat, State
from queueing.domain.tallies import QUARTER, quarter_of
from queueing.domain.waits import services_today
from queueing.season.calendar import sessions, windows
from queueing.season.model import Season


def minute_of(moment: datetime) -> int:
    """The minute of its day."""
    return moment.hour * 60 + moment.minute


def spans(season: Season, day: date) -> list[tuple[int, int]]:
    """The sessions of a day, in minutes of the day."""
    return [(minute_of(start), minute_of(end)) for start, end in sessions(day, season)]


def spans_of(state: State, season: Season, day: date) -> list[tuple[int, int]]:
    """The sessions of a day by its slots, as they stand after every change of the plan; as configured when it
    has none."""
    found: list[tuple[int, int]] = []
    for name in state.days.get(day, ()):
        start, end = minute_of(state.slots[name].start), minute_of(state.slots[name].end)
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found or spans(season, day)


def windows_of(state: State, season: Season, day: date) -> int:
    """The windows planned for a day, by what its slots can serve; as configured when it has none."""
    service = season.capacity.service_minutes
    slots = [state.slots[name] for name in state.days.get(day, ())]
    planned = [slot.plain * service / ((slot.end - slot.start).total_seconds() / 60) for slot in slots]
    return max(map(round, planned)) if planned else windows(day, season)


def show_rates(state: State, season: Season) -> ShowRates:
    """Show rates by cohort and lead time, shrunk; the season's rate before anything is known."""
    seen: defaultdict[Cell, list[int]] = defaultdict(lambda: [0, 0])
    for kind, counted in state.shown.items():
        cohort, _, lead = kind.partition("|")
        cell = seen[cohort, lead_bin(int(lead))]
        cell[0] += counted.came
        cell[1] += counted.due
    return learn({cell: (came, due) for cell, (came, due) in seen.items()}, season.capacity.show_rate)


def as_seen(season: Season, state: State) -> Season:
    """The season with the share of booked people who come as this branch has seen it so far."""
    capacity = replace(season.capacity, show_rate=show_rates(state, season).overall)
    return replace(season, capacity=capacity)


def expected_show(state: State, rates: ShowRates, seats: Iterable[Seat]) -> list[float]:
    """The chance of each of these people to come."""
    found = []
    for seat in seats:
        booking = state.cards[seat.card].booking
        made = booking.made if booking else None
        lead = (booking.told.date() - made.date()).days if booking and made else 0
        found.append(rates.rate(seat.cohort, lead))
    return found


def usual_walk_ins(state: State, season: Season, today: date) -> float:
    """People who come unasked on a usual day: the mean of the days seen, with the season's number counting
    for five."""
    by_day: Counter[str] = Counter()
    for quarter, count in state.walk_ins.items():
        by_day[quarter[:8]] += count
    past = [day for day in state.days if day < today]
    counts = [by_day[f"{day:%Y%m%d}"] for day in past]
    return usual_level(counts, season.capacity.walk_ins_per_day)


def quarters(season: Season, day: date) -> list[datetime]:
    """The quarters of an hour in which a day is open."""
    step = timedelta(minutes=QUARTER)
    return [
        start + number * step
        for start, end in sessions(day, season)
        for number in range((end - start) // step)
    ]


def walk_in_quarters(state: State, season: Season, day: date) -> list[tuple[datetime, int, float]]:
    """Each open quarter of an hour of a day: how many came unasked, and how many usually do. Whoever came
    before the doors opened counts in the first."""
    starts = quarters(season, day)
    profile = [season.capacity.walk_in_profile.get(start.hour, 0.0) for start in starts]
    usual = spread(usual_walk_ins(state, season, day), profile)
    seen = Counter[datetime]()
    prefix = f"{day:%Y%m%d}"
    for quarter, count in state.walk_ins.items():
        if quarter.startswith(prefix) and starts:
            at = datetime.strptime(quarter, "%Y%m%d-%H%M")
            seen[max((s for s in starts if s <= at), default=starts[0])] += count
    return [(start, seen[start], expected) for start, expected in zip(starts, usual, strict=True)]


def rumour_alarm(state: State, season: Season, now: datetime) -> Alarm:
    """The alarm over today's quarters that are over, and the running one once it alone is enough."""
    current = quarter_of(now)
    bins = [
        (seen, usual)
        for start, seen, usual in walk_in_quarters(state, season, now.date())
        if quarter_of(start) <= current
    ]
    return watched(bins)


def walk_ins_so_far(state: State, day: date) -> int:
    """People who came unasked on a day."""
    prefix = f"{day:%Y%m%d}"
    return sum(count for quarter, count in state.walk_ins.items() if quarter.startswith(prefix))


def remaining_walk_ins(state: State, season: Season, now: datetime) -> Remaining:
    """People still to come unasked today."""
    today = now.date()
    usual = usual_walk_ins(state, season, today)
    over = share_over(season.capacity.walk_in_profile, spans(season, today), minute_of(now))
    return remaining(usual, over, walk_ins_so_far(state, today))


def service_now(state: State, season: Season, today: date) -> float:
    """Minutes of a service as the windows work today."""
    return rolling_mean(services_today(state, today), season.capacity.service_minutes)


def evening(moment: datetime) -> bool:
    """The day's work is over, and what it taught is in the log."""
    return moment.time() >= time(18, 30)
