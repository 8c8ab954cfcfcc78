"""What the branch did to somebody's booking, so that they don't find another time without a word of why."""

from __future__ import annotations

from queueing import words
from queueing.domain import events as e
from queueing.domain.state import Booking
from queueing.web.site import Site

_BRANCH = ("closed", "capacity")


def why_moved(site: Site, card: str, booking: Booking) -> str:
    """Why the booking is not at the time its holder chose; empty when they chose it."""
    if booking.version == 1:
        return ""
    move = next((f for f in _facts(site, card) if isinstance(f, e.BookingMoved)), None)
    if move is None or move.reason not in _BRANCH:
        return ""
    return f"{_told(site, move.old_slot)}网点临时办不了，已经替您改到下面这个时间。不合适可以再改。"


def why_gone(site: Site, card: str) -> str:
    """Why somebody has no booking any more though they never cancelled it; empty otherwise."""
    about = (e.SlotBooked, e.BookingCancelled, e.NoShowRecorded)
    last = next((f for f in _facts(site, card) if isinstance(f, about)), None)
    if isinstance(last, e.NoShowRecorded):
        return f"{_told(site, last.slot)}您没有来，没关系，卡给您留着，请再选一个时间。"
    if isinstance(last, e.BookingCancelled) and last.reason in _BRANCH:
        return f"{_told(site, last.slot)}网点临时办不了，很抱歉，请再选一个时间。"
    return ""


def _facts(site: Site, card: str) -> list[e.Event]:
    """The card's facts, the latest first."""
    return [event for _, event in reversed(site.system.log.history(f"card:{card}"))]


def _told(site: Site, slot: str) -> str:
    """The day of a slot as a person thinks of it; the minute they were told is no longer known."""
    with site.system.desk.view() as state:
        return f"您原来约的{words.day(state.slots[slot].start.date())}，"
