"""Seasons short enough to be played in a test."""

from datetime import date, timedelta

from msgspec.structs import replace

from queueing.season.load import load_season
from queueing.season.model import Season
from tests.support import CONFIG


def short(days: int, june: int, sweep: int, last_call: int) -> Season:
    """The configured season from its first day on, cut to so many days; the waves open so many days in."""
    season = load_season(CONFIG)
    first = season.first_day

    def day(number: int) -> date:
        return first + timedelta(days=number)

    opens = {"may": first, "june": day(june), "july": day(sweep)}
    return replace(
        season,
        last_day=day(days - 1),
        waves=tuple(replace(wave, opens=opens[wave.id]) for wave in season.waves),
        sweep=replace(season.sweep, date=day(sweep), repeat_every_days=3, last_call=day(last_call)),
        capacity=replace(season.capacity, windows=1, walk_ins_per_day=4, walk_in_places_per_day=6),
    )


MONTH = short(days=24, june=7, sweep=13, last_call=21)
"""16 May to 8 June: long enough for rosters to come back and for several rounds of the sweep."""

WEEK = short(days=8, june=2, sweep=5, last_call=7)
