"""What must not leave now: whose reason is gone, who hears from us too often, what would wake somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg

from queueing.domain.state import Card
from queueing.projections.message_rules import Times
from queueing.sms.rows import EXEMPT, Done, Row
from queueing.system import System

SAME_TEXT_PER_DAY = 2


class Facts:
    """What the sender must know about those it writes to today: what the desk knows of the cards (a read
    model may lag behind), and what was sent in the last 24 hours."""

    def __init__(
        self, system: System, connection: psycopg.Connection[Any], rows: Sequence[Row], now: datetime
    ) -> None:
        cards = {row.card for row in rows if row.card}
        with system.desk.view() as state:
            self.cards = {card: state.cards[card] for card in cards if card in state.cards}
        sent = connection.execute(
            "SELECT card, employer, kind, text_hash, outcome_at FROM messages"
            " WHERE (card = ANY(%s) OR (card = '' AND employer = ANY(%s)))"
            " AND state IN ('accepted', 'delivered', 'unknown') AND outcome_at > %s",
            (
                sorted(cards),
                sorted({row.employer for row in rows if row.employer}),
                now - timedelta(hours=24),
            ),
        ).fetchall()
        self._today: Counter[str] = Counter(
            card for card, _, kind, _, at in sent if at.date() == now.date() and kind not in EXEMPT
        )
        self._texts: Counter[tuple[str, str, str]] = Counter(
            (card, employer, digest) for card, employer, _, digest, _ in sent
        )

    def today(self, card: str) -> int:
        """Messages that already went to this person today, without answers to their own."""
        return self._today[card]

    def said_enough(self, row: Row, digest: str) -> bool:
        """This very text went to whom this message is for as often as it may in 24 hours."""
        return self._texts[row.card, row.employer, digest] >= SAME_TEXT_PER_DAY

    def count(self, row: Row, digest: str) -> None:
        """One more is leaving."""
        self._today[row.card] += row.kind not in EXEMPT
        self._texts[row.card, row.employer, digest] += 1


def held_back(
    row: Row, number: str | None, facts: Facts, times: Times, system: System, now: datetime
) -> Done | None:
    """Why this message does not leave now, if so."""
    if row.expires_at < now:
        return Done(ref=row.ref, state="dropped", reason="expired", attempted=False)
    if number is None:
        return Done(ref=row.ref, state="dropped", reason="no number")
    gone = _gone(row, facts.cards[row.card]) if row.card in facts.cards else ""
    if gone:
        return Done(ref=row.ref, state="void", reason=gone)
    if row.kind in EXEMPT:
        return None
    if times.quiet_at(now.time()):
        return Done(ref=row.ref, state="due", due_at=times.awake(now), attempted=False)
    if row.card and facts.today(row.card) >= system.season.messages.max_per_person_per_day:
        tomorrow = datetime.combine(now.date() + timedelta(days=1), times.quiet_until)
        return Done(ref=row.ref, state="due", due_at=tomorrow, reason="daily cap", attempted=False)
    return None


def _gone(row: Row, card: Card) -> str:
    """Why the reason of a message is gone, or ""."""
    if card.erased:
        return "erased"
    if card.opted_out and row.kind != "reply":
        return "opted out"
    if card.unreachable and row.kind not in ("reply", "confirmation"):
        return "unreachable"
    if card.done and row.kind in ("invitation", "sweep", "reminder", "calm"):
        return "collected"
    booked = (card.booking.number, card.booking.version) if card.booking else (0, 0)
    if row.template in ("cancelled", "slot_closed"):
        return "superseded" if card.booking and card.booking.number > row.booking > 0 else ""
    bound = row.kind in ("reminder", "confirmation", "change", "calm") and row.booking > 0
    return "superseded" if bound and booked != (row.booking, row.version) else ""
