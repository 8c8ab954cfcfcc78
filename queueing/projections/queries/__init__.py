"""What screens, exports and the API read. Every statistic has its one definition here.

Each function takes a psycopg connection and returns frozen structs. What depends on the time is computed from
the `now` that is passed in.
"""

from queueing.projections.card_status import CardStatus
from queueing.projections.queries.crowding import NOTHING, Crowding, Foreseen, Setting
from queueing.projections.queries.employers import EMPLOYER_STATES, EmployerRow, employers
from queueing.projections.queries.fairness import WAYS, Fairness, fairness
from queueing.projections.queries.lists import (
    TODAY_STATES,
    TodayEntry,
    card,
    cards_by_ids,
    closing_count,
    closing_list,
    employer_cards,
    home_visits,
    phone_list,
    today_list,
    waiting,
)
from queueing.projections.queries.notices import BatchRow, notice_batches
from queueing.projections.queries.slots import (
    LEVELS,
    ROOMS,
    DayLoad,
    HourLoad,
    SlotLoad,
    day_loads,
    days_with_slots,
    expected_people,
    hour_loads,
    room,
    slot_loads,
    slots_between,
    windows_needed,
)
from queueing.projections.queries.totals import (
    ChannelShare,
    SeasonTotals,
    WaveProgress,
    channel_shares,
    season_totals,
    wave_progress,
)
from queueing.projections.queries.visits import (
    ClassWait,
    EstimateScore,
    asked_scores,
    estimate_scores,
    waits_by_class,
)

__all__ = [
    "EMPLOYER_STATES",
    "LEVELS",
    "NOTHING",
    "ROOMS",
    "TODAY_STATES",
    "WAYS",
    "BatchRow",
    "CardStatus",
    "ChannelShare",
    "ClassWait",
    "Crowding",
    "DayLoad",
    "EmployerRow",
    "EstimateScore",
    "Fairness",
    "Foreseen",
    "HourLoad",
    "SeasonTotals",
    "Setting",
    "SlotLoad",
    "TodayEntry",
    "WaveProgress",
    "asked_scores",
    "card",
    "cards_by_ids",
    "channel_shares",
    "closing_count",
    "closing_list",
    "day_loads",
    "days_with_slots",
    "employer_cards",
    "employers",
    "estimate_scores",
    "expected_people",
    "fairness",
    "home_visits",
    "hour_loads",
    "notice_batches",
    "phone_list",
    "room",
    "season_totals",
    "slot_loads",
    "slots_between",
    "today_list",
    "waiting",
    "waits_by_class",
    "wave_progress",
    "windows_needed",
]
