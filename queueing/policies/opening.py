"""From the season as configured to the command that opens it."""

from __future__ import annotations

from queueing.domain.events import Rules, WavePlan
from queueing.domain.season import NewSlot, OpenSeason
from queueing.season.calendar import slots
from queueing.season.model import Season


def rules_of(season: Season) -> Rules:
    """The numbers the domain's rules use."""
    capacity, counter, offers = season.capacity, season.counter, season.offers
    return Rules(
        grace=counter.grace_minutes,
        no_show_after=counter.no_show_after_minutes,
        phone_list_after=counter.no_shows_before_phone_list,
        hold_minutes=offers.hold_minutes,
        hold_share=offers.held_share,
        offered=offers.places,
        told_step=capacity.told_step_minutes,
        slot_minutes=capacity.slot_minutes,
        service_minutes=capacity.service_minutes,
        roster_due_days=season.employers.roster_due_days,
        recall_after_days=season.employers.recall_after_days,
        sweep_every_days=season.sweep.repeat_every_days,
        walk_in_quota=capacity.walk_in_quota,
        later_from=counter.later_from,
        walk_in_control=counter.walk_in_control,
        calm_first=offers.calm_first,
    )


def opening(season: Season) -> OpenSeason:
    """The command that opens the season with all its slots."""
    return OpenSeason(
        season=season.id,
        first_day=season.first_day,
        last_day=season.last_day,
        sweep_day=season.sweep.date,
        last_call=season.sweep.last_call,
        waves=tuple(WavePlan(wave=w.id, opens=w.opens, cohorts=tuple(w.cohorts)) for w in season.waves),
        rules=rules_of(season),
        windows=season.capacity.windows,
        slots=tuple(
            NewSlot(
                slot=s.id,
                start=s.start,
                end=s.end,
                plain=s.plain_capacity,
                capacity=s.capacity,
                walk_in_room=s.walk_in_room,
                reserved=s.reserved,
                overflow_at=s.overflow_at,
            )
            for s in slots(season)
        ),
    )
