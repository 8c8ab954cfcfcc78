"""The composition root: the one place that joins settings, season, log, desk, vault and templates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from math import inf
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import psycopg
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from queueing.errors import UserError
from queueing.log import Desk, EventLog
from queueing.log.desk import FRESH_SECONDS
from queueing.log.snapshots import Snapshots
from queueing.people.notes import Notes
from queueing.people.vault import Vault
from queueing.projections.foreseen import CrowdAhead
from queueing.season.load import load_season
from queueing.season.model import Season
from queueing.season.shift import shift
from queueing.settings import Settings, read_master_key

Clock = Callable[[], datetime]
ZONE = ZoneInfo("Asia/Shanghai")
DEMO_WINDOWS = 2


def branch_time() -> datetime:
    """Now, as naive local time of the branch. The only clock of the product."""
    return datetime.now(ZONE).replace(tzinfo=None)


@dataclass(frozen=True, eq=False)
class System:
    """An open product: everything an edge needs. Close it when done."""

    url: str
    redis_url: str
    public_url: str
    season: Season
    clock: Clock
    log: EventLog
    desk: Desk
    vault: Vault
    notes: Notes
    gateway_name: str
    pool: ConnectionPool[psycopg.Connection[tuple[object, ...]]]
    crowd: CrowdAhead
    var_dir: Path
    settings: Settings = field(repr=False)

    def close(self) -> None:
        """Finish what was asked and give everything back."""
        self.desk.close()
        self.log.close()
        self.pool.close()


def open_system(
    settings: Settings, *, clock: Clock = branch_time, season: Season | None = None, alone: bool = False
) -> System:
    """Join the parts for the database the settings name. `season` replaces the configured one and `alone`
    says that no other process decides beside this one (rehearsals)."""
    if settings.database_url is None:
        raise UserError("没有数据库地址：请先用 make run 启动系统，或设置 DATABASE_URL。")
    url = settings.database_url
    season = season or current_season(settings)
    pool: ConnectionPool[psycopg.Connection[tuple[object, ...]]] = ConnectionPool(
        url,
        min_size=1,
        max_size=16,
        open=True,
        timeout=5,
        check=None if alone else ConnectionPool.check_connection,
        kwargs={"autocommit": True} | ({"options": "-c synchronous_commit=off"} if alone else {}),
    )
    log = EventLog(url)
    key = read_master_key(settings)
    vault = Vault(pool, key)
    vault.migrate()
    return System(
        url=url,
        redis_url=settings.redis_url or "",
        public_url=settings.public_url,
        season=season,
        clock=clock,
        log=log,
        desk=Desk(
            log, season.branch.id, clock, Snapshots(url), fresh_seconds=inf if alone else FRESH_SECONDS
        ),
        vault=vault,
        notes=Notes(key),
        gateway_name=settings.sms,
        pool=pool,
        crowd=CrowdAhead(pool),
        var_dir=settings.var_dir,
        settings=settings,
    )


def migrate_installation(url: str) -> None:
    """The table of what this installation decided once (the anchor of its demonstration season)."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS installation (key text PRIMARY KEY, value text NOT NULL)"
        )


def remembered(url: str, key: str) -> str | None:
    """What this installation decided once, or None."""
    with psycopg.connect(url, row_factory=tuple_row) as connection:
        row = connection.execute("SELECT value FROM installation WHERE key = %s", (key,)).fetchone()
    return str(row[0]) if row else None


def remember(url: str, key: str, value: str) -> None:
    """Decide something once; what was decided before stays."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO installation VALUES (%s, %s) ON CONFLICT DO NOTHING", (key, value))


def demo_anchor(url: str) -> date | None:
    """The day around which this installation's demonstration season was laid, if it has one."""
    anchor = remembered(url, "demo_anchor")
    return date.fromisoformat(anchor) if anchor else None


def demo_season(season: Season, anchor: date) -> Season:
    """A season moved around a day and made fit for a small branch."""
    moved = shift(season, anchor)
    capacity = msgspec.structs.replace(
        moved.capacity, windows=DEMO_WINDOWS, walk_ins_per_day=14, walk_in_places_per_day=22, walk_in_quota=22
    )
    return msgspec.structs.replace(moved, capacity=capacity)


def current_season(settings: Settings) -> Season:
    """The season of the configuration; shifted to its anchor for a demonstration."""
    season = load_season(settings.season_dir)
    anchor = demo_anchor(settings.database_url) if settings.database_url else None
    return demo_season(season, anchor) if anchor else season
