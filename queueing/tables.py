"""Creating all tables below the web, once, before other processes start: creating them at the same time
would make PostgreSQL refuse some."""

from __future__ import annotations

import psycopg
from psycopg import sql

from queueing.log import EventLog
from queueing.log.snapshots import Snapshots
from queueing.projections import foreseen, mornings
from queueing.projections.registry import all_projections
from queueing.projections.runner import Projector
from queueing.sms import inbound, inbox, pace, strangers, unread
from queueing.sms.gateways import local
from queueing.system import migrate_installation
from queueing.webhooks import tables as webhooks

OWN_TABLES = (
    "queueing_tt_main",
    "queueing_tt_tag",
    "desk_snapshots",
    "kept_morning",
    "inbound",
    "threads",
    "conversations_read",
    "local_messages",
    "strangers",
    "unread",
    "gateway_pace",
    "day_forecasts",
    "installation",
    "webhook_subscriptions",
    "webhook_attempts",
    "vault_people",
    "vault_employers",
    "queueing_tracking",
)
_LOCK = 7_311_905
"""Any number that is ours: two programs that migrate wait for each other."""


def migrate(url: str) -> None:
    """Bring the database up to date; a second time changes nothing."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        log = EventLog(url)
        try:
            log.migrate()
            Snapshots(url).migrate()
            inbound.migrate(url)
            inbox.migrate(url)
            local.migrate(url)
            pace.migrate(url)
            strangers.migrate(url)
            unread.migrate(url)
            foreseen.migrate(url)
            migrate_installation(url)
            webhooks.migrate(url)
            Projector(url, all_projections(), log).migrate()
            mornings.migrate(url)
        finally:
            log.close()


def empty(url: str) -> None:
    """Empty every table that `migrate` makes, and the vault's but for its check of the key. For a
    demonstration that was not finished: nothing else is ever emptied."""
    views = [table for projection in all_projections() for table in projection.tables]
    tables = [*views, *OWN_TABLES]
    with psycopg.connect(url, autocommit=True) as connection:
        there = {
            row[0]
            for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        }
        names = sql.SQL(", ").join(sql.Identifier(table) for table in tables if table in there)
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(names))
    log = EventLog(url)
    try:
        Projector(url, all_projections(), log).migrate()
    finally:
        log.close()
