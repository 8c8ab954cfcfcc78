"""What an employer that took cards owes, and by when. The one definition, for pages, alerts and reminders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from queueing.season.calendar import add_working_days
from queueing.season.model import Season


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The last day to hand the cards on, when the roster is due, and from when the bank may fetch the cards
    back. Only what an employer still holds can be late."""

    deliver_by: date
    roster_by: datetime
    recall_from: datetime
    holds: bool

    def deliver_late(self, now: datetime) -> bool:
        """The cards should be with their holders."""
        return self.holds and now.date() > self.deliver_by

    def roster_late(self, now: datetime) -> bool:
        """The roster should be here."""
        return self.holds and now > self.roster_by

    def recall_due(self, now: datetime) -> bool:
        """The bank should decide whether to fetch the cards."""
        return self.holds and now >= self.recall_from


def deadlines(handed_at: datetime | None, holds: bool, season: Season) -> Deadlines | None:
    """Counted from the day the cards were taken; None before that."""
    if handed_at is None:
        return None
    rules = season.employers
    return Deadlines(
        deliver_by=add_working_days(handed_at.date(), rules.deliver_within_working_days, season),
        roster_by=handed_at + timedelta(days=rules.roster_due_days),
        recall_from=handed_at + timedelta(days=rules.recall_after_days),
        holds=holds,
    )
