"""Whether the read models say what the rules say: their rows against a state folded from the log.

The two are folded by different code from the same facts, so a difference is an error in one of them. Both
must be at the same position of the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from psycopg import Connection

from queueing.domain.state import Batch, Card, Employer, Slot, State
from queueing.projections.card_status import CARDS
from queueing.projections.employers import EMPLOYERS
from queueing.projections.load import CHANNELS, SLOTS
from queueing.projections.notices import BATCHES
from queueing.projections.queries.reading import select
from queueing.projections.tables import Row, Table

LIMIT = 100
"""So many differences are enough to know."""


def differences(connection: Connection[Any], state: State) -> list[str]:
    """What differs, in words; nothing if all agrees."""
    found = [
        *_differ(connection, CARDS, {key: _card(card) for key, card in state.cards.items()}),
        *_differ(connection, SLOTS, {key: _slot(state, key) for key in state.slots}),
        *_differ(connection, EMPLOYERS, {key: _employer(one) for key, one in state.employers.items()}),
        *_differ(connection, BATCHES, {int(key): _batch(one) for key, one in state.batches.items()}),
    ]
    return found[:LIMIT]


def _differ(
    connection: Connection[Any], table: Table[Any], expected: dict[Any, dict[str, Any]]
) -> Iterator[str]:
    rows: dict[Any, Row] = {getattr(row, table.key): row for row in select(connection, table, "")}
    for key in sorted(rows.keys() - expected.keys()):
        yield f"{table.name} {key}：读模型里有，日志里没有"
    for key, values in expected.items():
        row = rows.get(key)
        if row is None:
            yield f"{table.name} {key}：日志里有，读模型里没有"
            continue
        for column, value in values.items():
            found = getattr(row, column)
            if found != value:
                yield f"{table.name} {key} {column}：读模型是 {found!r}，日志是 {value!r}"


def _card(card: Card) -> dict[str, Any]:
    booking, visit, gone, collected = card.booking, card.visit, card.no_show, card.collected
    same = (
        "cohort",
        "channel",
        "employer",
        "released",
        "band",
        "priority",
        "reach",
        "place",
        "registered",
        "invites",
        "sweep_round",
        "no_shows",
        "opted_out",
        "unreachable",
        "phone_list",
        "home_visit",
        "erased",
    )
    values: dict[str, Any] = {column: getattr(card, column) for column in same}
    values.update(
        last_invited=card.invited,
        booking=booking.number if booking else 0,
        version=booking.version if booking else 0,
        slot=booking.slot if booking else "",
        told=booking.told if booking else None,
        via=booking.via if booking else "",
        no_show_slot=gone.slot if gone else "",
        no_show_booking=gone.booking if gone else 0,
        no_show_at=gone.at if gone else None,
        no_show_undone=gone.undone if gone else False,
        how=collected.how if collected else "",
        collected_by=collected.by if collected else "",
        was=collected.was if collected else visit.lay if visit and visit.window else "",
        was_listed=collected.phone_list if collected else "",
        was_home_visit=collected.home_visit if collected else False,
    )
    if visit:
        values.update(_visit(visit.window, visit.called))
        values.update(
            visit_booking=visit.booking,
            visit_slot=visit.slot,
            visit_told=visit.told,
            arrived_at=visit.arrived,
            ticket=visit.ticket,
            late=visit.late,
        )
    else:
        values["visit"] = "done" if collected and collected.visit else ""
    return values


def _visit(window: str, called: datetime | None) -> dict[str, Any]:
    return {"visit": "window" if window else "hall", "window_no": window, "called_at": called}


def _slot(state: State, slot_id: str) -> dict[str, Any]:
    slot: Slot = state.slots[slot_id]
    by = Counter(seat.via if seat.via in CHANNELS else "other" for seat in slot.seats)
    return {
        "day": slot.start.date(),
        "start": slot.start,
        "ends": slot.end,
        "plain": slot.plain,
        "capacity": slot.capacity,
        "walk_in_room": slot.walk_in_room,
        "open": slot.open,
        "booked": len(slot.seats),
        "due": sum(1 for seat in slot.seats if not _came(state.cards[seat.card])),
        "walk_ins": slot.tickets,
        **{f"by_{channel}": by[channel] for channel in (*CHANNELS, "other")},
    }


def _came(card: Card) -> bool:
    """The holder is in the hall for the live booking."""
    booking, visit = card.booking, card.visit
    return bool(booking and visit and visit.booking == booking.number and visit.slot == booking.slot)


def _employer(employer: Employer) -> dict[str, Any]:
    return {
        "name": employer.name,
        "cards": len(employer.cards),
        "held": len(employer.held),
        "calls": employer.calls,
        "answered": employer.answered,
        "appointed": employer.appointed,
        "handed_at": employer.handed_at,
        "handed": employer.handed,
        "issued": employer.issued,
        "came_back": employer.returned,
        "reconciled": employer.reconciled,
        "reminded_at": employer.reminded,
    }


def _batch(batch: Batch) -> dict[str, Any]:
    return {
        "at": batch.at,
        "kind": batch.kind,
        "planned": batch.planned,
        "told": batch.told,
        "booked": batch.responded,
    }
