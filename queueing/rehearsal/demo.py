"""The demonstration season: synthetic people, played around today's date up to now, so that every page has
something to show."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, time, timedelta

from queueing.rehearsal.rehearse import Plan, prepare_play
from queueing.rehearsal.stage import RehearsalClock
from queueing.season.load import load_season
from queueing.settings import Settings
from queueing.system import System, branch_time, demo_anchor, demo_season, open_system, remember, remembered
from queueing.tables import empty

HOLDERS = 2400
SEED = 7


def seed_demo(settings: Settings, say: Callable[[str], None]) -> bool:
    """Fill an empty log with the demonstration season up to now; whether it did. One that was interrupted is
    thrown away and played anew."""
    now = branch_time().replace(second=0, microsecond=0)
    url = settings.database_url or ""
    if demo_anchor(url):
        if remembered(url, "demo_done"):
            return False
        say("上次准备演示数据时中断了，现在从头准备。")
        empty(url)
    season = demo_season(load_season(settings.season_dir), now.date())
    clock = RehearsalClock(datetime.combine(season.first_day, time()) - timedelta(hours=12))
    system = open_system(settings, clock=clock, season=season, alone=True)
    try:
        if system.log.head():
            return False
        remember(url, "demo_anchor", now.date().isoformat())
        say("第一次启动：正在准备演示用的发放季（约需半分钟）……")
        with closing(prepare_play(system, clock, Plan(HOLDERS, SEED, season, settings.season_dir))) as play:
            play.until(now)
        remember(url, "demo_employer", _employer_at_work(system))
        remember(url, "demo_done", branch_time().isoformat())
    finally:
        system.close()
    return True


def _employer_at_work(system: System) -> str:
    """An employer that is handing out cards right now: its clerk's page has something to do."""
    with system.desk.view() as state:
        busy = [name for name, employer in state.employers.items() if employer.held]
        return max(busy, key=lambda name: len(state.employers[name].held), default="e001")
