"""What the manager's board shows, gathered once: for the page, for everybody who watches it live, and for a
moment of the past."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from queueing.domain import State
from queueing.policies.learned import as_seen, rumour_alarm, usual_walk_ins, walk_ins_so_far
from queueing.projections import queries
from queueing.projections.queries import DayLoad, SlotLoad
from queueing.projections.tracking import tracked
from queueing.season.deadlines import deadlines
from queueing.season.model import Season
from queueing.sms.reasons import KINDS, STATES
from queueing.sms.status import counts as message_counts
from queueing.sms.status import settled
from queueing.sms.then import Outcomes
from queueing.web import calm
from queueing.web.alerts import alerts, stopped_webhooks, unsettled
from queueing.web.chart import picture
from queueing.web.hall import Hall, hall
from queueing.web.heat import heat
from queueing.web.peaks import Peak, peaks
from queueing.web.site import Site
from queueing.webhooks import subscriptions

DAYS_SHOWN = 15
OUTBOX_SECONDS = 2.0
"""How old the numbers of messages may be on a live board."""
BEFORE = timedelta(days=3)
HEAT_DAYS = 7
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


def board(site: Site, outbox: dict[str, Any] | None = None) -> dict[str, Any]:
    """Everything on the board, now. `outbox` are the numbers of `outbox_numbers`, if they are known."""
    now, season = site.now(), site.system.season
    outbox = outbox or outbox_numbers(site, now)
    with site.system.desk.view() as state:
        standing, seen = of_state(state, season, now), as_seen(season, state)
    with site.db() as conn:
        shown = of_tables(conn, seen, now) | standing | outbox
    finished = _finished(shown)
    finished["peaks"] = [_foreseen(site, peak, now) for peak in finished["peaks"]]
    said = [*finished["alerts"], *stopped_webhooks(outbox["stopped"])]
    return finished | {"past": False, "alerts": said, "message_states": STATES}


def outbox_numbers(site: Site, now: datetime) -> dict[str, Any]:
    """What became of messages, to other systems too: every message is counted."""
    with site.db() as conn:
        return {
            "messages": message_counts(conn),
            "lately": settled(conn, now - timedelta(days=1)),
            "stopped": subscriptions.stopped(conn),
        }


def _foreseen(site: Site, peak: Peak, now: datetime) -> Peak:
    found = site.foresight.of(peak.day, now)
    return peak.as_simulated(found) if found else peak


class Wall:
    """The board drawn again and again for those who watch. Messages, of which there may be hundreds of
    thousands, are counted anew every few seconds; what they do wakes nobody anyway."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._outbox: dict[str, Any] = {}
        self._counted = float("-inf")

    def stamp(self) -> Hashable:
        """Changes when something happened."""
        return stamp(self._site), self._site.foresight.version

    def shown(self) -> dict[str, Any]:
        """Everything on the board."""
        if time.monotonic() - self._counted > OUTBOX_SECONDS:
            self._outbox = outbox_numbers(self._site, self._site.now())
            self._counted = time.monotonic()
        return board(self._site, self._outbox)


def _unasked(state: State, season: Season, now: datetime) -> dict[str, Any]:
    """Who came unasked today, and whether the rumour alarm rings."""
    return {
        "alarm": rumour_alarm(state, season, now),
        "raised": state.facts.rumour_day == now.date(),
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
    return _finished(shown) | {"past": True, "message_kinds": KINDS, "message_states": STATES}


def of_state(state: State, season: Season, now: datetime) -> dict[str, Any]:
    """The hall, who came unasked, the sweep, and what waits for a decision of staff."""
    facts = state.facts
    return _unasked(state, season, now) | {
        "hall": hall(state, now),
        "sweep_round": facts.sweep_round,
        "sweep_started": facts.sweep_started,
        "sweep_day": facts.sweep_day,
        "unsettled": _unsettled(state, season, now),
    }


def of_tables(conn: Connection[Any], season: Season, now: datetime) -> dict[str, Any]:
    """What the read models say."""
    return of_day(conn, season, now) | of_season(conn, season, now)


def of_day(conn: Connection[Any], season: Season, now: datetime) -> dict[str, Any]:
    """What they say of slots and days."""
    rate, walk_ins = season.capacity.show_rate, calm.walk_ins_a_slot(season)
    today = now.date()
    open_days = queries.days_with_slots(conn, today - BEFORE, DAYS_SHOWN)
    first, last = (open_days[0], open_days[-1]) if open_days else (today, today)
    days = queries.day_loads(conn, first, last, now, rate, walk_ins, calm.setting(season))
    return {
        "now": now,
        "slots": queries.slot_loads(conn, today, now, rate, walk_ins, calm.setting(season)),
        "week": queries.slots_between(
            conn, today, _last(days, now), now, rate, walk_ins, calm.setting(season)
        ),
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


def stamp(site: Site) -> Hashable:
    """Changes when anything on the board may have, but for messages: the read models follow every fact."""
    with site.db() as conn:
        return tuple(sorted(tracked(conn).items()))


def _finished(shown: dict[str, Any]) -> dict[str, Any]:
    """With the pictures, sums and alerts that follow from the rest."""
    slots: Sequence[SlotLoad] = shown["slots"]
    found: Hall = shown["hall"]
    now: datetime = shown["now"]
    current = next((slot.slot for slot in slots if slot.start <= now < slot.ends), "")
    return shown | {
        "picture": picture(slots, current),
        "peaks": peaks(slots, shown["week"], now),
        "day": day_sums(slots),
        "heat": heat(queries.hour_loads(shown["week"])),
        "alerts": [
            *alerts(slots, found, shown["fair"], shown["overdue"], shown["lately"], now),
            *unsettled(*shown["unsettled"]),
        ],
    }


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
