"""What the manager's board shows, gathered once: for the page, for everybody who watches it live, and for a
moment of the past."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from psycopg import Connection

from queueing.domain import State
from queueing.domain.tallies import sent_on
from queueing.domain.waits import windows_open
from queueing.domain.walkins import controlled
from queueing.policies.hallwatch import alarm_rings, hall_watch
from queueing.policies.learned import as_seen, rumour_alarm, usual_walk_ins, walk_ins_so_far
from queueing.projections import queries
from queueing.projections.foreseen import DayForeseen, by_slot
from queueing.projections.queries import DayLoad, SlotLoad
from queueing.season.deadlines import deadlines
from queueing.season.model import Season
from queueing.sms.reasons import KINDS, STATES
from queueing.sms.then import Outcomes
from queueing.web import calm
from queueing.web.advice import Advice, advice
from queueing.web.alerts import alerts, unsettled
from queueing.web.chart import picture
from queueing.web.hall import Hall, hall
from queueing.web.heat import heat
from queueing.web.peaks import peaks

DAYS_SHOWN = 15
BEFORE = timedelta(days=3)
HEAT_DAYS = 7
NOTHING_FORESEEN: Mapping[date, DayForeseen] = {}
CHANNELS = {
    "sms": "短信",
    "web": "网页",
    "phone": "电话",
    "counter": "柜台",
    "walk_in": "现场取号",
    "home": "上门",
    "employer": "单位",
    "": "其他",
}


def _unasked(state: State, season: Season, now: datetime) -> dict[str, Any]:
    """Who came unasked today, and whether the rumour alarm rings."""
    return {
        "alarm": rumour_alarm(state, season, now),
        "raised": alarm_rings(state, season, now),
        "controlled": controlled(state),
        "watch": hall_watch(state, season, now),
        "sent": sent_on(state, now.date()),
        "so_far": walk_ins_so_far(state, now.date()),
        "usual": usual_walk_ins(state, season, now.date()),
    }


def _unsettled(state: State, season: Season, now: datetime) -> tuple[int, int, int]:
    """How many employers are late in handing on, how many should be asked to give cards back (whose rosters
    are late too), and how many lines of an outage's paper are not settled."""
    owed = [deadlines(one.handed_at, bool(one.held), season) for one in state.employers.values()]
    known = [one for one in owed if one]
    undelivered = sum(one.deliver_late(now) and not one.roster_late(now) for one in known)
    disputes = sum(len(card.disputes) for card in state.cards.values())
    return undelivered, sum(one.recall_due(now) for one in known), disputes


def board_then(
    conn: Connection[Any], state: State, season: Season, outcomes: Outcomes, moment: datetime
) -> dict[str, Any]:
    """Everything on the board as it was: `conn` and `state` are those of a replay."""
    sent = {
        "messages": outcomes.until(moment),
        "lately": outcomes.between(moment - timedelta(days=1), moment),
        "by_kind": outcomes.by_kind(moment),
    }
    shown = of_tables(conn, as_seen(season, state), moment) | of_state(state, season, moment) | sent
    return finished(shown, season) | {"past": True, "message_kinds": KINDS, "message_states": STATES}


def of_state(state: State, season: Season, now: datetime) -> dict[str, Any]:
    """The hall, who came unasked, the sweep, and what waits for a decision of staff."""
    facts = state.facts
    return _unasked(state, season, now) | {
        "hall": hall(state, now),
        "sweep_round": facts.sweep_round,
        "sweep_started": facts.sweep_started,
        "sweep_day": facts.sweep_day,
        "unsettled": _unsettled(state, season, now),
        "windows": {day: windows_open(state, day) for day in _days_from(now.date())},
    }


def _days_from(today: date) -> list[date]:
    """As far as the week shown may reach."""
    return [today + timedelta(days=ahead) for ahead in range(2 * DAYS_SHOWN)]


def of_tables(
    conn: Connection[Any], season: Season, now: datetime, known: Mapping[date, DayForeseen] = NOTHING_FORESEEN
) -> dict[str, Any]:
    """What the read models say; `known` are the days that were simulated (of the past: none)."""
    return of_day(conn, season, now, known) | of_season(conn, season, now)


def of_day(
    conn: Connection[Any], season: Season, now: datetime, known: Mapping[date, DayForeseen]
) -> dict[str, Any]:
    """What they say of slots and days."""
    rate, today = season.capacity.show_rate, now.date()
    how = (now, rate, calm.walk_ins_a_slot(season), calm.setting(season), by_slot(known))
    open_days = queries.days_with_slots(conn, today - BEFORE, DAYS_SHOWN)
    first, last = (open_days[0], open_days[-1]) if open_days else (today, today)
    days = queries.day_loads(conn, first, last, *how)
    return {
        "now": now,
        "rate": rate,
        "foreseen": known,
        "slots": queries.slot_loads(conn, today, *how),
        "week": queries.slots_between(conn, today, _last(days, now), *how),
        "days": [day for day in days if day.slots],
        "cohorts": {cohort.id: cohort.name for cohort in season.cohorts},
        "channels": CHANNELS,
    }


def of_season(conn: Connection[Any], season: Season, now: datetime) -> dict[str, Any]:
    """What they say of all cards and employers."""
    employers = queries.employers(conn, now, season.employers.roster_due_days)
    return {
        "totals": queries.season_totals(conn),
        "waves": _by_wave(season, queries.wave_progress(conn)),
        "employer_states": [
            (name, label, n)
            for name, label in queries.EMPLOYER_STATES.items()
            if (n := sum(row.state == name for row in employers))
        ],
        "overdue": sum(row.overdue for row in employers),
        "groups": queries.channel_shares(conn),
        "fair": queries.fairness(conn, now, promised(season)),
    }


def promised(season: Season) -> dict[str, float]:
    """The share of a slot each pool is promised."""
    return {pool.pool: pool.share for pool in season.reserves.pools}


def finished(shown: dict[str, Any], season: Season) -> dict[str, Any]:
    """All of it, with the pictures, sums and alerts that follow from the rest."""
    slots: Sequence[SlotLoad] = shown["slots"]
    found: Hall = shown["hall"]
    now: datetime = shown["now"]
    current = next((slot.slot for slot in slots if slot.start <= now < slot.ends), "")
    return shown | {
        "picture": picture(slots, current),
        "peaks": peaks(slots, shown["week"], now, shown["foreseen"]),
        "advice": _advised(shown, season),
        "day": day_sums(slots),
        "heat": heat(queries.hour_loads(shown["week"], now)),
        "alerts": [
            *alerts(slots, found, shown["fair"], shown["overdue"], shown["lately"], now),
            *unsettled(*shown["unsettled"]),
        ],
    }


def _advised(shown: dict[str, Any], season: Season) -> Advice | None:
    """How many windows to open for the rest of today; once that is over, on the next open day."""
    now, found = shown["now"], shown["hall"]
    coming = [slot for slot in shown["week"] if slot.open and slot.day > now.date()]
    for slots in (shown["slots"], [slot for slot in coming if slot.day == coming[0].day]):
        open_now = shown["windows"].get(slots[0].day, season.capacity.windows) if slots else 0
        said = advice(
            slots,
            now,
            shown["rate"],
            calm.walk_ins_a_slot(season),
            calm.setting(season),
            open_now,
            len(found.waiting),
        )
        if said:
            return said
    return None


def day_sums(slots: Sequence[SlotLoad]) -> dict[str, int]:
    """The day's sums over its slots."""
    names = ("capacity", "booked", "due", "arrived", "collected", "no_shows", "walk_ins", "free")
    sums: Counter[str] = Counter()
    for slot in slots:
        for name in names:
            sums[name] += getattr(slot, name)
    return {name: sums[name] for name in names} | {"expected": round(sum(s.expected for s in slots))}


def _last(days: Sequence[DayLoad], now: datetime) -> Any:
    """The last of the days of the heat map: so many with slots, from today."""
    ahead = [day.day for day in days if day.slots and day.day >= now.date()]
    return ahead[:HEAT_DAYS][-1] if ahead else now.date()


def _by_wave(season: Season, rows: list[queries.WaveProgress]) -> list[dict[str, Any]]:
    """Waves with their cohorts, as people call them."""
    names = {wave.id: wave.name for wave in season.waves}
    cohorts = {cohort.id: cohort.name for cohort in season.cohorts}
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        wave = found.setdefault(
            row.wave,
            {"name": names.get(row.wave, "其他"), "opens": row.opens, "opened": row.opened_at, "cohorts": []},
        )
        wave["cohorts"].append((cohorts.get(row.cohort, row.cohort), row))
    return list(found.values())
