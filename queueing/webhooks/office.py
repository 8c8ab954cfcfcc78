"""Opening what sending needs: from a system that is open, or by itself, without a desk, for the worker."""

from __future__ import annotations

import psycopg
from psycopg_pool import ConnectionPool

from queueing.errors import UserError
from queueing.log.store import EventLog
from queueing.people.notes import Notes
from queueing.settings import Settings, read_master_key
from queueing.system import System, branch_time, current_season
from queueing.webhooks.delivery import AT_ONCE, Office


def office_of(system: System) -> Office:
    """Of an open system."""
    return Office(
        log=system.log,
        pool=system.pool,
        notes=system.notes,
        branch=system.season.branch.id,
        clock=system.clock,
        hosts=frozenset(system.settings.webhook_hosts),
        days=system.settings.webhook_days,
    )


def open_office(settings: Settings) -> Office:
    """For a process that only sends; it lives as long as the process."""
    if settings.database_url is None:
        raise UserError("没有数据库地址：请先用 make run 启动系统，或设置 DATABASE_URL。")
    pool: ConnectionPool[psycopg.Connection[tuple[object, ...]]] = ConnectionPool(
        settings.database_url,
        min_size=1,
        max_size=AT_ONCE + 2,
        open=True,
        timeout=5,
        check=ConnectionPool.check_connection,
        kwargs={"autocommit": True},
    )
    return Office(
        log=EventLog(settings.database_url),
        pool=pool,
        notes=Notes(read_master_key(settings)),
        branch=current_season(settings).branch.id,
        clock=branch_time,
        hosts=frozenset(settings.webhook_hosts),
        days=settings.webhook_days,
    )
