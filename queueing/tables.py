"""Creating all tables below the web, once, before other processes start: creating them at the same time
would make PostgreSQL refuse some."""

from __future__ import annotations

import psycopg

from queueing.log import EventLog
from queueing.log.snapshots import Snapshots
from queueing.projections.registry import all_projections
from queueing.projections.runner import Projector
from queueing.sms import inbound
from queueing.sms.gateways import local
from queueing.system import migrate_installation

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
            local.migrate(url)
            migrate_installation(url)
            Projector(url, all_projections(), log).migrate()
        finally:
            log.close()
