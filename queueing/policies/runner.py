"""Runs policies: reads the state, asks the desk for what they want."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from queueing.domain import Refusal
from queueing.domain.holders import MarkUnreachable
from queueing.policies.rules import POLICIES
from queueing.system import System

_log = logging.getLogger(__name__)


def run(system: System, name: str, now: datetime) -> int:
    """Run one policy; how many events followed. A command that is refused was overtaken by somebody else's
    decision."""
    with system.desk.view() as state:
        commands = POLICIES[name](state, system.season, now)
    asked = [system.desk.submit(command, by="system", via="system", now=now) for command in commands]
    events = 0
    for future in asked:
        try:
            events += len(future.result().events)
        except Refusal as refusal:
            _log.info("%s: %s", name, type(refusal).__name__)
    return events


def run_all(system: System, now: datetime) -> dict[str, int]:
    """Run every policy in order; events by policy."""
    return {name: run(system, name, now) for name in POLICIES}


def mark_unreachable_when_a_number_is_refused(system: System, now: datetime) -> int:
    """Numbers the gateway refuses for good go to the staff's phone list; each refused message is looked at
    once."""
    with system.pool.connection() as connection:
        refused = _refused(connection)
    events = 0
    for card, reason in {card: reason for _, card, reason in refused}.items():
        command = MarkUnreachable(card, reason)
        try:
            events += len(system.desk.handle(command, by="system", via="system", now=now).events)
        except Refusal as refusal:
            _log.info("unreachable: %s", type(refusal).__name__)
    with system.pool.connection() as connection:
        connection.execute(
            "UPDATE messages SET followed_up = true WHERE ref = ANY(%s)", ([ref for ref, _, _ in refused],)
        )
    return events


def forget_everywhere_who_was_erased(system: System, now: datetime) -> int:
    """What erased holders wrote to us goes, and what the vault still has of them if whoever erased them was
    interrupted; how many rows went."""
    with system.desk.view() as state:
        erased = [card_id for card_id, card in state.cards.items() if card.erased]
    if not erased:
        return 0
    gone = sum(system.vault.erase(card, now) for card in erased)
    with system.pool.connection() as connection:
        for table in ("inbound", "local_messages"):
            statement = sql.SQL("DELETE FROM {} WHERE card = ANY(%s)").format(sql.Identifier(table))
            gone += connection.execute(statement, (erased,)).rowcount
    return gone


def _refused(connection: psycopg.Connection[Any]) -> list[tuple[UUID, str, str]]:
    rows = connection.execute(
        "SELECT ref, card, reason FROM messages WHERE state = 'refused' AND NOT followed_up AND card <> ''"
        " ORDER BY outcome_at LIMIT 1000"
    ).fetchall()
    return [(row[0], str(row[1]), str(row[2])) for row in rows]
