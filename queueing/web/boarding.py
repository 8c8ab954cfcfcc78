"""What the manager's board shows, gathered once for the page and for everybody who watches it live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from queueing import words
from queueing.projections import queries
from queueing.projections.queries import SlotLoad
from queueing.projections.tracking import tracked
from queueing.sms.status import counts as message_counts
from queueing.web import calm
from queueing.web.chart import picture
from queueing.web.hall import Hall, hall
from queueing.web.site import Site

DAYS_SHOWN = 15
QUEUE_LONG_MINUTES = 30.0
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


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that needs the manager, and the page that helps."""

    text: str
    action: str
    address: str


def board(site: Site) -> dict[str, Any]:
    """Everything on the board."""
    now = site.now()
    rate, walk_ins = site.system.season.capacity.show_rate, calm.usual_walk_ins(site)
    with site.db() as conn:
        slots = queries.slot_loads(conn, now.date(), now, rate, walk_ins)
        days = queries.day_loads(
            conn, now.date() - timedelta(days=3), now.date() + timedelta(days=30), now, rate, walk_ins
        )
        totals = queries.season_totals(conn)
        waves = queries.wave_progress(conn)
        employers = queries.employers(conn, now, site.system.season.employers.roster_due_days)
        shares = queries.channel_shares(conn)
        messages = message_counts(conn)
    with site.system.desk.view() as state:
        found = hall(state, now)
        sweep = (state.facts.sweep_round, state.facts.sweep_started, state.facts.sweep_day)
    current = next((slot.slot for slot in slots if slot.start <= now < slot.ends), "")
    overdue = [row for row in employers if row.overdue]
    return {
        "now": now,
        "hall": found,
        "slots": slots,
        "picture": picture(slots, current),
        "day": _sums(slots),
        "days": [day for day in days if day.slots][:DAYS_SHOWN],
        "totals": totals,
        "waves": _by_wave(site, waves),
        "employer_states": [
            (name, label, n)
            for name, label in queries.EMPLOYER_STATES.items()
            if (n := sum(row.state == name for row in employers))
        ],
        "overdue": len(overdue),
        "shares": [share for share in shares if share.kind == "channel"],
        "bands": [share for share in shares if share.kind == "band"],
        "channels": CHANNELS,
        "messages": messages,
        "sweep_round": sweep[0],
        "sweep_started": sweep[1],
        "sweep_day": sweep[2],
        "alerts": alerts(slots, found, len(overdue), messages, now),
    }


def alerts(
    slots: list[SlotLoad], found: Hall, overdue: int, messages: dict[str, int], now: datetime
) -> list[Alert]:
    """What somebody should look at now, with what helps beside it."""
    said = []
    crowded = [slot for slot in slots if slot.ends > now and slot.level == "crowded"]
    if crowded:
        times = "、".join(words.clock(slot.start) for slot in crowded[:3])
        said.append(Alert(f"{times}预计拥挤（共{len(crowded)}段）。", "加开窗口", "#windows"))
    if found.expected_wait > QUEUE_LONG_MINUTES:
        wait = words.minutes(found.expected_wait)
        said.append(Alert(f"大厅{len(found.waiting)}人在等，{wait}。", "加开窗口", "#windows"))
    if overdue:
        said.append(Alert(f"{overdue}家单位的回执超期。", "打电话催", "/employers?show=overdue"))
    failed = messages.get("refused", 0)
    sent = failed + messages.get("accepted", 0) + messages.get("delivered", 0)
    if failed >= 5 and failed > 0.05 * sent:
        said.append(Alert(f"{failed}条短信没有发成。", "看电话名单", "/lists/phone"))
    return said


def stamp(site: Site) -> Hashable:
    """Changes when anything on the board may have."""
    with site.system.desk.view():
        position = site.system.desk.position
    with site.db() as conn:
        return position, tuple(sorted(tracked(conn).items())), tuple(sorted(message_counts(conn).items()))


def _sums(slots: list[SlotLoad]) -> dict[str, int]:
    """The day's sums over its slots."""
    names = ("capacity", "booked", "due", "arrived", "collected", "no_shows", "walk_ins", "free")
    sums: Counter[str] = Counter()
    for slot in slots:
        for name in names:
            sums[name] += getattr(slot, name)
    return {name: sums[name] for name in names}


def _by_wave(site: Site, rows: list[queries.WaveProgress]) -> list[dict[str, Any]]:
    """Waves with their cohorts, as people call them."""
    season = site.system.season
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
