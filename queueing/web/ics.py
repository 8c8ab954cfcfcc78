"""A booking as a calendar file (RFC 5545)."""

from __future__ import annotations

from datetime import datetime, timedelta

from queueing.domain.state import Booking
from queueing.season.model import Season

_STAMP = "%Y%m%dT%H%M%S"
_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Asia/Shanghai",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def calendar_file(season: Season, booking: Booking, now: datetime) -> str:
    """One event with a reminder. A moved booking replaces the one in the calendar."""
    branch = season.branch
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{season.id}//queueing//ZH",
        *_ZONE,
        "BEGIN:VEVENT",
        f"UID:{season.id}-{booking.number}@{branch.id}",
        f"SEQUENCE:{booking.version - 1}",
        f"DTSTAMP:{now - timedelta(hours=8):{_STAMP}}Z",
        f"DTSTART;TZID=Asia/Shanghai:{booking.told:{_STAMP}}",
        "DURATION:PT30M",
        f"SUMMARY:{_text('领社保卡 ' + branch.name)}",
        f"LOCATION:{_text(branch.address)}",
        f"DESCRIPTION:{_text('请带本人身份证原件；代领要带两个人的身份证原件。')}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT90M",
        f"DESCRIPTION:{_text('该出门领社保卡了')}",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(folded + "\r\n" for line in lines for folded in _folded(line))


def _text(value: str) -> str:
    for char in ("\\", ";", ","):
        value = value.replace(char, "\\" + char)
    return value.replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """At most 75 octets a line; a continuation begins with a blank."""
    parts, current = [], ""
    for char in line:
        if len((current + char).encode()) > 74:
            parts.append(current)
            current = " "
        current += char
    return [*parts, current]
