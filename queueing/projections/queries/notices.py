"""The batches of notices: planned, sent, answered, booked."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from queueing.projections.notices import NoticeBatch
from queueing.projections.queries.reading import fetch


class BatchRow(NoticeBatch, frozen=True, gc=False):
    """A batch with the messages that left for it so far."""

    sent: int = 0


def notice_batches(connection: Connection[Any], most: int = 60) -> list[BatchRow]:
    """The last batches, the latest first. A batch's messages carry its moment."""
    return fetch(
        connection,
        BatchRow,
        "SELECT b.*, (SELECT count(*) FROM messages AS m WHERE m.created = b.at"
        " AND m.kind IN ('invitation', 'sweep') AND m.state IN ('accepted', 'delivered')) AS sent"
        " FROM notice_batch AS b WHERE b.at IS NOT NULL ORDER BY b.batch DESC LIMIT %s",
        (most,),
    )
