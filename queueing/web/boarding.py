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
from queueing.sms.status import counts as message_counts
from queueing.sms.status import settled
from queueing.web import calm
from queueing.web.alerts import alerts, stopped_webhooks, unsettled
from queueing.web.chart import picture
from queueing.web.hall import Hall, hall
from queueing.web.heat import heat
from queueing.web.peaks import Peak, peaks
from queueing.web.site import Site
from queueing.webhooks import subscriptions

DAYS_SHOWN = 15
SEASON_SECONDS, SEASON_MOST = 2.0, 10.0
"""How old the numbers of the whole season may be on a live board: when nothing happens (messages go out all
the same), and when something happens at every look."""
BEFORE, AFTER = timedelta(days=3), timedelta(days=30)
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


def board(site: Site, season: dict[str, Any] | None = None) -> dict[str, Any]:
    """Everything on the board, now. `season` are the numbers of `season_numbers`, if they are known."""
    now = site.now()
    season = season or season_numbers(site, now)
    with site.system.desk.view() as state:
        standing = of_state(state, now) | _unasked(state, site.system.season, now)
        seen = as_seen(site.system.season, state)
    with site.db() as conn:
        shown = of_day(conn, seen, now) | season | standing
    finished = _finished(shown, season["lately"])
    finished["peaks"] = [_foreseen(site, peak, now) for peak in finished["peaks"]]
    said = [*finished["alerts"], *unsettled(*season["unsettled"]), *stopped_webhooks(season["stopped"])]
    return finished | {"past": False, "alerts": said}


def season_numbers(site: Site, now: datetime) -> dict[str, Any]:
    """What the board shows of the whole season: every card and every message is counted."""
    with site.system.desk.view() as state:
        open_ones = _unsettled(state, site.system.season, now)
    with site.db() as conn:
        return of_season(conn, site.system.season, now) | {
            "messages": message_counts(conn),
            "lately": settled(conn, now - timedelta(days=1)),
            "stopped": subscriptions.stopped(conn),
            "unsettled": open_ones,
        }


def _foreseen(site: Site, peak: Peak, now: datetime) -> Peak:
    found = site.foresight.of(peak.day, now)
    return peak.as_simulated(found) if found else peak


def _unasked(state: State, season: Season, now: datetime) -> dict[str, Any]:
    """Who came unasked today, and whether the rumour alarm rings."""
    return {
        "alarm": rumour_alarm(state, season, now),
        "raised": state.facts.rumour_day == now.date(),
        "so_far": walk_ins_so_far(state, now.date()),
        "usual": usual_walk_ins(state, season, now.date()),
    }


class Wall:
    """The board drawn again and again for those who watch: the day and the hall at once when something
    happened, the numbers of the whole season (most of the work) at the next look, a second later."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._season: dict[str, Any] = {}
        self._drawn: Hashable = None
        self._counted: Hashable = None
        self._counted_at = float("-inf")

    def stamp(self) -> Hashable:
        """Changes when something happened, and while the season's numbers are behind."""
        now = stamp(self._site)
        return now, self._drawn == now, self._counted == now, self._site.foresight.version

    def shown(self) -> dict[str, Any]:
        """Everything on the board."""
        now, age = stamp(self._site), time.monotonic() - self._counted_at
        again = now == self._drawn
        if (again and (now != self._counted or age > SEASON_SECONDS)) or age > SEASON_MOST:
            self._season = season_numbers(self._site, self._site.now())
            self._counted, self._counted_at = now, time.monotonic()
        self._drawn = now
        return board(self._site, self._season)


def _unsettled(state: State, season: Season, now: datetime) -> tuple[int, int, int]:
    """How many employers are late in handing on, how many should be asked to give cards back (whose rosters
    are late too), and how many lines of an outage's paper are not settled."""
    owed = [deadlines(one.handed_at, bool(one.held), season) for one in state.employers.values()]
    known = [one for one in owed if one]
    undelivered = sum(one.deliver_late(now) and not one.roster_late(now) for one in known)
    disputes = sum(len(card.disputes) for card in state.cards.values())
    return undelivered, sum(one.recall_due(now) for one in known), disputes


def board_then(conn: Connection[Any], state: State, season: Season, moment: datetime) -> dict[str, Any]:
    """Everything on the board but the messages, as it was: `conn` and `state` are those of a replay."""
    shown = of_tables(conn, as_seen(season, state), moment) | of_state(state, moment)
    return _finished(shown, {}) | {"past": True, "messages": {}}


def of_state(state: State, now: datetime) -> dict[str, Any]:
    """The hall and the sweep."""
    facts = state.facts
    return {
        "hall": hall(state, now),
        "sweep_round": facts.sweep_round,
        "sweep_started": facts.sweep_started,
        "sweep_day": facts.sweep_day,
    }


def of_tables(conn: Connection[Any], season: Season, now: datetime) -> dict[str, Any]:
    """What the read models say."""
    return of_day(conn, season, now) | of_season(conn, season, now)


def of_day(conn: Connection[Any], season: Season, now: datetime) -> dict[str, Any]:
    """What they say of slots and days."""
    rate, walk_ins = season.capacity.show_rate, calm.walk_ins_a_slot(season)
    today = now.date()
    days = queries.day_loads(conn, today - BEFORE, today + AFTER, now, rate, walk_ins, calm.setting(season))
    return {
        "now": now,
        "slots": queries.slot_loads(conn, today, now, rate, walk_ins, calm.setting(season)),
        "week": queries.slots_between(
            conn, today, _last(days, now), now, rate, walk_ins, calm.setting(season)
        ),
        "days": [day for day in days if day.slots][:DAYS_SHOWN],
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


def _finished(shown: dict[str, Any], lately: dict[str, int]) -> dict[str, Any]:
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
        "alerts": alerts(slots, found, shown["fair"], shown["overdue"], lately, now),
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
